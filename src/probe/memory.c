/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of this process for tests to map. */
#include "probe/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define HUGE_2M (2ull << 20)

#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

/* <linux/mman.h> has the size of a huge page as its power of two, from bit 26 on. */
#define HUGE_SHIFT 26

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

static uint64_t own_page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Return: 0 once every page is there; -ENOMEM. A kernel without the advice has to be touched. */
static int populate(void *va, uint64_t size)
{
	uint64_t step = own_page_size();

	if (madvise(va, size, MADV_POPULATE_WRITE) == 0)
		return 0;
	if (errno != EINVAL)
		return -ENOMEM;
	for (uint64_t at = 0; at < size; at += step)
		*((volatile char *)va + at) = 0;
	return 0;
}

/* Return: addresses aligned to @alignment, or NULL. Those around them are given back. */
static void *map_aligned(uint64_t size, uint64_t alignment)
{
	uint64_t whole;
	char *begin, *va;

	if (__builtin_add_overflow(size, alignment, &whole))
		return NULL;
	begin = mmap(NULL, whole, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (begin == MAP_FAILED)
		return NULL;
	va = begin + (alignment - (uintptr_t)begin % alignment) % alignment;
	if (va > begin)
		munmap(begin, (size_t)(va - begin));
	if (va + size < begin + whole)
		munmap(va + size, (size_t)(begin + whole - (va + size)));
	return va;
}

static int get_small(uint64_t size, struct memory *memory)
{
	void *va = map_aligned(size, own_page_size());

	if (!va)
		return -ENOMEM;
	/* The pages have to be small ones, or the IOMMU might be given a large one. Without huge
	 * pages in the kernel there is no such advice, and no need for it. */
	madvise(va, size, MADV_NOHUGEPAGE);
	*memory = (struct memory){ va, size };
	return populate(va, size);
}

static int get_from_pool(uint64_t page_size, uint64_t size, struct memory *memory)
{
	int shift = __builtin_ctzll(page_size);
	void *va = mmap(NULL, size, PROT_READ | PROT_WRITE,
			ANONYMOUS | MAP_HUGETLB | shift << HUGE_SHIFT, -1, 0);

	if (va == MAP_FAILED)
		return -ENOMEM;
	*memory = (struct memory){ va, size };
	return populate(va, size);
}

/* Return: whether the area of this process that begins at or before @va has only huge pages. */
static bool is_huge(const void *va)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	uint64_t start, end, kib, area = 0;
	bool answer = false;
	char line[512];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) == 2) {
			bool inside = start <= (uintptr_t)va && (uintptr_t)va < end;

			area = inside ? end - start : 0;
		} else if (area && sscanf(line, "AnonHugePages: %" SCNu64, &kib) == 1) {
			answer = kib == area / 1024;
			break;
		}
	}
	fclose(file);
	return answer;
}

static int get_transparent(uint64_t size, struct memory *memory)
{
	void *va = map_aligned(size, HUGE_2M);
	int code;

	if (!va)
		return -ENOMEM;
	*memory = (struct memory){ va, size };
	if (madvise(va, size, MADV_HUGEPAGE) < 0)
		return -ENOMEM;
	code = populate(va, size);
	if (code < 0 || is_huge(va))
		return code;
	madvise(va, size, MADV_COLLAPSE);
	return is_huge(va) ? 0 : -ENOMEM;
}

/* Return: @code; what was got is given back when it says that not all was. */
static int settle(int code, struct memory *memory)
{
	if (code < 0)
		memory_put(memory);
	return code;
}

int memory_get(uint64_t page_size, uint64_t size, struct memory *memory)
{
	uint64_t available;

	*memory = (struct memory){ 0 };
	if (page_size <= own_page_size()) {
		/* Asked before, for what is not there the kernel would end processes. */
		available = memory_available();
		if (available && size > available)
			return -ENOMEM;
		return settle(get_small(size, memory), memory);
	}
	if (settle(get_from_pool(page_size, size, memory), memory) == 0)
		return 0;
	available = memory_available();
	if (page_size != HUGE_2M || (available && size > available))
		return -ENOMEM;
	return settle(get_transparent(size, memory), memory);
}

int memory_reserve(uint64_t size, struct memory *memory)
{
	void *va = mmap(NULL, size, PROT_NONE, ANONYMOUS | MAP_NORESERVE, -1, 0);

	*memory = (struct memory){ 0 };
	if (va == MAP_FAILED)
		return -ENOMEM;
	*memory = (struct memory){ va, size };
	return 0;
}

void memory_put(struct memory *memory)
{
	if (memory->va)
		munmap(memory->va, memory->size);
	*memory = (struct memory){ 0 };
}

uint64_t memory_available(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t kib = 0;
	char line[256];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1)
			break;
	fclose(file);
	return kib * 1024;
}

uint64_t memory_in_pool(uint64_t page_size)
{
	_cleanup_free_ char *path = xasprintf("/sys/kernel/mm/hugepages/hugepages-%" PRIu64
					      "kB/free_hugepages",
					      page_size / 1024);
	FILE *file = fopen(path, "re");
	uint64_t pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &pages) != 1 || pages > UINT64_MAX / page_size)
		pages = 0;
	fclose(file);
	return pages * page_size;
}
