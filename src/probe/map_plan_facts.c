/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known to stand in the way of a line of a memory map, without asking the kernel. */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "model/regions.h"
#include "probe/map_plan_parts.h"
#include "probe/memlock.h"
#include "probe/size_text.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* --- overlaps --------------------------------------------------------------------------------- */

static int compare_lines(const void *a, const void *b)
{
	const struct plan_line *one = *(const struct plan_line *const *)a;
	const struct plan_line *other = *(const struct plan_line *const *)b;

	return (one->range.start > other->range.start) - (one->range.start < other->range.start);
}

/* Whether no two of the first @nr lines overlap; @sorted has all lines by start. */
static bool disjoint(const struct plan *plan, const struct plan_line *const *sorted, size_t nr)
{
	const struct plan_line *last = NULL;

	for (size_t i = 0; i < plan->nr_lines; i++) {
		if ((size_t)(sorted[i] - plan->lines) >= nr)
			continue;
		if (last && sorted[i]->range.start <= last->range.end)
			return false;
		last = sorted[i];
	}
	return true;
}

/* Sorts once and halves the search: a map may have 100,000 lines. */
void find_overlap(struct trial *trial)
{
	const struct plan *plan = trial->plan;
	const struct plan_line **sorted = xcalloc(plan->nr_lines, sizeof(*sorted));
	size_t low = 0, high = plan->nr_lines; /* the first @low are disjoint; of @high unknown */

	for (size_t i = 0; i < plan->nr_lines; i++)
		sorted[i] = &plan->lines[i];
	qsort(sorted, plan->nr_lines, sizeof(*sorted), compare_lines);
	while (low < high) {
		size_t middle = high - (high - low) / 2;

		if (disjoint(plan, sorted, middle))
			low = middle;
		else
			high = middle - 1;
	}
	free(sorted);
	trial->overlapping = low;
	trial->overlapped = 0;
	while (low < plan->nr_lines &&
	       !range_overlaps(plan->lines[trial->overlapped].range, plan->lines[low].range))
		trial->overlapped++;
}

/* --- what stands in the way of a line --------------------------------------------------------- */

bool judge_alignment(struct trial *trial, size_t index)
{
	struct range range = trial->plan->lines[index].range;
	uint64_t page_size = trial->test->space->page_size, mask = page_size - 1;
	_cleanup_free_ char *page = NULL;

	if (!(range.start & mask) && (range.end & mask) == mask)
		return true;
	/* 0-640K: END is the last address, and 640K-1 was meant. */
	if (!(range.start & mask) && !(range.end & mask) && range.end > range.start)
		return refuse_line(trial, index,
				   "its end is included; write 0x%" PRIx64 "+0x%" PRIx64,
				   range.start, range.end - range.start);
	page = size_text(page_size);
	return refuse_line(trial, index, "its %s is not a multiple of the page size, %s; align it",
			   range.start & mask ? "start" : "size", page);
}

bool judge_overlap(struct trial *trial, size_t index)
{
	const struct plan_line *other = &trial->plan->lines[trial->overlapped];
	_cleanup_free_ char *line = NULL;

	if (index != trial->overlapping)
		return true;
	line = plan_line_text(trial, other);
	return refuse_line(trial, index, "overlaps %s; what is mapped cannot be mapped again",
			   line);
}

bool judge_entries(struct trial *trial, size_t index)
{
	uint64_t left = trial->test->space->entries_left;

	if (index < left)
		return true;
	return refuse_line(trial, index,
			   "%zu lines take as many mappings, and the limit leaves %" PRIu64
			   "; write %zu or more to /sys/module/vfio_iommu_type1/parameters/"
			   "dma_entry_limit before the container is opened, or join lines",
			   trial->plan->nr_lines, left, trial->plan->nr_lines);
}

/* Return: whether the range is usable; @obstacle is else the first address of it that is not. */
static bool is_usable(const struct ranges *usable, struct range range, uint64_t *obstacle)
{
	size_t low = 0, high = usable->nr;

	while (low < high) { /* for the first one that does not end before the range */
		size_t middle = low + (high - low) / 2;

		if (usable->items[middle].end < range.start)
			low = middle + 1;
		else
			high = middle;
	}
	*obstacle = range.start;
	if (low == usable->nr || usable->items[low].start > range.start)
		return false;
	*obstacle = usable->items[low].end + 1; /* wraps only when the range does fit */
	return range.end <= usable->items[low].end;
}

/* Return: the region of a device in the space that keeps an address from being usable, or NULL. */
static const struct region *find_region(const struct iospace *space, uint64_t address,
					const struct group **group)
{
	for (size_t i = 0; i < space->nr_devices; i++) {
		*group = space->devices[i]->device->group;
		for (size_t k = 0; *group && k < (*group)->nr_regions; k++) {
			const struct region *region = &(*group)->regions[k];

			if (region->type != REGION_DIRECT_RELAXABLE && region->start <= address &&
			    address <= region->end)
				return region;
		}
	}
	return NULL;
}

static bool refuse_for_region(struct trial *trial, size_t index, const struct group *group,
			      const struct region *region)
{
	const struct device **devices = NULL;
	size_t nr_devices;
	const char *source =
		region_source(trial->test->facts->machine, group, region, &devices, &nr_devices);

	free(devices);
	return refuse_line(trial, index,
			   "reserved region 0x%" PRIx64 "-0x%" PRIx64
			   " of group %u (%s%s%s) lies there; "
			   "leave it out of the map",
			   region->start, region->end, group->number, region->word,
			   source ? ", " : "", source ? source : "");
}

static bool refuse_obstacle(struct trial *trial, size_t index, uint64_t obstacle)
{
	const struct ranges *usable = &trial->test->space->usable;
	const struct group *group;
	const struct region *region = find_region(trial->test->space, obstacle, &group);
	uint64_t first = usable->items[0].start, last = usable->items[usable->nr - 1].end;

	if (region)
		return refuse_for_region(trial, index, group, region);
	if (obstacle > last)
		return refuse_line(trial, index,
				   "beyond the aperture: the last usable address is 0x%" PRIx64
				   "; move it below",
				   last);
	if (obstacle < first)
		return refuse_line(trial, index,
				   "before the aperture: the first usable address is 0x%" PRIx64
				   "; move it above",
				   first);
	return refuse_line(trial, index,
			   "0x%" PRIx64
			   " is in none of the ranges that the kernel says are usable, and "
			   "no known region lies there; leave it out of the map",
			   obstacle);
}

/* Where no usable range is known only the kernel's answer to the line itself tells. */
bool judge_range(struct trial *trial, size_t index)
{
	const struct iospace *space = trial->test->space;
	struct range range = trial->plan->lines[index].range;
	uint64_t obstacle;

	if (space->usable.nr == 0)
		return true;
	if (!is_usable(&space->usable, range, &obstacle))
		return refuse_obstacle(trial, index, obstacle);
	if (range.end == UINT64_MAX && space->top_page_leaks)
		return refuse_line(
			trial, index,
			"this kernel cannot unmap the page below 2^64: it would stay pinned "
			"for good; end the line one page earlier");
	return true;
}

/* Return: what the limit has to be, KiB: what is locked already counts, too. */
static uint64_t wanted_limit(const struct trial *trial)
{
	uint64_t locked = 0, kib = trial->total / 1024;
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur > trial->lockable)
		locked = limit.rlim_cur - trial->lockable;
	return kib + (locked + 1023) / 1024;
}

bool judge_memlock(struct trial *trial, size_t index)
{
	_cleanup_free_ char *needed = NULL, *left = NULL;
	uint64_t limit;

	trial->locked = add_range_size(trial->locked, trial->plan->lines[index].range);
	if (trial->locked <= trial->lockable)
		return true;
	needed = size_text(trial->total);
	left = size_text(trial->lockable);
	limit = wanted_limit(trial);
	return refuse_line(
		trial, index,
		"the map locks %s in all, and the limit of locked memory leaves %s; raise it: "
		"\"ulimit -l %" PRIu64 "\", or LimitMEMLOCK=%" PRIu64 "K for systemd",
		needed, left, limit, limit);
}
