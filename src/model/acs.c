/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Access control services: whether a function, a way up, a device keeps requests to the IOMMU. */
#include "model/acs.h"

/* Linux takes a port whose type cannot be true for its opposite (drivers/pci/probe.c). */
enum pcie_type port_type(const struct device *device)
{
	const struct device *way[WAY_MAX];
	size_t depth = 0;
	enum pcie_type above = PCIE_NONE, type = PCIE_NONE;

	for (const struct device *at = device; at && depth < WAY_MAX; at = at->parent)
		way[depth++] = at;
	while (depth-- > 0) {
		type = way[depth]->routing.type;
		if (type == PCIE_DOWNSTREAM_PORT &&
		    (above == PCIE_ROOT_PORT || above == PCIE_DOWNSTREAM_PORT ||
		     above == PCI_TO_PCIE_BRIDGE)) {
			/* A root port has no downstream port below it: what says so is upstream. */
			type = PCIE_UPSTREAM_PORT;
		} else if (type == PCIE_UPSTREAM_PORT && above == PCIE_UPSTREAM_PORT) {
			type = PCIE_DOWNSTREAM_PORT;
		}
		above = way[depth]->routing.type_known ? type : PCIE_NONE;
	}
	return type;
}

/* What the capability lacks is hard-wired, Linux says, but for egress control. */
static struct acs from_registers(const struct device *device)
{
	const struct routing *routing = &device->routing;
	unsigned wanted = ACS_REQUIRED;

	if (!routing->acs_known)
		return (struct acs){ .enough = TRI_UNKNOWN };
	if (routing->has_acs) {
		wanted &= routing->acs_capability & ~acs_broken_bits(device);
		wanted &= ~(unsigned)routing->acs_control;
	}
	return (struct acs){ .enough = wanted ? TRI_NO : TRI_YES, .missing = wanted };
}

bool is_multifunction(const struct device *device)
{
	return !device->physical && (device->routing.multifunction || device->bdf.function > 0);
}

struct acs function_acs(const struct machine *machine, const struct device *device)
{
	struct acs acs = { .enough = TRI_UNKNOWN };

	if (acs_quirk(machine, device, &acs))
		return acs;
	/* Linux takes virtual functions for single ones (drivers/pci/iov.c). */
	if (device->physical)
		return (struct acs){ .enough = TRI_YES };
	if (!device->routing.type_known || device->vendor < 0 || device->product < 0)
		return acs;
	switch (port_type(device)) {
	case PCIE_ROOT_PORT:
	case PCIE_DOWNSTREAM_PORT:
		return from_registers(device);
	case PCIE_ENDPOINT:
	case PCIE_LEGACY_ENDPOINT:
	case PCIE_UPSTREAM_PORT:
	case PCIE_INTEGRATED_ENDPOINT:
		if (is_multifunction(device))
			return from_registers(device);
		break;
	case PCIE_NONE:
	case PCIE_TO_PCI_BRIDGE:
	case PCI_TO_PCIE_BRIDGE:
	case PCIE_EVENT_COLLECTOR:
		return (struct acs){ .enough = TRI_NO, .missing = ACS_REQUIRED };
	}
	return (struct acs){ .enough = TRI_YES };
}

static bool same_slot(const struct device *a, const struct device *b)
{
	return a->is_pci && b->is_pci && a->bdf.domain == b->bdf.domain &&
	       a->bdf.bus == b->bdf.bus && a->bdf.device == b->bdf.device;
}

bool has_siblings(const struct machine *machine, const struct device *device)
{
	const struct device *first = device, *end = machine->devices + machine->nr_devices;

	if (device->physical)
		return false;
	while (first > machine->devices && same_slot(first - 1, device))
		first--;
	for (const struct device *at = first; at < end && same_slot(at, device); at++)
		if (at != device && !at->physical)
			return true;
	return false;
}

static enum tristate both(enum tristate a, enum tristate b)
{
	if (a == TRI_NO || b == TRI_NO)
		return TRI_NO;
	return a == TRI_UNKNOWN ? a : b;
}

/* A single function has nobody beside it, whatever its type. */
static enum tristate own_part(const struct machine *machine, const struct device *device)
{
	if (device_role(device) == ROLE_UNKNOWN)
		return TRI_UNKNOWN;
	if (device_role(device) != ROLE_BRIDGE && !has_siblings(machine, device))
		return TRI_YES;
	return function_acs(machine, device).enough;
}

/* Virtual functions have buses of their own, which are below no bridge. */
bool way_known(const struct device *device)
{
	const struct device *top = device;

	for (size_t depth = 0; top->parent; top = top->parent)
		if (++depth == WAY_MAX)
			return false;
	return device->root_bus >= 0 && (top->physical || top->bdf.bus == device->root_bus);
}

enum tristate device_isolated(const struct machine *machine, const struct device *device)
{
	enum tristate isolated;

	if (!device->is_pci)
		return TRI_UNKNOWN;
	if (!device->group && device->group_known)
		return TRI_NO;
	if (!way_known(device))
		return TRI_UNKNOWN;
	isolated = device->group ? own_part(machine, device) : TRI_UNKNOWN;
	if (device->carrier)
		isolated = both(isolated, own_part(machine, device->carrier));
	for (const struct device *at = device->parent; at; at = at->parent)
		isolated = both(isolated, function_acs(machine, at).enough);
	return isolated;
}

enum tristate group_isolated(const struct machine *machine, const struct group *group)
{
	enum tristate isolated = group->has_strangers ? TRI_UNKNOWN : TRI_YES;
	bool any = false;

	for (size_t i = 0; i < group->nr_devices; i++) {
		const struct device *device = group->devices[i];
		enum role role = device_role(device);

		if (role != ROLE_ENDPOINT && role != ROLE_UNKNOWN)
			continue;
		any = true;
		isolated = both(isolated, device_isolated(machine, device));
	}
	return any ? isolated : TRI_NO;
}

const char *acs_bit_name(unsigned bit)
{
	static const char *const names[] = { "SV", "TB", "RR", "CR", "UF", "EC", "DT" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bit == 1u << i)
			return names[i];
	return NULL;
}
