/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of map-test: what unmapping does, and what it must not do. */
#include "probe/map_checks.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* linux vfio_iommu_type1.c, vfio_dma_do_unmap; iommufd io_pagetable.c, iopt_unmap_iova_range. */
static const struct answers cuts = { { EINVAL }, { ENOENT } };

/* Some mappings in the window of a check, all from the begin of the same memory. */
struct spread {
	const struct map_test *test;
	struct verdict *verdict;
	struct memory memory;
	uint64_t page;
};

/* Where they lie and how large they are, in pages. */
struct patch {
	uint64_t at, pages;
};

static const struct patch patches[] = { { 8, 4 }, { 12, 4 }, { 24, 8 } };

#define NR_PATCHES (sizeof(patches) / sizeof(patches[0]))
#define PATCHED_PAGES 16

static struct iova patch_iova(const struct spread *spread, size_t i)
{
	return window_at(spread->test, patches[i].at * spread->page);
}

static uint64_t patch_size(const struct spread *spread, size_t i)
{
	return patches[i].pages * spread->page;
}

/* Return: whether all of them are mapped; if so, they end with put_away(). */
static bool spread_out(struct spread *spread, const struct map_test *test, struct verdict *verdict)
{
	*spread = (struct spread){ test, verdict, { 0 }, test->space->page_size };
	/* As many as are locked then. */
	if (!begin_in_window(test, verdict, PATCHED_PAGES, &spread->memory))
		return false;
	for (size_t i = 0; i < NR_PATCHES; i++)
		if (!must_map(test, verdict, "a mapping to be tried on", spread->memory.va,
			      patch_iova(spread, i), patch_size(spread, i))) {
			memory_put(&spread->memory);
			return false;
		}
	return true;
}

static void put_away(struct spread *spread)
{
	memory_put(&spread->memory);
}

/* Return: whether each mapping is still there; they are gone then. */
static bool all_are_whole(const struct spread *spread)
{
	for (size_t i = 0; i < NR_PATCHES; i++)
		if (!must_be_whole(spread->test, spread->verdict, "a mapping that was to stay",
				   spread->memory.va, patch_iova(spread, i), patch_size(spread, i)))
			return false;
	return true;
}

/* Return: whether each can be mapped once more, so that none was left. */
static bool all_are_gone(const struct spread *spread)
{
	for (size_t i = 0; i < NR_PATCHES; i++)
		if (!must_map_and_unmap(spread->test, spread->verdict, "a mapping that is gone",
					spread->memory.va, patch_iova(spread, i),
					patch_size(spread, i)))
			return false;
	return true;
}

/* One request unmapped so many bytes: they have to be all, and gone. */
static void judge_all(const struct spread *spread, uint64_t unmapped)
{
	if (unmapped != PATCHED_PAGES * spread->page)
		fails(spread->verdict,
		      "of %d pages mapped the kernel says it unmapped 0x%" PRIx64 " bytes",
		      PATCHED_PAGES, unmapped);
	else if (all_are_gone(spread))
		passes(spread->verdict, "%zu mappings at once", NR_PATCHES);
}

static int ask_unmap(const struct spread *spread, uint64_t at, uint64_t pages, uint64_t *unmapped)
{
	return spread->test->space->ops->unmap(spread->test->space,
					       window_at(spread->test, at * spread->page),
					       pages * spread->page, unmapped);
}

void check_unmap(struct map_test *test, struct verdict *verdict)
{
	struct memory memory;
	struct iova iova;

	if (!begin_in_window(test, verdict, 4, &memory))
		return;
	iova = window_at(test, 0);
	if (must_map_and_unmap(test, verdict, "a mapping", memory.va, iova, memory.size) &&
	    must_map_and_unmap(test, verdict, "the same mapping again", memory.va, iova,
			       memory.size))
		passes(verdict, "mapped and unmapped twice");
	memory_put(&memory);
}

void check_unmap_superset(struct map_test *test, struct verdict *verdict)
{
	uint64_t unmapped;
	struct spread spread;
	int code;

	if (!spread_out(&spread, test, verdict))
		return;
	code = ask_unmap(&spread, 0, 64, &unmapped);
	if (code < 0)
		fails(verdict, "unmapping a range with 3 mappings in it ended with %s",
		      errno_name(code));
	else
		judge_all(&spread, unmapped);
	put_away(&spread);
}

/* type 1 has nothing against it and unmaps 0 bytes; iommufd says that there is nothing. */
void check_unmap_hole(struct map_test *test, struct verdict *verdict)
{
	/* Between two mappings, below the first and behind the last. */
	static const struct patch holes[] = { { 16, 8 }, { 0, 8 }, { 32, 8 } };
	int expected = is_iommufd(test->space) ? -ENOENT : 0;
	struct spread spread;

	if (!spread_out(&spread, test, verdict))
		return;
	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		uint64_t unmapped;
		int code = ask_unmap(&spread, holes[i].at, holes[i].pages, &unmapped);

		if (code != expected)
			fails(verdict, "unmapping where nothing is mapped ended with %s, not %s",
			      errno_name(code), errno_name(expected));
		else if (unmapped != 0)
			fails(verdict, "of a hole the kernel says it unmapped 0x%" PRIx64 " bytes",
			      unmapped);
	}
	if (all_are_whole(&spread))
		passes(verdict, "%s", expected ? errno_name(expected) : "0 bytes");
	put_away(&spread);
}

void check_unmap_piece(struct map_test *test, struct verdict *verdict)
{
	/* Of the mapping of 8 pages: no other one lies in these ranges. */
	static const struct {
		const char *what;
		struct patch range;
	} pieces[] = {
		{ "its first page", { 24, 1 } },       { "its last page", { 31, 1 } },
		{ "pages within", { 26, 4 } },	       { "a range over its begin", { 20, 8 } },
		{ "a range over its end", { 28, 8 } },
	};
	struct seen seen = { { 0 } };
	struct spread spread;

	if (!spread_out(&spread, test, verdict))
		return;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		uint64_t unmapped;
		int code = ask_unmap(&spread, pieces[i].range.at, pieces[i].range.pages, &unmapped);

		see(&seen, code);
		if (!is_answer(test->space, &cuts, code))
			fails(verdict, "unmapping a piece of a mapping, %s, ended with %s",
			      pieces[i].what, errno_name(code));
	}
	all_are_whole(&spread);
	pass_with(&seen, verdict);
	put_away(&spread);
}

void check_unmap_all(struct map_test *test, struct verdict *verdict)
{
	struct spread spread;
	uint64_t unmapped;
	int code;

	if (!spread_out(&spread, test, verdict))
		return;
	code = test->space->ops->unmap_all(test->space, &unmapped);
	if (code == -ENOTTY)
		skips(verdict, "this kernel has no request to unmap everything");
	else if (code < 0)
		fails(verdict, "unmapping everything ended with %s", errno_name(code));
	else
		judge_all(&spread, unmapped);
	put_away(&spread);
}
