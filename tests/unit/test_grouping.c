/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups that Linux makes (drivers/iommu/iommu.c, pci_device_group), on topologies made by
 * hand. */
#include "model/grouping.h"
#include "topology.h"

/*
 * Groups as a text, "a bc d": a letter a device in the order of addresses, a blank between groups,
 * "?" behind a device that may belong to a group before it, "-" for one that takes no part.
 */
static void assert_groups(const struct topology *topology, const char *wanted)
{
	struct grouping *grouping = grouping_new(&topology->machine);
	const struct device *devices = topology->devices;
	char text[4 * TOPOLOGY_MAX + 1] = "";

	for (size_t i = 0; i < topology->machine.nr_devices; i++) {
		const struct device *first = grouping_first(grouping, &devices[i]);

		if (!first)
			snprintf(text + strlen(text), 3, "%s-", *text ? " " : "");
		if (first != &devices[i])
			continue;
		snprintf(text + strlen(text), 2, "%s", *text ? " " : "");
		for (size_t k = i; k < topology->machine.nr_devices; k++)
			if (grouping_first(grouping, &devices[k]) == first)
				snprintf(text + strlen(text), 3, "%c%s", (char)('a' + k),
					 grouping_sure(grouping, &devices[k]) ? "" : "?");
	}
	grouping_free(grouping);
	assert_string_equal(text, wanted);
}

/* The reasons of one device's group as lines "because at missing: devices". */
static void assert_reasons(const struct topology *topology, const struct device *device,
			   const char *wanted)
{
	struct grouping *grouping = grouping_new(&topology->machine);
	struct reason *reasons;
	size_t nr = grouping_reasons(grouping, device, &reasons);
	char text[1024] = "";

	for (size_t i = 0; i < nr; i++) {
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%s %s 0x%02x:", i ? "\n" : "", because_name(reasons[i].because),
			 reasons[i].at->name, reasons[i].missing);
		for (size_t k = 0; k < reasons[i].nr_pulled; k++)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s",
				 reasons[i].pulls_in[k]->name);
	}
	reasons_free(reasons, nr);
	grouping_free(grouping);
	assert_string_equal(text, wanted);
}

/* --- ACS on the way up ------------------------------------------------------------------ */

/* b below root port a; d below c; each pair is a group where its port has no ACS. */
static void test_root_ports(void **state)
{
	struct topology topology;
	struct device *a, *b, *c;

	(void)state;
	topology_init(&topology);
	a = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	b = function_add(&topology, "00:02.0", NULL, PCIE_ROOT_PORT, NO_ACS);
	function_add(&topology, "01:00.0", a, PCIE_ENDPOINT, UNREAD);
	c = function_add(&topology, "02:00.0", b, PCIE_ENDPOINT, UNREAD);
	assert_groups(&topology, "a bd c");
	assert_reasons(&topology, c, "acs 0000:00:02.0 0x1d: 0000:02:00.0");
	assert_reasons(&topology, a, "");
	/* The bits that are missing, and no others. */
	b->routing.has_acs = true;
	b->routing.acs_capability = 0x7f;
	b->routing.acs_control = 0x5b;
	assert_reasons(&topology, c, "acs 0000:00:02.0 0x04: 0000:02:00.0");
	b->routing.acs_control = 0x1d;
	assert_groups(&topology, "a b c d");
}

/* A switch whose ports have ACS; one that is weak near the root pulls in every level below it. */
static void test_switch(void **state)
{
	struct topology topology;
	struct device *root, *up, *down[2], *leaf;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	up = function_add(&topology, "01:00.0", root, PCIE_UPSTREAM_PORT, NO_ACS);
	down[0] = function_add(&topology, "02:00.0", up, PCIE_DOWNSTREAM_PORT, FULL);
	down[1] = function_add(&topology, "02:01.0", up, PCIE_DOWNSTREAM_PORT, FULL);
	leaf = function_add(&topology, "03:00.0", down[0], PCIE_ENDPOINT, UNREAD);
	function_add(&topology, "04:00.0", down[1], PCIE_ENDPOINT, UNREAD);
	assert_groups(&topology, "a b c d e f");
	/* Two groups without ACS between them: {port, device} each (facts: linux.md 12). */
	down[0]->routing.has_acs = down[1]->routing.has_acs = false;
	assert_groups(&topology, "a b ce df");
	/* Weak near the root: one group, and the root port is why, not the port next to it. */
	down[0]->routing.has_acs = down[1]->routing.has_acs = true;
	root->routing.has_acs = false;
	assert_groups(&topology, "abcdef");
	assert_reasons(&topology, leaf,
		       "acs 0000:00:01.0 0x1d: 0000:01:00.0 0000:02:00.0 0000:02:01.0 "
		       "0000:03:00.0 0000:04:00.0");
	/* Both: each is pulled in by the first weak one above it. */
	down[0]->routing.has_acs = false;
	assert_groups(&topology, "abcdef");
	assert_reasons(&topology, leaf,
		       "acs 0000:00:01.0 0x1d: 0000:01:00.0 0000:02:00.0 0000:02:01.0 "
		       "0000:04:00.0\nacs 0000:02:00.0 0x1d: 0000:03:00.0");
}

/* What is unknown makes unsure what rests on it, and nothing else. */
static void test_unknown(void **state)
{
	struct topology topology;
	struct device *root, *other;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, UNREAD);
	other = function_add(&topology, "00:02.0", NULL, PCIE_ROOT_PORT, FULL);
	function_add(&topology, "01:00.0", root, PCIE_ENDPOINT, UNREAD);
	function_add(&topology, "02:00.0", other, PCIE_ENDPOINT, UNREAD);
	assert_groups(&topology, "a b c? d");
	/* Its kind is known, its ACS is not: as nobody sees a port with 256 bytes read. */
	root->routing = (struct routing){ .type_known = true, .type = PCIE_ROOT_PORT };
	assert_groups(&topology, "a b c? d");
}

/* Bridges without a group lead to none, but the way up goes on above them. */
static void test_bridge_without_group(void **state)
{
	struct topology topology;
	struct device *root, *up, *down;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, NO_ACS);
	up = function_add(&topology, "01:00.0", root, PCIE_UPSTREAM_PORT, NO_ACS);
	down = function_add(&topology, "02:00.0", up, PCIE_DOWNSTREAM_PORT, FULL);
	function_add(&topology, "03:00.0", down, PCIE_ENDPOINT, UNREAD);
	up->group = down->group = NULL;
	assert_groups(&topology, "ad - -");
	root->group = NULL;
	assert_groups(&topology, "- - - d");
}

/* --- aliases by topology ---------------------------------------------------------------- */

/* All that is behind a bridge to conventional PCI has its address, or that of its bus. */
static void test_conventional(void **state)
{
	struct topology topology;
	struct device *root, *bridge, *inner, *deep;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	bridge = function_add(&topology, "01:00.0", root, PCIE_TO_PCI_BRIDGE, NO_ACS);
	function_add(&topology, "02:01.0", bridge, PCIE_NONE, UNREAD);
	inner = function_add(&topology, "02:02.0", bridge, PCIE_NONE, NO_ACS);
	deep = function_add(&topology, "03:00.0", inner, PCIE_NONE, UNREAD);
	assert_groups(&topology, "a bcde");
	assert_reasons(&topology, deep,
		       "alias 0000:01:00.0 0x00: 0000:02:01.0 0000:02:02.0\n"
		       "alias 0000:02:02.0 0x00: 0000:03:00.0");
	/* And where the root port is weak, it too. */
	root->routing.has_acs = false;
	assert_groups(&topology, "abcde");
	bridge->routing.type_known = false;
	assert_groups(&topology, "ab c? d?e?");
}

/* Bridges of conventional PCI on the root bus: their children join them, they do not join others.
 */
static void test_conventional_root_bus(void **state)
{
	struct topology topology;
	struct device *bridge;

	(void)state;
	topology_init(&topology);
	bridge = function_add(&topology, "00:1e.0", NULL, PCIE_NONE, NO_ACS);
	function_add(&topology, "00:1f.0", NULL, PCIE_NONE, UNREAD);
	function_add(&topology, "01:00.0", bridge, PCIE_NONE, UNREAD);
	function_add(&topology, "01:01.0", bridge, PCIE_NONE, UNREAD);
	assert_groups(&topology, "acd b");
}

/* VMD: what is in its domain has its address. */
static void test_vmd(void **state)
{
	struct topology topology;
	struct device *vmd, *port, *disk;

	(void)state;
	topology_init(&topology);
	vmd = function_add(&topology, "00:0e.0", NULL, PCIE_NONE, UNREAD);
	port = function_add(&topology, "10000:e0:01.0", NULL, PCIE_ROOT_PORT, FULL);
	disk = function_add(&topology, "10000:e1:00.0", port, PCIE_ENDPOINT, UNREAD);
	port->carrier = disk->carrier = vmd;
	assert_groups(&topology, "abc");
	assert_reasons(&topology, vmd, "alias 0000:00:0e.0 0x00: 10000:e0:01.0 10000:e1:00.0");
	/* The same addresses without VMD are a domain as any other. */
	port->carrier = disk->carrier = NULL;
	assert_groups(&topology, "a b c");
}

/* --- functions of one device ------------------------------------------------------------ */

static void test_functions(void **state)
{
	struct topology topology;
	struct device *second;

	(void)state;
	topology_init(&topology);
	part_add(&topology, "00:1f.0", NULL, PCIE_NONE, NO_ACS);
	second = part_add(&topology, "00:1f.2", NULL, PCIE_NONE, NO_ACS);
	part_add(&topology, "00:1f.3", NULL, PCIE_ENDPOINT, NO_ACS);
	part_add(&topology, "00:1f.6", NULL, PCIE_ENDPOINT, FULL);
	assert_groups(&topology, "abc d");
	assert_reasons(&topology, second,
		       "multifunction 0000:00:1f.0 0x1d: 0000:00:1f.2 0000:00:1f.3");
	/* One that Linux knows to be safe stays alone, whatever its siblings are. */
	with_id(second, 0x8086, 0x1521);
	assert_groups(&topology, "ac b d");
	with_id(second, 0xffff, 0);
	second->routing = (struct routing){ 0 };
	assert_groups(&topology, "ac b? d");
}

/* Function 0 says that it is alone: nothing joins through it, but others join it. */
static void test_single_header(void **state)
{
	struct topology topology;

	(void)state;
	topology_init(&topology);
	function_add(&topology, "00:14.0", NULL, PCIE_ENDPOINT, NO_ACS);
	function_add(&topology, "00:14.3", NULL, PCIE_NONE, NO_ACS);
	function_add(&topology, "00:14.5", NULL, PCIE_NONE, NO_ACS);
	assert_groups(&topology, "a bc");
}

/* The usual chipset: root ports without ACS are functions of one device; all below is one group. */
static void test_ports_of_one_device(void **state)
{
	struct topology topology;
	struct device *first, *fifth, *card;

	(void)state;
	topology_init(&topology);
	first = part_add(&topology, "00:1c.0", NULL, PCIE_ROOT_PORT, NO_ACS);
	fifth = part_add(&topology, "00:1c.4", NULL, PCIE_ROOT_PORT, NO_ACS);
	part_add(&topology, "01:00.0", first, PCIE_ENDPOINT, NO_ACS);
	card = part_add(&topology, "01:00.1", first, PCIE_ENDPOINT, NO_ACS);
	function_add(&topology, "02:00.0", fifth, PCIE_ENDPOINT, UNREAD);
	assert_groups(&topology, "abcde");
	assert_reasons(&topology, card,
		       "multifunction 0000:00:1c.0 0x1d: 0000:00:1c.4\n"
		       "acs 0000:00:1c.0 0x1d: 0000:01:00.0 0000:01:00.1\n"
		       "acs 0000:00:1c.4 0x1d: 0000:02:00.0");
	/* Prepared by Linux as its table says, the ports are apart; the card's functions are not.
	 */
	with_id(first, 0x8086, 0x8c10)->routing.bus_check = true;
	with_id(fifth, 0x8086, 0x8c18)->routing.bus_check = true;
	assert_groups(&topology, "a b cd e");
	/* Not prepared: the table is why. */
	fifth->routing.bus_check = false;
	assert_groups(&topology, "a be cd");
	assert_reasons(&topology, fifth, "quirk 0000:00:1c.4 0x1d: 0000:02:00.0");
}

/* Step 2 may end at a bridge without a group, whose siblings count then. */
static void test_siblings_of_bridge(void **state)
{
	struct topology topology;
	struct device *first, *second;

	(void)state;
	topology_init(&topology);
	first = part_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, NO_ACS);
	second = part_add(&topology, "00:01.1", NULL, PCIE_ROOT_PORT, NO_ACS);
	function_add(&topology, "01:00.0", first, PCIE_ENDPOINT, UNREAD);
	function_add(&topology, "02:00.0", second, PCIE_ENDPOINT, UNREAD);
	second->group = NULL;
	assert_groups(&topology, "acd -");
	assert_reasons(&topology, first,
		       "acs 0000:00:01.0 0x1d: 0000:01:00.0\n"
		       "multifunction 0000:00:01.0 0x1d: 0000:02:00.0");
}

/* Virtual functions are alone, below a port with ACS; with their physical one else. */
static void test_virtual(void **state)
{
	struct topology topology;
	struct device *root, *physical;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	physical = part_add(&topology, "01:00.0", root, PCIE_ENDPOINT, NO_ACS);
	part_add(&topology, "01:00.1", root, PCIE_ENDPOINT, NO_ACS);
	function_add(&topology, "01:00.2", root, PCIE_ENDPOINT, UNREAD)->physical = physical;
	function_add(&topology, "02:10.0", root, PCIE_ENDPOINT, UNREAD)->physical = physical;
	assert_groups(&topology, "a bc d e");
	root->routing.has_acs = false;
	assert_groups(&topology, "abcde");
}

/* --- aliases on one bus ----------------------------------------------------------------- */

/* Marvell 88SE9230 uses function 1, whether that is there or not. */
static void test_function_1(void **state)
{
	struct topology topology;
	struct device *root, *first;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	first = with_id(part_add(&topology, "01:00.0", root, PCIE_LEGACY_ENDPOINT, FULL), 0x1b4b,
			0x9230);
	assert_groups(&topology, "a b");
	part_add(&topology, "01:00.1", root, PCIE_LEGACY_ENDPOINT, FULL);
	part_add(&topology, "01:00.2", root, PCIE_LEGACY_ENDPOINT, FULL);
	assert_groups(&topology, "a bc d");
	assert_reasons(&topology, first, "bus-alias 0000:01:00.0 0x00: 0000:01:00.1");
	with_id(first, 0x1b4b, 0x9231);
	assert_groups(&topology, "a b c d");
}

/* Ricoh's functions use function 0; it is found through others that are placed later, too. */
static void test_function_0(void **state)
{
	struct topology topology;
	struct device *root;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	part_add(&topology, "01:00.0", root, PCIE_ENDPOINT, FULL);
	with_id(part_add(&topology, "01:00.3", root, PCIE_ENDPOINT, FULL), 0x1180, 0xe832);
	with_id(part_add(&topology, "01:00.4", root, PCIE_ENDPOINT, FULL), 0x1180, 0xe833);
	with_id(part_add(&topology, "01:01.3", root, PCIE_ENDPOINT, FULL), 0x1180, 0xe832);
	assert_groups(&topology, "a bc d e");
}

/* A bridge between hosts that uses every address of its bus; one whose addresses nobody knows. */
static void test_whole_bus(void **state)
{
	struct topology topology;
	struct device *root, *between;

	(void)state;
	topology_init(&topology);
	root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	function_add(&topology, "01:00.0", root, PCIE_ENDPOINT, UNREAD);
	between = with_id(function_add(&topology, "01:05.0", root, PCIE_ENDPOINT, UNREAD), 0x10b5,
			  0x87b0);
	function_add(&topology, "01:1f.7", root, PCIE_ENDPOINT, UNREAD);
	function_add(&topology, "02:00.0", root, PCIE_ENDPOINT, UNREAD);
	assert_groups(&topology, "a bcd e");
	with_id(between, 0x11f8, 0x8546)->class = 0x068000;
	assert_groups(&topology, "a b c? d? e");
	between->class = 0x058000; /* its managing function has no such registers */
	assert_groups(&topology, "a b c d e");
}

/* Kinds that use a few addresses of the bus. */
static void test_cards(void **state)
{
	static const struct {
		int product;
		const char *address;
		bool alias;
	} cases[] = {
		{ 0x2260, "01:10.0", true },  { 0x2264, "01:12.3", true },
		{ 0x2260, "01:12.0", false }, { 0x2260, "01:10.1", false },
		{ 0x2262, "01:10.0", false }, { 0x2954, "01:1f.4", true },
		{ 0x295a, "01:07.0", true },  { 0x2954, "01:1f.5", false },
		{ 0x2957, "01:07.0", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct topology topology;
		struct device *root;

		topology_init(&topology);
		root = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, FULL);
		with_id(function_add(&topology, "01:00.0", root, PCIE_ENDPOINT, UNREAD), 0x8086,
			cases[i].product);
		function_add(&topology, cases[i].address, root, PCIE_ENDPOINT, UNREAD);
		assert_groups(&topology, cases[i].alias ? "a bc" : "a b c");
	}
}

/* AMD's table: 00:06.0 uses the address of 00:05.0; the last entry counts. */
static void test_table(void **state)
{
	struct topology topology;
	struct device *first;

	(void)state;
	topology_init(&topology);
	first = function_add(&topology, "00:05.0", NULL, PCIE_ENDPOINT, UNREAD);
	function_add(&topology, "00:06.0", NULL, PCIE_ENDPOINT, UNREAD);
	function_add(&topology, "00:07.0", NULL, PCIE_ENDPOINT, UNREAD);
	alias_add(&topology, 0x0030, 0x0030, 0x0028);
	assert_groups(&topology, "ab c");
	assert_reasons(&topology, first, "bus-alias 0000:00:05.0 0x00: 0000:00:06.0");
	alias_add(&topology, 0x0030, 0x0038, 0x0038);
	assert_groups(&topology, "a bc");
	/* Another bus is no alias for groups. */
	alias_add(&topology, 0x0030, 0x0038, 0x0128);
	assert_groups(&topology, "a b c");
	topology.block.segment = 1;
	topology.block.nr_entries = 1;
	assert_groups(&topology, "a b c");
	topology.block.segment = 0;
	topology.block.ignored = true;
	assert_groups(&topology, "a b c");
	/* A table that cannot be read could hold anything, but not for an IOMMU of another kind. */
	topology.machine.ivrs = (struct firmware_table){ .state = FILE_DENIED };
	assert_groups(&topology, "a b? c?");
	topology.unit.kind = UNIT_INTEL_VTD;
	assert_groups(&topology, "a b c");
}

/* An alias of an alias: 05 and 06 share an address, 06 and 07 too. */
static void test_table_chain(void **state)
{
	struct topology topology;
	struct device *last;

	(void)state;
	topology_init(&topology);
	function_add(&topology, "00:05.0", NULL, PCIE_ENDPOINT, UNREAD);
	function_add(&topology, "00:06.0", NULL, PCIE_ENDPOINT, UNREAD);
	last = function_add(&topology, "00:07.0", NULL, PCIE_ENDPOINT, UNREAD);
	alias_add(&topology, 0x0030, 0x0030, 0x0028);
	alias_add(&topology, 0x0038, 0x0038, 0x0030);
	assert_groups(&topology, "abc");
	/* 05 and 07 meet in 06, which has no group itself. */
	topology.devices[1].group = NULL;
	assert_groups(&topology, "ac -");
	assert_reasons(&topology, last, "bus-alias 0000:00:05.0 0x00: 0000:00:07.0");
}

/* An alias that is one of several functions: its siblings without ACS count as well. */
static void test_alias_with_siblings(void **state)
{
	struct topology topology;

	(void)state;
	topology_init(&topology);
	part_add(&topology, "00:05.0", NULL, PCIE_ENDPOINT, NO_ACS);
	part_add(&topology, "00:05.1", NULL, PCIE_ENDPOINT, NO_ACS)->group = NULL;
	function_add(&topology, "00:07.0", NULL, PCIE_ENDPOINT, UNREAD);
	alias_add(&topology, 0x0038, 0x0038, 0x0029);
	assert_groups(&topology, "ac -");
}

/* --- what takes no part ----------------------------------------------------------------- */

static void test_others(void **state)
{
	struct topology topology;
	struct device *platform;

	(void)state;
	topology_init(&topology);
	assert_groups(&topology, "");
	function_add(&topology, "00:01.0", NULL, PCIE_ENDPOINT, UNREAD);
	platform = function_add(&topology, "00:02.0", NULL, PCIE_ENDPOINT, UNREAD);
	platform->is_pci = false;
	assert_groups(&topology, "a -");
	assert_reasons(&topology, platform, "");
}

/* A way up that leads in a circle, or whose end is missing, leaves it open. */
static void test_lies(void **state)
{
	struct topology topology;
	struct device *a, *b;

	(void)state;
	topology_init(&topology);
	a = function_add(&topology, "00:01.0", NULL, PCIE_ROOT_PORT, NO_ACS);
	b = function_add(&topology, "01:00.0", a, PCIE_ENDPOINT, UNREAD);
	a->parent = b;
	assert_groups(&topology, "a? b?");
	a->parent = NULL;
	assert_groups(&topology, "ab");
	b->parent = NULL;
	assert_groups(&topology, "a b?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root_ports),
		cmocka_unit_test(test_switch),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_bridge_without_group),
		cmocka_unit_test(test_conventional),
		cmocka_unit_test(test_conventional_root_bus),
		cmocka_unit_test(test_vmd),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_single_header),
		cmocka_unit_test(test_ports_of_one_device),
		cmocka_unit_test(test_siblings_of_bridge),
		cmocka_unit_test(test_virtual),
		cmocka_unit_test(test_function_1),
		cmocka_unit_test(test_function_0),
		cmocka_unit_test(test_whole_bus),
		cmocka_unit_test(test_cards),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_chain),
		cmocka_unit_test(test_alias_with_siblings),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
