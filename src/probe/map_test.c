/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the checks of map-test, and what runs them. */
#include "probe/map_test.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "probe/map_checks.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/interrupt.h"

/* Without these nothing can be said about anything else. */
#define BASIC "page-4k,unmap"

/*
 * Cheap ones first, and each behind those that it rests on, so that a kernel which breaks one rule
 * fails one check.
 */
const struct map_check map_checks[] = {
	{ "attach", "the device gets into an address space that has usable ranges", NULL, NULL,
	  check_attach, 0 },
	{ "page-4k", "a page of 4 KiB is mapped and unmapped, as one", NULL, NULL, check_page_4k,
	  1 },
	{ "unmap", "what is unmapped is gone: its size is right, and it can be mapped again", NULL,
	  "page-4k", check_unmap, 1 },
	{ "zero-size", "a range without size is refused", NULL, BASIC, check_zero_size, 1 },
	{ "unaligned", "IOVA, size and address off by half a page are refused", NULL, BASIC,
	  check_unaligned, 1 },
	{ "wrap", "ranges that go beyond 64 bits are refused", NULL, BASIC, check_wrap, 1 },
	{ "no-access", "a mapping that allows neither read nor write is refused", NULL, BASIC,
	  check_no_access, 1 },
	{ "overlap", "what overlaps a mapping is refused, and the mapping stays", NULL, BASIC,
	  check_overlap, 2 },
	{ "first-page", "the first page of every usable range is mapped and unmapped", NULL, BASIC,
	  check_first_page, 1 },
	{ "last-page", "the last page of every usable range is mapped and unmapped", NULL, BASIC,
	  check_last_page, 1 },
	{ "top-page", "the page below 2^64 is mapped and unmapped",
	  "a usable range that ends at 2^64-1, and a kernel that can unmap its last page", BASIC,
	  check_top_page, 1 },
	{ "beyond-aperture", "what lies beyond the last usable range is refused",
	  "usable ranges that end below 2^64", BASIC, check_beyond_aperture, 1 },
	{ "reserved", "reserved regions and gaps between usable ranges are refused",
	  "a reserved region or a gap", BASIC, check_reserved, 1 },
	{ "unmap-hole", "unmapping where nothing is mapped touches nothing", NULL, BASIC ",overlap",
	  check_unmap_hole, 2 },
	{ "unmap-piece", "unmapping a piece of a mapping is refused, and it stays whole", NULL,
	  BASIC ",overlap", check_unmap_piece, 2 },
	{ "unmap-superset", "unmapping a range unmaps all mappings within", NULL, BASIC,
	  check_unmap_superset, 8 },
	{ "unmap-all", "one request unmaps everything", "Linux 5.12 or later, or iommufd",
	  BASIC ",unmap-superset", check_unmap_all, 8 },
	{ "no-memory", "addresses without memory are refused, and nothing stays mapped", NULL,
	  BASIC, check_no_memory, 1 },
	{ "read-only", "memory that may only be read is mapped for reads and refused for writes",
	  NULL, BASIC ",no-memory", check_read_only, 1 },
	{ "page-2m", "a page of 2 MiB is mapped and unmapped, as one",
	  "an IOMMU and memory with such pages", BASIC, check_page_2m, 1 },
	{ "page-1g", "a page of 1 GiB is mapped and unmapped, as one",
	  "an IOMMU and memory with such pages", BASIC, check_page_1g, 1 },
	{ "own-bar", "a BAR of the device itself is mapped and unmapped",
	  "a memory BAR that can be mapped; with iommufd Linux 6.19 or later", BASIC, check_own_bar,
	  1 },
	{ "memlock", "the limit of locked memory is kept, and unmapping gives back", NULL, BASIC,
	  check_memlock, 4 },
	{ "entry-limit", "as many mappings fit as the kernel says, and not one more",
	  "a limit (dma_entry_limit of vfio_iommu_type1)", BASIC, check_entry_limit, 0 },
	{ "replay", "a set of which one range fails is rolled back as a whole", NULL,
	  BASIC ",overlap,memlock,entry-limit", check_replay, 64 },
	{ "evolve", "a map that changes at random agrees with our list of it, page by page", NULL,
	  BASIC ",overlap,memlock,entry-limit", check_evolve, 256 },
	{ "two-containers", "two address spaces know nothing of each other",
	  "another device, in another group", BASIC ",overlap", check_two_containers, 1 },
	{ "same-container",
	  "a device that joins changes no mapping, and only takes from the ranges",
	  "another device, in another group", BASIC ",overlap", check_same_container, 1 },
	{ NULL, NULL, NULL, NULL, NULL, 0 },
};

#define NR_CHECKS (sizeof(map_checks) / sizeof(map_checks[0]) - 1)

const struct map_check *find_map_check(const char *name)
{
	for (const struct map_check *check = map_checks; check->name; check++)
		if (strcmp(check->name, name) == 0)
			return check;
	return NULL;
}

/* --- windows ---------------------------------------------------------------------------- */

static uint64_t range_size(struct range range)
{
	uint64_t last = range.end - range.start;

	return last == UINT64_MAX ? last : last + 1;
}

static const struct range *largest(const struct ranges *ranges)
{
	const struct range *best = NULL;

	for (size_t i = 0; i < ranges->nr; i++)
		if (!best || range_size(ranges->items[i]) > range_size(*best))
			best = &ranges->items[i];
	return best;
}

/* The page below 2^64 is not for ordinary checks: it may be one that cannot be unmapped. */
static void usable_below_top(const struct iospace *space, struct ranges *ranges)
{
	ranges_copy(ranges, &space->usable);
	ranges_subtract(ranges, (struct range){ UINT64_MAX - (space->page_size - 1), UINT64_MAX });
}

/* Return: whether @range has room for the windows of all checks; @begin is where they begin. */
static bool has_room_for_windows(struct range range, uint64_t *begin)
{
	if (__builtin_add_overflow(range.start, MAP_WINDOW - 1, begin))
		return false;
	*begin -= *begin % MAP_WINDOW;
	return *begin <= range.end && range.end - *begin >= NR_CHECKS * MAP_WINDOW - 1;
}

/* The windows lie in the first usable range that has room for all of them. */
static void lay_out(struct map_test *test, size_t index)
{
	struct ranges rest = { 0 };
	const struct range *room;
	uint64_t begin = 0;

	test->window = (struct iova){ 0 };
	test->window_size = 0;
	usable_below_top(test->space, &rest);
	for (size_t i = 0; i < rest.nr; i++) {
		if (!has_room_for_windows(rest.items[i], &begin))
			continue;
		test->window.value = begin + index * MAP_WINDOW;
		test->window_size = MAP_WINDOW;
		ranges_subtract(&rest,
				(struct range){ begin, begin + (NR_CHECKS * MAP_WINDOW - 1) });
		break;
	}
	room = largest(&rest);
	test->has_room = room && range_size(*room) > 2 * test->space->page_size;
	if (test->has_room) /* the ends of a range have checks of their own */
		test->room = (struct range){ room->start + test->space->page_size,
					     room->end - test->space->page_size };
	ranges_free(&rest);
}

/* --- running ---------------------------------------------------------------------------- */

/* Return: which of those that the check rests on has failed, to be freed; NULL: none. */
static char *failed_before(const struct map_check *check, const struct strings *failed)
{
	_cleanup_free_ char *names = check->after ? xstrdup(check->after) : NULL;
	char *rest = names, *name;

	if (strings_contain(failed, map_checks[0].name))
		return xstrdup(map_checks[0].name);
	while ((name = strsep(&rest, ",")))
		if (strings_contain(failed, name))
			return xstrdup(name);
	return NULL;
}

/* Whatever the check left, or a kernel that is not right did, must not disturb the next one. */
static void empty(struct iospace *space)
{
	uint64_t unmapped;

	iospace_unmap_all(space);
	space->ops->unmap_all(space, &unmapped);
	/* Again, for where there is no such request, or it does not do what it says. */
	for (size_t i = 0; i < space->usable.nr; i++) {
		struct range range = space->usable.items[i];
		uint64_t size = range_size(range);

		size -= size % space->page_size; /* of all 64 bits the last page is left out */
		space->ops->unmap(space, (struct iova){ range.start }, size, &unmapped);
	}
}

static void run_check(struct map_test *test, const struct map_check *check, struct strings *failed,
		      const struct map_listener *listener)
{
	struct verdict verdict = { .outcome = OUTCOME_INFO,
				   .reason = xstrdup("the check came to no end") };
	_cleanup_free_ char *missing = failed_before(check, failed);

	listener->tell(listener->data, check, NULL);
	if (test->is_stuck) {
		skips(&verdict, "a process hangs in the kernel with this address space");
	} else if (check->entries > test->space->entries_left) {
		skips(&verdict,
		      "makes %u mappings, and %" PRIu64
		      " may be made; raise dma_entry_limit of vfio_iommu_type1",
		      check->entries, test->space->entries_left);
	} else if (missing) {
		skips(&verdict, "%s failed, and without it this says nothing", missing);
	} else {
		lay_out(test, (size_t)(check - map_checks));
		check->run(test, &verdict);
	}
	if (!test->is_stuck) {
		empty(test->space);
		test->space->ops->query(test->space);
	}
	if (verdict.outcome == OUTCOME_FAIL)
		strings_add(failed, check->name);
	listener->tell(listener->data, check, &verdict);
	verdict_free(&verdict);
}

/* Return: whether a check is to be run: the first one always is. */
static bool is_wanted(const struct map_check *check, const bool *only)
{
	return check == map_checks || only[check - map_checks];
}

static void skip_all(const bool *only, const struct map_listener *listener, const char *why)
{
	struct verdict verdict = { 0 };

	fails(&verdict, "%s", why);
	listener->tell(listener->data, map_checks, NULL);
	listener->tell(listener->data, map_checks, &verdict);
	verdict_free(&verdict);
	for (const struct map_check *check = map_checks + 1; check->name; check++) {
		if (!is_wanted(check, only))
			continue;
		skips(&verdict, "the device could not be attached");
		listener->tell(listener->data, check, &verdict);
		verdict_free(&verdict);
	}
}

int run_map_checks(struct map_test *test, const struct iospace_ops *backend, const bool *only,
		   const struct map_listener *listener, struct error *err)
{
	struct strings failed = { 0 };
	int code =
		setup_space(backend, test->device, test->facts, &test->space, &test->opened, err);

	if (code < 0) {
		skip_all(only, listener, err->text);
		return code;
	}
	for (const struct map_check *check = map_checks; check->name && !interrupted(); check++)
		if (is_wanted(check, only))
			run_check(test, check, &failed, listener);
	strings_free(&failed);
	iospace_close(test->space);
	test->space = NULL;
	test->opened = NULL;
	return 0;
}

void check_attach(struct map_test *test, struct verdict *verdict)
{
	const struct ranges *usable = &test->space->usable;
	const struct range *range = largest(usable);

	if (!range)
		fails(verdict, "the kernel names no usable range");
	else if (test->space->page_size == 0)
		fails(verdict, "the kernel names no page size");
	else
		passes(verdict, "%zu range%s, up to 0x%016" PRIx64, usable->nr,
		       usable->nr == 1 ? "" : "s", usable->items[usable->nr - 1].end);
}
