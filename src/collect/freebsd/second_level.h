/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The second-level tables of a domain of VT-d (9.8): where they lead an address. They are read from
 * /dev/mem, a table of 4 KiB at a time; the last of each level is kept, so that what is near costs
 * no further one. What is read may change meanwhile.
 */
#ifndef IOMMUTOOL_FREEBSD_SECOND_LEVEL_H
#define IOMMUTOOL_FREEBSD_SECOND_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

#include "collect/freebsd/os.h"
#include "util/error.h"

#define FREEBSD_LEVELS_MAX 5

struct freebsd_second_level {
	struct os *os;
	uint64_t table;	 /* the first */
	unsigned levels; /* 3 to 5 */
	unsigned *left;	 /* tables that may still be read, by all that share it */
	struct freebsd_kept_table {
		uint64_t address; /* UINT64_MAX: none is kept */
		uint8_t bytes[4096];
	} kept[FREEBSD_LEVELS_MAX]; /* the last of each level first */
};

/* What one entry says: a page, or that nothing is mapped. */
struct freebsd_piece {
	uint64_t start, size; /* of what it is for */
	bool is_mapped;	      /* for reading, writing or both */
	uint64_t to;	      /* where it leads */
};

/**
 * freebsd_second_level_init() - tables by their first one
 * @table: from the context of a device, as are @levels
 * @left: outlives @tables
 *
 * Return: 0; -EINVAL for levels that there are not.
 */
int freebsd_second_level_init(struct os *os, uint64_t table, unsigned levels, unsigned *left,
			      struct freebsd_second_level *tables, struct error *err);

/* Return: behind the last address that they can lead. */
uint64_t freebsd_second_level_end(const struct freebsd_second_level *tables);

/**
 * freebsd_second_level_find() - what an address is in
 * @piece: behind the end, all that is there, not mapped
 *
 * Return: 0; -E2BIG when no more tables may be read, which nothing is recorded of; negative errno
 * as freebsd_read_vtd().
 */
int freebsd_second_level_find(struct freebsd_second_level *tables, uint64_t address,
			      struct freebsd_piece *piece, struct error *err);

/* The highest page that is mapped. Return: the same; -ENOENT, with nothing recorded: none is. */
int freebsd_second_level_last(struct freebsd_second_level *tables, struct freebsd_piece *piece,
			      struct error *err);

#endif
