/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root complexes that forward requests between devices, by the list of Linux. */
#include "model/platform.h"

#include <string.h>

#include "model/acs.h"

#define ZEN 0x17 /* the first CPU family of AMD that does; Hygon's, alike, are not in the list */
#define ANY (-1)

/* The first function on a root bus that does: where @same_bus, only to devices of that bus. */
static const struct {
	int vendor, product;
	bool same_bus;
} bridges[] = {
	{ 0x8086, 0x3c00, true },			      /* Xeon E5 */
	{ 0x8086, 0x3c01, true },  { 0x8086, 0x2f00, true },  /* Xeon E5 v3, E7 v3 */
	{ 0x8086, 0x2f01, true },  { 0x8086, 0x2030, false }, /* Skylake-SP: four root ports, and
								 what is at 00.0 */
	{ 0x8086, 0x2031, false }, { 0x8086, 0x2032, false }, { 0x8086, 0x2033, false },
	{ 0x8086, 0x2020, false }, { 0x8086, 0x09a2, false }, /* Ice Lake-SP and later */
	{ 0x8086, 0x0b25, false }, /* accelerators with a root bus of their own: DSA and IAA */
	{ 0x8086, 0x0cfe, false }, { 0x8086, 0x11fb, false }, { 0x8086, 0x1212, false },
	{ 0x8086, 0x1216, false }, { 0x8086, 0x4940, false }, /* QAT */
	{ 0x8086, 0x4942, false }, { 0x8086, 0x4944, false }, { 0x8086, 0x4946, false },
	{ 0x8086, 0x4948, false }, { 0x1ae0, ANY, false }, /* Google */
};

static bool cpu_forwards(const struct machine *machine)
{
	return machine->cpu_vendor && strcmp(machine->cpu_vendor, "AuthenticAMD") == 0 &&
	       machine->cpu_family >= ZEN;
}

/*
 * What stands for the host bridge of a root bus: the first function on it, if that is 00.0 or a
 * root port (pci_host_bridge_dev). Return: it or NULL.
 */
static const struct device *host_bridge(const struct machine *machine, const struct device *device)
{
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *first = &machine->devices[i];

		if (!first->is_pci || first->bdf.domain != device->bdf.domain ||
		    first->bdf.bus != device->root_bus)
			continue;
		if (first->bdf.device == 0 && first->bdf.function == 0)
			return first;
		return first->routing.type_known && port_type(first) == PCIE_ROOT_PORT ? first
										       : NULL;
	}
	return NULL;
}

static bool bridge_forwards(const struct device *bridge, bool same_bus)
{
	for (size_t i = 0; i < sizeof(bridges) / sizeof(bridges[0]); i++)
		if (bridge->vendor == bridges[i].vendor &&
		    (bridge->product == bridges[i].product || bridges[i].product == ANY))
			return same_bus || !bridges[i].same_bus;
	return false;
}

enum tristate root_complex_forwards(const struct machine *machine, const struct device *from,
				    const struct device *to)
{
	const struct device *first, *second;
	bool same_bus;

	if (!from->is_pci || !to->is_pci)
		return TRI_UNKNOWN;
	if (cpu_forwards(machine))
		return TRI_YES;
	if (from->root_bus < 0 || to->root_bus < 0)
		return TRI_UNKNOWN;
	same_bus = from->bdf.domain == to->bdf.domain && from->root_bus == to->root_bus;
	first = host_bridge(machine, from);
	second = host_bridge(machine, to);
	if (first && second && bridge_forwards(first, same_bus) &&
	    bridge_forwards(second, same_bus))
		return TRI_YES;
	return TRI_UNKNOWN;
}
