/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a reserved region means to bhyve: it looks at none. Requests to the window of interrupts are
 * no memory accesses for the IOMMU, and HyperTransport's addresses never get to it.
 */
#include "model/regions.h"

enum region_meaning region_meaning(const struct machine *machine, const struct group *group,
				   const struct region *region)
{
	(void)machine;
	(void)group;
	return region->type == REGION_MSI || region->type == REGION_RESERVED ? MEANING_EXCLUDED
									     : MEANING_UNKNOWN;
}
