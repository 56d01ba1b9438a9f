/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mapped in an address space: disjoint ranges by IOVA. */
#include "vfio/mappings.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "vfio/backend.h"

HOT_PATH size_t mappings_from(const struct mappings *mappings, struct iova iova)
{
	size_t low = 0, high = mappings->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct mapping *mapping = &mappings->items[middle];

		if (iova_last(mapping->iova, mapping->size) < iova.value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

HOT_PATH bool mappings_overlap(const struct mappings *mappings, struct iova iova, uint64_t size)
{
	size_t index = mappings_from(mappings, iova);

	return index < mappings->nr && mappings->items[index].iova.value <= iova_last(iova, size);
}

HOT_PATH void mappings_add(struct mappings *mappings, struct iova iova, uint64_t size)
{
	size_t index = mappings_from(mappings, iova);
	struct mapping *place;

	mappings->items = xgrow(mappings->items, mappings->nr, sizeof(*mappings->items));
	place = &mappings->items[index];
	memmove(place + 1, place, (mappings->nr - index) * sizeof(*place));
	*place = (struct mapping){ iova, size };
	mappings->nr++;
}

HOT_PATH void mappings_remove(struct mappings *mappings, size_t index)
{
	struct mapping *place = &mappings->items[index];

	mappings->nr--;
	memmove(place, place + 1, (mappings->nr - index) * sizeof(*place));
}

void mappings_free(struct mappings *mappings)
{
	free(mappings->items);
	*mappings = (struct mappings){ 0 };
}
