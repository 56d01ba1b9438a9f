/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses for p2p-test. None of them is one that a device or bridge decodes: on its way up a
 * request with such an address might be answered before it comes to the IOMMU.
 */
#include <errno.h>
#include <inttypes.h>

#include "model/resources.h"
#include "probe/p2p_parts.h"
#include "probe/pagemap.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* The lowest addresses are left alone: what goes wrong often goes there. */
#define LOWEST 0x100000u
#define MOST_ALIGNED (UINT64_C(1) << 30)

static void subtract_mapped(const struct iospace *space, struct ranges *set)
{
	for (size_t i = 0; i < space->mappings.nr; i++) {
		const struct mapping *mapping = &space->mappings.items[i];

		ranges_subtract(set, (struct range){ mapping->iova.value,
						     iova_last(mapping->iova, mapping->size) });
	}
}

/* What is free, in all of it. Return: false when what devices decode is unknown. */
static bool find_free(const struct p2p_test *test, const struct iospace *space,
		      struct ranges *free_ranges)
{
	ranges_copy(free_ranges, &space->usable);
	ranges_subtract(free_ranges, (struct range){ 0, LOWEST - 1 });
	/* The page below 2^64 may be one that cannot be unmapped. */
	ranges_subtract(free_ranges, (struct range){ UINT64_MAX - (P2P_PAGE - 1), UINT64_MAX });
	subtract_mapped(space, free_ranges);
	if (space != test->space)
		subtract_mapped(test->space, free_ranges);
	return subtract_decoded(test->pair->facts->machine, free_ranges);
}

/* A BAR that begins at a large page is mapped by large pages. */
static uint64_t alignment_of(uint64_t size)
{
	uint64_t alignment = P2P_PAGE;

	while (alignment < size && alignment < MOST_ALIGNED)
		alignment *= 2;
	return alignment;
}

/* The lowest: engines may not reach far up. @alignment is a power of two. */
static bool first_room(const struct ranges *free_ranges, uint64_t size, uint64_t alignment,
		       struct iova *room)
{
	for (size_t i = 0; i < free_ranges->nr; i++) {
		struct range range = free_ranges->items[i];
		uint64_t start;

		if (__builtin_add_overflow(range.start, alignment - 1, &start))
			continue;
		start &= ~(alignment - 1);
		if (start > range.end || size - 1 > range.end - start)
			continue;
		*room = (struct iova){ start };
		return true;
	}
	return false;
}

bool find_room(const struct p2p_test *test, const struct iospace *space, uint64_t size,
	       struct iova *room)
{
	struct ranges free_ranges = { 0 };
	bool found = find_free(test, space, &free_ranges) &&
		     first_room(&free_ranges, size, alignment_of(size), room);

	ranges_free(&free_ranges);
	return found;
}

/* Sets .base, where the memory goes, with P2P_SPAN addresses behind it for .at. Return: 0; negative
 * errno. */
static int choose_addresses(struct p2p_test *test, struct error *err)
{
	struct ranges free_ranges = { 0 };
	const char *name = test->from->device->name;
	int code = 0;

	if (!find_free(test, test->space, &free_ranges))
		code = fail(err, -ENODATA,
			    "%s: which addresses the devices of this machine decode is unknown, so "
			    "none can be chosen; see -v",
			    name);
	else if (!first_room(&free_ranges, test->memory.size + P2P_SPAN, P2P_PAGE, &test->base))
		code = fail(err, -ENOSPC,
			    "%s: no usable IOVA is outside what the devices of this machine "
			    "decode; iommutool resv-regions %s",
			    name, name);
	ranges_free(&free_ranges);
	return code;
}

/* --- memory ------------------------------------------------------------------------------- */

#define ENGINE_PAGES (ENGINE_MEMORY_SIZE / P2P_PAGE)
/* Among so many pages there are a few that are neighbours in physical memory, too. */
#define POOL_SIZE (2u << 20)
#define POOL_PAGES (POOL_SIZE / P2P_PAGE)
#define NO_RUN SIZE_MAX

/* Return: whether the pages that an engine has lie one behind the other. */
static bool is_run(const uint64_t addresses[ENGINE_PAGES])
{
	for (unsigned i = 1; i < ENGINE_PAGES; i++)
		if (addresses[i] - addresses[0] != i * P2P_PAGE)
			return false;
	return true;
}

/* Return: which page of the pool begins the lowest run, since engines may not reach far up; NO_RUN.
 */
static size_t find_run(const struct p2p_test *test, const uint64_t addresses[POOL_PAGES])
{
	size_t best = NO_RUN;

	for (size_t i = 0; i + ENGINE_PAGES <= POOL_PAGES; i++)
		if (is_run(addresses + i) && (best == NO_RUN || addresses[i] < addresses[best]) &&
		    iospace_check(test->space, (struct iova){ addresses[i] }, ENGINE_MEMORY_SIZE) ==
			    0)
			best = i;
	return best;
}

/*
 * Memory for the engine that is mapped at its own physical address: if nothing translated, which
 * only its moves will tell, they would hit nobody but us. Return: where in the pool it is, in
 * pages; NO_RUN.
 */
static size_t map_run(struct p2p_test *test)
{
	_cleanup_free_ uint64_t *addresses = xcalloc(POOL_PAGES, sizeof(*addresses));
	uint8_t *pool = test->memory.va;
	struct iova iova;
	size_t run;

	if (test->memory.size < POOL_SIZE || physical_addresses(pool, POOL_PAGES, addresses) < 0)
		return NO_RUN;
	run = find_run(test, addresses);
	if (run == NO_RUN)
		return NO_RUN;
	iova = (struct iova){ addresses[run] };
	pool += run * P2P_PAGE;
	if (iospace_map(test->space, pool, iova, ENGINE_MEMORY_SIZE, ACCESS_READ | ACCESS_WRITE) <
	    0)
		return NO_RUN;
	test->own = (struct engine_memory){ pool, iova };
	return run;
}

/* What the engine does not have is ours. */
static void share_out(struct p2p_test *test)
{
	uint8_t *pool = test->memory.va;
	size_t run = map_run(test);

	if (run == NO_RUN) {
		test->own = (struct engine_memory){ pool, test->base };
		run = 0;
	}
	test->ours = run >= P2P_SPAN / P2P_PAGE ? pool : pool + run * P2P_PAGE + ENGINE_MEMORY_SIZE;
}

/* Who is not told where its memory lies needs no choice. */
static uint64_t pool_size(void)
{
	uint8_t here = 0;
	uint64_t address;

	return physical_addresses(&here, 1, &address) == 0 ? POOL_SIZE
							   : ENGINE_MEMORY_SIZE + P2P_SPAN;
}

int lay_out_memory(struct p2p_test *test, struct error *err)
{
	const char *name = test->from->device->name;
	uint64_t size = pool_size();
	int code = memory_get(P2P_PAGE, size, &test->memory);

	if (code < 0)
		return fail(err, code, "%s: 0x%" PRIx64 " bytes of memory are not to be had", name,
			    size);
	code = choose_addresses(test, err);
	if (code < 0)
		return code;
	test->at = (struct iova){ test->base.value + test->memory.size };
	code = iospace_map(test->space, test->memory.va, test->base, test->memory.size,
			   ACCESS_READ | ACCESS_WRITE);
	if (code < 0)
		return fail(err, code,
			    "%s: mapping memory for it ended with %s; iommutool map-test %s", name,
			    errno_name(code), name);
	share_out(test);
	return 0;
}
