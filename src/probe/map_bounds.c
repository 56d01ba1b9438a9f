/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of map-test: the ends of what is usable, and what lies beyond and between. */
#include "probe/map_checks.h"

#include <errno.h>
#include <inttypes.h>

#include "model/regions.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* linux vfio_iommu_type1.c, vfio_iommu_iova_dma_valid; iommufd io_pagetable.c, iopt_check_iova. */
static const struct answers not_usable = { { EINVAL }, { EINVAL } };

static bool ends_at_top(struct range range)
{
	return range.end == UINT64_MAX;
}

/*
 * The first or last whole page of a range, which need not end where pages do. The page below 2^64
 * has a check of its own, the one before it stands in for it here.
 *
 * Return: whether there is one.
 */
static bool page_at_end(struct range range, uint64_t page_size, bool is_last, struct iova *iova)
{
	uint64_t less_one = page_size - 1;

	if (range.end - range.start < less_one || range.start > UINT64_MAX - less_one)
		return false;
	if (is_last)
		iova->value = (range.end - less_one) & ~less_one;
	else
		iova->value = (range.start + less_one) & ~less_one;
	if (is_last && ends_at_top(range))
		iova->value -= page_size;
	return iova->value >= range.start && iova->value <= range.end - less_one;
}

/* First pages, or last ones, of every usable range. */
static void check_ends(struct map_test *test, struct verdict *verdict, bool is_last)
{
	const struct iospace *space = test->space;
	uint64_t page_size = space->page_size;
	struct memory memory;

	if (space->usable.nr == 0) {
		skips(verdict, "the kernel names no usable range");
		return;
	}
	if (!get_memory(verdict, page_size, page_size, &memory))
		return;
	for (size_t i = 0; i < space->usable.nr; i++) {
		struct range range = space->usable.items[i];
		_cleanup_free_ char *what = xasprintf("%s page of 0x%016" PRIx64 "-0x%016" PRIx64,
						      is_last ? "last" : "first", range.start,
						      range.end);
		struct iova iova;

		if (page_at_end(range, page_size, is_last, &iova))
			must_map_and_unmap(test, verdict, what, memory.va, iova, page_size);
	}
	passes(verdict, "%zu ranges", space->usable.nr);
	memory_put(&memory);
}

void check_first_page(struct map_test *test, struct verdict *verdict)
{
	check_ends(test, verdict, false);
}

void check_last_page(struct map_test *test, struct verdict *verdict)
{
	check_ends(test, verdict, true);
}

/* Return: the usable range with the highest addresses, or NULL. */
static const struct range *last_range(const struct iospace *space)
{
	return space->usable.nr > 0 ? &space->usable.items[space->usable.nr - 1] : NULL;
}

void check_top_page(struct map_test *test, struct verdict *verdict)
{
	const struct iospace *space = test->space;
	const struct range *last = last_range(space);
	uint64_t page_size = space->page_size;
	struct memory memory;

	if (!last || !ends_at_top(*last)) {
		skips(verdict, "the last usable range ends at 0x%016" PRIx64, last ? last->end : 0);
		return;
	}
	if (space->top_page_leaks) {
		skips(verdict, "this kernel could never unmap it: its memory would stay pinned");
		return;
	}
	if (!get_memory(verdict, page_size, page_size, &memory))
		return;
	if (must_map_and_unmap(test, verdict, "the top page", memory.va,
			       (struct iova){ UINT64_MAX - (page_size - 1) }, page_size))
		passes(verdict, "mapped and unmapped");
	memory_put(&memory);
}

/* --- what is not usable ----------------------------------------------------------------- */

/* Requests that have to be refused: one after the other, until one is not. */
struct refusals {
	const struct map_test *test;
	struct verdict *verdict;
	const void *va; /* two pages */
	struct seen seen;
	size_t nr; /* asked so far */
};

static void refuse(struct refusals *refusals, uint64_t iova, uint64_t pages, const char *which,
		   const char *where)
{
	_cleanup_free_ char *what = xasprintf("%s %s", which, where);
	const struct refusal refusal = {
		.what = what,
		.va = refusals->va,
		.iova = { iova },
		.size = pages * refusals->test->space->page_size,
		.access = ACCESS_BOTH,
		.answers = not_usable,
	};

	refusals->nr++;
	must_refuse(refusals->test, refusals->verdict, &refusal, &refusals->seen);
}

static bool is_usable(const struct iospace *space, uint64_t address)
{
	for (size_t i = 0; i < space->usable.nr; i++)
		if (range_overlaps(space->usable.items[i], (struct range){ address, address }))
			return true;
	return false;
}

/*
 * Its first page, its last one, and one range into it from the usable side, where there is one. Not
 * the page below 2^64: a kernel of type 1 that takes it by mistake may be one that cannot unmap it.
 */
static void refuse_all_of(struct refusals *refusals, struct range range, const char *where)
{
	const struct iospace *space = refusals->test->space;
	uint64_t page_size = space->page_size;
	uint64_t first = range.start - range.start % page_size;
	uint64_t last = range.end - range.end % page_size;

	if (ends_at_top(range) && !is_iommufd(space) && last != first)
		last -= page_size;
	refuse(refusals, first, 1, "the first page of", where);
	if (last != first)
		refuse(refusals, last, 1, "the last page of", where);
	if (first >= page_size && is_usable(space, first - page_size))
		refuse(refusals, first - page_size, 2, "a range that reaches into", where);
	if (range.end <= UINT64_MAX - page_size && is_usable(space, last + page_size))
		refuse(refusals, last, 2, "a range that begins in", where);
}

static bool begin_refusals(struct refusals *refusals, struct map_test *test,
			   struct verdict *verdict, struct memory *memory)
{
	uint64_t page_size = test->space->page_size;

	*refusals = (struct refusals){ .test = test, .verdict = verdict };
	if (!get_memory(verdict, page_size, 2 * page_size, memory))
		return false;
	refusals->va = memory->va;
	return true;
}

void check_beyond_aperture(struct map_test *test, struct verdict *verdict)
{
	const struct range *last = last_range(test->space);
	struct refusals refusals;
	struct memory memory;

	if (!last || ends_at_top(*last)) {
		skips(verdict, "no address lies beyond the last usable range");
		return;
	}
	if (!begin_refusals(&refusals, test, verdict, &memory))
		return;
	refuse_all_of(&refusals, (struct range){ last->end + 1, UINT64_MAX },
		      "what lies beyond the last usable range");
	pass_with(&refusals.seen, verdict);
	memory_put(&memory);
}

/* What lies between usable ranges, and below the first one. */
static void refuse_gaps(struct refusals *refusals)
{
	const struct ranges *usable = &refusals->test->space->usable;
	uint64_t begin = 0;

	for (size_t i = 0; i < usable->nr; i++) {
		struct range gap = { begin, usable->items[i].start - 1 };

		if (usable->items[i].start > begin) {
			_cleanup_free_ char *where = xasprintf(
				"the gap 0x%016" PRIx64 "-0x%016" PRIx64, gap.start, gap.end);

			refuse_all_of(refusals, gap, where);
		}
		begin = usable->items[i].end + 1;
	}
}

/*
 * Regions that the kernel reports for the group of the device. What lies beyond the last usable
 * range is beyond-aperture's.
 */
static void refuse_regions(struct refusals *refusals, uint64_t last_usable)
{
	const struct group *group = refusals->test->device->group;
	const struct machine *machine = refusals->test->facts->machine;

	if (!group || !group->regions_known)
		return;
	for (size_t i = 0; i < group->nr_regions; i++) {
		const struct region *region = &group->regions[i];
		_cleanup_free_ char *where = NULL;

		if (region_meaning(machine, group, region) != MEANING_EXCLUDED ||
		    region->start > last_usable)
			continue;
		where = xasprintf("the reserved region %s 0x%016" PRIx64 "-0x%016" PRIx64,
				  region->word, region->start, region->end);
		refuse_all_of(refusals, (struct range){ region->start, region->end }, where);
	}
}

void check_reserved(struct map_test *test, struct verdict *verdict)
{
	const struct range *last = last_range(test->space);
	struct refusals refusals;
	struct memory memory;

	if (!last) {
		skips(verdict, "there are no usable ranges");
		return;
	}
	if (!begin_refusals(&refusals, test, verdict, &memory))
		return;
	refuse_regions(&refusals, last->end);
	refuse_gaps(&refusals);
	if (refusals.nr == 0)
		skips(verdict, "the kernel reports no region that is excluded, and no gap");
	else
		pass_with(&refusals.seen, verdict);
	memory_put(&memory);
}
