/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From ACPI device scopes to devices. */
#include "model/scope.h"

#include "model/bdf.h"

/* Goes down from the root bus, comparing with each device's way up. */
static bool path_leads_to(const struct dmar_scope *scope, const struct device *device)
{
	const struct device *at = device;

	if (device->root_bus != scope->start_bus)
		return false;
	for (size_t i = scope->nr_path; i-- > 0; at = at->parent)
		if (!at || at->bdf.device != scope->path[i].device ||
		    at->bdf.function != scope->path[i].function)
			return false;
	return !at;
}

/* Linux: "RMRR entry for device ... is broken - applying workaround". */
static bool is_direct_address(const struct dmar_scope *scope, const struct device *device)
{
	return scope->nr_path == 1 && device->bdf.bus == scope->start_bus &&
	       device->bdf.device == scope->path[0].device &&
	       device->bdf.function == scope->path[0].function;
}

static bool type_fits(const struct dmar_scope *scope, const struct device *device)
{
	bool is_bridge = device_role(device) == ROLE_BRIDGE;

	switch (scope->type) {
	case DMAR_SCOPE_ENDPOINT:
		return !is_bridge;
	case DMAR_SCOPE_BRIDGE: /* other bridges have the class but an endpoint's header */
		return is_bridge || (device->class >= 0 && device->class >> 16 == 0x06);
	default:
		return true;
	}
}

const struct device *scope_device(const struct machine *machine, uint16_t segment,
				  const struct dmar_scope *scope)
{
	if (scope->type == DMAR_SCOPE_NAMESPACE || scope->nr_path == 0)
		return NULL;
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];

		if (!device->is_pci || device->physical || device->bdf.domain != segment ||
		    device->bdf.device != scope->path[scope->nr_path - 1].device ||
		    device->bdf.function != scope->path[scope->nr_path - 1].function)
			continue;
		if ((path_leads_to(scope, device) || is_direct_address(scope, device)) &&
		    type_fits(scope, device))
			return device;
	}
	return NULL;
}

bool scope_covers(const struct machine *machine, uint16_t segment, const struct dmar_scope *scope,
		  const struct device *device)
{
	const struct device *named = scope_device(machine, segment, scope);

	if (!named)
		return false;
	for (const struct device *at = device; at; at = at->parent)
		if (at == named)
			return true;
	return false;
}

bool requester_in_range(uint16_t segment, uint16_t first, uint16_t last,
			const struct device *device)
{
	uint16_t requester = bdf_requester(&device->bdf);

	return device->is_pci && device->bdf.domain == segment && requester >= first &&
	       requester <= last;
}
