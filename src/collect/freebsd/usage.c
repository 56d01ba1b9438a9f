/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host does with some devices, for those who are about to take them. */
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/collectors.h"
#include "model/freebsd/bhyve_host.h"
#include "model/usage.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define CLASS_NETWORK 0x02

static struct function *add_function(struct usage *usage, const struct device *device,
				     const struct bhyve_device *known)
{
	struct function *function;

	usage->functions = xgrow(usage->functions, usage->nr_functions, sizeof(*function));
	function = &usage->functions[usage->nr_functions++];
	*function = (struct function){ .device = device,
				       .boot_vga = known->boot_display,
				       .nr_virtual = -1,
				       .enabled = -1,
				       .sub_vendor = known->sub_vendor,
				       .sub_product = known->sub_product };
	return function;
}

/* sshd(8): client, its port, our address, our port. Whether this login came to that address. */
static bool carries_login(const char *address)
{
	const char *connection = getenv("SSH_CONNECTION");
	_cleanup_free_ char *copy = connection ? xstrdup(connection) : NULL;
	char *at = copy;

	strsep(&at, " ");
	strsep(&at, " ");
	return at && strcmp(strsep(&at, " "), address) == 0;
}

static void add_addresses(struct interface *interface, char *addresses)
{
	char *at = addresses, *address;

	while ((address = strsep(&at, " "))) {
		if (!*address)
			continue;
		strings_add(&interface->addresses, address);
		if (carries_login(address))
			strings_take(&interface->carries, xasprintf("this login (to %s)", address));
	}
}

/* Nearly all drivers call their interface as their device is called: igb0. */
static void add_interface(struct os *os, const struct device *device, unsigned long unit,
			  struct usage *usage)
{
	_cleanup_free_ char *name = xasprintf("%s%lu", device->driver, unit);
	struct os_interface found;
	struct interface *interface;

	if (os->ops->find_interface(os, name, &found) < 0)
		return;
	interface = usage_add_interface(usage, device, name);
	interface->up = found.is_up;
	add_addresses(interface, found.addresses);
}

void freebsd_collect_usage(struct os *os, const struct machine *machine, const bool *wanted,
			   struct usage *usage)
{
	for (size_t i = 0; i < machine->nr_devices && machine->bhyve; i++) {
		const struct device *device = &machine->devices[i];
		const struct bhyve_device *known = &machine->bhyve->devices[i];

		if (wanted[i] || known->boot_display == TRI_YES)
			add_function(usage, device, known);
		if (wanted[i] && device->driver && device->class >> 16 == CLASS_NETWORK)
			add_interface(os, device, known->driver_unit, usage);
	}
}
