/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reserved regions by the ACPI tables and by what the hardware does; no kernel was asked. */
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "collect/freebsd/collectors.h"
#include "model/scope.h"
#include "util/alloc.h"

/* Of x86 (VT-d 3.14, AMD IOMMU 2.1.4.2) and of HyperTransport (AMD IOMMU 2.1.2). */
static const struct region msi_window = { 0xfee00000, 0xfeefffff, REGION_MSI, "msi" };
static const struct region ht_hole = { 0xfd00000000, 0xffffffffff, REGION_RESERVED, "reserved" };

static void add(struct group *group, const struct region *region)
{
	for (size_t i = 0; i < group->nr_regions; i++)
		if (memcmp(&group->regions[i], region, sizeof(*region)) == 0)
			return;
	group->regions = xgrow(group->regions, group->nr_regions, sizeof(*group->regions));
	group->regions[group->nr_regions++] = *region;
}

/* Firmware that helps with USB and shows a picture stops when a driver takes over. */
static bool is_relaxable(const struct device *device)
{
	return device->class >> 8 == 0x0c03 || device->class >> 16 == 0x03;
}

static void add_direct(struct group *group, uint64_t start, uint64_t end, bool relaxable)
{
	struct region region = { .start = start, .end = end };

	region.type = relaxable ? REGION_DIRECT_RELAXABLE : REGION_DIRECT;
	strcpy(region.word, relaxable ? "direct-relaxable" : "direct");
	add(group, &region);
}

static bool names(const struct machine *machine, const struct dmar_structure *rmrr,
		  const struct device *device)
{
	for (size_t i = 0; i < rmrr->nr_scopes; i++)
		if (scope_covers(machine, rmrr->segment, &rmrr->scopes[i], device))
			return true;
	return false;
}

static void add_rmrrs(const struct machine *machine, struct group *group)
{
	const struct dmar *dmar = &machine->dmar.table->dmar;

	for (size_t i = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *rmrr = &dmar->structures[i];

		if (rmrr->type != DMAR_RMRR || rmrr->end < rmrr->start)
			continue;
		for (size_t k = 0; k < group->nr_devices; k++)
			if (names(machine, rmrr, group->devices[k]))
				add_direct(group, rmrr->start, rmrr->end,
					   is_relaxable(group->devices[k]));
	}
}

static void add_ivmds(const struct machine *machine, struct group *group)
{
	const struct ivrs *ivrs = &machine->ivrs.table->ivrs;

	for (size_t i = 0; i < ivrs->nr_blocks; i++) {
		const struct ivrs_block *ivmd = &ivrs->blocks[i];

		if (ivmd->type != IVRS_IVMD || ivmd->end <= ivmd->start ||
		    !(ivmd->flags & (IVRS_IVMD_UNITY | IVRS_IVMD_EXCLUSION)))
			continue;
		for (size_t k = 0; k < group->nr_devices; k++)
			if (requester_in_range(ivmd->segment, ivmd->first, ivmd->last,
					       group->devices[k]))
				add_direct(group, ivmd->start, ivmd->end, false);
	}
}

static int compare_regions(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

void freebsd_fill_regions(struct machine *machine, struct group *group)
{
	size_t before = group->nr_regions;

	if (group->regions_known)
		return;
	if (machine->dmar.table)
		add_rmrrs(machine, group);
	else if (machine->ivrs.table)
		add_ivmds(machine, group);
	else
		return;
	if (group->nr_regions > before)
		machine_note(machine, "reserved regions: bhyve ignores what firmware wants mapped "
				      "(RMRR, IVMD): in a VM a device cannot reach it");
	add(group, &msi_window);
	if (machine->ivrs.table && !machine->dmar.table)
		add(group, &ht_hole);
	qsort(group->regions, group->nr_regions, sizeof(*group->regions), compare_regions);
	group->regions_known = true;
}
