/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bar_bytes RESOURCE OFFSET SIZE [SEED]: a checksum of that part of a BAR, by its file in sysfs,
 * which may have another user. With a seed it is filled first, with bytes that follow from that.
 * When the kernel refuses: "STEP: ERRNO" on stderr, exit 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int refused(const char *step)
{
	fprintf(stderr, "%s: %s\n", step, strerror(errno));
	return 1;
}

/* OFFSET is of a page, SIZE of words. */
int main(int argc, char **argv)
{
	if (argc < 4)
		return 64;
	off_t offset = (off_t)strtoull(argv[2], NULL, 0);
	size_t size = strtoull(argv[3], NULL, 0);
	int fd = open(argv[1], O_RDWR);
	if (fd < 0)
		return refused("open");
	volatile uint32_t *words = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (words == MAP_FAILED)
		return refused("mmap");
	if (argc > 4) {
		uint32_t value = (uint32_t)strtoul(argv[4], NULL, 0);

		for (size_t i = 0; i < size / 4; i++)
			words[i] = value = value * 1664525u + 1013904223u;
	}
	uint32_t sum = 2166136261u; /* FNV-1a, by words */
	for (size_t i = 0; i < size / 4; i++)
		sum = (sum ^ words[i]) * 16777619u;
	printf("%08x\n", (unsigned)sum);
	return 0;
}
