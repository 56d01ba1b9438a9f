/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of the network interfaces below a device. */
#include "scene.h"

#define ETHERNET 0x020000

static struct interface *add_interface(struct scene *scene, const char *name)
{
	return usage_add_interface(scene->usage, scene->device, name);
}

static void test_uplink(void **state)
{
	static const char next[] =
		"leave it with the host, or move that to another interface first";
	struct scene scene;
	struct interface *interface;

	(void)state;
	scene_init(&scene, ETHERNET);
	interface = add_interface(&scene, "eth0");
	expect_pass(&scene, "uplink", NULL);
	strings_add(&interface->carries, "this login (from 10.0.0.7)");
	expect(&scene, "uplink", GUARD_REFUSE, "eth0 carries this login (from 10.0.0.7)", next);
	interface = add_interface(&scene, "eth1");
	strings_add(&interface->carries, "the root file system");
	strings_add(&interface->carries, "/home (nfs4 from 10.0.0.1)");
	expect(&scene, "uplink", GUARD_REFUSE,
	       "eth0 carries this login (from 10.0.0.7), eth1 carries the root file system and 1 "
	       "more",
	       next);
	scene_free(&scene);
}

static void test_uplink_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, ETHERNET);
	usage_unknown(scene.usage, USAGE_CARRIES, "/proc/1/mountinfo: Permission denied");
	expect_pass(&scene, "uplink", NULL);
	add_interface(&scene, "eth0");
	expect(&scene, "uplink", GUARD_UNKNOWN,
	       "what the host needs the network for is unknown: /proc/1/mountinfo: Permission "
	       "denied",
	       LOOK);
	scene_free(&scene);
}

/* Each fact for itself, and what ends it. */
static void test_network(void **state)
{
	static const struct {
		bool up;
		const char *address, *master;
		bool has_default_route;
		const char *fact, *next;
	} cases[] = {
		{ true, "10.0.0.5", NULL, false, "eth0 is up with 10.0.0.5",
		  "ip link set eth0 down, or --force=network" },
		{ false, NULL, NULL, true, "eth0 has the default route",
		  "ip link set eth0 down, or --force=network" },
		{ false, NULL, "bond0", false, "eth0 is part of bond0",
		  "ip link set eth0 nomaster, or --force=network" },
		{ true, "10.0.0.5", NULL, true,
		  "eth0 is up with 10.0.0.5 and eth0 has the default route",
		  "ip link set eth0 down, or --force=network" },
		{ true, "10.0.0.5", "bond0", true,
		  "eth0 is up with 10.0.0.5, eth0 has the default route and 1 more",
		  "ip link set eth0 nomaster, or --force=network" },
		{ true, NULL, NULL, false, NULL, NULL },
		{ false, "10.0.0.5", NULL, false, NULL, NULL },
		{ false, NULL, NULL, false, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct interface *interface;

		scene_init(&scene, ETHERNET);
		interface = add_interface(&scene, "eth0");
		interface->up = cases[i].up;
		interface->has_default_route = cases[i].has_default_route;
		if (cases[i].address)
			strings_add(&interface->addresses, cases[i].address);
		if (cases[i].master)
			interface->master = xstrdup(cases[i].master);
		if (cases[i].fact)
			expect(&scene, "network", GUARD_REFUSE, cases[i].fact, cases[i].next);
		else
			expect_pass(&scene, "network", "eth0 is not in use");
		scene_free(&scene);
	}
}

/* A function with two ports. */
static void test_network_ports(void **state)
{
	struct scene scene;
	struct interface *interface;

	(void)state;
	scene_init(&scene, ETHERNET);
	add_interface(&scene, "eth0");
	interface = add_interface(&scene, "eth1");
	expect_pass(&scene, "network", "none of its 2 interfaces is in use");
	interface->up = true;
	strings_add(&interface->addresses, "10.0.0.5");
	strings_add(&interface->addresses, "fe80::1");
	strings_add(&interface->addresses, "fe80::2");
	expect(&scene, "network", GUARD_REFUSE, "eth1 is up with 10.0.0.5, fe80::1 and 1 more",
	       "ip link set eth1 down, or --force=network");
	scene.usage->interfaces[0].has_default_route = true;
	expect(&scene, "network", GUARD_REFUSE,
	       "eth0 has the default route and eth1 is up with 10.0.0.5, fe80::1 and 1 more",
	       "ip link set eth0 down and ip link set eth1 down, or --force=network");
	scene_free(&scene);
}

static void test_network_unknown(void **state)
{
	static const struct {
		enum usage_part part;
		const char *fact;
	} cases[] = {
		{ USAGE_BELOW, "what is below it is unknown: a capture does not have it" },
		{ USAGE_ADDRESSES,
		  "which interfaces have an address is unknown: a capture does not have it" },
		{ USAGE_ROUTES,
		  "where the default route leads is unknown: a capture does not have it" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_init(&scene, ETHERNET);
		usage_unknown(scene.usage, cases[i].part, "a capture does not have it");
		if (cases[i].part != USAGE_BELOW)
			expect_pass(&scene, "network", NULL);
		add_interface(&scene, "eth0");
		expect(&scene, "network", GUARD_UNKNOWN, cases[i].fact,
		       LOOK ", or --force=network");
		scene_free(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uplink),		cmocka_unit_test(test_uplink_unknown),
		cmocka_unit_test(test_network),		cmocka_unit_test(test_network_ports),
		cmocka_unit_test(test_network_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
