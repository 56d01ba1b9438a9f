/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest address width and page sizes as Linux chooses them. */
#include <stdio.h>
#include <string.h>

#include "acpi/acpi.h"
#include "model/width.h"

/* Bits FIRST to LAST (inclusive) of @value. */
static uint64_t bits(uint64_t value, unsigned last, unsigned first)
{
	return value >> first & (UINT64_MAX >> (63 - (last - first)));
}

static unsigned lower(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* --- Intel: CAP and ECAP, VT-d specification 11.4.2 and 11.4.3 ------------------------------ */

#define CAP_SAGAW_39 (1u << 1)
#define CAP_SAGAW_48 (1u << 2)
#define CAP_SAGAW_57 (1u << 3)

static unsigned cap_sagaw(const struct unit *unit)
{
	return (unsigned)bits(unit->cap, 12, 8);
}

static bool cap_five_level(const struct unit *unit)
{
	return bits(unit->cap, 60, 60);
}

static bool intel_has_second_stage(const struct unit *unit)
{
	return bits(unit->ecap, 43, 43) && bits(unit->ecap, 46, 46);
}

/* Width of the deepest second-stage table that is set in @sagaw; Linux uses no more than 57. */
static unsigned second_stage_width(unsigned sagaw, unsigned mgaw)
{
	if (sagaw & CAP_SAGAW_57)
		return lower(57, mgaw);
	if (sagaw & CAP_SAGAW_48)
		return lower(48, mgaw);
	if (sagaw & CAP_SAGAW_39)
		return lower(39, mgaw);
	return WIDTH_UNKNOWN;
}

/*
 * First-stage addresses are sign-extended: the usable lower half has one bit less. Since generic
 * page tables five levels give all of 57 bits; before, MGAW bounded them.
 */
static unsigned first_stage_width(const struct unit *unit)
{
	unsigned mgaw = intel_mgaw(unit);

	return (mgaw > 48 && cap_five_level(unit) ? 57 : lower(48, mgaw)) - 1;
}

static unsigned old_first_stage_width(const struct unit *unit)
{
	return lower(cap_five_level(unit) ? 57 : 48, intel_mgaw(unit)) - 1;
}

static void add_candidate(struct width *width, unsigned gaw)
{
	if (gaw == WIDTH_UNKNOWN)
		return;
	if (width->gaw == WIDTH_UNKNOWN || gaw < width->gaw)
		width->gaw = gaw;
	if (gaw > width->gaw_max)
		width->gaw_max = gaw;
}

/*
 * Whether scalable mode is on, and which tables it then prefers (second stage before generic page
 * tables, first stage since), is in no register that sysfs shows.
 */
static struct width intel_width(const struct unit *unit)
{
	unsigned first_levels = CAP_SAGAW_48 | (cap_five_level(unit) ? CAP_SAGAW_57 : 0);
	struct width width = { WIDTH_UNKNOWN, WIDTH_UNKNOWN };
	unsigned sagaw = cap_sagaw(unit);

	if (!unit->has_registers)
		return width;
	add_candidate(&width, second_stage_width(sagaw, intel_mgaw(unit)));
	if (intel_has_second_stage(unit)) {
		if (intel_has_first_stage(unit))
			sagaw &= first_levels;
		add_candidate(&width, second_stage_width(sagaw, intel_mgaw(unit)));
	}
	if (intel_has_first_stage(unit))
		add_candidate(&width, first_stage_width(unit));
	if (intel_has_first_stage(unit) && !intel_has_second_stage(unit))
		add_candidate(&width, old_first_stage_width(unit));
	return width;
}

/* --- AMD: EFR, AMD IOMMU specification 3.4.9; IVinfo, 5.2.1 --------------------------------- */

#define EFR_GT (1u << 4)
#define EFR_HATS_INVALID 3
#define IVHD_HATS_DISABLED 0x01u /* attributes of an IVHD 11h or 40h */
#define VERSION_2_WIDTH 47

/*
 * Return: EFR as Linux has it when it chooses widths, before any register is read: what all images
 * in the IVRS have in common; nothing when one is missing, for an IVHD 10h has none, or when
 * IVinfo does not vouch for them.
 */
static uint64_t early_efr(const struct ivrs *ivrs)
{
	uint64_t efr = ivrs->ivinfo & IVRS_EFR_SUPPORTED ? UINT64_MAX : 0;

	for (size_t i = 0; i < ivrs->nr_blocks; i++) {
		const struct ivrs_block *block = &ivrs->blocks[i];

		if (block->type == IVRS_IVHD && !block->ignored)
			efr &= block->has_efr ? block->efr : 0;
	}
	return efr;
}

/* The same from sysfs where the IVRS is not to be had. */
static int width_efr(const struct machine *machine, const struct unit *unit, uint64_t *efr)
{
	if (!machine->ivrs.table)
		return amd_efr(machine, unit, efr);
	*efr = early_efr(&machine->ivrs.table->ivrs);
	return 0;
}

/* Return: whether the kernel is Linux 6.@wanted or later. */
static enum tristate is_since(const struct machine *machine, unsigned wanted)
{
	unsigned major, minor;

	if (!machine->release || sscanf(machine->release, "%u.%u", &major, &minor) != 2)
		return TRI_UNKNOWN;
	return major > 6 || (major == 6 && minor >= wanted) ? TRI_YES : TRI_NO;
}

static bool has_word(const char *line, const char *word)
{
	const char *at = line;
	size_t len = strlen(word);

	while ((at = strstr(at, word))) {
		if ((at == line || strchr(" =,", at[-1])) && strchr(" ,", at[len]))
			return true;
		at += len;
	}
	return false;
}

/* Said, or perhaps said. */
static bool may_say(const struct machine *machine, const char *word)
{
	return !machine->command_line || has_word(machine->command_line, word);
}

static bool wants_version_2(const struct machine *machine)
{
	return may_say(machine, "pgtbl_v2");
}

/*
 * Before generic page tables every IOVA can be mapped; but "amd_iommu=pgtbl_v2" on a kernel near
 * 6.12 narrows the aperture to the lower half of a 4-level table.
 */
static void add_grown_tables(struct width *width, const struct machine *machine)
{
	add_candidate(width, 64);
	if (wants_version_2(machine))
		add_candidate(width, VERSION_2_WIDTH);
}

/* Tables of version 2 are sign-extended; whether they have five levels is up to the CPU too. */
static void add_version_2(struct width *width, uint64_t efr)
{
	if (!(efr & EFR_GT))
		return;
	add_candidate(width, VERSION_2_WIDTH);
	if (bits(efr, 13, 12) == 1)
		add_candidate(width, 56);
}

static bool has_version_1(const struct ivrs_block *ivhd, uint64_t efr)
{
	bool disabled = ivhd && ivhd->kind != 0x10 && (ivhd->features & IVHD_HATS_DISABLED);

	return bits(efr, 11, 10) != EFR_HATS_INVALID && !disabled;
}

/* min(VASize, width of the deepest table); without the IVRS only the upper bound is known. */
static void add_generic_tables(struct width *width, const struct machine *machine,
			       const struct unit *unit, uint64_t efr)
{
	unsigned table_width = lower(((unsigned)bits(efr, 11, 10) + 3) * 9 + 21, 64);
	const struct acpi_table *ivrs = machine->ivrs.table;
	bool version_1 = has_version_1(unit_ivhd(machine, unit), efr);

	if (!version_1 || wants_version_2(machine))
		add_version_2(width, efr);
	if (!version_1)
		return;
	if (ivrs) {
		add_candidate(width,
			      lower(ivrs->ivrs.va_size ? ivrs->ivrs.va_size : 64, table_width));
		return;
	}
	add_candidate(width, table_width);
	width->gaw = WIDTH_UNKNOWN;
}

static struct width amd_width(const struct machine *machine, const struct unit *unit)
{
	/*
	 * Generic page tables (Linux 6.19) bound the aperture by VASize and EFR.HATS; shortly
	 * before them HATS alone came to do so, so there both are possible.
	 */
	bool may_grow = is_since(machine, 19) != TRI_YES;
	bool may_be_bounded = is_since(machine, 17) != TRI_NO;
	struct width width = { WIDTH_UNKNOWN, WIDTH_UNKNOWN };
	uint64_t efr;

	if (may_grow)
		add_grown_tables(&width, machine);
	if (may_be_bounded) {
		if (width_efr(machine, unit, &efr) < 0)
			return (struct width){ WIDTH_UNKNOWN, WIDTH_UNKNOWN };
		add_generic_tables(&width, machine, unit, efr);
	}
	return width;
}

struct width unit_width(const struct machine *machine, const struct unit *unit)
{
	switch (unit->kind) {
	case UNIT_INTEL_VTD:
		return intel_width(unit);
	case UNIT_AMD_VI:
		return amd_width(machine, unit);
	case UNIT_VIRTIO: /* its configuration is not in sysfs */
	case UNIT_SMMU:
	case UNIT_OTHER:
		break;
	}
	return (struct width){ WIDTH_UNKNOWN, WIDTH_UNKNOWN };
}

/* --- page sizes ----------------------------------------------------------------------------- */

#define SIZE_4K UINT64_C(0x1000)
#define SIZE_2M UINT64_C(0x200000)
#define SIZE_1G UINT64_C(0x40000000)

size_t unit_page_sizes(const struct machine *machine, const struct unit *unit, uint64_t sizes[3])
{
	bool two_mega = true, one_giga = true;
	size_t nr = 0;

	if (unit->kind != UNIT_AMD_VI && !(unit->kind == UNIT_INTEL_VTD && unit->has_registers))
		return 0;
	if (unit->kind == UNIT_INTEL_VTD) {
		two_mega = bits(unit->cap, 34, 34);
		one_giga = bits(unit->cap, 35, 35);
		if (intel_has_first_stage(unit)) /* which always has 2 MiB */
			one_giga = one_giga && bits(unit->cap, 56, 56);
	}
	if (may_say(machine, unit->kind == UNIT_AMD_VI ? "nohugepages" : "sp_off"))
		two_mega = one_giga = false;
	sizes[nr++] = SIZE_4K;
	if (two_mega)
		sizes[nr++] = SIZE_2M;
	if (one_giga)
		sizes[nr++] = SIZE_1G;
	return nr;
}
