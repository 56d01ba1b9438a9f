/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of map-test: requests that are wrong in themselves, or against what is mapped. */
#include "probe/map_checks.h"

#include <errno.h>
#include <inttypes.h>

#include "util/cleanup.h"

/*
 * Linux 7.2 has EOVERFLOW where type 1 said EINVAL before (vfio_dma_do_map); iommufd says EOVERFLOW
 * from the start (iopt_alloc_user_pages, iopt_check_iova).
 */
static const struct answers invalid = { { EINVAL }, { EINVAL } };
static const struct answers overflow = { { EINVAL, EOVERFLOW }, { EOVERFLOW, EINVAL } };
static const struct answers exists = { { EEXIST }, { EEXIST } };

/* Memory for a table of refusals, and the table. */
static void check_rows(struct map_test *test, struct verdict *verdict,
		       const struct refusal_row *rows, const struct answers *answers)
{
	struct seen seen = { { 0 } };
	struct memory memory;

	if (!begin_in_window(test, verdict, 4, &memory))
		return;
	must_refuse_rows(test, verdict, rows, answers, memory.va, window_at(test, 0), &seen);
	pass_with(&seen, verdict);
	memory_put(&memory);
}

void check_unaligned(struct map_test *test, struct verdict *verdict)
{
	static const struct refusal_row rows[] = {
		{ "an IOVA off by half a page", 0, 1, 2 },
		{ "a size off by half a page", 0, 0, 3 },
		{ "a size of half a page", 0, 0, 1 },
		{ "an address off by half a page", 1, 0, 2 },
		{ NULL, 0, 0, 0 },
	};

	check_rows(test, verdict, rows, &invalid);
}

void check_zero_size(struct map_test *test, struct verdict *verdict)
{
	static const struct refusal_row rows[] = {
		{ "a range without size", 0, 0, 0 },
		{ NULL, 0, 0, 0 },
	};

	check_rows(test, verdict, rows, &invalid);
}

/* Without memory: what a kernel that does not look would pin, it could never unmap. */
void check_wrap(struct map_test *test, struct verdict *verdict)
{
	uint64_t page = test->space->page_size, last = UINT64_MAX - (page - 1);
	struct seen seen = { { 0 } };
	struct memory memory;

	if (!has_window(test, verdict))
		return;
	if (memory_reserve(2 * page, &memory) < 0) {
		skips(verdict, "no addresses are left in this process");
		return;
	}
	const struct refusal refusals[] = {
		{ "an IOVA range beyond 64 bits",
		  memory.va,
		  { last },
		  2 * page,
		  ACCESS_BOTH,
		  overflow },
		{ "the largest size there is", memory.va, window_at(test, page), last, ACCESS_BOTH,
		  overflow },
		/* No address to be used: the kernel is to refuse it before it looks there. */
		{ "addresses beyond 64 bits", (const void *)(uintptr_t)last, window_at(test, 0),
		  2 * page, ACCESS_BOTH, overflow },
	};
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (!must_refuse(test, verdict, &refusals[i], &seen))
			break;
	pass_with(&seen, verdict);
	memory_put(&memory);
}

/* Type 1 refused it from the start, iommufd since Linux 6.11 (iommufd/ioas.c, iommufd_ioas_map). */
void check_no_access(struct map_test *test, struct verdict *verdict)
{
	struct seen seen = { { 0 } };
	struct memory memory;

	if (test->space->is_compat) {
		skips(verdict, "this container is iommufd's, where the kernel would warn of such a "
			       "request in its log, or panic (panic_on_warn)");
		return;
	}
	if (!begin_in_window(test, verdict, 1, &memory))
		return;
	const struct refusal refusal = {
		"a mapping without access", memory.va, window_at(test, 0), memory.size, 0, invalid
	};
	if (is_iommufd(test->space) &&
	    ask_map(test, memory.va, refusal.iova, memory.size, 0) == 0) {
		must_unmap(test, verdict, refusal.what, refusal.iova, memory.size);
		informs(verdict,
			"iommufd maps memory that no device may use; Linux 6.11 and later refuse");
	} else {
		must_refuse(test, verdict, &refusal, &seen);
		pass_with(&seen, verdict);
	}
	memory_put(&memory);
}

void check_overlap(struct map_test *test, struct verdict *verdict)
{
	/* Against a mapping of 8 pages that begins 4 pages into the window. */
	static const struct refusal_row rows[] = {
		{ "the same range", 8, 8, 16 },	       { "its first page", 8, 8, 2 },
		{ "its last page", 22, 22, 2 },	       { "some pages within", 12, 12, 4 },
		{ "a range over its begin", 6, 6, 4 }, { "a range over its end", 22, 22, 4 },
		{ "a range around it", 4, 4, 24 },     { NULL, 0, 0, 0 },
	};
	uint64_t page = test->space->page_size;
	struct seen seen = { { 0 } };
	struct memory memory;

	if (!begin_in_window(test, verdict, 16, &memory))
		return;
	const char *va = (const char *)memory.va + 4 * page;
	struct iova iova = window_at(test, 4 * page);

	if (must_map(test, verdict, "the mapping", va, iova, 8 * page) &&
	    must_refuse_rows(test, verdict, rows, &exists, memory.va, window_at(test, 0), &seen))
		must_unmap(test, verdict, "the mapping afterwards", iova, 8 * page);
	pass_with(&seen, verdict);
	memory_put(&memory);
}
