/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest address width (gaw): how many bits an IOVA may have. Each system has its own unit_width()
 * and unit_page_sizes(): in linux/ and freebsd/. Linux chooses it from the registers of the unit
 * (drivers/iommu/intel/iommu.c, drivers/iommu/amd/{init,iommu}.c); what sysfs shows of those
 * decides here, and where it leaves two possibilities the lower one is the gaw.
 */
#ifndef IOMMUTOOL_WIDTH_H
#define IOMMUTOOL_WIDTH_H

#include "model/machine.h"

#define WIDTH_UNKNOWN 0

struct width {
	unsigned gaw;	  /* bits that VFIO is sure to map; WIDTH_UNKNOWN */
	unsigned gaw_max; /* bits that the hardware could do; WIDTH_UNKNOWN */
};

/*
 * Wants FACT_UNIT, FACT_REGISTERS, FACT_TABLES and FACT_KERNEL.
 *
 * Return: the width of a unit, from its registers, the IVRS and, for AMD, the kernel's release.
 */
struct width unit_width(const struct machine *machine, const struct unit *unit);

/* Return: the width that both have: the lower values, unknown when one is unknown. */
struct width width_common(struct width a, struct width b);

/* Return: the highest address of that many bits, 1 to 64. */
uint64_t width_last(unsigned bits);

/* --- parts of a unit's registers ---------------------------------------------------------- */

unsigned intel_mgaw(const struct unit *unit);	     /* bits */
bool intel_has_first_stage(const struct unit *unit); /* scalable mode with first-stage tables */
bool intel_has_remapping(const struct unit *unit);   /* a capability, not that it is in use */

/* Widths in the SAGAW field, in bits, as they stand there. Return: how many, at most 5. */
size_t intel_sagaw(const struct unit *unit, unsigned widths[5]);

/* Page sizes that every kind of table of the unit has. Return: how many, at most 3; 0 unknown. */
size_t unit_page_sizes(const struct machine *machine, const struct unit *unit, uint64_t sizes[3]);

/**
 * amd_efr() - which of the two values in sysfs is the extended feature register
 *
 * Linux 6.1 writes EFR2 first, 6.12 and later EFR. The values themselves tell: EFR2 defines only
 * low bits, EFR always has some above them; the IVRS holds an image of EFR where they do not.
 *
 * Return: 0 or negative errno when it cannot be told.
 */
int amd_efr(const struct machine *machine, const struct unit *unit, uint64_t *efr);

struct dmar_structure;
struct ivrs_block;

/* Return: the unit's DRHD or IVHD in the ACPI table, NULL when the table is not to be had. */
const struct dmar_structure *unit_drhd(const struct machine *machine, const struct unit *unit);
const struct ivrs_block *unit_ivhd(const struct machine *machine, const struct unit *unit);

#endif
