/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of a BAR as this process reads and writes it: registers of a device, or its memory. Every
 * access is one of the size that its name has, aligned, little-endian on the bus.
 *
 * While the device's memory is disabled an access is a SIGBUS, so nobody disables it meanwhile. A
 * device that is gone reads as all ones.
 */
#ifndef IOMMUTOOL_BAR_VIEW_H
#define IOMMUTOOL_BAR_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "vfio/device.h"

struct bar_view {
	volatile uint8_t *va; /* of the first byte of the part; NULL: none */
	uint64_t size;	      /* bytes that may be accessed */
	void *mapped;	      /* whole pages around them */
	uint64_t mapped_size;
};

/**
 * bar_view_open() - make part of a BAR accessible, for reading and writing
 * @part: its device is one whose memory is enabled; offset and size are multiples of 4
 * @view: ended with bar_view_close()
 *
 * Return: 0; -EINVAL: beyond the region, or it cannot be mapped; negative errno.
 */
int bar_view_open(const struct bar_part *part, struct bar_view *view);
void bar_view_close(struct bar_view *view);

/* @offset is aligned to the size of the access, and inside. */
uint32_t bar_read32(const struct bar_view *view, uint64_t offset);
uint64_t bar_read64(const struct bar_view *view, uint64_t offset);
void bar_write32(const struct bar_view *view, uint64_t offset, uint32_t value);
void bar_write64(const struct bar_view *view, uint64_t offset, uint64_t value);

/* All of the part as bytes, in accesses of 8 bytes and at the end of 4: the first @size, a multiple
 * of 4. */
void bar_load(const struct bar_view *view, uint8_t *bytes, size_t size);
void bar_store(const struct bar_view *view, const uint8_t *bytes, size_t size);

#endif
