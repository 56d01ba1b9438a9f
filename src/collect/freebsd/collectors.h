/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside collect/freebsd/: what collect() runs beside pci.h, acpi_root.h and units.h, in its order.
 */
#ifndef IOMMUTOOL_FREEBSD_COLLECTORS_H
#define IOMMUTOOL_FREEBSD_COLLECTORS_H

#include "collect/freebsd/os.h"
#include "model/freebsd/bhyve.h"
#include "model/machine.h"

/**
 * freebsd_compute_groups() - the groups that Linux would make of what units translate for
 * @machine: with devices, FACT_ACS among their facts, tables and units
 *
 * FreeBSD has no groups: these say which devices cannot be kept from each other. They are numbered
 * by address. A device of which it is unknown what decides is in none, and .groups_known is false.
 */
void freebsd_compute_groups(struct machine *machine);

/**
 * freebsd_fill_regions() - group.regions: what firmware and hardware reserve
 * @machine: with computed groups
 *
 * RMRRs and unity ranges of IVMDs, the window of interrupts and, on AMD, HyperTransport's
 * addresses.
 */
void freebsd_fill_regions(struct machine *machine, struct group *group);

struct freebsd_function;

/**
 * freebsd_collect_bhyve() - machine.bhyve, and which groups a VM has
 * @machine: with devices, tables, units and groups; group.is_open and .holders_complete are filled
 * in
 * @functions: one a device, in their order
 */
void freebsd_collect_bhyve(struct os *os, struct machine *machine,
			   const struct freebsd_function *functions);

/* What sysctl, modules and the registers of the units tell of bhyve; what makes no sense is a fault
 * of the machine. */
void freebsd_ask_bhyve(struct os *os, struct machine *machine, struct bhyve *bhyve);

struct bhyve_host;

/* host.uses, and of its devices (@nr) what the kernel says of them beside. */
void freebsd_collect_uses(struct os *os, size_t nr, struct bhyve_host *host,
			  const struct freebsd_function *functions);

struct usage;

/**
 * freebsd_collect_usage() - what is below some devices: interfaces of network devices and of USB
 * @machine: with what freebsd_collect_bhyve() adds
 * @wanted: one a device of the machine
 *
 * Adds a struct function for each device, and interfaces: the one that is called as the device,
 * igb0, and those of USB and Wi-Fi (ueN, wlanN), which tell what they are below. Of drivers whose
 * interfaces are called otherwise there are none in it.
 */
void freebsd_collect_usage(struct os *os, const struct machine *machine, const bool *wanted,
			   struct usage *usage);

/* As read_serial(). */
char *freebsd_read_serial(struct os *os, const struct bdf *bdf);

/* machine.release */
void freebsd_collect_kernel(struct os *os, struct machine *machine);
/* machine.remapping, by the registers of all units. */
void freebsd_collect_remapping(struct os *os, struct machine *machine);

#endif
