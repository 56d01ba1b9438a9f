/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of kernel_model.h: containers and groups (linux drivers/vfio/container.c, group.c) with the
 * IOMMU driver of type 1, version 2 (vfio_iommu_type1.c).
 */
#ifndef IOMMUTOOL_TEST_KERNEL_TYPE1_H
#define IOMMUTOOL_TEST_KERNEL_TYPE1_H

/* --- containers and groups ---------------------------------------------------------------- */

static inline int kernel_open_container(void)
{
	return kernel_new_fd(NODE_CONTAINER, kernel_new_space(0));
}

/* A container lives as long as its file, or a group in it. */
static inline void kernel_drop_container(unsigned index)
{
	struct kernel_space *space = &kernel.spaces[index];

	for (size_t i = 0; i < COUNT(kernel.groups); i++)
		if (kernel.groups[i].container == (int)index)
			return;
	kernel_remove_all(space); /* the last group takes them along */
	space->has_iommu = false;
	if (!space->is_open)
		kernel_free_space(space);
}

static inline void kernel_close_container(unsigned index)
{
	kernel.spaces[index].is_open = false;
	kernel_drop_container(index);
}

static inline int kernel_open_group(unsigned number)
{
	for (unsigned i = 0; i < COUNT(kernel.groups); i++) {
		struct kernel_group *group = &kernel.groups[i];

		if (group->number != number)
			continue;
		if (group->is_open)
			return -EBUSY;
		for (size_t k = 0; k < KERNEL_DEVICES; k++)
			if (kernel.devices[k].group == i && kernel.devices[k].is_open)
				return -EBUSY;
		group->is_open = true;
		return kernel_new_fd(NODE_GROUP, i);
	}
	return -ENOENT;
}

static inline void kernel_leave_container(unsigned group)
{
	int container = kernel.groups[group].container;

	for (size_t i = 0; i < KERNEL_DEVICES; i++)
		if (kernel.devices[i].group == group && kernel.devices[i].is_open)
			return;
	kernel.groups[group].container = -1;
	if (container >= 0)
		kernel_drop_container((unsigned)container);
}

static inline void kernel_close_group(unsigned index)
{
	kernel.groups[index].is_open = false;
	kernel_leave_container(index);
}

/* Whether what is mapped may stay when @group joins. */
static inline bool kernel_fits(unsigned space, unsigned group)
{
	int before = kernel.groups[group].container;
	bool fits = true;

	kernel.groups[group].container = (int)space;
	for (size_t i = 0; i < kernel.spaces[space].nr; i++)
		fits = fits && kernel_is_usable(space, kernel.spaces[space].items[i].start,
						kernel.spaces[space].items[i].last);
	kernel.groups[group].container = before;
	return fits;
}

static inline int kernel_set_container(unsigned index, const int *fd)
{
	struct kernel_file file = kernel_file_of(*fd);
	struct kernel_group *group = &kernel.groups[index];
	struct kernel_space *space;

	if (file.node != NODE_CONTAINER)
		return -EBADFD;
	if (group->container >= 0)
		return -EINVAL;
	if (kernel.not_viable)
		return -EPERM;
	space = &kernel.spaces[file.index];
	if (space->has_iommu && !kernel_fits(file.index, index))
		return -EINVAL;
	group->container = (int)file.index;
	if (kernel.broken == RULE_JOIN_LOSES_MAPPING && space->nr)
		kernel_remove(space, 0);
	return 0;
}

static inline int kernel_get_device(unsigned index, const char *name)
{
	const struct kernel_group *group = &kernel.groups[index];

	if (group->container < 0 || !kernel.spaces[group->container].has_iommu)
		return -EINVAL;
	for (unsigned i = 0; i < KERNEL_DEVICES; i++)
		if (kernel.devices[i].group == index && strcmp(kernel.devices[i].name, name) == 0) {
			if (kernel.devices[i].is_open)
				return -EBUSY;
			kernel.devices[i].is_bound = true;
			return kernel_new_device_fd(i);
		}
	return -ENODEV;
}

static inline int kernel_group_ioctl(unsigned index, unsigned long request, void *argument)
{
	unsigned number = kernel.groups[index].number;
	struct vfio_group_status *status = argument;
	int rc;

	switch (request) {
	case VFIO_GROUP_GET_STATUS:
		rc = kernel_called("group %u GET_STATUS", number);
		if (rc)
			return rc;
		if (status->argsz < sizeof(*status))
			return -EINVAL;
		status->flags = kernel.not_viable ? 0 : VFIO_GROUP_FLAGS_VIABLE;
		if (kernel.groups[index].container >= 0)
			status->flags |= VFIO_GROUP_FLAGS_CONTAINER_SET;
		return 0;
	case VFIO_GROUP_SET_CONTAINER:
		rc = kernel_called("group %u SET_CONTAINER", number);
		return rc ? rc : kernel_set_container(index, argument);
	case VFIO_GROUP_UNSET_CONTAINER:
		rc = kernel_called("group %u UNSET_CONTAINER", number);
		if (rc)
			return rc;
		if (kernel.groups[index].container < 0)
			return -EINVAL;
		for (size_t i = 0; i < KERNEL_DEVICES; i++)
			if (kernel.devices[i].group == index && kernel.devices[i].is_open)
				return -EBUSY;
		kernel_leave_container(index);
		return 0;
	case VFIO_GROUP_GET_DEVICE_FD:
		rc = kernel_called("group %u GET_DEVICE_FD %s", number, (char *)argument);
		return rc ? rc : kernel_get_device(index, argument);
	default:
		kernel_called("group %u request %#lx", number, request);
		return -ENOTTY;
	}
}

/* --- what the container tells ------------------------------------------------------------- */

#define KERNEL_CAPABILITIES 2048

struct kernel_capabilities {
	uint8_t bytes[KERNEL_CAPABILITIES];
	size_t size;
	size_t last; /* where the last one begins */
};

static inline void kernel_capability(struct kernel_capabilities *all, uint16_t id, const void *body,
				     size_t size)
{
	size_t at = (all->size + 7) & ~(size_t)7;
	struct vfio_info_cap_header header = { .id = id, .version = 1 };
	uint32_t next = (uint32_t)(at + sizeof(struct vfio_iommu_type1_info));

	if (all->size)
		memcpy(all->bytes + all->last + offsetof(struct vfio_info_cap_header, next), &next,
		       sizeof(next));
	memcpy(all->bytes + at, &header, sizeof(header));
	memcpy(all->bytes + at + sizeof(header), body, size);
	all->last = at;
	all->size = at + sizeof(header) + size;
}

static inline uint32_t kernel_entries_left(unsigned index)
{
	uint32_t used = (uint32_t)kernel.spaces[index].nr + kernel.entries_leaked;

	return used < kernel.entry_limit ? kernel.entry_limit - used : 0;
}

/* MIGRATION, DMA_AVAIL, IOVA_RANGE: the order in which the kernel has them. */
static inline void kernel_true_capabilities(unsigned index, struct kernel_capabilities *all)
{
	static const struct {
		uint32_t flags, pad;
		uint64_t pgsize_bitmap, max_bitmap;
	} migration = { 0, 0, KERNEL_PAGE, 1 << 20 };
	struct ranges usable = kernel_usable(index);
	uint32_t avail = kernel.is_compat ? UINT32_MAX : kernel_entries_left(index);
	uint64_t body[1 + 2 * 64] = { usable.nr };

	for (size_t i = 0; i < usable.nr; i++) {
		body[1 + 2 * i] = usable.items[i].start;
		body[2 + 2 * i] = usable.items[i].end;
	}
	*all = (struct kernel_capabilities){ 0 };
	if (!kernel.is_compat)
		kernel_capability(all, VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION, &migration,
				  sizeof(migration));
	kernel_capability(all, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, &avail, sizeof(avail));
	kernel_capability(all, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, body, 8 + 16 * usable.nr);
	ranges_free(&usable);
}

static inline int kernel_get_info(unsigned index, struct vfio_iommu_type1_info *info)
{
	struct kernel_capabilities all;
	const void *bytes = kernel.capabilities;
	size_t size = kernel.capabilities_size;
	int rc = kernel_called("container GET_INFO");

	if (rc)
		return rc;
	if (info->argsz < 16)
		return -EINVAL;
	if (!bytes) {
		kernel_true_capabilities(index, &all);
		bytes = all.bytes;
		size = all.size;
	}
	info->flags = VFIO_IOMMU_INFO_PGSIZES;
	info->iova_pgsizes = kernel.page_sizes;
	if (info->argsz < sizeof(*info))
		return 0;
	info->cap_offset = 0;
	if (size == 0)
		return 0;
	info->flags |= VFIO_IOMMU_INFO_CAPS;
	if (info->argsz < sizeof(*info) + size) {
		info->argsz = (uint32_t)(sizeof(*info) + size);
		return 0;
	}
	memcpy((uint8_t *)info + sizeof(*info), bytes, size);
	info->cap_offset = kernel.capabilities_at ? kernel.capabilities_at : sizeof(*info);
	return 0;
}

/* --- MAP and UNMAP ------------------------------------------------------------------------ */

static inline int kernel_check_map(unsigned index, const struct vfio_iommu_type1_dma_map *map)
{
	const struct kernel_space *space = &kernel.spaces[index];
	uint64_t mask = (kernel.page_sizes & -kernel.page_sizes) - 1;
	uint64_t last = map->iova + map->size - 1;
	uint32_t left = kernel_entries_left(index);

	if (map->argsz < sizeof(*map) ||
	    map->flags & ~(uint32_t)(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE))
		return -EINVAL;
	if (map->size == 0)
		return kernel.broken == RULE_ACCEPTS_ZERO_SIZE ? 1 : -EINVAL;
	if (kernel.broken == RULE_ACCEPTS_WRAP && kernel_wraps(map->iova, map->size))
		return 1;
	if (!kernel.wraps_are_einval &&
	    (kernel_wraps(map->iova, map->size) || kernel_wraps(map->vaddr, map->size)))
		return -EOVERFLOW;
	if (map->flags == 0 && kernel.broken != RULE_ACCEPTS_NO_ACCESS)
		return -EINVAL;
	if ((map->size | map->iova | map->vaddr) & mask && kernel.broken != RULE_ACCEPTS_UNALIGNED)
		return -EINVAL;
	if (kernel_wraps(map->iova, map->size) || kernel_wraps(map->vaddr, map->size))
		return -EINVAL;
	if (kernel_overlaps(space, map->iova, last)) {
		if (kernel.broken == RULE_ACCEPTS_OVERLAP)
			return 1;
		return kernel.broken == RULE_OTHER_ERRNO ? -EINVAL : -EEXIST;
	}
	if (kernel.broken == RULE_LIMIT_TOO_LARGE ? space->nr > kernel.entry_limit
						  : left <= (kernel.broken == RULE_LIMIT_TOO_SMALL))
		return -ENOSPC;
	return kernel_is_usable(index, map->iova, last) ? 0 : -EINVAL;
}

/* Pins the memory. Return: bytes that are accounted, or negative errno. */
static inline int64_t kernel_pin(const struct vfio_iommu_type1_dma_map *map)
{
	const struct kernel_device *device = kernel_bar_at(map->vaddr);
	bool to_write = map->flags & VFIO_DMA_MAP_FLAG_WRITE;

	if (device) {
		unsigned bar_of = (unsigned)(device - kernel.devices);

		if (kernel.is_compat || kernel.broken == RULE_REFUSES_BAR)
			return -EFAULT;
		return kernel_command(bar_of) & KERNEL_COMMAND_MEMORY ? 0 : -EFAULT;
	}
	if (kernel.broken == RULE_ACCEPTS_READ_ONLY)
		to_write = false;
	if (!kernel_has_memory(map->vaddr, map->size, to_write))
		return -EFAULT;
	return kernel_may_lock(map->size) ? (int64_t)map->size : -ENOMEM;
}

static inline int kernel_map(unsigned index, const struct vfio_iommu_type1_dma_map *map)
{
	struct kernel_space *space = &kernel.spaces[index];
	int64_t locked;
	int rc = kernel_called("container MAP %#llx+%#llx %s%s", (unsigned long long)map->iova,
			       (unsigned long long)map->size,
			       map->flags & VFIO_DMA_MAP_FLAG_READ ? "r" : "",
			       map->flags & VFIO_DMA_MAP_FLAG_WRITE ? "w" : "");

	if (rc)
		return rc;
	rc = kernel_check_map(index, map);
	if (rc)
		return rc < 0 ? rc : 0; /* accepted, and nothing done */
	locked = kernel_pin(map);
	if (locked < 0) {
		if (kernel.broken == RULE_FAULT_STAYS && locked == -EFAULT)
			kernel_add(space, map->iova, map->iova + map->size - 1, 0, false);
		return (int)locked;
	}
	kernel_add(space, map->iova, map->iova + map->size - 1, (uint64_t)locked,
		   map->flags & VFIO_DMA_MAP_FLAG_WRITE);
	if (kernel_bar_at(map->vaddr))
		kernel_put_behind(space, map->iova, kernel_behind_bar(map->vaddr),
				  (unsigned)(kernel_bar_at(map->vaddr) - kernel.devices) + 1,
				  false);
	else
		kernel_put_behind(space, map->iova, (uint8_t *)(uintptr_t)map->vaddr, 0, false);
	return 0;
}

static inline int kernel_unmap(unsigned index, struct vfio_iommu_type1_dma_unmap *unmap)
{
	struct kernel_space *space = &kernel.spaces[index];
	uint64_t mask = (kernel.page_sizes & -kernel.page_sizes) - 1;
	bool is_all = unmap->flags & VFIO_DMA_UNMAP_FLAG_ALL;
	uint64_t last = is_all ? LAST : unmap->iova + unmap->size - 1;
	int rc = is_all ? kernel_called("container UNMAP_ALL")
			: kernel_called("container UNMAP %#llx+%#llx",
					(unsigned long long)unmap->iova,
					(unsigned long long)unmap->size);

	if (rc)
		return rc;
	if (unmap->argsz < 24 ||
	    unmap->flags & ~(uint32_t)(kernel.lacks_unmap_all ? 0 : VFIO_DMA_UNMAP_FLAG_ALL))
		return -EINVAL;
	if ((unmap->iova & mask) || (is_all && (unmap->iova || unmap->size)))
		return -EINVAL;
	if (!is_all && (unmap->size == 0 || unmap->size & mask))
		return -EINVAL;
	if (!is_all && kernel_wraps(unmap->iova, unmap->size))
		return kernel.wraps_are_einval ? -EINVAL : -EOVERFLOW;
	if (kernel_cuts(space, unmap->iova, last)) {
		if (kernel.broken == RULE_CUT_UNMAPS)
			kernel_remove(space, kernel_first(space, unmap->iova));
		if (kernel.broken != RULE_SPLITS)
			return -EINVAL;
		kernel_split(space, unmap->iova, last);
		return 0;
	}
	if (kernel.broken == RULE_REFUSES_SUPERSET && !is_all) {
		size_t at = kernel_first(space, unmap->iova);

		if (at < space->nr && space->items[at].start <= last &&
		    (space->items[at].start != unmap->iova || space->items[at].last != last))
			return -EINVAL;
	}
	unmap->size = kernel_take_out(space, unmap->iova, last, is_all);
	return 0;
}

/* --- the container ------------------------------------------------------------------------ */

static inline int kernel_extension(unsigned long extension)
{
	switch (extension) {
	case VFIO_TYPE1_IOMMU:
		return 1;
	case VFIO_TYPE1v2_IOMMU:
		return !kernel.lacks_type1v2;
	case VFIO_UNMAP_ALL:
		return !kernel.lacks_unmap_all;
	default:
		return 0;
	}
}

static inline int kernel_set_iommu(unsigned index, unsigned long type)
{
	struct kernel_space *space = &kernel.spaces[index];
	bool has_group = false;

	for (size_t i = 0; i < COUNT(kernel.groups); i++)
		has_group |= kernel.groups[i].container == (int)index;
	if (!has_group || space->has_iommu)
		return -EINVAL;
	if (type != VFIO_TYPE1v2_IOMMU)
		return -ENODEV;
	space->has_iommu = true;
	return 0;
}

static inline int kernel_container_ioctl(unsigned index, unsigned long request, void *argument)
{
	unsigned long value = (unsigned long)argument;
	int rc;

	switch (request) {
	case VFIO_GET_API_VERSION:
		rc = kernel_called("container GET_API_VERSION");
		return rc ? rc : kernel.api_version;
	case VFIO_CHECK_EXTENSION:
		rc = kernel_called("container CHECK_EXTENSION %lu", value);
		return rc ? rc : kernel_extension(value);
	case VFIO_SET_IOMMU:
		rc = kernel_called("container SET_IOMMU %lu", value);
		return rc ? rc : kernel_set_iommu(index, value);
	}
	if (!kernel.spaces[index].has_iommu) {
		kernel_called("container request %#lx", request);
		return -EINVAL;
	}
	switch (request) {
	case VFIO_IOMMU_GET_INFO:
		return kernel_get_info(index, argument);
	case VFIO_IOMMU_MAP_DMA:
		return kernel_map(index, argument);
	case VFIO_IOMMU_UNMAP_DMA:
		return kernel_unmap(index, argument);
	case VFIO_IOMMU_DIRTY_PAGES:
		rc = kernel_called("container DIRTY_PAGES");
		return rc ? rc : kernel.is_compat ? -ENOTTY : 0;
	default:
		kernel_called("container request %#lx", request);
		return -ENOTTY;
	}
}

#endif
