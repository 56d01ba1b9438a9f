/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mapping and unmapping cost. */
#include "probe/map_bench.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "probe/memlock.h"
#include "probe/memory.h"
#include "probe/size_text.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/interrupt.h"

#define SIZE_2M (UINT64_C(1) << 21)
#define SIZE_1G (UINT64_C(1) << 30)

/* From one total to the next. */
#define STEP 8

/* Rounds of a cell: until the time is over, but no fewer and no more than these. */
#define MIN_ROUNDS 5u
#define MAX_ROUNDS 1000u
#define CELL_NS UINT64_C(150000000)

/* A total that would take longer than this for all of its rounds is not measured. */
#define PATIENCE_NS UINT64_C(10000000000)

/* One series: growing totals of pages of one size. */
struct series {
	struct iospace *space;
	struct map_costs *costs;
	const struct bench_listener *listener;
	uint64_t page_size;
	struct memory memory; /* of the total that is measured now */
	struct iova iova;
	uint64_t limit; /* the largest total that may be tried, bytes */
	const char *why_no_more;
};

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Takes @text. */
static void note(const struct series *series, char *text)
{
	_cleanup_free_ char *rest = text;
	_cleanup_free_ char *page = size_text(series->page_size);

	strings_take(&series->costs->notes, xasprintf("pages of %s: %s", page, rest));
}

/* --- rounds of one total ---------------------------------------------------------------------- */

struct cell {
	unsigned rounds;
	uint64_t map_ns[MAX_ROUNDS], unmap_ns[MAX_ROUNDS];
};

static int compare_ns(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static void add_cost(const struct series *series, const char *operation, uint64_t bytes,
		     uint64_t *ns, unsigned rounds)
{
	struct map_costs *costs = series->costs;

	qsort(ns, rounds, sizeof(*ns), compare_ns);
	costs->items = xgrow(costs->items, costs->nr, sizeof(*costs->items));
	costs->items[costs->nr++] = (struct map_cost){
		.operation = operation,
		.page_size = series->page_size,
		.bytes = bytes,
		.rounds = rounds,
		.ns_min = ns[0],
		.ns_median = ns[rounds / 2],
		.ns_max = ns[rounds - 1],
	};
}

static int time_round(const struct series *series, uint64_t bytes, uint64_t *map_ns,
		      uint64_t *unmap_ns)
{
	uint64_t start = now_ns();
	int r = iospace_map(series->space, series->memory.va, series->iova, bytes,
			    ACCESS_READ | ACCESS_WRITE);

	*map_ns = now_ns() - start;
	if (r < 0)
		return r;
	start = now_ns();
	r = iospace_unmap(series->space, series->iova, bytes);
	*unmap_ns = now_ns() - start;
	return r;
}

/* The first round is not counted: what it fills, page tables above all, stays for the others. */
static int time_cell(const struct series *series, uint64_t bytes, struct cell *cell)
{
	uint64_t map_ns, unmap_ns, start;
	int r = time_round(series, bytes, &map_ns, &unmap_ns);

	cell->rounds = 0;
	start = now_ns();
	while (r == 0 && !interrupted() && cell->rounds < MAX_ROUNDS &&
	       (cell->rounds < MIN_ROUNDS || now_ns() - start < CELL_NS)) {
		r = time_round(series, bytes, &cell->map_ns[cell->rounds],
			       &cell->unmap_ns[cell->rounds]);
		cell->rounds++;
	}
	return r;
}

/* --- how far totals go ------------------------------------------------------------------------ */

/* What is left of a usable range from its first address that is aligned. */
static uint64_t aligned_room(const struct iospace *space, struct range range, uint64_t alignment,
			     uint64_t *start)
{
	uint64_t mask = alignment - 1;

	if (range.end == UINT64_MAX && space->top_page_leaks)
		range.end -= space->page_size;
	if (range.start > UINT64_MAX - mask)
		return 0;
	*start = (range.start + mask) & ~mask;
	if (*start > range.end)
		return 0;
	return range.end - *start == UINT64_MAX ? UINT64_MAX : range.end - *start + 1;
}

/* Sets the address at which the series has most room. Return: that room, bytes. */
static uint64_t find_room(struct series *series)
{
	const struct ranges *usable = &series->space->usable;
	uint64_t most = 0;

	for (size_t i = 0; i < usable->nr; i++) {
		uint64_t start = 0;
		uint64_t room =
			aligned_room(series->space, usable->items[i], series->page_size, &start);

		if (room > most) {
			most = room;
			series->iova.value = start;
		}
	}
	return most;
}

static void bound(struct series *series, uint64_t limit, const char *why)
{
	if (limit >= series->limit)
		return;
	series->limit = limit;
	series->why_no_more = why;
}

/* Large pages come from a pool that is not counted as available. */
static uint64_t may_take(uint64_t page_size)
{
	uint64_t available = memory_available() / 2, pool = memory_in_pool(page_size);

	return pool > available ? pool : available;
}

static void find_limit(struct series *series)
{
	series->limit = UINT64_MAX;
	bound(series, find_room(series), "no usable range has room for it");
	bound(series, memlock_left(),
	      "the limit of locked memory does not allow it; raise it with ulimit -l");
	/* Pages of 1 GiB that are not there are told of by asking for them. */
	if (series->page_size != SIZE_1G)
		bound(series, may_take(series->page_size),
		      "it is more than half of the memory that is available");
}

/* --- growing totals --------------------------------------------------------------------------- */

/* Return: how long all rounds of the next total would take, judged by this one. */
static uint64_t next_ns(const struct map_costs *costs)
{
	const struct map_cost *map = &costs->items[costs->nr - 2], *unmap = map + 1;

	return (map->ns_median + unmap->ns_median) * STEP * (MIN_ROUNDS + 1);
}

/* Why there are no larger totals; @bytes is the first one that was not measured. */
static void note_end(const struct series *series, uint64_t bytes, const char *why)
{
	_cleanup_free_ char *size = size_text(bytes);

	if (bytes == series->page_size)
		note(series, xasprintf("not measured: %s", why));
	else if (bytes <= SIZE_1G)
		note(series, xasprintf("%s and more not measured: %s", size, why));
}

/* One total after the other. Return: 0, also when a signal came; negative errno. */
static int measure_series(struct series *series, struct cell *cell)
{
	uint64_t bytes;
	int r;

	for (bytes = series->page_size; bytes <= series->limit; bytes *= STEP) {
		if (memory_get(series->page_size, bytes, &series->memory) < 0) {
			note_end(series, bytes,
				 "no such pages are free; reserve some at boot or in "
				 "/proc/sys/vm/nr_hugepages");
			return 0;
		}
		if (series->listener)
			series->listener->tell(series->listener->data, series->page_size, bytes);
		r = time_cell(series, bytes, cell);
		memory_put(&series->memory);
		if (r < 0 || cell->rounds < MIN_ROUNDS)
			return r;
		add_cost(series, "map", bytes, cell->map_ns, cell->rounds);
		add_cost(series, "unmap", bytes, cell->unmap_ns, cell->rounds);
		if (next_ns(series->costs) > PATIENCE_NS) {
			note_end(series, bytes * STEP, "it would take too long");
			return 0;
		}
	}
	note_end(series, bytes, series->why_no_more);
	return 0;
}

int measure_mappings(struct iospace *space, const struct bench_listener *listener,
		     struct map_costs *costs)
{
	const uint64_t page_sizes[] = { (uint64_t)sysconf(_SC_PAGESIZE), SIZE_2M, SIZE_1G };
	struct cell *cell = xcalloc(1, sizeof(*cell));
	int r = 0;

	*costs = (struct map_costs){ 0 };
	for (size_t i = 0; i < sizeof(page_sizes) / sizeof(page_sizes[0]) && r == 0; i++) {
		struct series series = { .space = space,
					 .costs = costs,
					 .listener = listener,
					 .page_size = page_sizes[i] };

		find_limit(&series);
		if (!interrupted())
			r = measure_series(&series, cell);
	}
	free(cell);
	return r;
}

void map_costs_free(struct map_costs *costs)
{
	free(costs->items);
	strings_free(&costs->notes);
	*costs = (struct map_costs){ 0 };
}
