/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a device's regions for others: addressable in this process, or as a dma-buf. */
#include "vfio/device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"
#include "vfio/uapi.h"

/* Sizes of huge pages that the kernel puts into a mapping of a BAR since Linux 6.12. */
#define PAGE_2M (UINT64_C(1) << 21)
#define PAGE_1G (UINT64_C(1) << 30)

/* The last page of a region is mapped as a whole, so a BAR below the page size has one, too. */
static int check_part(const struct vfio_region *region, const struct bar_part *part)
{
	uint64_t mask = (uint64_t)sysconf(_SC_PAGESIZE) - 1, end;

	if (!region->mappable || region->size > INT64_MAX - mask || part->size == 0 ||
	    (part->offset & mask) != 0 || (part->size & mask) != 0)
		return -EINVAL;
	end = (region->size + mask) & ~mask;
	if (part->offset > end || part->size > end - part->offset ||
	    region->offset > INT64_MAX - end || part->size > SIZE_MAX - PAGE_1G)
		return -EINVAL;
	return 0;
}

int vfio_region_map(const struct vfio_device *opened, const struct bar_part *part, int prot,
		    void **va)
{
	/* A BAR is aligned to its size, so its addresses are aligned as offsets in it are. */
	size_t align = part->size >= PAGE_1G ? PAGE_1G : PAGE_2M;
	size_t size = (size_t)part->size, lead;
	const struct vfio_region *region;
	uint8_t *room, *start;
	int rc;

	if (part->region >= VFIO_REGIONS)
		return -EINVAL;
	region = &opened->regions[part->region];
	rc = check_part(region, part);
	if (rc < 0)
		return rc;
	room = mmap(NULL, size + align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		    0);
	if (room == MAP_FAILED)
		return -errno;
	lead = (size_t)(part->offset - (uintptr_t)room) & (align - 1);
	start = mmap(room + lead, size, prot, MAP_SHARED | MAP_FIXED, opened->fd,
		     (off_t)(region->offset + part->offset));
	if (start == MAP_FAILED) {
		rc = -errno;
		munmap(room, size + align);
		return rc;
	}
	if (lead > 0)
		munmap(room, lead);
	munmap(start + size, align - lead);
	*va = start;
	return 0;
}

int vfio_region_export(const struct vfio_device *opened, const struct bar_part *part)
{
	const size_t size = sizeof(struct vfio_device_feature) +
			    sizeof(struct uapi_feature_dma_buf) + sizeof(struct uapi_region_range);
	_cleanup_free_ struct vfio_device_feature *feature = xcalloc(1, size);
	struct uapi_feature_dma_buf *dma_buf = (struct uapi_feature_dma_buf *)feature->data;
	int fd;

	feature->argsz = (uint32_t)size;
	feature->flags = VFIO_DEVICE_FEATURE_GET | UAPI_FEATURE_DMA_BUF;
	dma_buf->region = part->region;
	dma_buf->open_flags = O_CLOEXEC | O_RDWR;
	dma_buf->nr_ranges = 1;
	dma_buf->ranges[0] = (struct uapi_region_range){ part->offset, part->size };
	fd = ioctl(opened->fd, VFIO_DEVICE_FEATURE, feature);
	if (fd >= 0)
		return fd;
	/* The driver of this device does not export what others do. */
	return errno == EOPNOTSUPP ? -ENOTTY : -errno;
}
