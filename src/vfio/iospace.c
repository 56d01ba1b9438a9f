/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An address space: devices, and mappings that are checked, recorded and undone. */
#include "vfio/iospace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "vfio/backend.h"
#include "vfio/device.h"

/* --- spaces and devices ------------------------------------------------------------------- */

int iospace_open(const struct iospace_ops *ops, struct iospace **space,
		 struct setup_failure *failure)
{
	struct iospace *opened = xcalloc(1, sizeof(*opened));
	int r;

	*failure = (struct setup_failure){ .step = SETUP_DONE };
	*space = NULL;
	opened->ops = ops;
	opened->fd = -1;
	r = ops->open(opened, failure);
	if (r < 0) {
		free(opened);
		return r;
	}
	*space = opened;
	return 0;
}

/* Restores and closes a device that is in no list of the space. */
static void close_device(struct iospace *space, struct vfio_device *opened)
{
	vfio_device_restore(opened);
	space->ops->detach(space, opened);
	free(opened);
}

void iospace_close(struct iospace *space)
{
	if (!space)
		return;
	iospace_unmap_all(space);
	while (space->nr_devices)
		close_device(space, space->devices[--space->nr_devices]);
	space->ops->close(space);
	ranges_free(&space->usable);
	mappings_free(&space->mappings);
	free(space->devices);
	free(space->groups);
	free(space);
}

int iospace_attach(struct iospace *space, const struct device *device, struct vfio_device **opened,
		   struct setup_failure *failure)
{
	struct vfio_device *new = xcalloc(1, sizeof(*new));
	int r;

	*failure = (struct setup_failure){ .step = SETUP_DONE };
	*opened = NULL;
	new->device = device;
	new->fd = -1;
	r = space->ops->attach(space, device, new, failure);
	if (r < 0) {
		free(new);
		return r;
	}
	r = vfio_device_init(new);
	if (r < 0) {
		close_device(space, new);
		return backend_fail(failure, SETUP_DEVICE_INFO, r);
	}
	r = space->ops->query(space);
	if (r < 0) {
		close_device(space, new);
		return backend_fail(failure, SETUP_RANGES, r);
	}
	space->devices = xgrow(space->devices, space->nr_devices, sizeof(*space->devices));
	space->devices[space->nr_devices++] = new;
	*opened = new;
	return 0;
}

/* What was known about the devices' IOMMU is known no more. */
static void forget_ranges(struct iospace *space)
{
	ranges_free(&space->usable);
	space->page_sizes = 0;
	space->page_size = 0;
	space->entries_left = 0;
	space->top_page_leaks = false;
	space->is_compat = false;
}

void iospace_detach(struct iospace *space, struct vfio_device *opened)
{
	size_t index = 0;

	while (space->devices[index] != opened)
		index++;
	if (space->nr_devices == 1)
		iospace_unmap_all(space);
	space->nr_devices--;
	memmove(&space->devices[index], &space->devices[index + 1],
		(space->nr_devices - index) * sizeof(*space->devices));
	close_device(space, opened);
	if (!space->nr_devices)
		forget_ranges(space);
	else
		/* If it fails the ranges known so far are at worst too narrow. */
		space->ops->query(space);
}

/* --- checks ------------------------------------------------------------------------------- */

/* A space that has no device yet has no page size: whatever is aligned to nothing passes here, and
 * fails for lack of a usable range. */
static bool is_aligned(const struct iospace *space, uint64_t bits)
{
	return !space->page_size || !(bits & (space->page_size - 1));
}

static bool in_one_range(const struct ranges *ranges, uint64_t start, uint64_t last)
{
	for (size_t i = 0; i < ranges->nr; i++)
		if (ranges->items[i].start <= start && last <= ranges->items[i].end)
			return true;
	return false;
}

HOT_PATH int iospace_check(const struct iospace *space, struct iova iova, uint64_t size)
{
	uint64_t last;

	if (!size || !is_aligned(space, iova.value | size))
		return -EINVAL;
	if (!iova_range_is_valid(iova, size))
		return -EOVERFLOW;
	last = iova_last(iova, size);
	if (!in_one_range(&space->usable, iova.value, last))
		return -ERANGE;
	if (mappings_overlap(&space->mappings, iova, size))
		return -EEXIST;
	return space->top_page_leaks && last == UINT64_MAX ? -ENOTSUP : 0;
}

static bool is_access(unsigned access)
{
	return access && !(access & ~(unsigned)(ACCESS_READ | ACCESS_WRITE));
}

int iospace_check_request(const struct iospace *space, const struct map_request *request)
{
	uintptr_t va = (uintptr_t)request->va;

	if (!is_access(request->access) || !is_aligned(space, va) ||
	    (request->size && request->size - 1 > UINTPTR_MAX - va))
		return -EINVAL;
	return iospace_check(space, request->iova, request->size);
}

/* --- mapping ------------------------------------------------------------------------------ */

HOT_PATH int iospace_map(struct iospace *space, const void *va, struct iova iova, uint64_t size,
			 unsigned access)
{
	const struct map_request request = { va, iova, size, access };
	int r = iospace_check_request(space, &request);

	if (r < 0)
		return r;
	r = space->ops->map(space, va, iova, size, access);
	if (r < 0)
		return r;
	mappings_add(&space->mappings, iova, size);
	return 0;
}

int iospace_map_bar(struct iospace *space, const struct bar_part *part, struct iova iova,
		    unsigned access)
{
	int r = is_access(access) ? iospace_check(space, iova, part->size) : -EINVAL;

	if (r < 0)
		return r;
	r = space->ops->map_bar(space, part, iova, access);
	if (r < 0)
		return r;
	mappings_add(&space->mappings, iova, part->size);
	return 0;
}

int iospace_map_export(struct iospace *space, int dma_buf, struct iova iova, uint64_t size,
		       unsigned access)
{
	int r = is_access(access) ? iospace_check(space, iova, size) : -EINVAL;

	if (r < 0)
		return r;
	r = space->ops->map_export ? space->ops->map_export(space, dma_buf, size, iova, access)
				   : -EOPNOTSUPP;
	if (r < 0)
		return r;
	mappings_add(&space->mappings, iova, size);
	return 0;
}

/* --- unmapping ---------------------------------------------------------------------------- */

/* Unmaps an entry of the list and takes it out; an error leaves it there. */
static int unmap_entry(struct iospace *space, size_t index)
{
	const struct mapping *mapping = &space->mappings.items[index];
	uint64_t unmapped = 0;
	int r = space->ops->unmap(space, mapping->iova, mapping->size, &unmapped);

	if (r < 0)
		return r;
	if (unmapped != mapping->size)
		return -EIO;
	mappings_remove(&space->mappings, index);
	return 0;
}

/* Unmaps the entries from @first up to but not including @end, the last one first. */
HOT_PATH static int unmap_entries(struct iospace *space, size_t first, size_t end)
{
	int result = 0;

	while (end > first) {
		int r = unmap_entry(space, --end);

		if (r < 0 && !result)
			result = r;
	}
	return result;
}

/*
 * Return: the index behind the last mapping that has an address in a valid range; or that of @first
 * when there is none.
 */
static size_t mappings_to(const struct mappings *mappings, size_t first, uint64_t last)
{
	while (first < mappings->nr && mappings->items[first].iova.value <= last)
		first++;
	return first;
}

HOT_PATH int iospace_unmap(struct iospace *space, struct iova iova, uint64_t size)
{
	const struct mappings *mappings = &space->mappings;
	size_t first, end;
	uint64_t last;

	if (!iova_range_is_valid(iova, size))
		return -EINVAL;
	last = iova_last(iova, size);
	first = mappings_from(mappings, iova);
	end = mappings_to(mappings, first, last);
	if (first == end)
		return 0;
	if (mappings->items[first].iova.value < iova.value ||
	    iova_last(mappings->items[end - 1].iova, mappings->items[end - 1].size) > last)
		return -EINVAL;
	return unmap_entries(space, first, end);
}

void iospace_forget(struct iospace *space, struct iova iova)
{
	size_t index = mappings_from(&space->mappings, iova);

	if (index < space->mappings.nr && space->mappings.items[index].iova.value == iova.value)
		mappings_remove(&space->mappings, index);
}

int iospace_unmap_all(struct iospace *space)
{
	return unmap_entries(space, 0, space->mappings.nr);
}
