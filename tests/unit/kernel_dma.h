/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of kernel_model.h: what a device gets at when it reads or writes an IOVA. Devices are on a
 * root complex that forwards, with their BARs at the bus addresses of kernel_bus_address().
 */
#ifndef IOMMUTOOL_TEST_KERNEL_DMA_H
#define IOMMUTOOL_TEST_KERNEL_DMA_H

static inline uint64_t kernel_bus_address(unsigned device)
{
	return 0xe0000000u + device * 0x100000u;
}

/* What a closed or reset device exported leads nowhere any more (vfio_pci_dmabuf.c). */
static inline void kernel_revoke(unsigned index)
{
	for (size_t i = 0; i < KERNEL_SPACES && kernel.dma != DMA_NEVER_REVOKED; i++)
		for (size_t k = 0; k < kernel.spaces[i].nr; k++)
			if (kernel.spaces[i].items[k].is_export &&
			    kernel.spaces[i].items[k].bar_of == index + 1)
				kernel.spaces[i].items[k].behind = NULL;
}

static inline bool kernel_spans(const struct kernel_mapping *mapping, uint64_t iova, size_t size)
{
	return iova >= mapping->start && iova <= mapping->last && size - 1 <= mapping->last - iova;
}

/* Return: the mapping that translates for the device, or NULL. */
static inline const struct kernel_mapping *kernel_translate(unsigned device, uint64_t iova,
							    size_t size)
{
	for (unsigned i = 0; i < KERNEL_SPACES; i++) {
		const struct kernel_space *space = &kernel.spaces[i];
		size_t at = kernel_first(space, iova);

		if (at < space->nr && kernel_spans(&space->items[at], iova, size) &&
		    (kernel_is_in(&kernel.devices[device], i) || kernel.dma == DMA_SPACES_ARE_ONE))
			return &space->items[at];
	}
	return NULL;
}

/* The same of what was unmapped lately, the last one first. */
static inline const struct kernel_mapping *kernel_stale(uint64_t iova, size_t size, bool writes)
{
	for (unsigned i = 1; i <= KERNEL_GONE && i <= kernel.nr_gone; i++) {
		const struct kernel_mapping *mapping =
			&kernel.gone[(kernel.nr_gone - i) % KERNEL_GONE];
		bool stays = mapping->bar_of ? kernel.dma == DMA_STALE_BAR ||
						       (kernel.dma == DMA_READS_STALE && !writes)
					     : kernel.dma == DMA_STALE_MEMORY;

		if (stays && mapping->behind && kernel_spans(mapping, iova, size))
			return mapping;
	}
	return NULL;
}

/* Return: what has the physical address, or NULL. */
static inline uint8_t *kernel_physical(uint64_t address, size_t size, unsigned *bar_of)
{
	uint64_t offset;

	for (unsigned i = 0; i < KERNEL_DEVICES; i++) {
		uint64_t bus = kernel_bus_address(i);

		if (address >= bus && address - bus < KERNEL_BAR0_SIZE &&
		    size <= KERNEL_BAR0_SIZE - (address - bus)) {
			*bar_of = i + 1;
			return kernel_bar(i) + (address - bus);
		}
	}
	if (kernel.frames.nr == 0 || address < kernel.frames.physical)
		return NULL;
	offset = address - kernel.frames.physical;
	if (offset / kernel.frames.stride >= kernel.frames.nr ||
	    offset % kernel.frames.stride >= KERNEL_PAGE)
		return NULL;
	return kernel.frames.va + offset / kernel.frames.stride * KERNEL_PAGE +
	       offset % kernel.frames.stride;
}

/* Return: what the device gets at, or NULL; @bar_of as in a mapping. */
static inline uint8_t *kernel_reach(unsigned device, uint64_t iova, size_t size, bool writes,
				    unsigned *bar_of)
{
	const struct kernel_mapping *mapping = kernel_translate(device, iova, size);
	uint8_t *place = NULL;

	*bar_of = 0;
	if (kernel.dma == DMA_UNTRANSLATED)
		return kernel_physical(iova, size, bar_of);
	if (kernel.dma == DMA_PEER_ROUTED)
		place = kernel_physical(iova, size, bar_of);
	if (place && *bar_of)
		return place;
	*bar_of = 0;
	if (!mapping)
		mapping = kernel_stale(iova, size, writes);
	if (!mapping)
		return kernel.dma == DMA_PASSES_BY ? kernel_physical(iova, size, bar_of) : NULL;
	*bar_of = mapping->bar_of;
	return mapping->behind ? mapping->behind + (iova - mapping->start) : NULL;
}

/* A function that does not decode memory answers a read with ones, a write not at all. */
static inline bool kernel_answers(unsigned bar_of)
{
	return bar_of == 0 || kernel_command(bar_of - 1) & KERNEL_COMMAND_MEMORY;
}

static inline void kernel_dma_write(unsigned device, uint64_t iova, const uint8_t *bytes,
				    size_t size)
{
	unsigned bar_of;
	uint8_t *place = kernel_reach(device, iova, size, true, &bar_of);

	if (!(kernel_command(device) & 4u) || !place || !kernel_answers(bar_of))
		return;
	if (bar_of && kernel.dma == DMA_WRITES_LOST)
		return;
	if (bar_of && kernel.dma == DMA_WRITES_BEYOND)
		place += KERNEL_PAGE;
	memcpy(place, bytes, size);
	if (bar_of && kernel.dma == DMA_WRITES_FLIP)
		place[size / 2] ^= 0x10;
}

static inline void kernel_dma_read(unsigned device, uint64_t iova, uint8_t *bytes, size_t size)
{
	unsigned bar_of;
	uint8_t *place = kernel_reach(device, iova, size, false, &bar_of);

	memset(bytes, 0, size);
	if (!(kernel_command(device) & 4u) || !place)
		return;
	if (!kernel_answers(bar_of))
		memset(bytes, 0xff, size);
	else if (!(bar_of && kernel.dma == DMA_READS_ZERO))
		memcpy(bytes, place, size);
	if (bar_of && kernel.dma == DMA_READS_FLIP)
		bytes[size / 2] ^= 0x10;
}

#endif
