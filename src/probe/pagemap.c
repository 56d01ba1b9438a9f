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

int physical_address(const void *va, uint64_t *address)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE), entry;
	_cleanup_close_ int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	ssize_t nr;

	if (fd < 0)
		return -errno;
	nr = pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)va / page_size * sizeof(entry)));
	if (nr < 0)
		return -errno;
	if (nr != sizeof(entry) || !(entry & IS_PRESENT))
		return -ENODATA;
	/* Whoever may not know the number reads 0. */
	if ((entry & FRAME) == 0)
		return -EPERM;
	*address = (entry & FRAME) * page_size + (uintptr_t)va % page_size;
	return 0;
}
