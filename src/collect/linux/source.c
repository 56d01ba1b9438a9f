/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine, or a capture of one, and the directories in it: never outside. */
#include "collect/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"

/* Resolves links as chroot() would, so that none leads out of @root (openat2(2), Linux 5.6). */
static int open_in_root(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN); /* a rename elsewhere raced with a ".." */
	return fd < 0 ? -errno : (int)fd;
}

/* Any of these is enough; /proc has a sys/ too, so that alone is not. */
static int has_sys(const struct source *source)
{
	static const char *const parts[] = { "sys/bus", "sys/class", "sys/kernel/iommu_groups" };
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		_cleanup_close_ int dir = source_open_dir(source, parts[i]);

		if (dir >= 0)
			return 0;
		r = dir;
	}
	return r;
}

int source_open(struct source *source, const char *sysroot, struct error *err)
{
	int fd, r;

	*source = (struct source){ .root = -1, .live = !sysroot, .path = sysroot ? sysroot : "/" };
	fd = open(source->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, -errno,
			    "%s: %s; --sysroot takes a directory that \"iommutool "
			    "capture\" wrote",
			    source->path, strerror(errno));
	source->root = fd;
	r = has_sys(source);
	if (r < 0) {
		source_close(source);
		if (r == -EMFILE || r == -ENFILE)
			return fail(err, r, "%s: %s", source->path, strerror(-r));
		if (source->live)
			return fail(err, r,
				    "/sys: no sysfs there; mount it, or read a capture with "
				    "--sysroot");
		if (r == -ENOSYS)
			return fail(err, r, "%s: --sysroot needs openat2, Linux 5.6 or newer",
				    source->path);
		return fail(err, r,
			    "%s: no capture of a machine: it has no readable sys/bus, sys/class; "
			    "make one with \"iommutool capture\"",
			    source->path);
	}
	return 0;
}

void source_close(struct source *source)
{
	if (source->root >= 0)
		close(source->root);
	source->root = -1;
}

int source_open_dir(const struct source *source, const char *path)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd;

	if (!source->live)
		return open_in_root(source->root, path, flags);
	fd = openat(source->root, path, flags);
	return fd < 0 ? -errno : fd;
}
