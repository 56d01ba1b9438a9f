/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backend of an address space that is an IOAS of iommufd, with devices opened by the character
 * devices of VFIO (drivers/iommu/iommufd/ioas.c, drivers/vfio/device_cdev.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/alloc.h"
#include "vfio/backend.h"
#include "vfio/device.h"
#include "vfio/iospace.h"
#include "vfio/uapi.h"

/* Ranges that there is room for at first: more than any machine seen has. */
#define FIRST_ROOM 32

static int iommufd_open(struct iospace *space, struct setup_failure *failure)
{
	struct uapi_ioas_alloc alloc = { .size = sizeof(alloc) };
	int fd = backend_open_node(IOMMUFD_NODE, SETUP_OPEN_IOMMUFD, failure);
	int r;

	if (fd < 0)
		return fd;
	r = backend_ioctl(fd, UAPI_IOAS_ALLOC, &alloc);
	if (r < 0) {
		close(fd);
		return backend_fail(failure, SETUP_ALLOC_IOAS, r);
	}
	space->fd = fd;
	space->ioas = alloc.ioas_id;
	return 0;
}

/* Return: the file descriptor of the device's cdev, or negative errno. */
static int open_cdev(const struct device *device, struct setup_failure *failure)
{
	char path[sizeof(failure->path)];
	int length;

	if (!device->cdevs.nr)
		return backend_fail(failure, SETUP_OPEN_CDEV, -ENODEV);
	length = snprintf(path, sizeof(path), "/dev/vfio/devices/%s", device->cdevs.items[0]);
	if (length < 0 || (size_t)length >= sizeof(path))
		return backend_fail(failure, SETUP_OPEN_CDEV, -ENAMETOOLONG);
	return backend_open_node(path, SETUP_OPEN_CDEV, failure);
}

static int iommufd_attach(struct iospace *space, const struct device *device,
			  struct vfio_device *opened, struct setup_failure *failure)
{
	struct uapi_bind_iommufd bind = { .argsz = sizeof(bind), .iommufd = space->fd };
	struct uapi_attach_iommufd_pt attach = { .argsz = sizeof(attach), .pt_id = space->ioas };
	enum setup_step step = SETUP_BIND_IOMMUFD;
	int fd = open_cdev(device, failure);
	int r;

	if (fd < 0)
		return fd;
	r = backend_ioctl(fd, UAPI_BIND_IOMMUFD, &bind);
	if (r >= 0) {
		step = SETUP_ATTACH_IOAS;
		r = backend_ioctl(fd, UAPI_ATTACH_IOMMUFD_PT, &attach);
	}
	if (r < 0) {
		close(fd); /* undoes the binding, too */
		return backend_fail(failure, step, r);
	}
	opened->fd = fd;
	opened->iommufd_id = bind.device_id;
	return 0;
}

/* Closing alone would leave the device in the IOAS for as long as one of its regions is mapped. */
static void iommufd_detach(struct iospace *space, struct vfio_device *opened)
{
	struct uapi_detach_iommufd_pt detach = { .argsz = sizeof(detach) };

	(void)space;
	backend_ioctl(opened->fd, UAPI_DETACH_IOMMUFD_PT, &detach);
	close(opened->fd);
	opened->fd = -1;
}

/**
 * read_ranges() - the usable ranges as the kernel lists them
 * @list: set to the array, to be freed; whatever is returned
 *
 * Return: the answer with .nr and .alignment in @answer, and 0; or negative errno.
 */
static int read_ranges(const struct iospace *space, struct uapi_ioas_iova_ranges *answer,
		       struct uapi_iova_range **list)
{
	uint32_t room = FIRST_ROOM;

	*list = NULL;
	for (;;) {
		int r;

		*list = xreallocarray(*list, room, sizeof(**list));
		*answer = (struct uapi_ioas_iova_ranges){
			.size = sizeof(*answer),
			.ioas_id = space->ioas,
			.nr = room,
			.ranges = (uintptr_t)*list,
		};
		r = backend_ioctl(space->fd, UAPI_IOAS_IOVA_RANGES, answer);
		if (r >= 0)
			return answer->nr <= room ? 0 : -EPROTO;
		if (r != -EMSGSIZE)
			return r;
		/* It has to grow, so this ends. */
		if (answer->nr <= room || answer->nr > BACKEND_MAX_BYTES / sizeof(**list))
			return -EPROTO;
		room = answer->nr;
	}
}

static int iommufd_query(struct iospace *space)
{
	struct uapi_ioas_iova_ranges answer;
	struct uapi_iova_range *list;
	struct ranges usable = { 0 };
	int r = read_ranges(space, &answer, &list);

	if (!r && (!answer.alignment || answer.alignment & (answer.alignment - 1)))
		r = -EPROTO;
	for (uint32_t i = 0; !r && i < answer.nr; i++)
		r = backend_add_range(&usable, list[i].start, list[i].last);
	free(list);
	if (r) {
		ranges_free(&usable);
		return r;
	}
	ranges_free(&space->usable);
	space->usable = usable;
	space->page_size = answer.alignment;
	space->page_sizes = answer.alignment;
	space->entries_left = ENTRIES_UNLIMITED;
	return 0;
}

static uint32_t map_flags(unsigned access)
{
	return UAPI_MAP_FIXED_IOVA | (access & ACCESS_READ ? UAPI_MAP_READABLE : 0) |
	       (access & ACCESS_WRITE ? UAPI_MAP_WRITABLE : 0);
}

HOT_PATH static int iommufd_map(struct iospace *space, const void *va, struct iova iova,
				uint64_t size, unsigned access)
{
	struct uapi_ioas_map map = {
		.size = sizeof(map),
		.flags = map_flags(access),
		.ioas_id = space->ioas,
		.va = (uintptr_t)va,
		.length = size,
		.iova = iova.value,
	};

	return backend_ioctl(space->fd, UAPI_IOAS_MAP, &map);
}

static int iommufd_map_export(struct iospace *space, int dma_buf, uint64_t size, struct iova iova,
			      unsigned access)
{
	struct uapi_ioas_map_file map = {
		.size = sizeof(map),
		.flags = map_flags(access),
		.ioas_id = space->ioas,
		.fd = dma_buf,
		.length = size,
		.iova = iova.value,
	};

	return backend_ioctl(space->fd, UAPI_IOAS_MAP_FILE, &map);
}

/* By dma-buf: iommufd does not take the address of a mapped region. The mapping holds the dma-buf.
 */
static int iommufd_map_bar(struct iospace *space, const struct bar_part *part, struct iova iova,
			   unsigned access)
{
	int dma_buf = vfio_region_export(part->device, part);
	int r;

	if (dma_buf < 0)
		return dma_buf;
	r = iommufd_map_export(space, dma_buf, part->size, iova, access);
	close(dma_buf);
	return r;
}

/* Not asked again after EINTR: a part may be unmapped, and the second answer would not say so. */
HOT_PATH static int iommufd_unmap(struct iospace *space, struct iova iova, uint64_t size,
				  uint64_t *unmapped)
{
	struct uapi_ioas_unmap unmap = {
		.size = sizeof(unmap),
		.ioas_id = space->ioas,
		.iova = iova.value,
		.length = size,
	};

	*unmapped = 0;
	if (ioctl(space->fd, UAPI_IOAS_UNMAP, &unmap) < 0)
		return -errno;
	*unmapped = unmap.length;
	return 0;
}

static int iommufd_unmap_all(struct iospace *space, uint64_t *unmapped)
{
	int r = iommufd_unmap(space, (struct iova){ 0 }, UINT64_MAX, unmapped);

	return r == -ENOENT ? 0 : r; /* nothing was mapped */
}

static void iommufd_close(struct iospace *space)
{
	close(space->fd); /* the IOAS goes with it */
	space->fd = -1;
}

const struct iospace_ops iommufd_ops = {
	.name = "iommufd",
	.open = iommufd_open,
	.attach = iommufd_attach,
	.detach = iommufd_detach,
	.query = iommufd_query,
	.map = iommufd_map,
	.map_bar = iommufd_map_bar,
	.map_export = iommufd_map_export,
	.unmap = iommufd_unmap,
	.unmap_all = iommufd_unmap_all,
	.close = iommufd_close,
};
