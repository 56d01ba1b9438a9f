/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where memory of this process lies. */
#include "probe/pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/cleanup.h"

/* An entry is 64 bits: bit 63 says that the page is there, bits 54:0 its number. */
#define IS_PRESENT (1ull << 63)
#define FRAME ((1ull << 55) - 1)

int physical_addresses(const void *va, size_t nr, uint64_t *addresses)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	_cleanup_close_ int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = pread(fd, addresses, nr * sizeof(*addresses),
		    (off_t)((uintptr_t)va / page_size * sizeof(*addresses)));
	if (got < 0)
		return -errno;
	if ((size_t)got != nr * sizeof(*addresses))
		return -ENODATA;
	for (size_t i = 0; i < nr; i++) {
		if (!(addresses[i] & IS_PRESENT))
			return -ENODATA;
		/* Whoever may not know the number reads 0. */
		if ((addresses[i] & FRAME) == 0)
			return -EPERM;
		addresses[i] = (addresses[i] & FRAME) * page_size;
	}
	return 0;
}
