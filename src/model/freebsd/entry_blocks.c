/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which drivers of FreeBSD leave DMA to a VM, or do none. */
#include <string.h>

#include "model/freebsd/ppt.h"
#include "model/viability.h"

/* Those of bridges drive no DMA of their own. */
static const char *const idle_drivers[] = { PPT_DRIVER, "pcib", "hostb" };

enum tristate device_blocks(const struct device *device)
{
	if (!device->driver_known)
		return TRI_UNKNOWN;
	if (!device->driver)
		return TRI_NO;
	for (size_t i = 0; i < sizeof(idle_drivers) / sizeof(idle_drivers[0]); i++)
		if (strcmp(device->driver, idle_drivers[i]) == 0)
			return TRI_NO;
	return TRI_YES;
}
