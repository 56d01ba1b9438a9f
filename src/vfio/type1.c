/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backend of an address space that is a type 1 container, version 2, of VFIO: groups are put
 * into it, and devices come out of groups (drivers/vfio/{container,group}.c, vfio_main.c before
 * 6.2, and vfio_iommu_type1.c).
 */
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/alloc.h"
#include "vfio/backend.h"
#include "vfio/device.h"
#include "vfio/iospace.h"
#include "vfio/type1_info.h"

/* --- the container ------------------------------------------------------------------------ */

/* An ioctl whose argument is a number. */
static int ask_number(int fd, unsigned long request, unsigned long number)
{
	return backend_ioctl(fd, request, (void *)number);
}

static int check_api(int container)
{
	int r = backend_ioctl(container, VFIO_GET_API_VERSION, NULL);

	if (r < 0)
		return r;
	if (r != VFIO_API_VERSION)
		return -EPROTO;
	r = ask_number(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU);
	if (r < 0)
		return r;
	return r ? 0 : -ENODEV;
}

static int type1_open(struct iospace *space, struct setup_failure *failure)
{
	int fd = backend_open_node(CONTAINER_NODE, SETUP_OPEN_CONTAINER, failure);
	int r;

	if (fd < 0)
		return fd;
	r = check_api(fd);
	if (r) {
		close(fd);
		return backend_fail(failure, SETUP_API, r);
	}
	space->fd = fd;
	return 0;
}

static void type1_close(struct iospace *space)
{
	close(space->fd);
	space->fd = -1;
}

/* --- groups ------------------------------------------------------------------------------- */

static struct held_group *find_held(const struct iospace *space, uint32_t number)
{
	for (size_t i = 0; i < space->nr_groups; i++)
		if (space->groups[i].number == number)
			return &space->groups[i];
	return NULL;
}

static int check_viable(int group)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int r = backend_ioctl(group, VFIO_GROUP_GET_STATUS, &status);

	if (r < 0)
		return r;
	return status.flags & VFIO_GROUP_FLAGS_VIABLE ? 0 : -EPERM;
}

/* The kind of IOMMU is chosen when there is a first group; the others join what is there. */
static int join_container(const struct iospace *space, int group, struct setup_failure *failure)
{
	int container = space->fd;
	int r = check_viable(group);

	if (r < 0)
		return backend_fail(failure, SETUP_GROUP_STATUS, r);
	r = backend_ioctl(group, VFIO_GROUP_SET_CONTAINER, &container);
	if (r < 0)
		return backend_fail(failure, SETUP_SET_CONTAINER, r);
	if (space->nr_groups)
		return 0;
	r = ask_number(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
	return r < 0 ? backend_fail(failure, SETUP_SET_IOMMU, r) : 0;
}

/* Return: 0, and the group is held with no devices yet; or negative errno. */
static int open_group(struct iospace *space, uint32_t number, struct setup_failure *failure)
{
	char path[sizeof(failure->path)];
	int fd, r;

	snprintf(path, sizeof(path), "/dev/vfio/%u", number);
	fd = backend_open_node(path, SETUP_OPEN_GROUP, failure);
	if (fd < 0)
		return fd;
	r = join_container(space, fd, failure);
	if (r < 0) {
		close(fd); /* takes it out of the container, too */
		return r;
	}
	space->groups = xgrow(space->groups, space->nr_groups, sizeof(*space->groups));
	space->groups[space->nr_groups++] = (struct held_group){ .number = number, .fd = fd };
	return 0;
}

/* Closes the group when it has no device any more. */
static void release_group(struct iospace *space, struct held_group *group)
{
	size_t behind = space->nr_groups - (size_t)(group - space->groups) - 1;

	if (group->nr_devices)
		return;
	close(group->fd);
	memmove(group, group + 1, behind * sizeof(*group));
	space->nr_groups--;
	/* With its last group the container lost its IOMMU and whatever was mapped by it. */
	if (!space->nr_groups)
		mappings_free(&space->mappings);
}

/* --- devices ------------------------------------------------------------------------------ */

static int type1_attach(struct iospace *space, const struct device *device,
			struct vfio_device *opened, struct setup_failure *failure)
{
	struct held_group *group;
	int r;

	if (!device->group)
		return backend_fail(failure, SETUP_OPEN_GROUP, -ENODEV);
	if (!find_held(space, device->group->number)) {
		r = open_group(space, device->group->number, failure);
		if (r < 0)
			return r;
	}
	group = find_held(space, device->group->number);
	r = backend_ioctl(group->fd, VFIO_GROUP_GET_DEVICE_FD, device->name);
	if (r < 0) {
		release_group(space, group);
		return backend_fail(failure, SETUP_GET_DEVICE, r);
	}
	opened->fd = r;
	group->nr_devices++;
	return 0;
}

static void type1_detach(struct iospace *space, struct vfio_device *opened)
{
	struct held_group *group = find_held(space, opened->device->group->number);

	close(opened->fd);
	opened->fd = -1;
	group->nr_devices--;
	release_group(space, group);
}

/* --- mapping ------------------------------------------------------------------------------ */

static int map_address(const struct iospace *space, uint64_t va, struct iova iova, uint64_t size,
		       unsigned access)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = (access & ACCESS_READ ? VFIO_DMA_MAP_FLAG_READ : 0u) |
			 (access & ACCESS_WRITE ? VFIO_DMA_MAP_FLAG_WRITE : 0u),
		.vaddr = va,
		.iova = iova.value,
		.size = size,
	};

	return backend_ioctl(space->fd, VFIO_IOMMU_MAP_DMA, &map);
}

HOT_PATH static int type1_map(struct iospace *space, const void *va, struct iova iova,
			      uint64_t size, unsigned access)
{
	return map_address(space, (uintptr_t)va, iova, size, access);
}

/*
 * By an address in this process, which is needed only while the kernel looks up what is behind it:
 * the mapping stays when that is gone.
 */
static int type1_map_bar(struct iospace *space, const struct bar_part *part, struct iova iova,
			 unsigned access)
{
	int prot = (access & ACCESS_READ ? PROT_READ : 0) |
		   (access & ACCESS_WRITE ? PROT_WRITE : 0);
	void *va;
	int r = vfio_region_map(part->device, part, prot, &va);

	if (r < 0)
		return r;
	r = map_address(space, (uintptr_t)va, iova, part->size, access);
	munmap(va, part->size);
	return r;
}

/* Not asked again after EINTR: the second answer would not say what the first unmapped. */
static int unmap(const struct iospace *space, uint32_t flags, struct iova iova, uint64_t size,
		 uint64_t *unmapped)
{
	struct vfio_iommu_type1_dma_unmap request = {
		.argsz = sizeof(request),
		.flags = flags,
		.iova = iova.value,
		.size = size,
	};

	*unmapped = 0;
	if (ioctl(space->fd, VFIO_IOMMU_UNMAP_DMA, &request) < 0)
		return -errno;
	*unmapped = request.size;
	return 0;
}

HOT_PATH static int type1_unmap(struct iospace *space, struct iova iova, uint64_t size,
				uint64_t *unmapped)
{
	return unmap(space, 0, iova, size, unmapped);
}

static int type1_unmap_all(struct iospace *space, uint64_t *unmapped)
{
	*unmapped = 0;
	if (ask_number(space->fd, VFIO_CHECK_EXTENSION, VFIO_UNMAP_ALL) <= 0)
		return -ENOTTY;
	return unmap(space, VFIO_DMA_UNMAP_FLAG_ALL, (struct iova){ 0 }, 0, unmapped);
}

/* --- what may be mapped ------------------------------------------------------------------- */

static bool ends_at_top(const struct ranges *ranges)
{
	return ranges->nr && ranges->items[ranges->nr - 1].end == UINT64_MAX;
}

/*
 * Kernels that know EOVERFLOW can unmap the page below 2^64 (vfio_dma_do_map()). The request wraps
 * in both addresses and is right in all else. A kernel that did not look would find no memory of
 * ours there: the address is none of user space.
 *
 * Return: 1: it leaks; 0: it does not; -EPROTO: the kernel mapped it.
 */
static int ask_top_page(const struct iospace *space, uint64_t page_size)
{
	uint64_t top = UINT64_MAX - (page_size - 1);
	int r = map_address(space, top, (struct iova){ top }, page_size * 2, ACCESS_READ);

	if (r >= 0)
		return -EPROTO;
	return r != -EOVERFLOW;
}

static int type1_query(struct iospace *space)
{
	struct type1_info info;
	int r = type1_read_info(space->fd, &info);
	int leaks = 0;
	uint64_t page_size = info.page_sizes & (~info.page_sizes + 1);
	/* A real container may have as many left, but has migration, too. */
	bool is_compat = info.has_available && info.available == UINT32_MAX && !info.has_migration;

	if (!r && !info.has_ranges)
		ranges_set(&info.usable, (struct range){ 0, UINT64_MAX });
	if (!r && !is_compat && ends_at_top(&info.usable))
		leaks = ask_top_page(space, page_size);
	if (r < 0 || leaks < 0) {
		ranges_free(&info.usable);
		return r < 0 ? r : leaks;
	}
	ranges_free(&space->usable);
	space->usable = info.usable;
	space->page_sizes = info.page_sizes;
	space->page_size = page_size;
	/* Kernels that do not tell have a limit, too, but no way to know it. */
	space->entries_left = info.has_available && !is_compat ? info.available : ENTRIES_UNLIMITED;
	space->top_page_leaks = leaks;
	space->is_compat = is_compat;
	return 0;
}

const struct iospace_ops type1_ops = {
	.name = "type1",
	.open = type1_open,
	.attach = type1_attach,
	.detach = type1_detach,
	.query = type1_query,
	.map = type1_map,
	.map_bar = type1_map_bar,
	.unmap = type1_unmap,
	.unmap_all = type1_unmap_all,
	.close = type1_close,
};
