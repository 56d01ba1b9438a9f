/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of addresses as sorted, disjoint ranges. Both ends are inclusive, so all 64 bits can be
 * covered and nothing is ever added up that could wrap.
 */
#ifndef IOMMUTOOL_IOVA_H
#define IOMMUTOOL_IOVA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t start, end; /* start <= end */
};

struct ranges {
	struct range *items; /* by start, disjoint */
	size_t nr;
};

/* Makes the set hold just @range; frees what it held. */
void ranges_set(struct ranges *set, struct range range);
void ranges_copy(struct ranges *to, const struct ranges *from);
void ranges_free(struct ranges *set);

/* Takes @range out of the set. */
void ranges_subtract(struct ranges *set, struct range range);
/* Keeps in @set what is in @other too. */
void ranges_intersect(struct ranges *set, const struct ranges *other);

bool range_overlaps(struct range a, struct range b);

#endif
