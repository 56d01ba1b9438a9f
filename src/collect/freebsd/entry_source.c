/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This FreeBSD, or a directory with a record of one. Facts come by source.os; files are read of the
 * directory only, and of the system by paths that are known here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/collect.h"
#include "collect/freebsd/os_open.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
#define FILE_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)

int source_open(struct source *source, const char *sysroot, struct error *err)
{
	int r;

	*source = (struct source){ .root = -1, .live = !sysroot, .path = sysroot ? sysroot : "/" };
	source->root = open(source->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (source->root < 0)
		return fail(err, -errno,
			    "%s: %s; --sysroot takes a directory with a record of a machine",
			    source->path, strerror(errno));
	r = freebsd_os_open(sysroot, &source->os, err);
	if (r < 0)
		source_close(source);
	return r;
}

void source_close(struct source *source)
{
	if (source->os)
		freebsd_os_close(source->os);
	source->os = NULL;
	if (source->root >= 0)
		close(source->root);
	source->root = -1;
}

/* A step at a time, so that no link leads out of a record. Return: as source_open_dir(). */
static int open_steps(int root, const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *at = copy, *step;
	int dir = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (dir >= 0 && (step = strsep(&at, "/"))) {
		int next = -1;

		errno = EINVAL;
		if (strcmp(step, "..") != 0)
			next = openat(dir, *step ? step : ".",
				      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (next < 0)
			next = -errno;
		close(dir);
		dir = next;
		if (dir < 0)
			return dir;
	}
	return dir < 0 ? -errno : dir;
}

int source_open_dir(const struct source *source, const char *path)
{
	int fd;

	if (!source->live)
		return open_steps(source->root, path);
	fd = openat(source->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int source_open_file(const struct source *source, int dir, const char *name)
{
	int fd = openat(dir, name, FILE_FLAGS);

	(void)source;
	return fd < 0 ? -errno : fd;
}

/* Return: how much was read, to the end or until @size; negative errno. */
static ssize_t read_up_to(int fd, uint8_t *buffer, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t n = read(fd, buffer + length, size - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		length += (size_t)n;
	}
	return (ssize_t)length;
}

int source_read(const struct source *source, const char *path, size_t max, uint8_t **bytes,
		size_t *length)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *parent =
		xasprintf("%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	_cleanup_close_ int dir = source_open_dir(source, parent);
	_cleanup_close_ int fd = dir < 0 ? dir
					 : source_open_file(source, dir, slash ? slash + 1 : path);
	uint8_t *buffer;
	ssize_t n;

	if (fd < 0)
		return fd;
	buffer = xcalloc(max + 2, 1);
	n = read_up_to(fd, buffer, max + 1);
	if (n < 0 || (size_t)n > max) {
		free(buffer);
		return n < 0 ? (int)n : -EFBIG;
	}
	*bytes = buffer;
	*length = (size_t)n;
	return 0;
}
