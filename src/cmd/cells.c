/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of the model as cells. */
#include "cmd/cells.h"

#include <stdlib.h>

#include "util/alloc.h"
#include "util/cleanup.h"

struct out_value tristate_cell(enum tristate value)
{
	return value == TRI_UNKNOWN ? out_unknown() : out_bool(value == TRI_YES);
}

struct out_value string_or_unknown(const char *text)
{
	return text ? out_string(text) : out_unknown();
}

struct out_value range_object(uint64_t start, uint64_t end, bool end_known)
{
	struct out_value start_value = out_address(start);
	struct out_value end_value = end_known ? out_address(end) : out_unknown();
	_cleanup_free_ char *start_text = out_value_text(&start_value);
	_cleanup_free_ char *end_text = out_value_text(&end_value);
	_cleanup_free_ char *text = xasprintf("%s-%s", start_text, end_text);
	struct out_value range = out_object(text);

	out_member(&range, "start", start_value);
	out_member(&range, "end", end_value);
	return range;
}

struct out_value device_id_cell(const struct device *device)
{
	if (!device->is_pci)
		return out_absent();
	if (device->vendor < 0 || device->product < 0)
		return out_unknown();
	return out_format("%04x:%04x", (unsigned)device->vendor, (unsigned)device->product);
}

struct out_value device_class_cell(const struct device *device)
{
	if (!device->is_pci)
		return out_absent();
	if (device->class < 0)
		return out_unknown();
	return out_format("0x%06x", (unsigned)device->class);
}

struct out_value device_driver_cell(const struct device *device)
{
	return device->driver_known ? out_string(device->driver) : out_unknown();
}

struct out_value device_role_cell(const struct device *device)
{
	return string_or_unknown(role_name(device_role(device)));
}

struct out_value device_unit_cell(const struct device *device)
{
	if (!device->unit_known)
		return out_unknown();
	return device->unit ? out_string(device->unit->name) : out_absent();
}

struct out_value device_name_cell(const struct device *device, struct names *names)
{
	_cleanup_free_ char *name = NULL;

	if (!device->is_pci)
		return out_absent();
	name = names_device(names, device->vendor, device->product);
	return string_or_unknown(name);
}
