/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of this process for tests to map: that it is there, aligned, zeroed, and given back. */
#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/memlock.h"
#include "probe/memory.h"
#include "unit.h"

#include <stdio.h>

#define MIB (1ull << 20)

/* Return: how many pages from @va on are in memory; -1 when not all of them are mapped. */
static long pages_present(void *va, uint64_t size)
{
	size_t nr = size / (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned char *state = malloc(nr);
	long present = 0;

	assert_non_null(state);
	if (mincore(va, size, state) < 0)
		present = -1;
	else
		for (size_t i = 0; i < nr; i++)
			present += state[i] & 1;
	free(state);
	return present;
}

static void assert_zeroed(const struct memory *memory)
{
	const uint64_t *words = memory->va;

	for (size_t i = 0; i < memory->size / sizeof(*words); i++)
		if (words[i] != 0)
			fail_msg("word %zu is not 0", i);
}

static void test_small_pages(void **state)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct memory memory;
	void *va;

	(void)state;
	assert_int_equal(memory_get(page, 33 * page, &memory), 0);
	assert_int_equal(memory.size, 33 * page);
	assert_int_equal((uintptr_t)memory.va % page, 0);
	assert_int_equal(pages_present(memory.va, memory.size), 33);
	assert_zeroed(&memory);
	memset(memory.va, 1, memory.size);
	va = memory.va;
	memory_put(&memory);
	assert_null(memory.va);
	assert_int_equal(memory.size, 0);
	assert_int_equal(pages_present(va, 33 * page), -1);
	memory_put(&memory); /* none: nothing happens */
}

/* Whether this machine has such pages to give is not ours to say. */
static void try_large_pages(uint64_t page_size)
{
	struct memory memory;
	int code = memory_get(page_size, page_size, &memory);

	if (code < 0) {
		assert_int_equal(code, -ENOMEM);
		assert_null(memory.va);
		assert_int_equal(memory.size, 0);
		printf("not here: pages of %llu MiB\n", (unsigned long long)(page_size / MIB));
		return;
	}
	assert_int_equal(memory.size, page_size);
	assert_int_equal((uintptr_t)memory.va % page_size, 0);
	assert_int_equal(pages_present(memory.va, memory.size),
			 page_size / (uint64_t)sysconf(_SC_PAGESIZE));
	assert_zeroed(&memory);
	memory_put(&memory);
}

static void test_large_pages(void **state)
{
	(void)state;
	try_large_pages(2 * MIB);
	try_large_pages(1024 * MIB);
}

/* Refused before it is touched: else the kernel would end this process, or another one. */
static void test_too_much(void **state)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct memory memory = { (void *)1, 1 };

	(void)state;
	assert_int_equal(memory_get(page, 1ull << 46, &memory), -ENOMEM);
	assert_null(memory.va);
	assert_int_equal(memory_get(page, UINT64_MAX - (page - 1), &memory), -ENOMEM);
	assert_null(memory.va);
}

static void test_reserve(void **state)
{
	struct memory memory;

	(void)state;
	assert_int_equal(memory_reserve(1ull << 40, &memory), 0);
	assert_non_null(memory.va);
	assert_int_equal(memory.size, 1ull << 40);
	assert_int_equal(pages_present(memory.va, 16 * MIB), 0);
	/* The kernel finds nothing there that could be read. */
	assert_int_equal(madvise(memory.va, 4096, MADV_POPULATE_READ), -1);
	memory_put(&memory);
	assert_null(memory.va);
	assert_int_equal(memory_reserve(UINT64_MAX - 4095, &memory), -ENOMEM);
	assert_null(memory.va);
}

static void test_available(void **state)
{
	uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES);
	uint64_t available = memory_available();

	(void)state;
	assert_true(available > 0);
	assert_true(available <= pages * (uint64_t)sysconf(_SC_PAGESIZE));
}

/* Takes CAP_IPC_LOCK from, or gives it back to, a process that may have it. */
static void set_capability(bool on)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint32_t bit = CAP_TO_MASK(CAP_IPC_LOCK);

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	data[0].effective = on ? data[0].effective | (data[0].permitted & bit)
			       : data[0].effective & ~bit;
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

/* The limit less what is locked, for a process that the limit binds. */
static void test_memlock(void **state)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), with, left;
	struct rlimit before, limit;
	struct memory memory;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &before), 0);
	limit = (struct rlimit){ 16 * page, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	/* With the capability none binds, but in a user namespace of its own it does. */
	with = memlock_left();
	assert_true(with == MEMLOCK_UNLIMITED || with == 16 * page);
	set_capability(false);
	left = memlock_left();
	assert_int_equal(left, 16 * page);
	assert_int_equal(memory_get(page, 4 * page, &memory), 0);
	assert_int_equal(syscall(SYS_mlock, memory.va, memory.size), 0); /* ASan has a void one */
	assert_int_equal(memlock_left(), 12 * page);
	limit.rlim_cur = 3 * page; /* below what is locked */
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	assert_int_equal(memlock_left(), 0);
	memory_put(&memory);
	assert_int_equal(memlock_left(), 3 * page);
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &before), 0);
	set_capability(true);
}

/* Against the file, which says pages; a size that no processor has is not there. */
static void test_pool(void **state)
{
	FILE *file = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "re");
	unsigned pages = 0;

	(void)state;
	assert_int_equal(memory_in_pool(12345 * 1024), 0);
	if (!file) {
		print_message("not here: a pool of huge pages\n");
		return;
	}
	assert_int_equal(fscanf(file, "%u", &pages), 1);
	fclose(file);
	assert_int_equal(memory_in_pool(2u << 20), (uint64_t)pages * (2u << 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool),	    cmocka_unit_test(test_small_pages),
		cmocka_unit_test(test_large_pages), cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_reserve),	    cmocka_unit_test(test_available),
		cmocka_unit_test(test_memlock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
