/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the second-level tables of a domain lead an address. */
#include "collect/freebsd/second_level.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "collect/freebsd/acpi_root.h"

#define ENTRIES 512
#define PAGE_SHIFT 12
#define LEVEL_SHIFT 9
#define ENTRY_ACCESS 0x3u /* may read, may write */
#define ENTRY_LARGE 0x80u
#define LARGE_LEVEL 3 /* the highest where that means anything: 1 GiB */
#define ENTRY_ADDRESS 0x000ffffffffff000ull

/* What one entry spans, in bytes. */
static uint64_t span_of(unsigned level)
{
	return 1ull << (PAGE_SHIFT + LEVEL_SHIFT * (level - 1));
}

int freebsd_second_level_init(struct os *os, uint64_t table, unsigned levels, unsigned *left,
			      struct freebsd_second_level *tables, struct error *err)
{
	if (levels < 3 || levels > FREEBSD_LEVELS_MAX)
		return fail(err, -EINVAL, "IOMMU's table 0x%" PRIx64 ": %u levels, not 3 to 5",
			    table, levels);
	tables->os = os;
	tables->table = table & ENTRY_ADDRESS;
	tables->levels = levels;
	tables->left = left;
	for (size_t i = 0; i < FREEBSD_LEVELS_MAX; i++)
		tables->kept[i].address = UINT64_MAX;
	return 0;
}

uint64_t freebsd_second_level_end(const struct freebsd_second_level *tables)
{
	return span_of(tables->levels + 1);
}

static int keep_table(struct freebsd_second_level *tables, uint64_t table, unsigned level,
		      struct error *err)
{
	struct freebsd_kept_table *kept = &tables->kept[level - 1];
	int r;

	if (kept->address == table)
		return 0;
	if (*tables->left == 0)
		return -E2BIG;
	--*tables->left;
	kept->address = UINT64_MAX;
	r = tables->os->ops->read_physical(tables->os, table, kept->bytes, sizeof(kept->bytes));
	if (r < 0)
		return freebsd_memory_error(r, "IOMMU's table", table, err);
	kept->address = table;
	return 0;
}

/* In one piece, which compilers make one load: there are many of them. */
static uint64_t entry_at(const struct freebsd_second_level *tables, unsigned level, uint64_t index)
{
	const uint8_t *b = tables->kept[level - 1].bytes + 8 * index;

	return b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

/* Return: whether no table follows. */
static bool read_entry(uint64_t entry, unsigned level, uint64_t start, struct freebsd_piece *piece)
{
	uint64_t span = span_of(level);

	*piece = (struct freebsd_piece){ .start = start,
					 .size = span,
					 .is_mapped = entry & ENTRY_ACCESS,
					 .to = entry & ENTRY_ADDRESS & ~(span - 1) };
	return !piece->is_mapped || level == 1 || (level <= LARGE_LEVEL && (entry & ENTRY_LARGE));
}

int freebsd_second_level_find(struct freebsd_second_level *tables, uint64_t address,
			      struct freebsd_piece *piece, struct error *err)
{
	uint64_t end = freebsd_second_level_end(tables), table = tables->table;

	if (address >= end) {
		*piece = (struct freebsd_piece){ .start = end, .size = UINT64_MAX - end };
		return 0;
	}
	for (unsigned level = tables->levels;; level--) {
		uint64_t span = span_of(level), entry;
		int r = keep_table(tables, table, level, err);

		if (r < 0)
			return r;
		entry = entry_at(tables, level, address / span % ENTRIES);
		if (read_entry(entry, level, address & ~(span - 1), piece))
			return 0;
		table = entry & ENTRY_ADDRESS;
	}
}

/* Return: 0 when it was found; -ENOENT: not in this table; other negative errno. */
static int find_last(struct freebsd_second_level *tables, uint64_t table, unsigned level,
		     uint64_t start, struct freebsd_piece *piece, struct error *err)
{
	int r = keep_table(tables, table, level, err);

	if (r < 0)
		return r;
	for (uint64_t i = ENTRIES; i-- > 0;) {
		uint64_t entry = entry_at(tables, level, i), at = start + i * span_of(level);

		if (read_entry(entry, level, at, piece)) {
			if (piece->is_mapped)
				return 0;
			continue;
		}
		/* Lower levels do not take the place of what this one keeps. */
		r = find_last(tables, entry & ENTRY_ADDRESS, level - 1, at, piece, err);
		if (r != -ENOENT)
			return r;
	}
	return -ENOENT;
}

int freebsd_second_level_last(struct freebsd_second_level *tables, struct freebsd_piece *piece,
			      struct error *err)
{
	return find_last(tables, tables->table, tables->levels, 0, piece, err);
}
