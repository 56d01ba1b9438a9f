/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What addresses devices decode. Everything here wants FACT_RESOURCES. */
#ifndef IOMMUTOOL_RESOURCES_H
#define IOMMUTOOL_RESOURCES_H

#include "model/iova.h"
#include "model/machine.h"

/*
 * Return: BAR @index of a device, of memory or I/O; NULL when it has none, none with an address, or
 * that is unknown. Of a BAR of 64 bits the second half is none.
 */
const struct resource *device_bar(const struct device *device, unsigned index);

/*
 * Return: false for one that is not there or not placed (RESOURCE_UNSET): whatever its ends say,
 * they are no addresses.
 */
bool resource_has_address(const struct resource *resource);

/* Bytes of it; 0 when it has no address, and for what cannot be: all 2^64, or an end before the
 * start. */
uint64_t resource_size(const struct resource *resource);

/**
 * subtract_decoded() - take out of @set what any device or bridge of the machine decodes
 *
 * BARs, ROMs, those of virtual functions, and the windows of bridges: a request with such an
 * address might be answered by a device before it comes to an IOMMU. I/O ports stay in.
 *
 * Return: false when what some function decodes is unknown; the set is then of no use.
 */
bool subtract_decoded(const struct machine *machine, struct ranges *set);

#endif
