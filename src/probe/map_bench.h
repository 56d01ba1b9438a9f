/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mapping and unmapping cost. */
#ifndef IOMMUTOOL_MAP_BENCH_H
#define IOMMUTOOL_MAP_BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "util/text.h"
#include "vfio/iospace.h"

struct map_cost {
	const char *operation; /* "map", "unmap" */
	uint64_t page_size;    /* of the memory that is mapped, bytes */
	uint64_t bytes;	       /* of one operation */
	unsigned rounds;
	uint64_t ns_min, ns_median, ns_max; /* of one operation, wall clock */
};

struct map_costs {
	struct map_cost *items; /* by page size, then bytes; map before unmap */
	size_t nr;
	/* Why a page size, or sizes beyond some total, were not measured: sentences. */
	struct strings notes;
};

/* Who is told what is measured next. */
struct bench_listener {
	void (*tell)(void *data, uint64_t page_size, uint64_t bytes);
	void *data;
};

/**
 * measure_mappings() - time operations of growing size for each size of pages
 * @space: with a device in it, and empty
 * @listener: may be NULL
 *
 * Totals go from one page to 1 GiB and beyond, as far as half of the memory that is available, the
 * usable ranges and the limit of locked memory allow. Ends early when a signal is waiting.
 *
 * Return: 0 or the negative errno of the operation that failed; @costs is released with
 * map_costs_free() in both cases.
 */
int measure_mappings(struct iospace *space, const struct bench_listener *listener,
		     struct map_costs *costs);

void map_costs_free(struct map_costs *costs);

#endif
