/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest address width and page sizes as FreeBSD's vmm uses them (sys/amd64/vmm/intel/vtd.c):
 * second- level tables only, of one of the depths that the unit has, with pages of 4 KiB.
 */
#include "model/width.h"

#define WIDEST 57 /* that vmm's tables are asked for */

/*
 * Of AMD's the depth of the tables is a setting (hw.vmm.amdvi.ptp_level), and no proof that the
 * unit has it: unknown.
 */
struct width unit_width(const struct machine *machine, const struct unit *unit)
{
	unsigned widths[5], widest = WIDTH_UNKNOWN;
	size_t nr;

	(void)machine;
	if (unit->kind != UNIT_INTEL_VTD || !unit->has_registers)
		return (struct width){ WIDTH_UNKNOWN, WIDTH_UNKNOWN };
	nr = intel_sagaw(unit, widths);
	for (size_t i = 0; i < nr; i++)
		if (widths[i] <= WIDEST && widths[i] > widest)
			widest = widths[i];
	if (widest > intel_mgaw(unit))
		widest = intel_mgaw(unit);
	return (struct width){ widest, widest };
}

size_t unit_page_sizes(const struct machine *machine, const struct unit *unit, uint64_t sizes[3])
{
	(void)machine;
	if (unit->kind != UNIT_INTEL_VTD || !unit->has_registers)
		return 0;
	sizes[0] = 4096;
	return 1;
}
