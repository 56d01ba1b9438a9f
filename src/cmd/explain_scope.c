/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which words of the firmware put a device behind its IOMMU unit. */
#include "cmd/explain_scope.h"

#include <inttypes.h>

#include "acpi/acpi.h"
#include "model/bdf.h"
#include "model/scope.h"
#include "model/width.h"
#include "util/alloc.h"

/* Firmware speaks of the function whose address the requests carry, or that made this one. */
static const struct device *named_by_firmware(const struct device *device)
{
	if (device->carrier)
		return device->carrier;
	return device->physical ? device->physical : device;
}

static char *drhd_scope(const struct machine *machine, const struct dmar_structure *drhd,
			const struct device *device)
{
	for (size_t i = 0; i < drhd->nr_scopes; i++) {
		const struct dmar_scope *scope = &drhd->scopes[i];

		if (scope_covers(machine, drhd->segment, scope, device))
			return xasprintf("DRHD 0x%" PRIx64 ", which names %s", drhd->address,
					 scope_device(machine, drhd->segment, scope)->name);
	}
	if (drhd->flags & DMAR_DRHD_INCLUDE_PCI_ALL && drhd->segment == device->bdf.domain)
		return xasprintf("DRHD 0x%" PRIx64 ", which takes the rest of segment %u",
				 drhd->address, drhd->segment);
	return NULL;
}

/* Later entries win (drivers/iommu/amd/init.c, set_dev_entry_from_acpi). */
static char *ivhd_scope(const struct ivrs_block *ivhd, const struct device *device)
{
	const struct ivrs_entry *found = NULL;

	for (size_t i = 0; i < ivhd->nr_entries; i++) {
		const struct ivrs_entry *entry = &ivhd->entries[i];

		if (entry->type <= IVRS_EXT_RANGE &&
		    requester_in_range(ivhd->segment, entry->first, entry->last, device))
			found = entry;
	}
	if (!found)
		return NULL;
	if (found->type == IVRS_ALL)
		return xasprintf("IVHD 0x%" PRIx64 ", which takes all of segment %u", ivhd->address,
				 ivhd->segment);
	return xasprintf("IVHD 0x%" PRIx64 ", which names %02x:%02x.%x-%02x:%02x.%x", ivhd->address,
			 found->first >> 8, found->first >> 3 & 0x1f, found->first & 7,
			 found->last >> 8, found->last >> 3 & 0x1f, found->last & 7);
}

char *unit_scope(const struct machine *machine, const struct device *device)
{
	const struct dmar_structure *drhd = unit_drhd(machine, device->unit);
	const struct ivrs_block *ivhd = unit_ivhd(machine, device->unit);
	const struct device *named = named_by_firmware(device);
	char *scope = NULL;

	if (drhd && named->is_pci)
		scope = drhd_scope(machine, drhd, named);
	else if (ivhd && named->is_pci)
		scope = ivhd_scope(ivhd, named);
	return scope ? scope : xstrdup("sysfs");
}
