/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which root complexes forward requests between devices (drivers/pci/p2pdma.c of Linux). */
#include "model/platform.h"
#include "topology.h"

static void set_cpu(struct topology *topology, const char *vendor, int family)
{
	topology->machine.cpu_vendor = (char *)vendor;
	topology->machine.cpu_family = family;
}

/* --- CPUs ------------------------------------------------------------------------------------ */

static const struct {
	const char *vendor;
	int family;
	enum tristate wanted;
} cpus[] = {
	{ "AuthenticAMD", 0x17, TRI_YES },	{ "AuthenticAMD", 0x19, TRI_YES },
	{ "AuthenticAMD", 0x1a, TRI_YES },	{ "AuthenticAMD", 0x16, TRI_UNKNOWN },
	{ "AuthenticAMD", -1, TRI_UNKNOWN },	{ "HygonGenuine", 0x18, TRI_UNKNOWN },
	{ "GenuineIntel", 0x17, TRI_UNKNOWN },	{ NULL, 0x17, TRI_UNKNOWN },
	{ "AuthenticAMDx", 0x19, TRI_UNKNOWN }, { "", 0x19, TRI_UNKNOWN },
};

static void test_cpus(void **state)
{
	struct topology t;
	struct device *a, *b;

	(void)state;
	topology_init(&t);
	a = function_add(&t, "0000:00:02.0", NULL, PCIE_INTEGRATED_ENDPOINT, NO_ACS);
	b = function_add(&t, "0001:80:03.0", NULL, PCIE_INTEGRATED_ENDPOINT, NO_ACS);
	for (size_t i = 0; i < COUNT(cpus); i++) {
		set_cpu(&t, cpus[i].vendor, cpus[i].family);
		assert_int_equal(root_complex_forwards(&t.machine, a, b), cpus[i].wanted);
	}
	/* The CPU alone decides. */
	set_cpu(&t, "AuthenticAMD", 0x19);
	a->root_bus = -1;
	assert_int_equal(root_complex_forwards(&t.machine, a, b), TRI_YES);
	b->is_pci = false;
	assert_int_equal(root_complex_forwards(&t.machine, a, b), TRI_UNKNOWN);
	assert_int_equal(root_complex_forwards(&t.machine, b, a), TRI_UNKNOWN);
}

/* --- host bridges ---------------------------------------------------------------------------- */

static const struct {
	int vendor, product;
	enum tristate one_bus, two_buses;
} bridges[] = {
	{ 0x8086, 0x3c00, TRI_YES, TRI_UNKNOWN },     { 0x8086, 0x3c01, TRI_YES, TRI_UNKNOWN },
	{ 0x8086, 0x2f00, TRI_YES, TRI_UNKNOWN },     { 0x8086, 0x2f01, TRI_YES, TRI_UNKNOWN },
	{ 0x8086, 0x2030, TRI_YES, TRI_YES },	      { 0x8086, 0x2031, TRI_YES, TRI_YES },
	{ 0x8086, 0x2032, TRI_YES, TRI_YES },	      { 0x8086, 0x2033, TRI_YES, TRI_YES },
	{ 0x8086, 0x2020, TRI_YES, TRI_YES },	      { 0x8086, 0x09a2, TRI_YES, TRI_YES },
	{ 0x8086, 0x0b25, TRI_YES, TRI_YES },	      { 0x8086, 0x0cfe, TRI_YES, TRI_YES },
	{ 0x8086, 0x11fb, TRI_YES, TRI_YES },	      { 0x8086, 0x1212, TRI_YES, TRI_YES },
	{ 0x8086, 0x1216, TRI_YES, TRI_YES },	      { 0x8086, 0x4940, TRI_YES, TRI_YES },
	{ 0x8086, 0x4942, TRI_YES, TRI_YES },	      { 0x8086, 0x4944, TRI_YES, TRI_YES },
	{ 0x8086, 0x4946, TRI_YES, TRI_YES },	      { 0x8086, 0x4948, TRI_YES, TRI_YES },
	{ 0x1ae0, 0x0001, TRI_YES, TRI_YES },	      { 0x1ae0, 0xffff, TRI_YES, TRI_YES },
	{ 0x8086, 0x29c0, TRI_UNKNOWN, TRI_UNKNOWN }, /* Q35, as QEMU has it */
	{ 0x8086, 0x2034, TRI_UNKNOWN, TRI_UNKNOWN }, { 0x8086, 0x4941, TRI_UNKNOWN, TRI_UNKNOWN },
	{ 0x1022, 0x09a2, TRI_UNKNOWN, TRI_UNKNOWN }, { -1, -1, TRI_UNKNOWN, TRI_UNKNOWN },
	{ 0x8086, -1, TRI_UNKNOWN, TRI_UNKNOWN },
};

/* Two root buses with a bridge at 00.0, a root port and a device below it each. */
struct two_buses {
	struct topology topology;
	struct device *first, *second; /* bridges */
	struct device *a, *b, *c;      /* b is beside a, c on the other bus */
};

static void two_buses(struct two_buses *t, const char *other)
{
	char address[BDF_TEXT_SIZE];
	struct device *port;

	topology_init(&t->topology);
	t->first = function_add(&t->topology, "0000:00:00.0", NULL, PCIE_NONE, NO_ACS);
	port = function_add(&t->topology, "0000:00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	t->b = function_add(&t->topology, "0000:00:02.0", NULL, PCIE_INTEGRATED_ENDPOINT, NO_ACS);
	t->a = function_add(&t->topology, "0000:01:00.0", port, PCIE_ENDPOINT, NO_ACS);
	snprintf(address, sizeof(address), "%s:00.0", other);
	t->second = function_add(&t->topology, address, NULL, PCIE_NONE, NO_ACS);
	snprintf(address, sizeof(address), "%s:01.0", other);
	port = function_add(&t->topology, address, NULL, PCIE_ROOT_PORT, FULL);
	snprintf(address, sizeof(address), "%.4s:f1:00.0", other);
	t->c = function_add(&t->topology, address, port, PCIE_ENDPOINT, NO_ACS);
}

static void assert_forwards(const struct two_buses *t, const struct device *a,
			    const struct device *b, enum tristate wanted)
{
	assert_int_equal(root_complex_forwards(&t->topology.machine, a, b), wanted);
	assert_int_equal(root_complex_forwards(&t->topology.machine, b, a), wanted);
}

static void test_bridges(void **state)
{
	/* The other bus has another number, or the same in another domain. */
	static const char *const others[] = { "0000:80", "0001:00" };
	struct two_buses t;

	(void)state;
	for (size_t k = 0; k < COUNT(others); k++) {
		two_buses(&t, others[k]);
		for (size_t i = 0; i < COUNT(bridges); i++) {
			with_id(t.first, bridges[i].vendor, bridges[i].product);
			with_id(t.second, bridges[i].vendor, bridges[i].product);
			assert_forwards(&t, t.a, t.b, bridges[i].one_bus);
			assert_forwards(&t, t.a, t.c, bridges[i].two_buses);
		}
	}
}

static void test_both_count(void **state)
{
	struct two_buses t;

	(void)state;
	two_buses(&t, "0000:80");
	with_id(t.first, 0x8086, 0x09a2);
	assert_forwards(&t, t.a, t.b, TRI_YES);
	assert_forwards(&t, t.a, t.c, TRI_UNKNOWN);
	with_id(t.second, 0x8086, 0x0b25);
	assert_forwards(&t, t.a, t.c, TRI_YES);
	with_id(t.second, 0x8086, 0x2f00); /* one that forwards on its own bus only */
	assert_forwards(&t, t.a, t.c, TRI_UNKNOWN);
	assert_forwards(&t, t.a, t.b, TRI_YES);
	with_id(t.first, 0x8086, 0x29c0);
	with_id(t.second, 0x8086, 0x09a2);
	assert_forwards(&t, t.a, t.c, TRI_UNKNOWN);
	with_id(t.first, 0x8086, 0x09a2);
	t.b->root_bus = -1;
	assert_forwards(&t, t.a, t.b, TRI_UNKNOWN);
	assert_forwards(&t, t.b, t.b, TRI_UNKNOWN);
}

/* Buses of one number in two domains have a bridge each. */
static void test_domains(void **state)
{
	struct two_buses t;

	(void)state;
	two_buses(&t, "0001:00");
	with_id(t.first, 0x8086, 0x09a2);
	assert_forwards(&t, t.a, t.b, TRI_YES);
	assert_forwards(&t, t.c, t.c, TRI_UNKNOWN);
	with_id(t.first, 0x8086, 0x29c0);
	with_id(t.second, 0x8086, 0x09a2);
	assert_forwards(&t, t.a, t.b, TRI_UNKNOWN);
	assert_forwards(&t, t.c, t.c, TRI_YES);
}

/* What stands for the host bridge is the first function, at 00.0 or a root port. */
static void test_first_on_bus(void **state)
{
	static const struct {
		const char *address;
		int type, acs;
		enum tristate wanted;
	} firsts[] = {
		{ "0000:ae:00.0", PCIE_NONE, UNREAD, TRI_YES },
		{ "0000:ae:00.0", PCIE_INTEGRATED_ENDPOINT, NO_ACS, TRI_YES },
		{ "0000:ae:00.1", PCIE_INTEGRATED_ENDPOINT, NO_ACS, TRI_UNKNOWN },
		{ "0000:ae:02.0", PCIE_ROOT_PORT, FULL, TRI_YES },
		{ "0000:ae:01.3", PCIE_ROOT_PORT, NO_ACS, TRI_YES },
		{ "0000:ae:02.0", PCIE_ROOT_PORT, UNREAD, TRI_UNKNOWN },
		{ "0000:ae:02.0", PCIE_ENDPOINT, NO_ACS, TRI_UNKNOWN },
		{ "0000:ae:02.0", PCIE_NONE, NO_ACS, TRI_UNKNOWN },
		/* Not on the bus of both. */
		{ "0000:ad:00.0", PCIE_NONE, NO_ACS, TRI_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(firsts); i++) {
		struct topology t;
		struct device *a, *b;

		topology_init(&t);
		with_id(function_add(&t, firsts[i].address, NULL, firsts[i].type, firsts[i].acs),
			0x8086, 0x2030);
		a = function_add(&t, "0000:ae:03.0", NULL, PCIE_INTEGRATED_ENDPOINT, NO_ACS);
		b = function_add(&t, "0000:ae:04.0", NULL, PCIE_INTEGRATED_ENDPOINT, NO_ACS);
		assert_case(root_complex_forwards(&t.machine, a, b) == firsts[i].wanted,
			    firsts[i].address);
	}
}

/* One further back does not help. */
static void test_second_on_bus(void **state)
{
	struct topology t;
	struct device *a, *b;

	(void)state;
	topology_init(&t);
	function_add(&t, "0000:00:00.0", NULL, PCIE_NONE, NO_ACS);
	a = function_add(&t, "0000:00:01.0", NULL, PCIE_ROOT_PORT, FULL);
	with_id(a, 0x8086, 0x2030);
	b = function_add(&t, "0000:01:00.0", a, PCIE_ENDPOINT, NO_ACS);
	assert_int_equal(root_complex_forwards(&t.machine, b, b), TRI_UNKNOWN);
	with_id(&t.devices[0], 0x8086, 0x2020);
	assert_int_equal(root_complex_forwards(&t.machine, b, b), TRI_YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpus),	     cmocka_unit_test(test_bridges),
		cmocka_unit_test(test_both_count),   cmocka_unit_test(test_domains),
		cmocka_unit_test(test_first_on_bus), cmocka_unit_test(test_second_on_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
