/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which bridge a function is below of: the kernel shows no tree, but each bridge says which buses
 * it leads to (PCI-to-PCI Bridge Architecture, 3.2.5; config space 18h to 1ah).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/pci.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define BUS_NUMBERS 0x18 /* primary, secondary, subordinate, and a timer */

struct bridge {
	struct device *device;
	bool is_known;	     /* else it may be above any bus of its domain but the first */
	uint8_t first, last; /* buses below it */
};

struct bridges {
	struct bridge *items;
	size_t nr;
};

static void read_bridge(const struct freebsd_pci *pci, struct machine *machine,
			const struct freebsd_function *function, struct bridge *bridge)
{
	uint32_t value;
	int r = freebsd_read_config_dword(pci, function, BUS_NUMBERS, &value);

	if (r == -EPERM)
		machine_note(machine, ABI_PCI_NODE ": bridges: only root is told which buses are "
						   "below them; run as root");
	else if (r < 0)
		machine_note(machine, "%s: bus numbers: %s", bridge->device->name, strerror(-r));
	if (r < 0)
		return;
	bridge->first = (uint8_t)(value >> 8);
	bridge->last = (uint8_t)(value >> 16);
	/* It goes down, or nowhere as long as nobody has set it up. */
	bridge->is_known = bridge->first == 0 ||
			   (bridge->first > bridge->device->bdf.bus &&
			    bridge->last >= bridge->first && value != UINT32_MAX);
	if (!bridge->is_known)
		machine_note(machine,
			     "%s: bus numbers: it is on bus %u and leads to %u to %u, "
			     "which cannot be",
			     bridge->device->name, bridge->device->bdf.bus, bridge->first,
			     bridge->last);
}

static struct bridges read_bridges(const struct freebsd_pci *pci, struct machine *machine,
				   const struct freebsd_function *functions)
{
	struct bridges bridges = { 0 };

	for (size_t i = 0; i < machine->nr_devices; i++) {
		if (functions[i].header_type == 0)
			continue;
		bridges.items = xgrow(bridges.items, bridges.nr, sizeof(*bridges.items));
		bridges.items[bridges.nr] = (struct bridge){ .device = &machine->devices[i] };
		read_bridge(pci, machine, &functions[i], &bridges.items[bridges.nr++]);
	}
	return bridges;
}

/*
 * Return: whether it is known what is above a bus: @above, or with NULL nothing. It is the bridge
 * that leads to it with the highest first bus, since the others that do are above that.
 */
static bool find_above(const struct bridges *bridges, uint32_t domain, uint8_t bus,
		       const struct bridge **above)
{
	bool is_known = true;

	*above = NULL;
	if (bus == 0)
		return true; /* no bridge leads there */
	for (size_t i = 0; i < bridges->nr; i++) {
		const struct bridge *bridge = &bridges->items[i];

		if (bridge->device->bdf.domain != domain)
			continue;
		if (!bridge->is_known)
			return false;
		if (bridge->first == 0 || bus < bridge->first || bus > bridge->last)
			continue;
		if (*above && bridge->first == (*above)->first)
			is_known = false; /* two cannot lead to the same bus */
		if (!*above || bridge->first > (*above)->first) {
			*above = bridge;
			is_known = true;
		}
	}
	return is_known;
}

/* Each step leads to a lower bus, so there is an end. */
static int root_bus_of(const struct bridges *bridges, uint32_t domain, uint8_t bus)
{
	const struct bridge *above;

	while (find_above(bridges, domain, bus, &above)) {
		if (!above)
			return bus;
		bus = above->device->bdf.bus;
	}
	return -1;
}

void freebsd_fill_topology(const struct freebsd_pci *pci, struct machine *machine,
			   const struct freebsd_function *functions)
{
	struct bridges bridges = read_bridges(pci, machine, functions);

	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct device *device = &machine->devices[i];
		const struct bridge *above;

		if (find_above(&bridges, device->bdf.domain, device->bdf.bus, &above) && above)
			device->parent = above->device;
		device->root_bus = root_bus_of(&bridges, device->bdf.domain, device->bdf.bus);
	}
	free(bridges.items);
}
