/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which words of the firmware put a device behind its IOMMU unit. */
#ifndef IOMMUTOOL_EXPLAIN_SCOPE_H
#define IOMMUTOOL_EXPLAIN_SCOPE_H

#include "model/machine.h"

/**
 * unit_scope() - where it is from that a unit translates for a device
 * @device: has a unit; collected with FACT_UNIT, FACT_REGISTERS, FACT_TABLES, FACT_TOPOLOGY and
 *	    FACT_CLASS
 *
 * Return: the DRHD or IVHD and what of it names the device; "sysfs" where no table is to be had or
 * none says it; to be freed.
 */
char *unit_scope(const struct machine *machine, const struct device *device);

#endif
