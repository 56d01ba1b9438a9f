/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Part of kernel_model.h: what is mapped, what may be mapped, and the memory behind it. */
#ifndef IOMMUTOOL_TEST_KERNEL_SPACES_H
#define IOMMUTOOL_TEST_KERNEL_SPACES_H

/* --- mappings ----------------------------------------------------------------------------- */

/* Return: index of the first mapping that ends at or above @iova. */
static inline size_t kernel_first(const struct kernel_space *space, uint64_t iova)
{
	size_t low = 0, high = space->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (space->items[middle].last < iova)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static inline bool kernel_is_taken(const struct kernel_space *space, uint64_t start, uint64_t last)
{
	size_t i = kernel_first(space, start);

	return i < space->nr && space->items[i].start <= last;
}

static inline bool kernel_overlaps(const struct kernel_space *space, uint64_t start, uint64_t last)
{
	bool is_taken = kernel_is_taken(space, start, last);

	for (size_t i = 0; kernel.broken == RULE_SPACES_ARE_ONE && i < KERNEL_SPACES; i++)
		is_taken |= kernel_is_taken(&kernel.spaces[i], start, last);
	return is_taken;
}

static inline void kernel_add(struct kernel_space *space, uint64_t start, uint64_t last,
			      uint64_t locked, bool is_writable)
{
	size_t at = kernel_first(space, start);
	uint64_t pages = (last - start + 1) / KERNEL_PAGE;
	bool is_short = kernel.broken == RULE_MAPS_LESS && (pages & (pages - 1));

	/* Before 7.2 nothing finds what ends at 2^64 - 1. */
	if (kernel.wraps_are_einval && last == LAST && !space->iommufd) {
		kernel.leaked++;
		return;
	}
	if (space->nr % 256 == 0) {
		space->items = realloc(space->items, (space->nr + 256) * sizeof(*space->items));
		assert_non_null(space->items);
	}
	memmove(&space->items[at + 1], &space->items[at], (space->nr - at) * sizeof(*space->items));
	space->items[at] = (struct kernel_mapping){ .start = start,
						    .last = last - (is_short ? KERNEL_PAGE : 0),
						    .locked = locked,
						    .is_writable = is_writable,
						    .is_short = is_short };
	space->nr++;
	kernel.locked += locked;
}

/* What a device gets at there, of the mapping that begins at @start; NULL where nobody knows. */
static inline void kernel_put_behind(struct kernel_space *space, uint64_t start, uint8_t *behind,
				     unsigned bar_of, bool is_export)
{
	size_t at = kernel_first(space, start);

	if (at == space->nr || space->items[at].start != start)
		return;
	space->items[at].behind = behind;
	space->items[at].bar_of = bar_of;
	space->items[at].is_export = is_export;
}

/* Return: bytes. */
static inline uint64_t kernel_remove(struct kernel_space *space, size_t at)
{
	struct kernel_mapping gone = space->items[at];

	kernel.gone[kernel.nr_gone++ % KERNEL_GONE] = gone;
	if (kernel.broken != RULE_MEMLOCK_LEAKS)
		kernel.locked -= gone.locked < kernel.locked ? gone.locked : kernel.locked;
	kernel.entries_leaked += kernel.broken == RULE_ENTRIES_LEAK && space->nr == 200;
	space->nr--;
	memmove(&space->items[at], &space->items[at + 1], (space->nr - at) * sizeof(*space->items));
	return gone.last - gone.start + 1;
}

static inline void kernel_remove_all(struct kernel_space *space)
{
	while (space->nr)
		kernel_remove(space, space->nr - 1);
}

/* Return: index; the test fails when there are too many. */
static inline unsigned kernel_new_space(unsigned iommufd)
{
	for (unsigned i = 0; i < KERNEL_SPACES; i++)
		if (!kernel.spaces[i].used) {
			kernel.spaces[i] = (struct kernel_space){ .used = true,
								  .is_open = true,
								  .iommufd = iommufd };
			return i;
		}
	fail_msg("more than %d address spaces", KERNEL_SPACES);
	return 0;
}

static inline void kernel_free_space(struct kernel_space *space)
{
	kernel_remove_all(space);
	free(space->items);
	*space = (struct kernel_space){ 0 };
}

/* Return: the mapping that has an address in one of the spaces, or NULL. */
static inline const struct kernel_mapping *kernel_find(uint64_t iova)
{
	for (size_t i = 0; i < KERNEL_SPACES; i++)
		if (kernel_is_taken(&kernel.spaces[i], iova, iova))
			return &kernel.spaces[i].items[kernel_first(&kernel.spaces[i], iova)];
	return NULL;
}

/* --- what UNMAP does to mappings ---------------------------------------------------------- */

static inline bool kernel_wraps(uint64_t start, uint64_t size)
{
	return start + size - 1 < start;
}

static inline bool kernel_forgets(const struct kernel_space *space, size_t at, uint64_t last,
				  size_t before, bool is_all)
{
	bool is_last = at + 1 == space->nr || space->items[at + 1].start > last;

	switch (kernel.broken) {
	case RULE_FORGETS_UNMAP:
		return !is_all;
	case RULE_FORGETS_ALL:
		return is_all;
	case RULE_FORGETS_LAST_OF_MANY:
		return !is_all && is_last && before > space->nr;
	default:
		return false;
	}
}

/* Removes what lies in a range. Return: bytes as the kernel tells them. */
static inline uint64_t kernel_take_out(struct kernel_space *space, uint64_t start, uint64_t last,
				       bool is_all)
{
	size_t at = kernel_first(space, start), before = space->nr;
	uint64_t size = 0;

	if (kernel.broken == RULE_HOLE_EATS_NEXT && !is_all && at < space->nr &&
	    space->items[at].start > last)
		kernel_remove(space, at);
	while (at < space->nr && space->items[at].start <= last) {
		struct kernel_mapping mapping = space->items[at];
		uint64_t pages = (mapping.last - mapping.start + 1) / KERNEL_PAGE;

		size += mapping.last - mapping.start + 1 + (mapping.is_short ? KERNEL_PAGE : 0);
		if (kernel_forgets(space, at, last, before, is_all)) {
			at++;
			continue;
		}
		kernel_remove(space, at);
		if (kernel.broken == RULE_FORGETS_ODD && !is_all && pages & (pages - 1)) {
			kernel_add(space, mapping.last - (KERNEL_PAGE - 1), mapping.last, 0, true);
			at++;
		}
	}
	if ((kernel.broken == RULE_WRONG_SIZE && size) ||
	    (kernel.broken == RULE_WRONG_SIZE_OF_MANY && !is_all && before > space->nr + 1))
		size -= KERNEL_PAGE;
	if (kernel.broken == RULE_HOLE_HAS_SIZE && size == 0 && !is_all)
		size = last - start + 1;
	return size;
}

/* Return: whether one of the mappings in a range lies only partly inside. */
static inline bool kernel_cuts(const struct kernel_space *space, uint64_t start, uint64_t last)
{
	size_t first = kernel_first(space, start), end = kernel_first(space, last);

	return (first < space->nr && space->items[first].start < start) ||
	       (end < space->nr && space->items[end].start <= last &&
		space->items[end].last > last);
}

/* Keeps what of a mapping lies outside of the range: what no kernel does. */
static inline void kernel_split(struct kernel_space *space, uint64_t start, uint64_t last)
{
	size_t at = kernel_first(space, start);
	struct kernel_mapping whole = space->items[at];

	kernel_remove(space, at);
	if (whole.start < start)
		kernel_add(space, whole.start, start - 1, 0, true);
	if (whole.last > last)
		kernel_add(space, last + 1, whole.last, 0, true);
}

/* --- what may be mapped ------------------------------------------------------------------- */

/* VFIO takes the whole group into account, iommufd the device. */
static inline bool kernel_is_in(const struct kernel_device *device, unsigned space)
{
	if (kernel.spaces[space].iommufd)
		return device->ioas == (int)space;
	return kernel.groups[device->group].container == (int)space;
}

/* Nothing at all while there is no device; freed by the caller. */
static inline struct ranges kernel_usable(unsigned space)
{
	struct ranges usable = { 0 };

	if (kernel.broken == RULE_NO_RANGES)
		return usable;
	ranges_set(&usable, (struct range){ 0, LAST });
	for (size_t i = 0; i < KERNEL_DEVICES; i++) {
		const struct kernel_device *device = &kernel.devices[i];
		struct range all = device->aperture;

		if (!kernel_is_in(device, space))
			continue;
		if (all.start > 0)
			ranges_subtract(&usable, (struct range){ 0, all.start - 1 });
		if (all.end < LAST)
			ranges_subtract(&usable, (struct range){ all.end + 1, LAST });
		if (kernel.broken == RULE_JOIN_GROWS &&
		    kernel_is_in(&kernel.devices[DEVICE_B], space) &&
		    kernel_is_in(&kernel.devices[DEVICE_A], space))
			continue;
		for (size_t k = 0; k < device->nr_reserved; k++)
			ranges_subtract(&usable, device->reserved[k]);
	}
	return usable;
}

static inline bool kernel_is_usable(unsigned space, uint64_t start, uint64_t last)
{
	struct ranges usable = kernel_usable(space);
	uint64_t top = usable.nr ? usable.items[usable.nr - 1].end : 0;
	bool is_inside = false;

	for (size_t i = 0; i < usable.nr; i++) {
		const struct range *range = &usable.items[i];

		if (start < range->start || last > range->end)
			continue;
		is_inside = true;
		if ((kernel.broken == RULE_REFUSES_FIRST_PAGE && start == range->start) ||
		    (kernel.broken == RULE_REFUSES_LAST_PAGE && last == range->end) ||
		    (kernel.broken == RULE_REFUSES_TOP_PAGE && last == LAST) ||
		    (kernel.broken == RULE_REFUSES_2M && last - start == (1ull << 21) - 1) ||
		    (kernel.broken == RULE_REFUSES_1G && last - start == (1ull << 30) - 1))
			is_inside = false;
	}
	if (kernel.broken == RULE_ACCEPTS_RESERVED && last <= top)
		is_inside = true;
	if (kernel.broken == RULE_ACCEPTS_BEYOND && start > top)
		is_inside = true;
	ranges_free(&usable);
	return is_inside;
}

/* --- memory ------------------------------------------------------------------------------- */

/* Return: the device whose BAR is mapped at an address of the process, or NULL. */
static inline struct kernel_device *kernel_bar_at(uint64_t va)
{
	for (size_t i = 0; i < KERNEL_PARTS; i++)
		if (va >= kernel.parts[i].start &&
		    va - kernel.parts[i].start < kernel.parts[i].size)
			return &kernel.devices[kernel.parts[i].device];
	return NULL;
}

/* A child is born without open files, and with memory of its own. */
static inline void kernel_notice_child(void)
{
	if (getpid() == kernel.process)
		return;
	kernel.process = getpid();
	kernel.is_child = true;
	kernel.locked = 0;
	assert_int_equal(pipe2(kernel.pipe, O_CLOEXEC), 0);
}

/* Return: whether the page may be read and, if wanted, written. What is written was there. */
static inline bool kernel_has_page(void *address, bool to_write)
{
	char byte;

	if (write(kernel.pipe[1], address, 1) != 1)
		return false;
	if (read(kernel.pipe[0], to_write ? address : &byte, 1) == 1)
		return true;
	assert_int_equal(read(kernel.pipe[0], &byte, 1), 1);
	return false;
}

/* The same all through a range; of a large one its first MiB and its last page. */
static inline bool kernel_has_memory(uint64_t va, uint64_t size, bool to_write)
{
	uint64_t looked_at = size < 1 << 20 ? size : 1 << 20;

	kernel_notice_child();
	if (kernel.broken == RULE_ACCEPTS_NO_MEMORY)
		return true;
	for (uint64_t at = 0; at < looked_at; at += KERNEL_PAGE)
		if (!kernel_has_page((void *)(uintptr_t)(va + at), to_write))
			return false;
	return kernel_has_page((void *)(uintptr_t)(va + size - 1), to_write);
}

/* The process of the test counts as privileged, a child of it as one that is not. */
static inline bool kernel_may_lock(uint64_t size)
{
	uint64_t limit = kernel.memlock.rlim_cur;

	kernel_notice_child();
	if (!kernel.is_child || kernel.broken == RULE_NO_MEMLOCK_LIMIT)
		return true;
	if (kernel.broken == RULE_MEMLOCK_TOO_SMALL)
		limit -= limit < KERNEL_PAGE ? limit : KERNEL_PAGE;
	return kernel.locked <= limit && size <= limit - kernel.locked;
}

#endif
