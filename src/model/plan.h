/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges and memory maps as people write them, on a command line and in a plan file. */
#ifndef IOMMUTOOL_PLAN_H
#define IOMMUTOOL_PLAN_H

#include "model/iova.h"
#include "util/error.h"

/**
 * parse_size() - a size: decimal or 0x, with K, M, G or T for powers of 1024
 *
 * Return: 0; -EINVAL when it is none; -ERANGE when it is beyond 64 bits or 0.
 */
int parse_size(const char *text, uint64_t *size);

/**
 * parse_range() - START-END (inclusive) or START+SIZE
 *
 * Return: 0; -EINVAL when it is neither, or END lies before START; -ERANGE when it is beyond 64
 * bits.
 */
int parse_range(const char *text, struct range *range);

struct plan_line {
	unsigned number; /* of the line in the file, from 1; 0: in none */
	struct range range;
	bool writable;
	char *name; /* NULL when it has none */
};

struct plan {
	struct plan_line *lines;
	size_t nr_lines;
};

/**
 * plan_parse() - a memory map, one range a line
 * @text: lines "START SIZE|START-END [ro|rw] [NAME]"; # begins a comment; changed in place
 * @name: of the file, for messages
 *
 * Return: 0, and the plan is released with plan_free(); -EINVAL.
 */
int plan_parse(char *text, const char *name, struct plan *plan, struct error *err);

/* One line of a plan, always writable, without a name. */
void plan_add(struct plan *plan, struct range range);

void plan_free(struct plan *plan);

#endif
