/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether user space could own a group now (drivers/iommu/iommu.c, iommu_group_claim_dma_owner):
 * every device in it is without a driver, or has one that leaves DMA to somebody else.
 */
#ifndef IOMMUTOOL_VIABILITY_H
#define IOMMUTOOL_VIABILITY_H

#include "model/machine.h"

/*
 * Whether a device's driver keeps user space out of its group; by the drivers of each system
 * (linux/, freebsd/). Unknown when the driver is. A driver that is not known to let go of DMA is a
 * blocker.
 */
enum tristate device_blocks(const struct device *device);

/*
 * Whether a driver of this name hands its PCI functions to user space: vfio-pci, or one that does
 * it for one kind of device ("mlx5-vfio-pci", "qat_vfio_pci"). NULL: no.
 */
bool driver_is_vfio(const char *name);

/* No blocker, and at least one endpoint. */
enum tristate group_viable(const struct group *group);

/* Whether some device has a driver of VFIO, so that there is a node which a process can open. */
enum tristate group_has_vfio_driver(const struct group *group);

/* Whether user space has the group open now. */
enum tristate group_in_use(const struct group *group);

#endif
