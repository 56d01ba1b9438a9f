/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reserved region means to VFIO, where it comes from, and what stays usable beside it. */
#include "model/regions.h"

#include <stdlib.h>

#include "acpi/acpi.h"
#include "model/scope.h"
#include "model/width.h"
#include "util/alloc.h"

/* HyperTransport's own addresses (drivers/iommu/amd/amd_iommu_types.h). */
#define HT_START UINT64_C(0xfd00000000)
#define HT_END UINT64_C(0xffffffffff)

/* What the ISA bridge may reach by itself (drivers/iommu/intel/iommu.c, prepare_isa). */
#define ISA_END UINT64_C(0xffffff)

const char *region_meaning_name(enum region_meaning meaning)
{
	static const char *const names[] = {
		[MEANING_UNKNOWN] = NULL,
		[MEANING_USABLE] = "usable",
		[MEANING_EXCLUDED] = "excluded",
		[MEANING_REFUSED] = "refused",
		[MEANING_IGNORED] = "ignored",
	};

	return names[meaning];
}

const struct unit *group_unit(const struct group *group)
{
	for (size_t i = 0; i < group->nr_devices; i++)
		if (group->devices[i]->unit)
			return group->devices[i]->unit;
	return NULL;
}

/* --- where it comes from ---------------------------------------------------------------- */

struct found {
	const struct device **devices;
	size_t nr;
};

static void add(struct found *found, const struct device *device)
{
	for (size_t i = 0; i < found->nr; i++)
		if (found->devices[i] == device)
			return;
	found->devices = xgrow(found->devices, found->nr, sizeof(*found->devices));
	found->devices[found->nr++] = device;
}

static void add_all(struct found *found, const struct group *group)
{
	for (size_t i = 0; i < group->nr_devices; i++)
		add(found, group->devices[i]);
}

static struct range range_of(const struct region *region)
{
	return (struct range){ region->start, region->end };
}

static bool in_scopes(const struct machine *machine, const struct dmar_structure *rmrr,
		      const struct device *device)
{
	for (size_t i = 0; i < rmrr->nr_scopes; i++)
		if (scope_covers(machine, rmrr->segment, &rmrr->scopes[i], device))
			return true;
	return false;
}

/* USB and graphics devices bring it relaxable (intel/iommu.c, device_rmrr_is_relaxable), others
 * not. */
static bool region_type_fits(const struct region *region, const struct device *device)
{
	bool relaxable = device->class >> 8 == 0x0c03 || device->class >> 16 == 0x03;

	return device->class < 0 || relaxable == (region->type == REGION_DIRECT_RELAXABLE);
}

/* The kernel merges regions of one type that touch, so one may stand for several RMRRs. */
static bool from_rmrr(const struct machine *machine, const struct group *group,
		      const struct region *region, struct found *found)
{
	const struct acpi_table *dmar = machine->dmar.table;

	for (size_t i = 0; dmar && i < dmar->dmar.nr_structures; i++) {
		const struct dmar_structure *rmrr = &dmar->dmar.structures[i];

		if (rmrr->type != DMAR_RMRR || rmrr->end < rmrr->start ||
		    !range_overlaps((struct range){ rmrr->start, rmrr->end }, range_of(region)))
			continue;
		for (size_t k = 0; k < group->nr_devices; k++)
			if (region_type_fits(region, group->devices[k]) &&
			    in_scopes(machine, rmrr, group->devices[k]))
				add(found, group->devices[k]);
	}
	return found->nr > 0;
}

static bool from_ivmd(const struct machine *machine, const struct group *group,
		      const struct region *region, struct found *found)
{
	const struct acpi_table *ivrs = machine->ivrs.table;

	for (size_t i = 0; ivrs && i < ivrs->ivrs.nr_blocks; i++) {
		const struct ivrs_block *ivmd = &ivrs->ivrs.blocks[i];

		if (ivmd->type != IVRS_IVMD || ivmd->end < ivmd->start ||
		    !(ivmd->flags & (IVRS_IVMD_UNITY | IVRS_IVMD_EXCLUSION)) ||
		    !range_overlaps((struct range){ ivmd->start, ivmd->end }, range_of(region)))
			continue;
		for (size_t k = 0; k < group->nr_devices; k++)
			if (requester_in_range(ivmd->segment, ivmd->first, ivmd->last,
					       group->devices[k]))
				add(found, group->devices[k]);
	}
	return found->nr > 0;
}

static bool from_isa(const struct group *group, const struct region *region, struct found *found)
{
	const struct unit *unit = group_unit(group);

	if (region->type != REGION_DIRECT_RELAXABLE || region->start != 0 ||
	    region->end != ISA_END || !unit || unit->kind != UNIT_INTEL_VTD)
		return false;
	for (size_t i = 0; i < group->nr_devices; i++)
		if (device_role(group->devices[i]) == ROLE_ISA_BRIDGE)
			add(found, group->devices[i]);
	return found->nr > 0;
}

static const char *find_source(const struct machine *machine, const struct group *group,
			       const struct region *region, struct found *found)
{
	const struct unit *unit = group_unit(group);
	bool direct = region->type == REGION_DIRECT || region->type == REGION_DIRECT_RELAXABLE;

	if (region->type == REGION_MSI) {
		add_all(found, group);
		return "msi-window";
	}
	if (direct && from_rmrr(machine, group, region, found))
		return "RMRR";
	if (direct && from_ivmd(machine, group, region, found))
		return "IVMD";
	if (direct && from_isa(group, region, found))
		return "isa";
	if (region->type == REGION_RESERVED && unit && unit->kind == UNIT_AMD_VI &&
	    region->start == HT_START && region->end == HT_END) {
		add_all(found, group);
		return "ht-hole";
	}
	if (region->type == REGION_RESERVED && unit && unit->kind == UNIT_VIRTIO) {
		add_all(found, group);
		return "firmware"; /* the virtual machine's own, told by each device's properties */
	}
	return NULL;
}

const char *region_source(const struct machine *machine, const struct group *group,
			  const struct region *region, const struct device ***devices,
			  size_t *nr_devices)
{
	struct found found = { 0 };
	const char *source = find_source(machine, group, region, &found);

	*devices = found.devices;
	*nr_devices = found.nr;
	return source;
}

/* --- what stays usable ------------------------------------------------------------------ */

struct width group_width(const struct machine *machine, const struct group *group)
{
	struct width width = { 64, 64 };
	bool any = false;

	for (size_t i = 0; i < group->nr_devices; i++) {
		const struct unit *unit = group->devices[i]->unit;

		if (!unit)
			return (struct width){ WIDTH_UNKNOWN, WIDTH_UNKNOWN };
		width = width_common(width, unit_width(machine, unit));
		any = true;
	}
	return any ? width : (struct width){ WIDTH_UNKNOWN, WIDTH_UNKNOWN };
}

void group_usable(const struct machine *machine, const struct group *group, struct usable *usable)
{
	unsigned width = group_width(machine, group).gaw;

	*usable = (struct usable){ .known = group->regions_known };
	if (!usable->known)
		return;
	usable->end_known = width != WIDTH_UNKNOWN;
	ranges_set(&usable->ranges,
		   (struct range){ 0, usable->end_known ? width_last(width) : UINT64_MAX });
	for (size_t i = 0; i < group->nr_regions; i++)
		if (group->regions[i].type != REGION_DIRECT_RELAXABLE)
			ranges_subtract(&usable->ranges, range_of(&group->regions[i]));
}

void usable_intersect(struct usable *usable, const struct usable *other)
{
	usable->known = usable->known && other->known;
	usable->end_known = usable->end_known && other->end_known;
	ranges_intersect(&usable->ranges, &other->ranges);
}

void usable_free(struct usable *usable)
{
	ranges_free(&usable->ranges);
}
