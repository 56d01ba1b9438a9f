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
	       "set the interface down first");
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
		const char *fact, *next;
	} cases[] = {
		{ USAGE_BELOW, "what is below it is unknown: a capture does not have it",
		  "end what has it in a container, and try again, or --force=network" },
		{ USAGE_ADDRESSES,
		  "which interfaces have an address is unknown: a capture does not have it",
		  "set the interface down first, or --force=network" },
		{ USAGE_ROUTES,
		  "where the default route leads is unknown: a capture does not have it",
		  "set the interface down first, or --force=network" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_init(&scene, ETHERNET);
		usage_unknown(scene.usage, cases[i].part, "a capture does not have it");
		if (cases[i].part != USAGE_BELOW)
			expect_pass(&scene, "network", NULL);
		add_interface(&scene, "eth0");
		expect(&scene, "network", GUARD_UNKNOWN, cases[i].fact, cases[i].next);
		scene.usage->captured = true;
		expect(&scene, "network", GUARD_UNKNOWN, cases[i].fact,
		       "look on the machine itself, or --force=network");
		scene_free(&scene);
	}
}

/* Then "ip link set down" would not come back either. */
static void test_network_hangs(void **state)
{
	static const char next[] = "reboot, if that driver does not come back";
	struct scene scene;

	(void)state;
	scene_init(&scene, ETHERNET);
	add_interface(&scene, "eth0");
	scene.usage->network_hangs = true;
	usage_unknown(scene.usage, USAGE_CARRIES, "it does not answer");
	expect(&scene, "uplink", GUARD_UNKNOWN,
	       "what the host needs the network for is unknown: it does not answer", next);
	usage_unknown(scene.usage, USAGE_BELOW, "a test says so");
	expect(&scene, "uplink", GUARD_UNKNOWN, "what is below it is unknown: a test says so",
	       "end what has it in a container, and try again");
	scene_free(&scene);
}

/* What is stacked upon an interface: VLANs, and bridges that have those as ports. */
static void test_network_stacked(void **state)
{
	static const char next[] = "ip link set eth1 down, or --force=network";
	struct scene scene;
	struct interface *interface;

	(void)state;
	scene_init(&scene, ETHERNET);
	interface = add_interface(&scene, "eth1");
	strings_add(&interface->stacked, "eth1.10");
	expect_pass(&scene, "network", "eth1 is not in use"); /* nothing goes through it */
	interface->up = true;
	expect(&scene, "network", GUARD_REFUSE, "eth1.10 is stacked upon eth1", next);
	strings_add(&interface->stacked, "br10");
	expect(&scene, "network", GUARD_REFUSE, "eth1.10 and br10 are stacked upon eth1", next);
	strings_add(&interface->stacked, "vm0");
	interface->has_default_route = true;
	expect(&scene, "network", GUARD_REFUSE,
	       "eth1 has the default route and eth1.10, br10 and 1 more are stacked upon eth1",
	       next);
	/* Its own master is one of them, and is named as such. */
	interface->has_default_route = false;
	interface->master = xstrdup("bond0");
	expect(&scene, "network", GUARD_REFUSE, "eth1 is part of bond0",
	       "ip link set eth1 nomaster, or --force=network");
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uplink),		cmocka_unit_test(test_uplink_unknown),
		cmocka_unit_test(test_network),		cmocka_unit_test(test_network_ports),
		cmocka_unit_test(test_network_unknown), cmocka_unit_test(test_network_hangs),
		cmocka_unit_test(test_network_stacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
