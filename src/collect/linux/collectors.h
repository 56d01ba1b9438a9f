/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside collect/linux/: one collector a file, in the order in which collect() runs them. */
#ifndef IOMMUTOOL_COLLECTORS_H
#define IOMMUTOOL_COLLECTORS_H

#include "collect/collect.h"

/* Where the kernel keeps things, without the leading slash. */
#define PATH_PCI_DEVICES "sys/bus/pci/devices"
#define PATH_GROUPS "sys/kernel/iommu_groups"
#define PATH_UNITS "sys/class/iommu"
#define PATH_TABLES "sys/firmware/acpi/tables"

void collect_groups(const struct source *source, struct machine *machine, unsigned facts);
void collect_units(const struct source *source, struct machine *machine, unsigned facts);
/* After groups and units: devices point to them. */
void collect_devices(const struct source *source, struct machine *machine, unsigned facts);
/* After devices. */
void collect_resources(const struct source *source, struct machine *machine);
/* After devices: they tell whose config space matters. */
void collect_routing(const struct source *source, struct machine *machine);
/* After devices: which have a node that a process could hold. */
void collect_holders(const struct source *source, struct machine *machine);
void collect_tables(const struct source *source, struct machine *machine, bool decode);
void collect_kernel(const struct source *source, struct machine *machine, unsigned facts);

#endif
