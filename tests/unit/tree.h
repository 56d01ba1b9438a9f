/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A temporary directory tree for the tests of the collectors; folders are made as they are needed.
 */
#ifndef IOMMUTOOL_TEST_TREE_H
#define IOMMUTOOL_TEST_TREE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/collect.h"
#include "unit.h"

struct tree {
	char path[256];
};

static inline void tree_make(struct tree *tree)
{
	const char *tmp = getenv("TMPDIR");
	int length;

	if (!tmp || !*tmp) /* in memory where that can be had: some trees have thousands of files */
		tmp = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
	length = snprintf(tree->path, sizeof(tree->path), "%s/iommutool-XXXXXX", tmp);
	assert_true(length > 0 && (size_t)length < sizeof(tree->path));
	assert_non_null(mkdtemp(tree->path));
	assert_int_equal(chmod(tree->path, 0755), 0);
}

/* The folder @name of @outer as a tree of its own. */
static inline void tree_inside(struct tree *tree, const struct tree *outer, const char *name)
{
	int length = snprintf(tree->path, sizeof(tree->path), "%s/%s", outer->path, name);

	assert_true(length > 0 && (size_t)length < sizeof(tree->path));
}

static inline int tree_remove_one(const char *path, const struct stat *st, int flag,
				  struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void tree_remove(const struct tree *tree)
{
	nftw(tree->path, tree_remove_one, 64, FTW_DEPTH | FTW_PHYS);
}

/* Writes the whole path of @name to @path. */
static inline void tree_path(const struct tree *tree, char path[PATH_MAX], const char *name)
{
	int length = snprintf(path, PATH_MAX, "%s/%s", tree->path, name);

	assert_true(length > 0 && length < PATH_MAX);
}

/* Makes the folders above @path. Return: true, to try again what failed for want of them. */
static inline bool tree_parents(const struct tree *tree, char path[PATH_MAX])
{
	if (errno != ENOENT)
		return false;
	for (char *at = path + strlen(tree->path) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
		*at = '/';
	}
	return true;
}

static inline void tree_bytes(const struct tree *tree, const char *name, const void *bytes,
			      size_t length)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	char path[PATH_MAX];
	int fd;

	tree_path(tree, path, name);
	fd = open(path, flags, 0644);
	if (fd < 0 && tree_parents(tree, path))
		fd = open(path, flags, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static inline void tree_text(const struct tree *tree, const char *name, const char *text)
{
	tree_bytes(tree, name, text, strlen(text));
}

static inline void tree_dir(const struct tree *tree, const char *name)
{
	char path[PATH_MAX];
	int r;

	tree_path(tree, path, name);
	r = mkdir(path, 0755);
	if (r < 0 && tree_parents(tree, path))
		r = mkdir(path, 0755);
	assert_true(r == 0 || errno == EEXIST);
}

static inline void tree_link(const struct tree *tree, const char *name, const char *target)
{
	char path[PATH_MAX];
	int r;

	tree_path(tree, path, name);
	r = symlink(target, path);
	if (r < 0 && tree_parents(tree, path))
		r = symlink(target, path);
	assert_int_equal(r, 0);
}

static inline void tree_open(const struct tree *tree, struct source *source)
{
	struct error err = { 0 };

	if (source_open(source, tree->path, &err) < 0)
		fail_msg("source_open: %s", err.text);
}

#endif
