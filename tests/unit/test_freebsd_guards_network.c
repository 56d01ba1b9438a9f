/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of FreeBSD about network interfaces: each answer of each. */
#include "freebsd_guard_scene.h"

#define DOWN(name) "make sure that no login comes through it, then \"ifconfig " name " down\""
#define UNKNOWN "which interface it has is unknown: "
#define SEE "see ifconfig, and make sure that it is not in use"

static void test_uplink(void **state)
{
	struct guard_scene *it = *state;
	struct device *other = tell_of(it, world_device(it->world, 0, 2, 0, 0, 0x020000));
	struct interface *interface;

	passes(it, freebsd_guard_uplink, NULL);
	add_interface(it, "igb0", true);
	interface = usage_add_interface(it->usage, other, "igb1");
	strings_add(&interface->carries, "this login (to 192.0.2.9)");
	passes(it, freebsd_guard_uplink, NULL); /* that one is of another device */
	strings_add(&it->usage->interfaces[0].carries, "this login (to 192.0.2.1)");
	says(it, freebsd_guard_uplink, GUARD_REFUSE, "igb0 carries this login (to 192.0.2.1)",
	     "come in by another interface first");
	it->device->class = 0x0c0330; /* nobody can force it, whatever the interface is below */
	it->giving_back = true;
	it->to = NULL;
	says(it, freebsd_guard_uplink, GUARD_REFUSE, "igb0 carries this login (to 192.0.2.1)",
	     "come in by another interface first");
}

static void test_uplink_second(void **state)
{
	struct guard_scene *it = *state;

	add_interface(it, "ue0", true);
	strings_add(&add_interface(it, "ue1", true)->carries, "this login (to 192.0.2.1)");
	says(it, freebsd_guard_uplink, GUARD_REFUSE, "ue1 carries this login (to 192.0.2.1)",
	     "come in by another interface first");
}

static void test_up(void **state)
{
	struct guard_scene *it = *state;
	struct interface *interface = add_interface(it, "igb0", true);

	says(it, freebsd_guard_network, GUARD_REFUSE,
	     "igb0 is up, without an address: part of a bridge, lagg or VLAN perhaps",
	     DOWN("igb0") ", or --force=network");
	strings_add(&interface->addresses, "192.0.2.1");
	says(it, freebsd_guard_network, GUARD_REFUSE, "igb0 is up with 192.0.2.1",
	     DOWN("igb0") ", or --force=network");
	strings_add(&interface->addresses, "2001:db8::1");
	says(it, freebsd_guard_network, GUARD_REFUSE, "igb0 is up with 192.0.2.1 and 2001:db8::1",
	     DOWN("igb0") ", or --force=network");
	it->giving_back = true; /* --to-none */
	it->to = NULL;
	says(it, freebsd_guard_network, GUARD_REFUSE, "igb0 is up with 192.0.2.1 and 2001:db8::1",
	     DOWN("igb0"));
	interface->up = false;
	passes(it, freebsd_guard_network, "igb0 is not up");
}

/* Of several those that are up count. */
static void test_several(void **state)
{
	struct guard_scene *it = *state;

	add_interface(it, "iwm0", false);
	add_interface(it, "wlan0", true);
	says(it, freebsd_guard_network, GUARD_REFUSE,
	     "wlan0 is up, without an address: part of a bridge, lagg or VLAN perhaps",
	     DOWN("wlan0") ", or --force=network");
	strings_add(&add_interface(it, "wlan1", true)->addresses, "192.0.2.1");
	says(it, freebsd_guard_network, GUARD_REFUSE,
	     "wlan0 is up, without an address: part of a bridge, lagg or VLAN perhaps and wlan1 "
	     "is up with 192.0.2.1",
	     DOWN("wlan0") ", or --force=network");
	it->usage->interfaces[1].up = it->usage->interfaces[2].up = false;
	passes(it, freebsd_guard_network, "iwm0 is not up");
}

static void test_unknown(void **state)
{
	struct guard_scene *it = *state;

	says(it, freebsd_guard_network, GUARD_UNKNOWN, UNKNOWN "none is called as its driver is",
	     SEE ", or --force=network");
	usage_unknown(it->usage, USAGE_ADDRESSES, "interfaces cannot be listed: No");
	says(it, freebsd_guard_network, GUARD_UNKNOWN, UNKNOWN "interfaces cannot be listed: No",
	     SEE ", or --force=network");
	it->usage->captured = true;
	says(it, freebsd_guard_network, GUARD_UNKNOWN, UNKNOWN "interfaces cannot be listed: No",
	     ON_THE_MACHINE ", or --force=network");
	it->device->driver_known = false;
	it->device->driver = NULL;
	says(it, freebsd_guard_network, GUARD_UNKNOWN, UNKNOWN "its driver is",
	     ON_THE_MACHINE ", or --force=network");
}

/* A controller of USB may have none. */
static void test_usb(void **state)
{
	struct guard_scene *it = *state;

	it->device->class = 0x0c0330;
	it->device->driver = (char *)"xhci";
	passes(it, freebsd_guard_network, NULL);
	usage_unknown(it->usage, USAGE_ADDRESSES, "interfaces cannot be listed: No");
	says(it, freebsd_guard_network, GUARD_UNKNOWN, UNKNOWN "interfaces cannot be listed: No",
	     SEE ", or --force=network");
	add_interface(it, "ue0", false);
	passes(it, freebsd_guard_network, "ue0 is not up");
	it->usage->interfaces[0].up = true;
	says(it, freebsd_guard_network, GUARD_REFUSE,
	     "ue0 is up, without an address: part of a bridge, lagg or VLAN perhaps",
	     DOWN("ue0") ", or --force=network");
}

static void test_of_others(void **state)
{
	static const int others[] = { 0x010802, 0x0c0400, 0x030000, 0x120000 };
	struct guard_scene *it = *state;

	add_interface(it, "igb0", true);
	for (size_t i = 0; i < COUNT(others); i++) {
		it->device->class = others[i];
		passes(it, freebsd_guard_network, NULL);
	}
	it->device->class = 0x028000;
	it->device->driver = (char *)"ppt";
	passes(it, freebsd_guard_network, NULL);
	it->device->driver = NULL;
	passes(it, freebsd_guard_network, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_question(test_uplink),    in_question(test_uplink_second), in_question(test_up),
		in_question(test_several),   in_question(test_unknown),	      in_question(test_usb),
		in_question(test_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
