/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of a device's network interfaces. */
#include <stdlib.h>

#include "bind/finding.h"
#include "bind/freebsd/guard_list.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define CLASS_NETWORK 0x02
#define CLASS_USB 0x0c03

struct guard_finding freebsd_guard_uplink(const struct guard_question *question)
{
	const struct interface *interface = NULL;
	struct strings seen = { 0 };

	while ((interface = next_interface(question, interface)))
		if (interface->carries.nr)
			strings_take(&seen, xasprintf("%s carries %s", interface->name,
						      interface->carries.items[0]));
	if (seen.nr == 0)
		return guard_pass(NULL);
	return guard_refuse_seen(question, NULL, &seen, "come in by another interface first");
}

/* One that is up without an address may be a part of a bridge, a lagg or a VLAN. */
static char *use_of(const struct interface *interface)
{
	_cleanup_free_ char *addresses = interface->addresses.nr ? list_text(&interface->addresses)
								 : NULL;

	return addresses ? xasprintf("%s is up with %s", interface->name, addresses)
			 : xasprintf("%s is up, without an address: part of a bridge, lagg or VLAN "
				     "perhaps",
				     interface->name);
}

static struct guard_finding unknown_interface(const struct guard_question *question)
{
	const char *why = question->usage->unknown[USAGE_ADDRESSES];

	if (!question->device->driver_known)
		why = "its driver is";
	return guard_unknown(question, "network",
			     xasprintf("which interface it has is unknown: %s",
				       why ? why : "none is called as its driver is"),
			     "see ifconfig, and make sure that it is not in use");
}

/* Logins of others are not looked for, nor is ours where sudo(8) took it out of the environment. */
struct guard_finding freebsd_guard_network(const struct guard_question *question)
{
	const struct interface *interface = NULL, *up = NULL;
	_cleanup_free_ char *idle = NULL, *next = NULL;
	bool is_usb = question->device->class >> 8 == CLASS_USB;
	bool is_network = question->device->class >> 16 == CLASS_NETWORK;
	struct strings seen = { 0 };

	if ((!is_network && !is_usb) || !freebsd_serves_host(question->device))
		return guard_pass(NULL);
	while ((interface = next_interface(question, interface))) {
		if (interface->up)
			strings_take(&seen, use_of(interface));
		if (interface->up && !up)
			up = interface;
		if (!idle)
			idle = xasprintf("%s is not up", interface->name);
	}
	if (up) {
		next = xasprintf("make sure that no login comes through it, then \"ifconfig %s "
				 "down\"",
				 up->name);
		return guard_refuse_seen(question, "network", &seen, next);
	}
	if (!idle && (!is_usb || question->usage->unknown[USAGE_ADDRESSES]))
		return unknown_interface(question);
	return guard_pass(idle ? xstrdup(idle) : NULL);
}
