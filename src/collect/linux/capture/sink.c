/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes below one directory, following no link and overwriting nothing. */
#include "collect/linux/capture/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Return: 0, -ENOTEMPTY or another negative errno. */
static int refuse_content(int fd)
{
	int copy = openat(fd, ".", DIR_FLAGS);
	_cleanup_dir_ DIR *list = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!list)
		return -errno;
	while ((entry = readdir(list)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return -ENOTEMPTY;
	return 0;
}

int sink_open(const char *dir, struct error *err)
{
	_cleanup_free_ char *path = xstrdup(dir);
	size_t length = strlen(path);
	int fd, r;

	/* With a slash behind it a link would be followed. */
	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return fail(err, -errno, "%s: %s; name a directory in one where you may write", dir,
			    strerror(errno));
	fd = open(path, DIR_FLAGS);
	if (fd < 0)
		return fail(err, -errno,
			    "%s: %s; name a directory, no link, that is empty or not "
			    "there yet",
			    dir, strerror(errno));
	r = refuse_content(fd);
	if (r < 0) {
		close(fd);
		return fail(err, r, "%s: %s; name a directory that is empty or not there yet", dir,
			    strerror(-r));
	}
	return fd;
}

static int make_dir(int at, const char *name)
{
	int fd;

	if (mkdirat(at, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(at, name, DIR_FLAGS);
	return fd < 0 ? -errno : fd;
}

int sink_dir(int at, const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *left = copy;
	int dir = make_dir(at, strsep(&left, "/"));

	while (dir >= 0 && left) {
		int inner = make_dir(dir, strsep(&left, "/"));

		close(dir);
		dir = inner;
	}
	return dir;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

int sink_file(int at, const char *name, const void *bytes, size_t length, mode_t mode)
{
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, bytes, length);
	/* Some file systems say only now that there was no room. */
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int sink_link(int at, const char *name, const char *target)
{
	return symlinkat(target, at, name) < 0 ? -errno : 0;
}
