/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This FreeBSD, or a directory with a record of one. Facts come by source.os; files are read of the
 * directory only, and of the system by paths that are known here.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "collect/collect.h"
#include "collect/freebsd/os_open.h"
#include "util/alloc.h"
#include "util/cleanup.h"

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
