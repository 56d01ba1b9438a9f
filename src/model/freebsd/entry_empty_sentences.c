/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a machine has no computed groups, in words. */
#include "model/empty_parts.h"

const char *const empty_sentences[NR_EMPTY_REASONS] = {
	[EMPTY_NONE] = "no groups can be computed: which devices an IOMMU translates for is "
		       "unknown; run as root, or see -v",
	[EMPTY_NO_TABLE] = "no groups: firmware describes no IOMMU (no ACPI DMAR, IVRS or VIOT); "
			   "enable VT-d or AMD-Vi in the firmware setup, or give the VM an IOMMU",
	[EMPTY_DRIVER_OFF] =
		"no groups: the ACPI tables have no IOMMU unit that is known here; see "
		"iommutool tables",
	[EMPTY_NOT_COVERED] = "no groups: firmware describes an IOMMU, for no device here; see "
			      "iommutool tables for the devices that it covers",
	[EMPTY_NOIOMMU] = NULL, /* Linux has that */
};
