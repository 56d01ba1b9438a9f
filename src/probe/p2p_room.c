/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses for p2p-test. None of them is one that a device or bridge decodes: on its way up a
 * request with such an address might be answered before it comes to the IOMMU.
 */
#include <errno.h>

#include "model/resources.h"
#include "probe/p2p_parts.h"

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

int lay_out_memory(struct p2p_test *test, struct error *err)
{
	const char *name = test->from->device->name;
	int code = memory_get(P2P_PAGE, ENGINE_MEMORY_SIZE + P2P_SPAN, &test->memory);

	if (code < 0)
		return fail(err, code, "%s: %u bytes of memory are not to be had", name,
			    ENGINE_MEMORY_SIZE + P2P_SPAN);
	code = choose_addresses(test, err);
	if (code < 0)
		return code;
	test->ours = (uint8_t *)test->memory.va + ENGINE_MEMORY_SIZE;
	test->at = (struct iova){ test->base.value + test->memory.size };
	code = iospace_map(test->space, test->memory.va, test->base, test->memory.size,
			   ACCESS_READ | ACCESS_WRITE);
	if (code < 0)
		return fail(err, code,
			    "%s: mapping memory for it ended with %s; iommutool "
			    "map-test %s",
			    name, errno_name(code), name);
	return 0;
}
