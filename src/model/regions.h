/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reserved region means to VFIO, where it comes from, and what stays usable beside it. */
#ifndef IOMMUTOOL_REGIONS_H
#define IOMMUTOOL_REGIONS_H

#include "model/iova.h"
#include "model/machine.h"

/* Meaning to VFIO (drivers/vfio/vfio_iommu_type1.c, drivers/iommu/iommufd/), or to bhyve. */
enum region_meaning {
	MEANING_UNKNOWN,
	MEANING_USABLE,	  /* it may be mapped over, and that does no harm */
	MEANING_EXCLUDED, /* VFIO maps nothing there */
	MEANING_REFUSED,  /* the kernel hands no device out that has it */
	/* bhyve maps what it likes over it: what the firmware has the device do there fails, or hits
	 * the VM's memory. */
	MEANING_IGNORED,
};

const char *region_meaning_name(enum region_meaning meaning); /* NULL for unknown */

/* Wants FACT_UNIT and FACT_KERNEL. Each system has its own (linux/, freebsd/). */
enum region_meaning region_meaning(const struct machine *machine, const struct group *group,
				   const struct region *region);

/**
 * region_source() - where a region comes from
 * @devices: set to the devices of the group that bring it, in their order; to be freed
 * @nr_devices: how many
 *
 * Wants FACT_TABLES, FACT_TOPOLOGY, FACT_CLASS and FACT_UNIT.
 *
 * Return: RMRR, IVMD, msi-window, ht-hole, isa, firmware; NULL when it cannot be told.
 */
const char *region_source(const struct machine *machine, const struct group *group,
			  const struct region *region, const struct device ***devices,
			  size_t *nr_devices);

/* Return: the unit of the group's devices, NULL when none has one that is known. */
const struct unit *group_unit(const struct group *group);

/* What VFIO can map for a group. */
struct usable {
	struct ranges ranges;
	bool known;	/* the regions are; else ranges is empty */
	bool end_known; /* the width is; else the last range ends at 2^64-1 for want of it */
};

/* Fills in @usable, released with usable_free(). Wants FACT_REGISTERS, FACT_KERNEL too. */
void group_usable(const struct machine *machine, const struct group *group, struct usable *usable);
/* Keeps in @usable what @other has too. */
void usable_intersect(struct usable *usable, const struct usable *other);
void usable_free(struct usable *usable);

struct width;

/* Wants what unit_width() wants. Return: the width that every device of the group has. */
struct width group_width(const struct machine *machine, const struct group *group);

#endif
