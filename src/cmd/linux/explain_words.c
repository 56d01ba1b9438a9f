/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What explain says of VFIO and of what to type on Linux. */
#include <stdlib.h>

#include "cmd/explain_cells.h"
#include "util/alloc.h"

const char explained_taker[] = "VFIO";

/* QEMU's intel-iommu takes 39 or 48 and refuses a device whose host has fewer. */
struct out_value explained_vmm(const struct explained *it)
{
	unsigned gaw = explained_width(it).gaw;

	if (it->device->unit_known && !it->device->unit)
		return out_absent();
	if (gaw == WIDTH_UNKNOWN)
		return out_unknown();
	if (gaw < 39)
		return out_absent();
	return out_format("-device intel-iommu,caching-mode=on,aw-bits=%u", gaw < 48 ? 39 : 48);
}

char *explained_next(const struct explained *it)
{
	const struct obstacle *first = first_obstacle(it->obstacles);

	return first ? xstrdup(first->next) : xasprintf("iommutool map-test %s", it->device->name);
}

char *explained_ask_width(const struct explained *it)
{
	return xasprintf("iommutool gaw --attach %s asks VFIO", it->device->name);
}
