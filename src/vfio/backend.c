/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both backends of an address space need. */
#include "vfio/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "util/alloc.h"

int backend_fail(struct setup_failure *failure, enum setup_step step, int code)
{
	failure->step = step;
	failure->code = code;
	return code;
}

int backend_open_node(const char *path, enum setup_step step, struct setup_failure *failure)
{
	int fd;

	snprintf(failure->path, sizeof(failure->path), "%s", path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? backend_fail(failure, step, -errno) : fd;
}

HOT_PATH int backend_ioctl(int fd, unsigned long request, void *argument)
{
	int r = ioctl(fd, request, argument);

	while (r < 0 && errno == EINTR)
		r = ioctl(fd, request, argument);
	return r < 0 ? -errno : r;
}

int backend_add_range(struct ranges *ranges, uint64_t start, uint64_t last)
{
	if (start > last || (ranges->nr && start <= ranges->items[ranges->nr - 1].end))
		return -EPROTO;
	ranges->items = xgrow(ranges->items, ranges->nr, sizeof(*ranges->items));
	ranges->items[ranges->nr++] = (struct range){ start, last };
	return 0;
}
