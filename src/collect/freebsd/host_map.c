/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether second-level tables map memory to itself, and what is missing (VT-d 9.8). */
#include <errno.h>
#include <inttypes.h>

#include "collect/freebsd/acpi_root.h"
#include "collect/freebsd/units.h"

#define ENTRIES 512
#define PAGE_SHIFT 12
#define LEVEL_SHIFT 9
#define ENTRY_ACCESS 0x3u /* may read, may write */
#define ENTRY_LARGE 0x80u
#define ENTRY_ADDRESS 0x000ffffffffff000ull
#define TABLES_MAX (1u << 20)

struct walk {
	struct os *os;
	uint64_t end; /* behind the last address to look at */
	struct freebsd_host_map *map;
	unsigned tables; /* that were read */
	uint64_t gap;	 /* bytes that are missing in front of the address where it is */
	struct error *err;
};

/* What one entry spans, in bytes. */
static uint64_t span_of(unsigned level)
{
	return 1ull << (PAGE_SHIFT + LEVEL_SHIFT * (level - 1));
}

/* Counted only when something is mapped behind it, or when it is known that there should be. */
static void close_gap(struct walk *walk, uint64_t at)
{
	if (walk->gap == 0)
		return;
	if (walk->map->missing == 0)
		walk->map->hole = at - walk->gap;
	walk->map->missing += walk->gap;
	walk->gap = 0;
}

static void see_page(struct walk *walk, uint64_t address, uint64_t size, uint64_t physical)
{
	close_gap(walk, address);
	if (physical == address)
		walk->map->identical += size;
	else
		walk->map->elsewhere += size;
	walk->map->end = address + size;
}

/* In one piece, which compilers make one load: there are many of them. */
static uint64_t entry_at(const uint8_t *b)
{
	return b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

static int walk_table(struct walk *walk, uint64_t table, unsigned level, uint64_t start)
{
	uint8_t bytes[ENTRIES * 8];
	uint64_t span = span_of(level);
	int r;

	if (++walk->tables > TABLES_MAX)
		return fail(walk->err, -ELOOP,
			    "IOMMU's table 0x%" PRIx64 ": more tables than memory could take",
			    table);
	r = walk->os->ops->read_physical(walk->os, table, bytes, sizeof(bytes));
	if (r < 0)
		return freebsd_memory_error(r, "IOMMU's table", table, walk->err);
	for (size_t i = 0; i < ENTRIES; i++) {
		uint64_t at = start + i * span, size = span;
		uint64_t entry = entry_at(bytes + 8 * i);

		if (at >= walk->end)
			break;
		if (size > walk->end - at)
			size = walk->end - at;
		if (!(entry & ENTRY_ACCESS)) {
			walk->gap += size;
		} else if (level == 1 || (level <= 3 && (entry & ENTRY_LARGE))) {
			see_page(walk, at, size, entry & ENTRY_ADDRESS & ~(span - 1));
		} else {
			r = walk_table(walk, entry & ENTRY_ADDRESS, level - 1, at);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int freebsd_read_host_map(struct os *os, uint64_t table, unsigned levels, uint64_t end,
			  struct freebsd_host_map *map, struct error *err)
{
	struct walk walk = { .os = os, .end = end, .map = map, .err = err };
	int r;

	*map = (struct freebsd_host_map){ 0 };
	if (levels < 3 || levels > 5)
		return fail(err, -EINVAL, "IOMMU's table 0x%" PRIx64 ": %u levels, not 3 to 5",
			    table, levels);
	if (end == 0 || end > span_of(levels) * ENTRIES)
		walk.end = span_of(levels) * ENTRIES;
	r = walk_table(&walk, table & ENTRY_ADDRESS, levels, 0);
	if (r < 0 || end == 0)
		return r;
	if (end > walk.end) /* they cannot lead there */
		walk.gap += end - walk.end;
	close_gap(&walk, end);
	map->end = end;
	return 0;
}
