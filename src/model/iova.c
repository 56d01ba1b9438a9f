/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of addresses as sorted, disjoint ranges. */
#include "model/iova.h"

#include <stdlib.h>

#include "util/alloc.h"

static void append(struct ranges *set, uint64_t start, uint64_t end)
{
	set->items = xgrow(set->items, set->nr, sizeof(*set->items));
	set->items[set->nr++] = (struct range){ start, end };
}

void ranges_set(struct ranges *set, struct range range)
{
	ranges_free(set);
	append(set, range.start, range.end);
}

void ranges_copy(struct ranges *to, const struct ranges *from)
{
	ranges_free(to);
	for (size_t i = 0; i < from->nr; i++)
		append(to, from->items[i].start, from->items[i].end);
}

void ranges_free(struct ranges *set)
{
	free(set->items);
	*set = (struct ranges){ 0 };
}

bool range_overlaps(struct range a, struct range b)
{
	return a.start <= b.end && b.start <= a.end;
}

void ranges_subtract(struct ranges *set, struct range range)
{
	struct ranges result = { 0 };

	for (size_t i = 0; i < set->nr; i++) {
		struct range item = set->items[i];

		if (!range_overlaps(item, range)) {
			append(&result, item.start, item.end);
			continue;
		}
		if (item.start < range.start)
			append(&result, item.start, range.start - 1);
		if (item.end > range.end)
			append(&result, range.end + 1, item.end);
	}
	ranges_free(set);
	*set = result;
}

void ranges_intersect(struct ranges *set, const struct ranges *other)
{
	struct ranges result = { 0 };
	size_t i = 0, k = 0;

	while (i < set->nr && k < other->nr) {
		struct range a = set->items[i], b = other->items[k];

		if (range_overlaps(a, b))
			append(&result, a.start > b.start ? a.start : b.start,
			       a.end < b.end ? a.end : b.end);
		if (a.end < b.end)
			i++;
		else
			k++;
	}
	ranges_free(set);
	*set = result;
}
