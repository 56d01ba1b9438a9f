/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest address width: what registers and tables say of it. */
#include "model/width.h"

#include <errno.h>

#include "acpi/acpi.h"
#include "model/bdf.h"

/* Bits FIRST to LAST (inclusive) of @value. */
static uint64_t bits(uint64_t value, unsigned last, unsigned first)
{
	return value >> first & (UINT64_MAX >> (63 - (last - first)));
}

static unsigned lower(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

uint64_t width_last(unsigned width)
{
	return width >= 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
}

struct width width_common(struct width a, struct width b)
{
	/* Unknown is 0, so it wins by itself. */
	return (struct width){ lower(a.gaw, b.gaw), lower(a.gaw_max, b.gaw_max) };
}

/* --- Intel: CAP and ECAP, VT-d specification 11.4.2 and 11.4.3 ------------------------------ */

static unsigned cap_sagaw(const struct unit *unit)
{
	return (unsigned)bits(unit->cap, 12, 8);
}

static bool ecap_scalable(const struct unit *unit)
{
	return bits(unit->ecap, 43, 43);
}

unsigned intel_mgaw(const struct unit *unit)
{
	return (unsigned)bits(unit->cap, 21, 16) + 1;
}

bool intel_has_first_stage(const struct unit *unit)
{
	return ecap_scalable(unit) && bits(unit->ecap, 47, 47);
}

bool intel_has_remapping(const struct unit *unit)
{
	return bits(unit->ecap, 3, 3);
}

size_t intel_sagaw(const struct unit *unit, unsigned widths[5])
{
	size_t nr = 0;

	for (unsigned level = 0; level < 5; level++)
		if (cap_sagaw(unit) & 1u << level)
			widths[nr++] = lower(30 + 9 * level, 64);
	return nr;
}

const struct dmar_structure *unit_drhd(const struct machine *machine, const struct unit *unit)
{
	const struct acpi_table *table = machine->dmar.table;

	for (size_t i = 0; table && unit->has_registers && i < table->dmar.nr_structures; i++) {
		const struct dmar_structure *structure = &table->dmar.structures[i];

		if (structure->type == DMAR_DRHD && structure->address == unit->address)
			return structure;
	}
	return NULL;
}

/* --- AMD: EFR, AMD IOMMU specification 3.4.9; IVinfo, 5.2.1 --------------------------------- */

/* The highest bit that EFR2 defines (drivers/iommu/amd/amd_iommu_types.h). */
#define EFR2_DEFINED UINT64_C(0xfff)

const struct ivrs_block *unit_ivhd(const struct machine *machine, const struct unit *unit)
{
	const struct acpi_table *table = machine->ivrs.table;

	for (size_t i = 0; table && unit->has_function && i < table->ivrs.nr_blocks; i++) {
		const struct ivrs_block *block = &table->ivrs.blocks[i];

		if (block->type == IVRS_IVHD && !block->ignored &&
		    block->device_id == bdf_requester(&unit->function) &&
		    block->segment == unit->function.domain)
			return block;
	}
	return NULL;
}

int amd_efr(const struct machine *machine, const struct unit *unit, uint64_t *efr)
{
	const struct ivrs_block *block = unit_ivhd(machine, unit);
	bool first_is_efr = unit->features[0] & ~EFR2_DEFINED;
	bool second_is_efr = unit->features[1] & ~EFR2_DEFINED;

	if (!unit->has_features)
		return -ENOENT;
	if (first_is_efr == second_is_efr) {
		first_is_efr = unit->features[0] && !unit->features[1];
		second_is_efr = unit->features[1] && !unit->features[0];
	}
	if (first_is_efr != second_is_efr) {
		*efr = unit->features[first_is_efr ? 0 : 1];
		return 0;
	}
	for (size_t i = 0; block && block->has_efr && i < 2; i++) {
		if (unit->features[i] == block->efr) {
			*efr = block->efr;
			return 0;
		}
	}
	return -ENOENT;
}
