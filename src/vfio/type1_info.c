/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VFIO_IOMMU_GET_INFO: a struct, and behind it a chain of capabilities whose offsets count from the
 * start of the struct (vfio_iommu_type1_get_info() in drivers/vfio/vfio_iommu_type1.c).
 */
#include "vfio/type1_info.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "vfio/backend.h"

/* Bytes asked for at first: enough for some 50 ranges. */
#define FIRST_SIZE 1024

/* --- capabilities: each gets its own bytes and whatever lies behind them in the answer -------- */

static int take_ranges(const unsigned char *bytes, size_t size, struct type1_info *info)
{
	struct vfio_iommu_type1_info_cap_iova_range head;
	struct vfio_iova_range range;

	memcpy(&head, bytes, sizeof(head));
	bytes += sizeof(head);
	if (head.nr_iovas > (size - sizeof(head)) / sizeof(range))
		return -EPROTO;
	for (uint32_t i = 0; i < head.nr_iovas; i++, bytes += sizeof(range)) {
		int r;

		memcpy(&range, bytes, sizeof(range));
		r = backend_add_range(&info->usable, range.start, range.end);
		if (r)
			return r;
	}
	info->has_ranges = true;
	return 0;
}

static int take_available(const unsigned char *bytes, size_t size, struct type1_info *info)
{
	struct vfio_iommu_type1_info_dma_avail capability;

	(void)size;
	memcpy(&capability, bytes, sizeof(capability));
	info->has_available = true;
	info->available = capability.avail;
	return 0;
}

static int take_migration(const unsigned char *bytes, size_t size, struct type1_info *info)
{
	(void)bytes;
	(void)size;
	info->has_migration = true;
	return 0;
}

static const struct info_capability {
	uint16_t id;
	size_t size; /* bytes that it has at least */
	int (*take)(const unsigned char *bytes, size_t size, struct type1_info *info);
} capabilities[] = {
	{ VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, sizeof(struct vfio_iommu_type1_info_cap_iova_range),
	  take_ranges },
	{ VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, sizeof(struct vfio_iommu_type1_info_dma_avail),
	  take_available },
	{ VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION, sizeof(struct vfio_info_cap_header),
	  take_migration },
};

/* Unknown capabilities are passed over: newer kernels have more. */
static int take_capability(uint16_t id, const unsigned char *bytes, size_t size,
			   struct type1_info *info)
{
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities); i++) {
		const struct info_capability *capability = &capabilities[i];

		if (capability->id == id)
			return size < capability->size ? -EPROTO
						       : capability->take(bytes, size, info);
	}
	return 0;
}

static int take_chain(const unsigned char *bytes, size_t size, uint32_t offset,
		      struct type1_info *info)
{
	struct vfio_info_cap_header header;
	/* More of them than fit can only be a loop. */
	size_t left = size / sizeof(header);

	while (offset) {
		int r;

		if (!left-- || offset > size || size - offset < sizeof(header))
			return -EPROTO;
		memcpy(&header, bytes + offset, sizeof(header));
		r = take_capability(header.id, bytes + offset, size - offset, info);
		if (r)
			return r;
		offset = header.next;
	}
	return 0;
}

int type1_parse_info(const void *bytes, size_t size, struct type1_info *info)
{
	struct vfio_iommu_type1_info head;

	*info = (struct type1_info){ 0 };
	if (size < sizeof(head))
		return -EPROTO;
	memcpy(&head, bytes, sizeof(head));
	if (!(head.flags & VFIO_IOMMU_INFO_PGSIZES) || !head.iova_pgsizes)
		return -EPROTO;
	info->page_sizes = head.iova_pgsizes;
	if (!(head.flags & VFIO_IOMMU_INFO_CAPS))
		return 0;
	return take_chain(bytes, size, head.cap_offset, info);
}

/* --- asking ------------------------------------------------------------------------------- */

int type1_read_info(int container, struct type1_info *info)
{
	struct vfio_iommu_type1_info *answer = NULL;
	uint32_t size = FIRST_SIZE;
	int r;

	*info = (struct type1_info){ 0 };
	for (;;) {
		answer = xreallocarray(answer, 1, size);
		memset(answer, 0, size);
		answer->argsz = size;
		r = backend_ioctl(container, VFIO_IOMMU_GET_INFO, answer);
		if (r < 0 || answer->argsz <= size)
			break;
		/* The kernel says how much it takes. It only grows, so this ends. */
		if (answer->argsz > BACKEND_MAX_BYTES) {
			r = -EPROTO;
			break;
		}
		size = answer->argsz;
	}
	if (r >= 0)
		r = type1_parse_info(answer, size, info);
	free(answer);
	return r;
}
