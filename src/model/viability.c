/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether user space could own a group now. */
#include "model/viability.h"

#include <string.h>

bool driver_is_vfio(const char *name)
{
	static const char *const endings[] = { "-vfio-pci", "_vfio_pci" };
	size_t length = name ? strlen(name) : 0;

	if (name && strcmp(name, "vfio-pci") == 0)
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (length > strlen(endings[i]) &&
		    strcmp(name + length - strlen(endings[i]), endings[i]) == 0)
			return true;
	return false;
}

enum tristate group_viable(const struct group *group)
{
	bool unknown = group->has_strangers, unknown_role = false, endpoint = false;

	for (size_t i = 0; i < group->nr_devices; i++) {
		enum role role = device_role(group->devices[i]);

		switch (device_blocks(group->devices[i])) {
		case TRI_YES:
			return TRI_NO;
		case TRI_UNKNOWN:
			unknown = true;
			break;
		case TRI_NO:
			break;
		}
		endpoint |= role == ROLE_ENDPOINT || role == ROLE_PLATFORM;
		unknown_role |= role == ROLE_UNKNOWN;
	}
	if (unknown || (unknown_role && !endpoint))
		return TRI_UNKNOWN;
	return endpoint ? TRI_YES : TRI_NO;
}

enum tristate group_has_vfio_driver(const struct group *group)
{
	enum tristate found = group->has_strangers ? TRI_UNKNOWN : TRI_NO;

	for (size_t i = 0; i < group->nr_devices; i++) {
		const struct device *device = group->devices[i];

		if (device->has_vfio_dev ||
		    (device->driver && strcmp(device->driver, "vfio-pci") == 0))
			return TRI_YES;
		if (!device->driver_known)
			found = TRI_UNKNOWN;
	}
	return found;
}

enum tristate group_in_use(const struct group *group)
{
	if (group->nr_holders > 0 || group->is_open)
		return TRI_YES;
	return group->holders_complete ? TRI_NO : TRI_UNKNOWN;
}
