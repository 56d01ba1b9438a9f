/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which drivers of Linux leave DMA to user space. */
#include <string.h>

#include "model/viability.h"

/* Drivers with driver_managed_dma that make no vfio-dev/, or made none before Linux 6.1. */
static const char *const managed_drivers[] = { "vfio-pci", "pcieport", "pci-stub" };

enum tristate device_blocks(const struct device *device)
{
	if (!device->driver_known)
		return TRI_UNKNOWN;
	if (!device->driver || device->has_vfio_dev)
		return TRI_NO;
	for (size_t i = 0; i < sizeof(managed_drivers) / sizeof(managed_drivers[0]); i++)
		if (strcmp(device->driver, managed_drivers[i]) == 0)
			return TRI_NO;
	return TRI_YES;
}
