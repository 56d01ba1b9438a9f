/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What explain says of bhyve and of what to type on FreeBSD. */
#include "cmd/explain_cells.h"
#include "util/alloc.h"

const char explained_taker[] = "bhyve";

/* All numbers are decimal; no other PCI domain can be said. All memory has to be wired (-S). */
struct out_value explained_vmm(const struct explained *it)
{
	const struct bdf *bdf = &it->device->bdf;

	if (bdf->domain != 0 || device_role(it->device) == ROLE_BRIDGE)
		return out_absent();
	return out_format("bhyve -S -s SLOT,passthru,%u/%u/%u", bdf->bus, bdf->device,
			  bdf->function);
}

char *explained_next(const struct explained *it)
{
	const struct obstacle *first = first_obstacle(it->obstacles);

	return xstrdup(first ? first->next : "nothing is known that bhyve has against it");
}

char *explained_ask_width(const struct explained *it)
{
	const struct unit *unit = it->device->unit;

	if (unit && unit->kind == UNIT_AMD_VI)
		return xstrdup("the setting hw.vmm.amdvi.ptp_level decides it: levels of 9 bits, "
			       "above 12");
	return xstrdup("run as root, which may read the registers of the IOMMU");
}
