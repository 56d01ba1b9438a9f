/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a machine has no IOMMU groups, in words. */
#include "model/empty_parts.h"

const char *const empty_sentences[NR_EMPTY_REASONS] = {
	[EMPTY_NONE] = "no groups are to be seen, and why cannot be told here; see -v",
	[EMPTY_NO_TABLE] = "no groups: firmware describes no IOMMU (no ACPI DMAR, IVRS or VIOT); "
			   "enable VT-d or AMD-Vi in the firmware setup, or give the VM an IOMMU",
	[EMPTY_DRIVER_OFF] = "no groups: firmware describes an IOMMU but no driver runs it; boot "
			     "with intel_iommu=on or amd_iommu=on, or load virtio-iommu, and see "
			     "the kernel log",
	[EMPTY_NOT_COVERED] = "no groups: an IOMMU runs but translates for no device here; see "
			      "iommutool tables for the devices that it covers",
	[EMPTY_NOIOMMU] = "no groups: VFIO runs in no-IOMMU mode, where nothing isolates a device; "
			  "turn on a real IOMMU",
};
