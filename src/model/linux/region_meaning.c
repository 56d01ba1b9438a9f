/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reserved region means to VFIO. */
#include <stdio.h>

#include "model/regions.h"

/*
 * The core refuses a device with a direct region since Linux 6.6 (iommu.c, require_direct); before
 * that only the Intel driver did.
 */
static enum region_meaning direct_meaning(const struct machine *machine, const struct group *group)
{
	const struct unit *unit = group_unit(group);
	unsigned major, minor;

	if (unit && unit->kind == UNIT_INTEL_VTD)
		return MEANING_REFUSED;
	if (!machine->release || sscanf(machine->release, "%u.%u", &major, &minor) != 2)
		return MEANING_UNKNOWN;
	if (major > 6 || (major == 6 && minor >= 6))
		return MEANING_REFUSED;
	/* Kernels of distributions with an older number may have either. */
	return unit && major == 6 ? MEANING_EXCLUDED : MEANING_UNKNOWN;
}

enum region_meaning region_meaning(const struct machine *machine, const struct group *group,
				   const struct region *region)
{
	switch (region->type) {
	case REGION_DIRECT:
		return direct_meaning(machine, group);
	case REGION_DIRECT_RELAXABLE:
		return MEANING_USABLE;
	case REGION_RESERVED:
	case REGION_MSI:
		return MEANING_EXCLUDED;
	case REGION_OTHER:
		break;
	}
	return MEANING_UNKNOWN;
}
