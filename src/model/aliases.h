/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requester aliases on the same bus: functions whose requests carry the address of another
 * (Linux: pci_dev.dma_alias_mask, drivers/pci/quirks.c; drivers/iommu/amd/iommu.c, setup_aliases).
 */
#ifndef IOMMUTOOL_ALIASES_H
#define IOMMUTOOL_ALIASES_H

#include "model/machine.h"

/* What AMD's table, the IVRS, says of a function. */
struct table_alias {
	enum tristate there;
	uint16_t requester; /* the address that its requests carry, if TRI_YES */
};

/* Wants FACT_UNIT and FACT_TABLES. TRI_UNKNOWN below an AMD IOMMU whose table cannot be read. */
struct table_alias table_alias(const struct machine *machine, const struct device *device);

/**
 * are_aliases() - whether one of two PCI functions uses the address of the other
 * @of_a, @of_b: from table_alias()
 *
 * Wants FACT_ID and FACT_CLASS.
 *
 * Return: TRI_NO for functions of two buses, whatever they share.
 */
enum tristate are_aliases(const struct device *a, struct table_alias of_a, const struct device *b,
			  struct table_alias of_b);

#endif
