/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function, and the way up from a device, does to requests (drivers/pci/pci.c, quirks.c). */
#include "topology.h"

/* --- one function ------------------------------------------------------------------------- */

/* By type, single and as one of several: "yes" where Linux returns true. */
static void test_types(void **state)
{
	static const struct {
		int type;
		bool several;
		int acs;
		enum tristate enough;
		unsigned missing;
	} cases[] = {
		{ PCIE_ROOT_PORT, false, FULL, TRI_YES, 0 },
		{ PCIE_ROOT_PORT, false, NO_ACS, TRI_NO, FULL },
		{ PCIE_DOWNSTREAM_PORT, false, 0x1d, TRI_YES, 0 },
		{ PCIE_DOWNSTREAM_PORT, false, 0x1c, TRI_NO, ACS_SOURCE_VALIDATION },
		{ PCIE_DOWNSTREAM_PORT, false, 0x19, TRI_NO, ACS_REQUEST_REDIRECT },
		{ PCIE_DOWNSTREAM_PORT, false, 0x15, TRI_NO, ACS_COMPLETION_REDIRECT },
		{ PCIE_DOWNSTREAM_PORT, false, 0x0d, TRI_NO, ACS_UPSTREAM_FORWARDING },
		{ PCIE_DOWNSTREAM_PORT, false, 0x62, TRI_NO, FULL }, /* TB, EC, DT */
		{ PCIE_DOWNSTREAM_PORT, false, 0x7f, TRI_YES, 0 },
		{ PCIE_UPSTREAM_PORT, false, NO_ACS, TRI_YES, 0 },
		{ PCIE_UPSTREAM_PORT, true, NO_ACS, TRI_NO, FULL },
		{ PCIE_UPSTREAM_PORT, true, FULL, TRI_YES, 0 },
		{ PCIE_ENDPOINT, false, NO_ACS, TRI_YES, 0 },
		{ PCIE_ENDPOINT, true, NO_ACS, TRI_NO, FULL },
		{ PCIE_ENDPOINT, true, 0x04, TRI_NO, 0x19 },
		{ PCIE_LEGACY_ENDPOINT, true, NO_ACS, TRI_NO, FULL },
		{ PCIE_LEGACY_ENDPOINT, false, NO_ACS, TRI_YES, 0 },
		{ PCIE_INTEGRATED_ENDPOINT, true, NO_ACS, TRI_NO, FULL },
		{ PCIE_INTEGRATED_ENDPOINT, false, NO_ACS, TRI_YES, 0 },
		{ PCIE_EVENT_COLLECTOR, false, FULL, TRI_NO, FULL },
		{ PCIE_TO_PCI_BRIDGE, false, FULL, TRI_NO, FULL },
		{ PCI_TO_PCIE_BRIDGE, false, FULL, TRI_NO, FULL },
		{ PCIE_NONE, false, NO_ACS, TRI_NO, FULL },
		{ PCIE_NONE, true, NO_ACS, TRI_NO, FULL },
		{ PCIE_ROOT_PORT, false, UNREAD, TRI_UNKNOWN, 0 },
		{ PCIE_ENDPOINT, false, UNREAD, TRI_UNKNOWN, 0 },
		{ 15, false, NO_ACS, TRI_YES, 0 }, /* no such type yet: Linux lets it pass */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct topology topology;
		struct device *device;
		struct acs acs;
		char name[16];

		snprintf(name, sizeof(name), "line %zu", i);
		topology_init(&topology);
		device = function_add(&topology, "00:01.0", NULL, cases[i].type, cases[i].acs);
		device->routing.multifunction = cases[i].several;
		acs = function_acs(&topology.machine, device);
		assert_case(acs.enough == cases[i].enough, name);
		assert_case_equal(acs.missing, cases[i].missing, name);
		assert_case(!acs.by_quirk, name);
	}
}

/* Bits that the capability lacks are taken for hard-wired. */
static void test_capability(void **state)
{
	struct topology topology;
	struct device *device;

	(void)state;
	topology_init(&topology);
	device = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, 0x05);
	device->routing.acs_capability = 0x05;
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_YES);
	device->routing.acs_capability = 0x0d;
	assert_int_equal(function_acs(&topology.machine, device).missing, ACS_COMPLETION_REDIRECT);
	device->routing.acs_capability = 0;
	device->routing.acs_control = 0;
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_YES);
}

/* What is above function 0 is one of several whatever its header says; virtual ones never are. */
static void test_multifunction(void **state)
{
	struct topology topology;
	struct device *device, *virtual;

	(void)state;
	topology_init(&topology);
	device = function_add(&topology, "01:00.0", NULL, PCIE_ENDPOINT, NO_ACS);
	assert_false(is_multifunction(device));
	virtual = function_add(&topology, "01:00.3", NULL, PCIE_ENDPOINT, NO_ACS);
	assert_true(is_multifunction(virtual));
	assert_true(has_siblings(&topology.machine, device));
	assert_int_equal(function_acs(&topology.machine, virtual).enough, TRI_NO);
	virtual->physical = device;
	virtual->routing.multifunction = true;
	assert_false(is_multifunction(virtual));
	assert_false(has_siblings(&topology.machine, device));
	assert_false(has_siblings(&topology.machine, virtual));
	virtual->routing = (struct routing){ 0 };
	assert_int_equal(function_acs(&topology.machine, virtual).enough, TRI_YES);
}

/* Linux: "claims to be downstream port but is acting as upstream port", and the other way round. */
static void test_port_type(void **state)
{
	struct topology topology;
	struct device *root, *first, *second, *third;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	first = function_add(&topology, "01:00.0", root, PCIE_DOWNSTREAM_PORT, NO_ACS);
	second = function_add(&topology, "02:00.0", first, PCIE_UPSTREAM_PORT, NO_ACS);
	third = function_add(&topology, "03:00.0", second, PCIE_ENDPOINT, NO_ACS);
	assert_int_equal(port_type(root), PCIE_ROOT_PORT);
	assert_int_equal(port_type(first), PCIE_UPSTREAM_PORT);
	assert_int_equal(port_type(second), PCIE_DOWNSTREAM_PORT);
	assert_int_equal(port_type(third), PCIE_ENDPOINT);
	assert_int_equal(function_acs(&topology.machine, first).enough, TRI_YES);
	assert_int_equal(function_acs(&topology.machine, second).enough, TRI_NO);
	/* Nothing is put right where what is above was not read. */
	root->routing = (struct routing){ 0 };
	assert_int_equal(port_type(first), PCIE_DOWNSTREAM_PORT);
	assert_int_equal(port_type(second), PCIE_UPSTREAM_PORT);
}

/* --- the tables ----------------------------------------------------------------------------- */

/* One of several functions, or a port, without the capability, as Linux judges it. */
static void test_quirks(void **state)
{
	static const struct {
		const char *what;
		int vendor, product, type;
		enum tristate enough;
		bool by_quirk;
	} cases[] = {
		{ "82576", 0x8086, 0x10c9, PCIE_ENDPOINT, TRI_YES, true },
		{ "between 82576 and others", 0x8086, 0x10c8, PCIE_ENDPOINT, TRI_NO, false },
		{ "i350, last", 0x8086, 0x1524, PCIE_ENDPOINT, TRI_YES, true },
		{ "behind i350", 0x8086, 0x1525, PCIE_ENDPOINT, TRI_NO, false },
		{ "any of Intel's, integrated", 0x8086, 0x4c8a, PCIE_INTEGRATED_ENDPOINT, TRI_YES,
		  true },
		{ "another's, integrated", 0x1022, 0x1452, PCIE_INTEGRATED_ENDPOINT, TRI_NO,
		  false },
		{ "Sunrise Point without the capability", 0x8086, 0xa110, PCIE_ROOT_PORT, TRI_NO,
		  false },
		{ "ThunderX as a root port", 0x177d, 0xa02d, PCIE_ROOT_PORT, TRI_YES, true },
		{ "the same number as an endpoint", 0x177d, 0xa02d, PCIE_ENDPOINT, TRI_NO, false },
		{ "Zhaoxin's listed port", 0x1d17, 0x0723, PCIE_DOWNSTREAM_PORT, TRI_YES, true },
		{ "Zhaoxin's port between two", 0x1d17, 0x0722, PCIE_ROOT_PORT, TRI_NO, true },
		{ "Zhaoxin's endpoint", 0x1d17, 0x0722, PCIE_ENDPOINT, TRI_NO, false },
		{ "Wangxun's listed card", 0x8088, 0x0100, PCIE_ENDPOINT, TRI_YES, true },
		{ "another of Wangxun's", 0x8088, 0x0111, PCIE_ENDPOINT, TRI_NO, true },
		{ "Annapurna's root port", 0x1c36, 0x0031, PCIE_ROOT_PORT, TRI_YES, true },
		{ "Annapurna's endpoint", 0x1c36, 0x0031, PCIE_ENDPOINT, TRI_NO, false },
		{ "vendor unknown", -1, 0x10c9, PCIE_ENDPOINT, TRI_UNKNOWN, false },
		{ "product unknown", 0x1022, -1, PCIE_ENDPOINT, TRI_UNKNOWN, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct topology topology;
		struct device *device;
		struct acs acs;

		topology_init(&topology);
		device = part_add(&topology, "00:01.0", NULL, cases[i].type, NO_ACS);
		with_id(device, cases[i].vendor, cases[i].product);
		acs = function_acs(&topology.machine, device);
		assert_case(acs.enough == cases[i].enough, cases[i].what);
		assert_case(acs.by_quirk == cases[i].by_quirk, cases[i].what);
		assert_case_equal(acs.missing, acs.enough == TRI_NO ? FULL : 0, cases[i].what);
	}
}

/* Chipset ports of Intel: bit 26 at d8h shows that Linux, or firmware, prepared them. */
static void test_bus_check(void **state)
{
	struct topology topology;
	struct device *device;
	struct acs acs;

	(void)state;
	topology_init(&topology);
	device = part_add(&topology, "00:1c.0", NULL, PCIE_ROOT_PORT, NO_ACS);
	with_id(device, 0x8086, 0x8c10);
	acs = function_acs(&topology.machine, device);
	assert_true(acs.enough == TRI_NO && acs.by_quirk && acs.missing == FULL);
	device->routing.bus_check = true;
	acs = function_acs(&topology.machine, device);
	assert_true(acs.enough == TRI_YES && acs.by_quirk && acs.missing == 0);
	/* Every other number only, here. */
	with_id(device, 0x8086, 0x8c91);
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_NO);
	assert_false(function_acs(&topology.machine, device).by_quirk);
	with_id(device, 0x8086, 0x8c10);
	device->routing = (struct routing){ 0 };
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_UNKNOWN);
}

/* Sunrise Point: the control register stands where another should. */
static void test_dwords(void **state)
{
	struct topology topology;
	struct device *device;
	struct acs acs;

	(void)state;
	topology_init(&topology);
	device = function_add(&topology, "00:1c.0", NULL, PCIE_ROOT_PORT, 0);
	with_id(device, 0x8086, 0x9d1b);
	device->routing.acs_capability = 0x0f;
	device->routing.acs_control = 0x1d; /* the upper half of the capability's dword */
	device->routing.acs_beyond = 0x09;
	acs = function_acs(&topology.machine, device);
	assert_true(acs.enough == TRI_NO && acs.by_quirk);
	assert_int_equal(acs.missing, ACS_REQUEST_REDIRECT);
	device->routing.acs_beyond = 0x0d;
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_YES);
	with_id(device, 0x8086, 0x9d1c);
	device->routing.acs_control = 0;
	assert_int_equal(function_acs(&topology.machine, device).missing, 0x0d);
	with_id(device, 0x8086, 0x9d1b);
	device->routing.acs_known = false;
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_UNKNOWN);
}

/* AMD's south bridges: on the root bus, one of several, and only beside an AMD IOMMU. */
static void test_south_bridge(void **state)
{
	struct topology topology;
	struct device *device, *port;

	(void)state;
	topology_init(&topology);
	port = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	device = with_id(part_add(&topology, "00:14.0", NULL, PCIE_NONE, NO_ACS), 0x1002, 0x4385);
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_NO);
	topology.machine.ivrs.state = FILE_DENIED; /* it is there, and that is all that counts */
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_YES);
	topology.machine.ivrs.state = FILE_UNASKED;
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_UNKNOWN);
	topology.machine.ivrs.state = FILE_DENIED;
	device->routing.multifunction = false;
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_NO);
	device->routing.multifunction = true;
	device->parent = port;
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_NO);
}

/* Two switches of IDT: their source validation is not used, so it does not count. */
static void test_broken_bits(void **state)
{
	struct topology topology;
	struct device *device;

	(void)state;
	topology_init(&topology);
	device = function_add(&topology, "00:01.0", NULL, PCIE_DOWNSTREAM_PORT, 0x1c);
	with_id(device, 0x111d, 0x80b5);
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_YES);
	with_id(device, 0x111d, 0x8090);
	assert_int_equal(function_acs(&topology.machine, device).enough, TRI_YES);
	with_id(device, 0x111d, 0x8091);
	assert_int_equal(function_acs(&topology.machine, device).missing, ACS_SOURCE_VALIDATION);
}

/* --- isolation of a device -------------------------------------------------------------------- */

/* A root port, a switch, and an endpoint; each case spoils one thing. */
static void test_isolated(void **state)
{
	static const struct {
		const char *what;
		int root, upstream, downstream;
		enum tristate isolated;
	} cases[] = {
		{ "all is well", FULL, NO_ACS, FULL, TRI_YES },
		{ "the port of the switch has no ACS", FULL, NO_ACS, NO_ACS, TRI_NO },
		{ "the port does not redirect requests", FULL, NO_ACS, 0x19, TRI_NO },
		{ "the root port has no ACS", NO_ACS, NO_ACS, FULL, TRI_NO },
		{ "the root port is unknown", UNREAD, NO_ACS, FULL, TRI_UNKNOWN },
		{ "the upper port of the switch is unknown", FULL, UNREAD, FULL, TRI_UNKNOWN },
		{ "the lower port of the switch is unknown", FULL, NO_ACS, UNREAD, TRI_UNKNOWN },
		{ "one unknown and one that is not enough", UNREAD, NO_ACS, NO_ACS, TRI_NO },
		{ "the same the other way round", NO_ACS, NO_ACS, UNREAD, TRI_NO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct topology topology;
		struct device *root, *upstream, *downstream, *endpoint;

		topology_init(&topology);
		root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, cases[i].root);
		upstream = function_add(&topology, "01:00.0", root, PCIE_UPSTREAM_PORT,
					cases[i].upstream);
		downstream = function_add(&topology, "02:00.0", upstream, PCIE_DOWNSTREAM_PORT,
					  cases[i].downstream);
		endpoint = function_add(&topology, "03:00.0", downstream, PCIE_ENDPOINT, UNREAD);
		assert_case(device_isolated(&topology.machine, endpoint) == cases[i].isolated,
			    cases[i].what);
	}
}

/* On the root bus a device has nothing above it; beside it there may be others. */
static void test_isolated_root_bus(void **state)
{
	struct topology topology;
	struct device *single, *first, *second, *card;

	(void)state;
	topology_init(&topology);
	single = function_add(&topology, "00:02.0", NULL, PCIE_NONE, UNREAD);
	first = part_add(&topology, "00:1f.0", NULL, PCIE_NONE, NO_ACS);
	second = part_add(&topology, "00:1f.2", NULL, PCIE_NONE, UNREAD);
	card = part_add(&topology, "01:00.0", NULL, PCIE_ENDPOINT, FULL);
	assert_int_equal(device_isolated(&topology.machine, single), TRI_YES);
	assert_int_equal(device_isolated(&topology.machine, first), TRI_NO);
	assert_int_equal(device_isolated(&topology.machine, second), TRI_UNKNOWN);
	/* Where its root bus is not the one it is on, something above it is missing. */
	card->root_bus = 0;
	assert_int_equal(device_isolated(&topology.machine, card), TRI_UNKNOWN);
	card->root_bus = -1;
	assert_int_equal(device_isolated(&topology.machine, card), TRI_UNKNOWN);
	card->root_bus = 0;
	card->physical = single; /* a virtual function, on a bus of its own */
	assert_int_equal(device_isolated(&topology.machine, card), TRI_YES);
}

/* Behind a bridge to conventional PCI nothing is; without an IOMMU nothing is either. */
static void test_not_isolated(void **state)
{
	struct topology topology;
	struct device *bridge, *below, *alone;

	(void)state;
	topology_init(&topology);
	alone = function_add(&topology, "00:02.0", NULL, PCIE_NONE, NO_ACS);
	bridge = function_add(&topology, "00:0a.0", NULL, PCIE_TO_PCI_BRIDGE, NO_ACS);
	below = function_add(&topology, "06:01.0", bridge, PCIE_NONE, NO_ACS);
	assert_int_equal(device_isolated(&topology.machine, bridge), TRI_NO);
	assert_int_equal(device_isolated(&topology.machine, below), TRI_NO);
	alone->group = NULL;
	assert_int_equal(device_isolated(&topology.machine, alone), TRI_NO);
	alone->group_known = false;
	assert_int_equal(device_isolated(&topology.machine, alone), TRI_UNKNOWN);
	alone->group = &topology.groups[0];
	alone->is_pci = false;
	assert_int_equal(device_isolated(&topology.machine, alone), TRI_UNKNOWN);
}

/* A device of which it is not known whether it is a bridge may be one. */
static void test_class_unknown(void **state)
{
	struct topology topology;
	struct device *device;

	(void)state;
	topology_init(&topology);
	device = function_add(&topology, "00:02.0", NULL, PCIE_ENDPOINT, NO_ACS);
	device->class = -1;
	assert_int_equal(device_isolated(&topology.machine, device), TRI_UNKNOWN);
}

/* A capture that lies: two bridges, each below the other. */
static void test_circle(void **state)
{
	struct topology topology;
	struct device *a, *b;

	(void)state;
	topology_init(&topology);
	a = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	b = function_add(&topology, "01:00.0", a, PCIE_ROOT_PORT, FULL);
	a->parent = b;
	assert_false(way_known(a));
	assert_int_equal(device_isolated(&topology.machine, a), TRI_UNKNOWN);
	assert_int_equal(device_isolated(&topology.machine, b), TRI_UNKNOWN);
	port_type(a); /* ends */
}

/* VMD: its ports count, and the function that carries their requests. */
static void test_isolated_vmd(void **state)
{
	struct topology topology;
	struct device *vmd, *sibling, *port, *disk;

	(void)state;
	topology_init(&topology);
	vmd = function_add(&topology, "00:0e.0", NULL, PCIE_NONE, UNREAD);
	sibling = function_add(&topology, "00:0f.0", NULL, PCIE_NONE, UNREAD);
	port = function_add(&topology, "10000:e0:01.0", NULL, PCIE_ROOT_PORT, FULL);
	disk = function_add(&topology, "10000:e1:00.0", port, PCIE_ENDPOINT, UNREAD);
	port->carrier = disk->carrier = vmd;
	assert_int_equal(device_isolated(&topology.machine, disk), TRI_YES);
	port->routing.has_acs = false;
	assert_int_equal(device_isolated(&topology.machine, disk), TRI_NO);
	port->routing.has_acs = true;
	vmd->bdf.function = 1;
	assert_int_equal(device_isolated(&topology.machine, disk), TRI_YES);
	sibling->bdf = (struct bdf){ 0, 0, 0x0e, 2 };
	vmd->routing = (struct routing){ .type_known = true, .type = PCIE_NONE, .acs_known = true };
	assert_int_equal(device_isolated(&topology.machine, disk), TRI_NO);
}

static void test_group_isolated(void **state)
{
	struct topology topology;
	struct device *members[2];
	struct group *group = &topology.groups[0];

	(void)state;
	topology_init(&topology);
	members[0] = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, NO_ACS);
	members[1] = function_add(&topology, "00:02.0", NULL, PCIE_ENDPOINT, NO_ACS);
	assert_int_equal(group_isolated(&topology.machine, group), TRI_NO); /* no endpoint */
	group->devices = members;
	group->nr_devices = 2;
	assert_int_equal(group_isolated(&topology.machine, group), TRI_YES);
	group->has_strangers = true;
	assert_int_equal(group_isolated(&topology.machine, group), TRI_UNKNOWN);
	members[1]->parent = members[0];
	assert_int_equal(group_isolated(&topology.machine, group), TRI_NO);
}

static void test_bit_names(void **state)
{
	(void)state;
	assert_string_equal(acs_bit_name(0x01), "SV");
	assert_string_equal(acs_bit_name(0x04), "RR");
	assert_string_equal(acs_bit_name(0x40), "DT");
	assert_null(acs_bit_name(0x80));
	assert_null(acs_bit_name(0));
	assert_null(acs_bit_name(0x05));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_capability),
		cmocka_unit_test(test_multifunction),
		cmocka_unit_test(test_port_type),
		cmocka_unit_test(test_quirks),
		cmocka_unit_test(test_bus_check),
		cmocka_unit_test(test_dwords),
		cmocka_unit_test(test_south_bridge),
		cmocka_unit_test(test_broken_bits),
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_isolated_root_bus),
		cmocka_unit_test(test_not_isolated),
		cmocka_unit_test(test_class_unknown),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_isolated_vmd),
		cmocka_unit_test(test_group_isolated),
		cmocka_unit_test(test_bit_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
