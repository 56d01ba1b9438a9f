/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From ACPI device scopes to devices (drivers/iommu/intel/dmar.c, dmar_match_pci_path). */
#ifndef IOMMUTOOL_SCOPE_H
#define IOMMUTOOL_SCOPE_H

#include "acpi/acpi.h"
#include "model/machine.h"

/**
 * scope_device() - the PCI device that a DMAR device scope names
 * @segment: of the structure that holds the scope
 *
 * Wants FACT_TOPOLOGY and FACT_CLASS. Follows Linux: the path has to lead to the device step by
 * step, or be one step whose address the device has (which Linux accepts with a complaint), and
 * the type has to fit: an endpoint is no bridge and a bridge is one.
 *
 * Return: the device, or NULL when none is there.
 */
const struct device *scope_device(const struct machine *machine, uint16_t segment,
				  const struct dmar_scope *scope);

/* Return: whether @device is @scope's device, or below it where that is a bridge. */
bool scope_covers(const struct machine *machine, uint16_t segment, const struct dmar_scope *scope,
		  const struct device *device);

/* Return: whether the DeviceID range of an IVRS block or entry holds the device. */
bool requester_in_range(uint16_t segment, uint16_t first, uint16_t last,
			const struct device *device);

#endif
