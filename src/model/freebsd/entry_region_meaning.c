/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a reserved region means to bhyve: it looks at none (sys/amd64/vmm/intel/vtd.c). Requests to
 * the window of interrupts are no memory accesses for the IOMMU, and HyperTransport's addresses
 * never get to it. Relaxable ones, of USB and graphics, are not used any more once a driver of the
 * VM has the device, as Linux has it.
 */
#include "model/regions.h"

enum region_meaning region_meaning(const struct machine *machine, const struct group *group,
				   const struct region *region)
{
	(void)machine;
	(void)group;
	switch (region->type) {
	case REGION_MSI:
	case REGION_RESERVED:
		return MEANING_EXCLUDED;
	case REGION_DIRECT_RELAXABLE:
		return MEANING_USABLE;
	case REGION_DIRECT:
		return MEANING_IGNORED;
	default:
		return MEANING_UNKNOWN;
	}
}
