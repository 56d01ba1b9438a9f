/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as a file: a memfd, which has a path in /proc. */
#include "util/memory_file.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/alloc.h"

int memory_file(const char *name, const void *bytes, size_t length, char **path)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	size_t done = 0;

	if (fd < 0)
		return -errno;
	while (done < length) {
		ssize_t n = write(fd, (const char *)bytes + done, length - done);

		if (n <= 0) {
			int code = n < 0 ? -errno : -EIO;

			close(fd);
			return code;
		}
		done += (size_t)n;
	}
	*path = xasprintf("/proc/self/fd/%d", fd);
	return fd;
}
