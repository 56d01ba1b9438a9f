/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What addresses devices decode. */
#include "model/resources.h"

bool resource_has_address(const struct resource *resource)
{
	return !(resource->flags & RESOURCE_UNSET) && (resource->start || resource->end);
}

uint64_t resource_size(const struct resource *resource)
{
	if (!resource_has_address(resource) || resource->end < resource->start)
		return 0;
	return resource->end - resource->start + 1;
}

const struct resource *device_bar(const struct device *device, unsigned index)
{
	const struct resource *bar;

	if (!device->resources_known || index >= NR_BARS || index >= device->nr_resources)
		return NULL;
	bar = &device->resources[index];
	return resource_size(bar) > 0 ? bar : NULL;
}

static bool subtract_device(const struct device *device, struct ranges *set)
{
	if (!device->resources_known)
		return false;
	for (size_t i = 0; i < device->nr_resources; i++) {
		const struct resource *resource = &device->resources[i];

		if (!resource_has_address(resource))
			continue;
		if (resource_size(resource) == 0)
			return false;
		/* Ports of I/O are no addresses of memory. */
		if (!(resource->flags & RESOURCE_IO))
			ranges_subtract(set, (struct range){ resource->start, resource->end });
	}
	return true;
}

bool subtract_decoded(const struct machine *machine, struct ranges *set)
{
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].is_pci && !subtract_device(&machine->devices[i], set))
			return false;
	return true;
}
