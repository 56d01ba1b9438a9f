/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of kernel_model.h: iommufd and the character devices of VFIO (linux drivers/iommu/iommufd/
 * ioas.c, io_pagetable.c, pages.c; drivers/vfio/device_cdev.c). Its structs are written down here
 * from include/uapi/linux/iommufd.h of Linux 7.2, not taken from the code under test.
 */
#ifndef IOMMUTOOL_TEST_KERNEL_IOMMUFD_H
#define IOMMUTOOL_TEST_KERNEL_IOMMUFD_H

#define KERNEL_IOMMUFD(n) _IO(';', n)
#define KERNEL_MAP_FIXED 1u
#define KERNEL_MAP_WRITEABLE 2u
#define KERNEL_MAP_READABLE 4u

struct kernel_bind {
	uint32_t argsz, flags;
	int32_t iommufd;
	uint32_t out_devid;
};

struct kernel_attach {
	uint32_t argsz, flags, pt_id;
};

struct kernel_ioas_alloc {
	uint32_t size, flags, out_ioas_id;
};

struct kernel_destroy {
	uint32_t size, id;
};

struct kernel_ioas_ranges {
	uint32_t size, ioas_id, num_iovas, reserved;
	uint64_t allowed_iovas, out_iova_alignment;
};

struct kernel_ioas_map {
	uint32_t size, flags, ioas_id, reserved;
	uint64_t user_va, length, iova;
};

struct kernel_ioas_map_file {
	uint32_t size, flags, ioas_id;
	int32_t fd;
	uint64_t start, length, iova;
};

struct kernel_ioas_unmap {
	uint32_t size, ioas_id;
	uint64_t iova, length;
};

/* IDs of objects: of an IOAS its index with this added. */
#define KERNEL_IOAS_IDS 100u

/* Return: index of a space, or -ENOENT. */
static inline int kernel_find_ioas(unsigned iommufd, uint32_t id)
{
	uint32_t index = id - KERNEL_IOAS_IDS;

	if (index >= KERNEL_SPACES || !kernel.spaces[index].used ||
	    kernel.spaces[index].iommufd != iommufd)
		return -ENOENT;
	return (int)index;
}

/* --- cdevs -------------------------------------------------------------------------------- */

static inline int kernel_open_cdev(const char *cdev)
{
	for (unsigned i = 0; i < KERNEL_DEVICES; i++)
		if (strcmp(kernel.devices[i].cdev, cdev) == 0)
			return kernel.devices[i].is_open ? -EBUSY : kernel_new_device_fd(i);
	return -ENOENT;
}

static inline int kernel_bind(unsigned index, void *argument)
{
	struct kernel_device *device = &kernel.devices[index];
	struct kernel_bind *bind = argument;
	int rc = kernel_called("%s BIND_IOMMUFD", device->name);

	if (rc)
		return rc;
	if (bind->argsz < sizeof(*bind) || bind->flags || bind->iommufd < 0 || device->is_bound)
		return -EINVAL;
	if (kernel.groups[device->group].is_open)
		return -EBUSY;
	if (kernel_file_of(bind->iommufd).node != NODE_IOMMUFD)
		return -EBADFD;
	if (kernel.not_viable)
		return -EPERM;
	device->is_bound = true;
	device->iommufd = kernel_file_of(bind->iommufd).index;
	bind->out_devid = 200 + index;
	return 0;
}

static inline void kernel_unbind(unsigned index)
{
	kernel.devices[index].ioas = -1;
	kernel.devices[index].iommufd = 0;
}

static inline int kernel_attach_pt(unsigned index, void *argument)
{
	struct kernel_device *device = &kernel.devices[index];
	struct kernel_attach *attach = argument;
	struct kernel_space *space;
	int before = device->ioas, ioas;
	int rc = kernel_called("%s ATTACH_IOMMUFD_PT", device->name);

	if (rc)
		return rc;
	if (attach->argsz < sizeof(*attach) || attach->flags)
		return -EINVAL;
	ioas = kernel_find_ioas(device->iommufd, attach->pt_id);
	if (ioas < 0)
		return ioas;
	space = &kernel.spaces[ioas];
	device->ioas = ioas;
	for (size_t i = 0; i < space->nr; i++)
		if (!kernel_is_usable((unsigned)ioas, space->items[i].start,
				      space->items[i].last)) {
			device->ioas = before;
			return -EADDRINUSE;
		}
	if (kernel.broken == RULE_JOIN_LOSES_MAPPING && space->nr)
		kernel_remove(space, 0);
	attach->pt_id = 300 + index; /* the page table that was made for it */
	return 0;
}

static inline int kernel_detach_pt(unsigned index, void *argument)
{
	int rc = kernel_called("%s DETACH_IOMMUFD_PT", kernel.devices[index].name);

	(void)argument;
	if (rc == 0)
		kernel.devices[index].ioas = -1;
	return rc;
}

/* Devices that are bound keep it alive, and so what is mapped. */
static inline void kernel_close_iommufd(unsigned iommufd)
{
	for (size_t i = 0; i < KERNEL_DEVICES; i++)
		if (kernel.devices[i].iommufd == iommufd)
			fail_msg("iommufd was closed before %s", kernel.devices[i].name);
	for (size_t i = 0; i < KERNEL_SPACES; i++)
		if (kernel.spaces[i].used && kernel.spaces[i].iommufd == iommufd)
			kernel_free_space(&kernel.spaces[i]);
}

/* --- what it tells ------------------------------------------------------------------------ */

static inline int kernel_ioas_ranges(unsigned iommufd, struct kernel_ioas_ranges *ask)
{
	struct range *out = (struct range *)(uintptr_t)ask->allowed_iovas;
	struct ranges usable = { 0 };
	const struct range *items = kernel.told;
	size_t nr = kernel.nr_told, room = ask->num_iovas;
	int ioas, rc = kernel_called("ioas RANGES %u", ask->num_iovas);

	if (rc)
		return rc;
	if (ask->size < sizeof(*ask))
		return -EINVAL;
	if (ask->reserved)
		return -EOPNOTSUPP;
	ioas = kernel_find_ioas(iommufd, ask->ioas_id);
	if (ioas < 0)
		return ioas;
	if (!items) {
		usable = kernel_usable((unsigned)ioas);
		items = usable.items;
		nr = usable.nr;
	}
	for (size_t i = 0; i < nr && i < room; i++)
		out[i] = items[i];
	ask->num_iovas = (uint32_t)nr;
	ask->out_iova_alignment = kernel.tells_alignment ? kernel.alignment
							 : kernel.page_sizes & -kernel.page_sizes;
	ranges_free(&usable);
	return nr > room ? -EMSGSIZE : 0;
}

/* --- MAP and UNMAP ------------------------------------------------------------------------ */

/* iopt_alloc_area_pages() and iopt_check_iova(). Return: 1: accept it and do nothing. */
static inline int kernel_check_area(unsigned index, uint64_t iova, uint64_t length)
{
	const struct kernel_space *space = &kernel.spaces[index];
	uint64_t mask = (kernel.page_sizes & -kernel.page_sizes) - 1;
	bool takes_unaligned = kernel.broken == RULE_ACCEPTS_UNALIGNED;

	if (length & mask && !takes_unaligned)
		return -EINVAL;
	if (iova & mask && !takes_unaligned)
		return -EINVAL;
	if (kernel_wraps(iova, length))
		return kernel.broken == RULE_ACCEPTS_WRAP ? 1 : -EOVERFLOW;
	if (!kernel_is_usable(index, iova, iova + length - 1))
		return -EINVAL;
	if (!kernel_overlaps(space, iova, iova + length - 1))
		return 0;
	if (kernel.broken == RULE_ACCEPTS_OVERLAP)
		return 1;
	return kernel.broken == RULE_OTHER_ERRNO ? -EINVAL : -EEXIST;
}

static inline int kernel_ioas_map(unsigned iommufd, const struct kernel_ioas_map *map)
{
	uint64_t mask = (kernel.page_sizes & -kernel.page_sizes) - 1;
	bool to_write = map->flags & KERNEL_MAP_WRITEABLE;
	struct kernel_space *space;
	int ioas, rc = kernel_called("ioas MAP %#llx+%#llx %s%s", (unsigned long long)map->iova,
				     (unsigned long long)map->length,
				     map->flags & KERNEL_MAP_READABLE ? "r" : "",
				     to_write ? "w" : "");

	if (rc)
		return rc;
	if (map->size < sizeof(*map))
		return -EINVAL;
	/* Without FIXED the kernel would choose an IOVA: nobody here wants that. */
	if (!(map->flags & KERNEL_MAP_FIXED) || map->flags > 7 || map->reserved)
		return -EOPNOTSUPP;
	if (map->iova == LAST || map->length == LAST)
		return -EOVERFLOW;
	if (!(map->flags & (KERNEL_MAP_WRITEABLE | KERNEL_MAP_READABLE)) &&
	    kernel.broken != RULE_ACCEPTS_NO_ACCESS)
		return -EINVAL;
	ioas = kernel_find_ioas(iommufd, map->ioas_id);
	if (ioas < 0)
		return ioas;
	space = &kernel.spaces[ioas];
	if (map->length == 0 && kernel.broken == RULE_ACCEPTS_ZERO_SIZE)
		return 0;
	if (map->length == 0 || map->length > SIZE_MAX - KERNEL_PAGE)
		return -EINVAL;
	if (map->user_va + map->length < map->user_va)
		return -EOVERFLOW;
	rc = kernel_check_area((unsigned)ioas, map->iova, map->length);
	if (rc)
		return rc < 0 ? rc : 0;
	if (map->user_va & mask && kernel.broken != RULE_ACCEPTS_UNALIGNED)
		return -EINVAL;
	if (kernel.broken == RULE_ACCEPTS_READ_ONLY)
		to_write = false;
	rc = kernel_bar_at(map->user_va) || !kernel_has_memory(map->user_va, map->length, to_write)
		     ? -EFAULT
	     : kernel_may_lock(map->length) ? 0
					    : -ENOMEM;
	if (rc == 0 || (rc == -EFAULT && kernel.broken == RULE_FAULT_STAYS)) {
		kernel_add(space, map->iova, map->iova + map->length - 1, rc ? 0 : map->length,
			   map->flags & KERNEL_MAP_WRITEABLE);
		if (rc == 0)
			kernel_put_behind(space, map->iova, (uint8_t *)(uintptr_t)map->user_va, 0,
					  false);
	}
	return rc;
}

static inline int kernel_ioas_map_file(unsigned iommufd, const struct kernel_ioas_map_file *map)
{
	struct kernel_file file = kernel_file_of(map->fd);
	int ioas, rc = kernel_called("ioas MAP_FILE %#llx+%#llx %s%s",
				     (unsigned long long)map->iova, (unsigned long long)map->length,
				     map->flags & KERNEL_MAP_READABLE ? "r" : "",
				     map->flags & KERNEL_MAP_WRITEABLE ? "w" : "");

	if (rc)
		return rc;
	if (map->size < sizeof(*map) || map->length == 0)
		return -EINVAL;
	if (!(map->flags & KERNEL_MAP_FIXED) || map->flags > 7)
		return -EOPNOTSUPP;
	if (!(map->flags & (KERNEL_MAP_WRITEABLE | KERNEL_MAP_READABLE)))
		return -EINVAL;
	ioas = kernel_find_ioas(iommufd, map->ioas_id);
	if (ioas < 0)
		return ioas;
	if (file.node != NODE_DMABUF || kernel.broken == RULE_REFUSES_BAR)
		return -EBADF;
	if (!(kernel_command(file.index) & KERNEL_COMMAND_MEMORY) ||
	    (!kernel.devices[file.index].is_open && kernel.dma != DMA_NEVER_REVOKED))
		return -ENODEV;
	if (map->start > KERNEL_BAR0_SIZE || map->length > KERNEL_BAR0_SIZE - map->start)
		return -EINVAL;
	rc = kernel_check_area((unsigned)ioas, map->iova, map->length);
	if (rc == 0) {
		kernel_add(&kernel.spaces[ioas], map->iova, map->iova + map->length - 1, 0, true);
		kernel_put_behind(&kernel.spaces[ioas], map->iova,
				  kernel_bar(file.index) + file.offset + map->start, file.index + 1,
				  true);
	}
	return rc < 0 ? rc : 0;
}

/* iopt_unmap_iova_range(): what comes before the one that would be cut is gone by then. */
static inline int kernel_ioas_unmap(unsigned iommufd, struct kernel_ioas_unmap *unmap)
{
	bool is_all = unmap->iova == 0 && unmap->length == LAST;
	uint64_t last = is_all ? LAST : unmap->iova + unmap->length - 1;
	struct kernel_space *space;
	int ioas, rc = is_all ? kernel_called("ioas UNMAP_ALL")
			      : kernel_called("ioas UNMAP %#llx+%#llx",
					      (unsigned long long)unmap->iova,
					      (unsigned long long)unmap->length);

	if (rc)
		return rc;
	if (unmap->size < sizeof(*unmap))
		return -EINVAL;
	ioas = kernel_find_ioas(iommufd, unmap->ioas_id);
	if (ioas < 0)
		return ioas;
	if (!is_all && (unmap->iova == LAST || unmap->length == LAST))
		return -EOVERFLOW;
	if (unmap->length == 0)
		return -EINVAL;
	if (!is_all && kernel_wraps(unmap->iova, unmap->length))
		return -EOVERFLOW;
	space = &kernel.spaces[ioas];
	if (kernel_cuts(space, unmap->iova, last)) {
		if (kernel.broken != RULE_SPLITS) {
			size_t at = kernel_first(space, unmap->iova);

			while (at < space->nr && space->items[at].start >= unmap->iova &&
			       space->items[at].last <= last)
				kernel_remove(space, at);
			if (kernel.broken == RULE_CUT_UNMAPS)
				kernel_remove(space, at);
			return -ENOENT;
		}
		kernel_split(space, unmap->iova, last);
		return 0;
	}
	if (kernel.broken == RULE_REFUSES_SUPERSET && !is_all) {
		size_t at = kernel_first(space, unmap->iova);

		if (at < space->nr && space->items[at].start <= last &&
		    (space->items[at].start != unmap->iova || space->items[at].last != last))
			return -ENOENT;
	}
	unmap->length = kernel_take_out(space, unmap->iova, last, is_all);
	return is_all || unmap->length ? 0 : -ENOENT;
}

static inline int kernel_iommufd_ioctl(unsigned iommufd, unsigned long request, void *argument)
{
	struct kernel_ioas_alloc *alloc = argument;
	struct kernel_destroy *destroy = argument;
	int rc, ioas;

	switch (request) {
	case KERNEL_IOMMUFD(0x80):
		rc = kernel_called("iommufd DESTROY");
		if (rc)
			return rc;
		ioas = destroy->size < sizeof(*destroy) ? -EINVAL
							: kernel_find_ioas(iommufd, destroy->id);
		if (ioas >= 0)
			kernel_free_space(&kernel.spaces[ioas]);
		return ioas < 0 ? ioas : 0;
	case KERNEL_IOMMUFD(0x81):
		rc = kernel_called("iommufd IOAS_ALLOC");
		if (rc)
			return rc;
		if (alloc->size < sizeof(*alloc))
			return -EINVAL;
		if (alloc->flags)
			return -EOPNOTSUPP;
		alloc->out_ioas_id = kernel_new_space(iommufd) + KERNEL_IOAS_IDS;
		return 0;
	case KERNEL_IOMMUFD(0x84):
		return kernel_ioas_ranges(iommufd, argument);
	case KERNEL_IOMMUFD(0x85):
		return kernel_ioas_map(iommufd, argument);
	case KERNEL_IOMMUFD(0x86):
		return kernel_ioas_unmap(iommufd, argument);
	case KERNEL_IOMMUFD(0x8f):
		return kernel.lacks_dmabuf ? -ENOTTY : kernel_ioas_map_file(iommufd, argument);
	default:
		kernel_called("iommufd request %#lx", request);
		return -ENOTTY;
	}
}

#endif
