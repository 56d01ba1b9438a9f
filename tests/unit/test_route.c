/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from one device to another (drivers/pci/p2pdma.c; facts: linux.md 5.1). */
#include "model/route.h"
#include "topology.h"

/* Both ways, which are alike; @turns and @meet may be NULL. */
static void assert_way(const struct device *a, const struct device *b, const char *name,
		       const struct device *meet, const struct device *turns)
{
	const struct way ways[] = { find_way(a, b), find_way(b, a) };

	for (size_t i = 0; i < COUNT(ways); i++) {
		const char *got = route_name(ways[i].route);

		assert_string_equal(got ? got : "unknown", name);
		assert_ptr_equal(ways[i].meet, meet);
		assert_ptr_equal(ways[i].turns, turns);
	}
}

static void test_root_complex(void **state)
{
	struct topology topology;
	struct device *a, *b, *below_a, *below_b, *other;

	(void)state;
	topology_init(&topology);
	a = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, NO_ACS);
	b = function_add(&topology, "00:02.0", NULL, PCIE_ROOT_PORT, UNREAD);
	below_a = function_add(&topology, "01:00.0", a, PCIE_ENDPOINT, UNREAD);
	below_b = function_add(&topology, "02:00.0", b, PCIE_ENDPOINT, UNREAD);
	other = function_add(&topology, "0001:00:01.0", NULL, PCIE_ENDPOINT, UNREAD);
	assert_way(below_a, below_b, "root-complex", NULL, NULL);
	assert_way(a, b, "root-complex", NULL, NULL);
	assert_way(below_a, other, "root-complex", NULL, NULL);
	assert_way(a, other, "root-complex", NULL, NULL);
}

/* Linux calls the distance 4 here; redirection at a port of either side turns it up. */
static void test_switch(void **state)
{
	struct topology topology;
	struct device *root, *up, *first, *second, *a, *b;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	up = function_add(&topology, "01:00.0", root, PCIE_UPSTREAM_PORT, NO_ACS);
	first = function_add(&topology, "02:00.0", up, PCIE_DOWNSTREAM_PORT, NO_ACS);
	second = function_add(&topology, "02:01.0", up, PCIE_DOWNSTREAM_PORT, NO_ACS);
	a = function_add(&topology, "03:00.0", first, PCIE_ENDPOINT, UNREAD);
	b = function_add(&topology, "04:00.0", second, PCIE_ENDPOINT, UNREAD);
	assert_way(a, b, "same-switch", up, NULL);
	second->routing.acs_control = ACS_REQUEST_REDIRECT;
	assert_way(a, b, "same-switch-redirected", up, second);
	second->routing.acs_control = ACS_COMPLETION_REDIRECT;
	assert_way(a, b, "same-switch-redirected", up, second);
	second->routing.acs_control = ACS_EGRESS_CONTROL;
	assert_way(a, b, "same-switch-redirected", up, second);
	second->routing.acs_control = ACS_SOURCE_VALIDATION | ACS_TRANSLATION_BLOCKING |
				      ACS_UPSTREAM_FORWARDING | ACS_DIRECT_TRANSLATED;
	assert_way(a, b, "same-switch", up, NULL);
	first->routing = (struct routing){ 0 };
	assert_way(a, b, "unknown", up, NULL);
	second->routing.acs_control = ACS_REQUEST_REDIRECT;
	assert_way(a, b, "same-switch-redirected", up, second);
	/* What is above the port where they meet does not matter. */
	first->routing = second->routing;
	first->routing.acs_control = second->routing.acs_control = 0;
	root->routing = (struct routing){ 0 };
	assert_way(a, b, "same-switch", up, NULL);
}

/* Switches below each other: every port below the meeting one counts. */
static void test_cascade(void **state)
{
	struct topology topology;
	struct device *root, *up, *first, *second, *inner_up, *inner, *a, *b;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	up = function_add(&topology, "01:00.0", root, PCIE_UPSTREAM_PORT, NO_ACS);
	first = function_add(&topology, "02:00.0", up, PCIE_DOWNSTREAM_PORT, NO_ACS);
	second = function_add(&topology, "02:01.0", up, PCIE_DOWNSTREAM_PORT, NO_ACS);
	inner_up = function_add(&topology, "03:00.0", first, PCIE_UPSTREAM_PORT, NO_ACS);
	inner = function_add(&topology, "04:00.0", inner_up, PCIE_DOWNSTREAM_PORT, NO_ACS);
	a = function_add(&topology, "05:00.0", inner, PCIE_ENDPOINT, UNREAD);
	b = function_add(&topology, "06:00.0", second, PCIE_ENDPOINT, UNREAD);
	assert_way(a, b, "same-switch", up, NULL);
	first->routing.acs_control = ACS_REQUEST_REDIRECT;
	assert_way(a, b, "same-switch-redirected", up, first);
}

/* Functions of one device, by their slot, by the link they are at, or as virtual ones. */
static void test_same_slot(void **state)
{
	struct topology topology;
	struct device *root, *a, *b, *far, *virtual;

	(void)state;
	topology_init(&topology);
	function_add(&topology, "00:00.0", NULL, PCIE_NONE, UNREAD);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	part_add(&topology, "00:1f.0", NULL, PCIE_NONE, UNREAD);
	part_add(&topology, "00:1f.2", NULL, PCIE_NONE, UNREAD);
	a = part_add(&topology, "01:00.0", root, PCIE_ENDPOINT, UNREAD);
	b = part_add(&topology, "01:00.1", root, PCIE_ENDPOINT, UNREAD);
	far = part_add(&topology, "01:02.0", root, PCIE_ENDPOINT, UNREAD);
	virtual = function_add(&topology, "02:00.0", root, PCIE_ENDPOINT, UNREAD);
	virtual->physical = a;
	assert_way(a, b, "same-slot", root, NULL);
	assert_way(a, far, "same-slot", root, NULL); /* numbered beyond 8 functions */
	assert_way(a, virtual, "same-slot", root, NULL);
	assert_way(&topology.devices[2], &topology.devices[3], "same-slot", NULL, NULL);
	assert_way(&topology.devices[0], &topology.devices[2], "root-complex", NULL, NULL);
	root->routing.type_known = false;
	assert_way(a, b, "same-slot", root, NULL);
	assert_way(a, far, "unknown", root, NULL);
}

/* Devices of a conventional bus see each other's requests. */
static void test_conventional(void **state)
{
	struct topology topology;
	struct device *bridge, *a, *b;

	(void)state;
	topology_init(&topology);
	bridge = function_add(&topology, "00:0a.0", NULL, PCIE_TO_PCI_BRIDGE, NO_ACS);
	a = function_add(&topology, "01:01.0", bridge, PCIE_NONE, UNREAD);
	b = function_add(&topology, "01:02.0", bridge, PCIE_NONE, UNREAD);
	assert_way(a, b, "same-switch", bridge, NULL);
}

static void test_unknown(void **state)
{
	struct topology topology;
	struct device *root, *a, *b;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	a = function_add(&topology, "01:00.0", root, PCIE_ENDPOINT, UNREAD);
	b = function_add(&topology, "02:00.0", NULL, PCIE_ENDPOINT, UNREAD);
	b->root_bus = 0; /* what is above it is missing */
	assert_way(a, b, "unknown", NULL, NULL);
	b->root_bus = 2;
	assert_way(a, b, "root-complex", NULL, NULL);
	b->is_pci = false;
	assert_way(a, b, "unknown", NULL, NULL);
	root->parent = root; /* a circle ends */
	assert_way(a, a, "unknown", NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root_complex), cmocka_unit_test(test_switch),
		cmocka_unit_test(test_cascade),	     cmocka_unit_test(test_same_slot),
		cmocka_unit_test(test_conventional), cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
