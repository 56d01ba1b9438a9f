/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a machine has no IOMMU groups: the four reasons told apart. */
#include "model/empty_parts.h"

static const char *const words[] = {
	[EMPTY_NONE] = NULL,
	[EMPTY_NO_TABLE] = "no-table",
	[EMPTY_DRIVER_OFF] = "driver-off",
	[EMPTY_NOT_COVERED] = "not-covered",
	[EMPTY_NOIOMMU] = "noiommu",
};

static bool table_there(const struct firmware_table *table)
{
	return table->state == FILE_READ || table->state == FILE_DENIED ||
	       table->state == FILE_BROKEN;
}

static enum empty_reason reason(const struct machine *machine)
{
	if (machine->nr_groups > 0 || !machine->groups_known)
		return EMPTY_NONE;
	if (machine->has_noiommu_groups)
		return EMPTY_NOIOMMU;
	if (machine->nr_units > 0)
		return EMPTY_NOT_COVERED;
	if (table_there(&machine->dmar) || table_there(&machine->ivrs) ||
	    table_there(&machine->viot))
		return EMPTY_DRIVER_OFF;
	if (machine->dmar.state == FILE_UNASKED)
		return EMPTY_NONE;
	return EMPTY_NO_TABLE;
}

const char *why_empty(const struct machine *machine)
{
	return words[reason(machine)];
}

const char *why_empty_sentence(const struct machine *machine)
{
	return empty_sentences[reason(machine)];
}
