/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Part of a BAR as this process reads and writes it. */
#include "vfio/bar_view.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The whole pages around a part; nothing wraps once the part lies in its region. */
static struct bar_part pages_around(const struct bar_part *part)
{
	uint64_t mask = (uint64_t)sysconf(_SC_PAGESIZE) - 1;
	struct bar_part pages = *part;

	pages.offset = part->offset & ~mask;
	pages.size = ((part->offset + part->size + mask) & ~mask) - pages.offset;
	return pages;
}

int bar_view_open(const struct bar_part *part, struct bar_view *view)
{
	const struct vfio_region *region;
	struct bar_part pages;
	int code;

	*view = (struct bar_view){ 0 };
	if (part->region >= VFIO_REGIONS)
		return -EINVAL;
	region = &part->device->regions[part->region];
	if (part->size == 0 || (part->offset | part->size) % 4 != 0 ||
	    part->offset > region->size || part->size > region->size - part->offset ||
	    region->size > INT64_MAX)
		return -EINVAL;
	pages = pages_around(part);
	code = vfio_region_map(part->device, &pages, PROT_READ | PROT_WRITE, &view->mapped);
	if (code < 0)
		return code;
	view->mapped_size = pages.size;
	view->va = (uint8_t *)view->mapped + (part->offset - pages.offset);
	view->size = part->size;
	return 0;
}

void bar_view_close(struct bar_view *view)
{
	if (view->mapped)
		munmap(view->mapped, view->mapped_size);
	*view = (struct bar_view){ 0 };
}

uint32_t bar_read32(const struct bar_view *view, uint64_t offset)
{
	return le32toh(*(const volatile uint32_t *)(view->va + offset));
}

uint64_t bar_read64(const struct bar_view *view, uint64_t offset)
{
	return le64toh(*(const volatile uint64_t *)(view->va + offset));
}

void bar_write32(const struct bar_view *view, uint64_t offset, uint32_t value)
{
	*(volatile uint32_t *)(view->va + offset) = htole32(value);
}

void bar_write64(const struct bar_view *view, uint64_t offset, uint64_t value)
{
	*(volatile uint64_t *)(view->va + offset) = htole64(value);
}

void bar_load(const struct bar_view *view, uint8_t *bytes, size_t size)
{
	size_t at = 0;

	for (; size - at >= 8; at += 8) {
		uint64_t value = *(const volatile uint64_t *)(view->va + at);

		memcpy(bytes + at, &value, sizeof(value));
	}
	for (; at < size; at += 4) {
		uint32_t value = *(const volatile uint32_t *)(view->va + at);

		memcpy(bytes + at, &value, sizeof(value));
	}
}

void bar_store(const struct bar_view *view, const uint8_t *bytes, size_t size)
{
	size_t at = 0;

	for (; size - at >= 8; at += 8) {
		uint64_t value;

		memcpy(&value, bytes + at, sizeof(value));
		*(volatile uint64_t *)(view->va + at) = value;
	}
	for (; at < size; at += 4) {
		uint32_t value;

		memcpy(&value, bytes + at, sizeof(value));
		*(volatile uint32_t *)(view->va + at) = value;
	}
}
