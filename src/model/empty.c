/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a machine has no IOMMU groups: the four reasons told apart. */
#include "model/machine.h"

#include <string.h>

enum reason { REASON_NONE, REASON_NO_TABLE, REASON_DRIVER_OFF, REASON_NOT_COVERED, REASON_NOIOMMU };

static const struct {
	const char *word;
	const char *sentence;
} reasons[] = {
	[REASON_NONE] = { NULL, "no groups are to be seen, and why cannot be told here; see -v" },
	[REASON_NO_TABLE] = { "no-table", "no groups: firmware describes no IOMMU (no ACPI DMAR, "
					  "IVRS or VIOT); enable VT-d or AMD-Vi in the firmware "
					  "setup, or give the VM an IOMMU" },
	[REASON_DRIVER_OFF] = { "driver-off",
				"no groups: firmware describes an IOMMU but no driver runs it; "
				"boot with intel_iommu=on or amd_iommu=on, or load virtio-iommu, "
				"and see the kernel log" },
	[REASON_NOT_COVERED] = { "not-covered",
				 "no groups: an IOMMU runs but translates for no device here; see "
				 "iommutool tables for the devices that it covers" },
	[REASON_NOIOMMU] = { "noiommu",
			     "no groups: VFIO runs in no-IOMMU mode, where nothing isolates a "
			     "device; turn on a real IOMMU" },
};

static bool table_there(const struct firmware_table *table)
{
	return table->state == FILE_READ || table->state == FILE_DENIED ||
	       table->state == FILE_BROKEN;
}

static enum reason reason(const struct machine *machine)
{
	if (machine->nr_groups > 0 || !machine->groups_known)
		return REASON_NONE;
	if (machine->has_noiommu_groups)
		return REASON_NOIOMMU;
	if (machine->nr_units > 0)
		return REASON_NOT_COVERED;
	if (table_there(&machine->dmar) || table_there(&machine->ivrs) ||
	    table_there(&machine->viot))
		return REASON_DRIVER_OFF;
	if (machine->dmar.state == FILE_UNASKED)
		return REASON_NONE;
	return REASON_NO_TABLE;
}

const char *why_empty(const struct machine *machine)
{
	return reasons[reason(machine)].word;
}

const char *why_empty_sentence(const struct machine *machine)
{
	return reasons[reason(machine)].sentence;
}
