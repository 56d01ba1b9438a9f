/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks of map-test share. */
#include "probe/map_checks.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "probe/memlock.h"
#include "probe/size_text.h"
#include "util/cleanup.h"
#include "util/interrupt.h"

/* Pages of this size need nothing to be reserved. */
#define SMALL_PAGE (64u << 10)
#define PAGE_1G (1u << 30)

bool has_window(const struct map_test *test, struct verdict *verdict)
{
	if (test->window_size > 0)
		return true;
	skips(verdict, "no usable range is large enough for a window of its own");
	return false;
}

/* Whoever is not root may be allowed less than a check takes. */
static bool may_lock(struct verdict *verdict, uint64_t size)
{
	_cleanup_free_ char *total = NULL, *rest = NULL;
	uint64_t left = memlock_left();

	if (size <= left)
		return true;
	total = size_text(size);
	rest = size_text(left);
	skips(verdict,
	      "takes %s of locked memory, and the limit leaves %s; raise it with ulimit -l", total,
	      rest);
	return false;
}

static const char *how_to_reserve(uint64_t page_size)
{
	if (page_size <= SMALL_PAGE)
		return "";
	return page_size < PAGE_1G ? "; echo 8 >/proc/sys/vm/nr_hugepages"
				   : "; boot with hugepagesz=1G hugepages=1";
}

bool get_memory(struct verdict *verdict, uint64_t page_size, uint64_t size, struct memory *memory)
{
	_cleanup_free_ char *page = NULL, *total = NULL;

	if (!may_lock(verdict, size))
		return false;
	if (memory_get(page_size, size, memory) == 0)
		return true;
	page = size_text(page_size);
	total = size_text(size);
	skips(verdict, "%s of memory in pages of %s are not to be had%s", total, page,
	      how_to_reserve(page_size));
	return false;
}

bool not_interrupted(struct verdict *verdict)
{
	if (!interrupted())
		return true;
	skips(verdict, "interrupted");
	return false;
}

bool begin_in_window(const struct map_test *test, struct verdict *verdict, uint64_t pages,
		     struct memory *memory)
{
	uint64_t page_size = test->space->page_size;

	return has_window(test, verdict) &&
	       get_memory(verdict, page_size, pages * page_size, memory);
}

struct iova window_at(const struct map_test *test, uint64_t offset)
{
	return (struct iova){ test->window.value + offset };
}

bool is_iommufd(const struct iospace *space)
{
	return space->ops == &iommufd_ops;
}

int ask_map(const struct map_test *test, const void *va, struct iova iova, uint64_t size,
	    unsigned access)
{
	return test->space->ops->map(test->space, va, iova, size, access);
}

bool must_map(const struct map_test *test, struct verdict *verdict, const char *what,
	      const void *va, struct iova iova, uint64_t size)
{
	int code = ask_map(test, va, iova, size, ACCESS_BOTH);

	if (code == 0)
		return true;
	fails(verdict, "%s: mapping 0x%" PRIx64 " bytes at 0x%016" PRIx64 " ended with %s", what,
	      size, iova.value, errno_name(code));
	return false;
}

bool must_unmap(const struct map_test *test, struct verdict *verdict, const char *what,
		struct iova iova, uint64_t size)
{
	uint64_t unmapped;
	int code = test->space->ops->unmap(test->space, iova, size, &unmapped);

	if (code == 0 && unmapped == size)
		return true;
	if (code < 0)
		fails(verdict,
		      "%s: unmapping 0x%" PRIx64 " bytes at 0x%016" PRIx64 " ended with %s", what,
		      size, iova.value, errno_name(code));
	else
		fails(verdict,
		      "%s: of 0x%" PRIx64 " bytes at 0x%016" PRIx64
		      " the kernel says it unmapped 0x%" PRIx64,
		      what, size, iova.value, unmapped);
	return false;
}

bool must_map_and_unmap(const struct map_test *test, struct verdict *verdict, const char *what,
			const void *va, struct iova iova, uint64_t size)
{
	return must_map(test, verdict, what, va, iova, size) &&
	       must_unmap(test, verdict, what, iova, size);
}

bool must_be_whole(const struct map_test *test, struct verdict *verdict, const char *what,
		   const void *va, struct iova iova, uint64_t size)
{
	int code = ask_map(test, va, iova, test->space->page_size, ACCESS_BOTH);

	if (code != -EEXIST) {
		fails(verdict, "%s: mapping a page over it once more ended with %s, not EEXIST",
		      what, errno_name(code));
		return false;
	}
	return must_unmap(test, verdict, what, iova, size);
}

static bool is_among(const int codes[2], int code)
{
	return code != 0 && (codes[0] == -code || codes[1] == -code);
}

bool is_answer(const struct iospace *space, const struct answers *answers, int code)
{
	if (is_iommufd(space))
		return is_among(answers->iommufd, code);
	return is_among(answers->type1, code) ||
	       (space->is_compat && is_among(answers->iommufd, code));
}

void see(struct seen *seen, int code)
{
	if (!strings_contain(&seen->names, errno_name(code)))
		strings_add(&seen->names, errno_name(code));
}

void pass_with(struct seen *seen, struct verdict *verdict)
{
	_cleanup_free_ char *names = strings_join(&seen->names, ", ");

	if (verdict->outcome != OUTCOME_FAIL)
		passes(verdict, "%s", names);
	else if (*names)
		observes(verdict, "%s", names);
	strings_free(&seen->names);
}

static const char *expected(const struct iospace *space, const struct answers *answers)
{
	return errno_name(is_iommufd(space) ? answers->iommufd[0] : answers->type1[0]);
}

bool must_refuse(const struct map_test *test, struct verdict *verdict,
		 const struct refusal *refusal, struct seen *seen)
{
	int code = ask_map(test, refusal->va, refusal->iova, refusal->size, refusal->access);
	uint64_t unmapped;

	see(seen, code);
	if (is_answer(test->space, &refusal->answers, code))
		return true;
	if (code == 0) {
		fails(verdict,
		      "%s: 0x%" PRIx64 " bytes at 0x%016" PRIx64 " were mapped, where %s is due",
		      refusal->what, refusal->size, refusal->iova.value,
		      expected(test->space, &refusal->answers));
		test->space->ops->unmap(test->space, refusal->iova, refusal->size, &unmapped);
	} else {
		fails(verdict,
		      "%s: 0x%" PRIx64 " bytes at 0x%016" PRIx64
		      " were refused with %s, not with %s",
		      refusal->what, refusal->size, refusal->iova.value, errno_name(code),
		      expected(test->space, &refusal->answers));
	}
	return false;
}

bool must_refuse_rows(const struct map_test *test, struct verdict *verdict,
		      const struct refusal_row *rows, const struct answers *answers, const void *va,
		      struct iova iova, struct seen *seen)
{
	uint64_t half = test->space->page_size / 2;

	for (; rows->what; rows++) {
		const struct refusal refusal = {
			.what = rows->what,
			.va = (const char *)va + rows->va * half,
			.iova = { iova.value + rows->iova * half },
			.size = rows->size * half,
			.access = ACCESS_BOTH,
			.answers = *answers,
		};

		if (!must_refuse(test, verdict, &refusal, seen))
			return false;
	}
	return true;
}
