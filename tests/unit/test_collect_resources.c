/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From sysfs "resource" and /proc/cpuinfo to the model, whole and broken. */
#include "model/resources.h"
#include "tree.h"

#define DEVICE "sys/bus/pci/devices/0000:00:02.0/"
#define NONE "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"

static struct tree tree;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/kernel/iommu_groups");
	tree_dir(&tree, DEVICE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static struct machine *collected(unsigned facts)
{
	struct source source;
	struct machine *machine;

	tree_open(&tree, &source);
	machine = collect(&source, facts);
	source_close(&source);
	return machine;
}

static bool has_note(const struct machine *machine, const char *part)
{
	for (size_t i = 0; i < machine->notes.nr; i++)
		if (strstr(machine->notes.items[i], part))
			return true;
	return false;
}

/* --- resources ------------------------------------------------------------------------------- */

static void test_resources(void **state)
{
	const struct device *d;
	struct machine *m;

	(void)state;
	tree_text(&tree, DEVICE "resource",
		  "0x00000000febc0000 0x00000000febdffff 0x0000000000040200\n"
		  "0x000000000000c000 0x000000000000c03f 0x0000000000040101\n"
		  "0x000000fe00000000 0x000000fe0000ffff 0x000000000014220c\n" NONE NONE NONE NONE);
	m = collected(FACT_RESOURCES);
	d = &m->devices[0];
	assert_true(d->resources_known);
	assert_int_equal(d->nr_resources, 7);
	assert_int_equal(d->resources[0].start, 0xfebc0000);
	assert_int_equal(d->resources[0].end, 0xfebdffff);
	assert_int_equal(d->resources[0].flags, 0x40200);
	assert_int_equal(d->resources[1].flags & RESOURCE_IO, RESOURCE_IO);
	assert_int_equal(d->resources[2].start, 0xfe00000000);
	assert_int_equal(d->resources[2].flags, 0x14220c);
	assert_int_equal(resource_size(device_bar(d, 2)), 0x10000);
	assert_null(device_bar(d, 3));
	assert_int_equal(m->notes.nr, 0);
	machine_free(m);
}

/* A bridge has four windows more; what is not placed has no address, whatever stands there. */
static void test_bridge(void **state)
{
	const struct device *d;
	struct machine *m;

	(void)state;
	tree_text(&tree, DEVICE "resource",
		  "0x0000000000000000 0x0000000000000fff 0x0000000020040200\n" NONE NONE NONE NONE
			  NONE NONE NONE NONE NONE NONE NONE NONE
		  "0x0000000000001000 0x0000000000001fff 0x0000000000000100\n"
		  "0x00000000fe800000 0x00000000fe9fffff 0x0000000000000200\n"
		  "0x0000000000000000 0xffffffffffffffff 0x0000000030102201\n" NONE);
	m = collected(FACT_RESOURCES);
	d = &m->devices[0];
	assert_true(d->resources_known);
	assert_int_equal(d->nr_resources, 17);
	assert_null(device_bar(d, 0));
	assert_int_equal(resource_size(&d->resources[13]), 0x1000);
	assert_int_equal(resource_size(&d->resources[14]), 0x200000);
	assert_false(resource_has_address(&d->resources[15]));
	machine_free(m);
}

static void test_unasked(void **state)
{
	struct machine *m;

	(void)state;
	tree_text(&tree, DEVICE "resource", NONE NONE NONE NONE NONE NONE NONE);
	m = collected(~0u & ~(unsigned)(FACT_NAME | FACT_RESOURCES));
	assert_false(m->devices[0].resources_known);
	assert_int_equal(m->devices[0].nr_resources, 0);
	machine_free(m);
}

static void test_bad_resources(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		NONE NONE NONE NONE NONE,		 /* not even the BARs */
		NONE NONE NONE NONE NONE "0x0 0x0 0x20", /* cut short */
		NONE NONE NONE NONE NONE NONE "\n" NONE,
		NONE NONE NONE NONE NONE NONE "0x0 0x0\n",
		NONE NONE NONE NONE NONE NONE "0x0 0x0 0x0 0x0\n",
		NONE NONE NONE NONE NONE NONE "0x0  0x0 0x0\n",
		NONE NONE NONE NONE NONE NONE "0x0 0x0 memory\n",
		NONE NONE NONE NONE NONE NONE "-0x1 0x0 0x0\n",
		NONE NONE NONE NONE NONE NONE "0x0 0x10000000000000000 0x200\n",
		NONE NONE NONE NONE NONE NONE "0x2000 0x1000 0x200\n",
		NONE NONE NONE NONE NONE NONE "0x2000 0x1fff 0x200\n",
		NONE NONE NONE NONE NONE NONE "0x0 0xffffffffffffffff 0x200\n",
	};
	struct machine *m;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		tree_text(&tree, DEVICE "resource", bad[i]);
		m = collected(FACT_RESOURCES);
		assert_case(!m->devices[0].resources_known, bad[i]);
		assert_case(m->devices[0].nr_resources == 0, bad[i]);
		assert_case(has_note(m, "0000:00:02.0: resource: "), bad[i]);
		machine_free(m);
	}
}

/* The file is bytes that anybody may have put there. */
static void test_odd_files(void **state)
{
	char path[PATH_MAX];
	struct machine *m;

	(void)state;
	m = collected(FACT_RESOURCES);
	assert_false(m->devices[0].resources_known); /* not there */
	assert_int_equal(m->nr_faults, 0);
	assert_true(has_note(m, "0000:00:02.0: resource: "));
	machine_free(m);
	tree_bytes(&tree, DEVICE "resource", NONE NONE NONE NONE NONE NONE "\0\n",
		   6 * (sizeof(NONE) - 1) + 2);
	m = collected(FACT_RESOURCES);
	assert_false(m->devices[0].resources_known);
	assert_true(has_note(m, "0000:00:02.0: resource: "));
	machine_free(m);
	tree_path(&tree, path, DEVICE "resource");
	assert_int_equal(unlink(path), 0);
	tree_dir(&tree, DEVICE "resource");
	m = collected(FACT_RESOURCES);
	assert_false(m->devices[0].resources_known);
	assert_int_equal(m->nr_faults, 1);
	machine_free(m);
}

static void test_many_resources(void **state)
{
	char text[8192] = "";
	struct machine *m;

	(void)state;
	for (int i = 0; i < 64; i++)
		strcat(text, NONE);
	tree_text(&tree, DEVICE "resource", text);
	m = collected(FACT_RESOURCES);
	assert_true(m->devices[0].resources_known);
	assert_int_equal(m->devices[0].nr_resources, 64);
	machine_free(m);
	strcat(text, NONE);
	tree_text(&tree, DEVICE "resource", text);
	m = collected(FACT_RESOURCES);
	assert_false(m->devices[0].resources_known);
	machine_free(m);
	for (int i = 0; i < 30; i++) /* more than sysfs can write */
		strcat(text, NONE);
	tree_text(&tree, DEVICE "resource", text);
	m = collected(FACT_RESOURCES);
	assert_false(m->devices[0].resources_known);
	machine_free(m);
}

/* --- the CPU --------------------------------------------------------------------------------- */

static const struct {
	const char *text, *vendor;
	int family;
} cpus[] = {
	{ "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\n"
	  "model name\t: AMD EPYC\n\n",
	  "AuthenticAMD", 25 },
	{ "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n\n"
	  "processor\t: 1\nvendor_id\t: AuthenticAMD\ncpu family\t: 23\n\n",
	  "GenuineIntel", 6 },
	/* Only the first processor counts. */
	{ "processor\t: 0\n\nprocessor\t: 1\nvendor_id\t: AuthenticAMD\ncpu family\t: 23\n\n", NULL,
	  -1 },
	/* What "capture" leaves. */
	{ "vendor_id\t: AuthenticAMD\ncpu family\t: 26\n", "AuthenticAMD", 26 },
	{ "vendor_id\t: AuthenticAMD\ncpu family\t: 1", "AuthenticAMD", -1 }, /* cut short */
	{ "vendor_id\t: AuthenticAMD\ncpu family\t: 0x19\n", "AuthenticAMD", -1 },
	{ "vendor_id\t: AuthenticAMD\ncpu family\t: -1\n", "AuthenticAMD", -1 },
	{ "vendor_id\t: AuthenticAMD\ncpu family\t: 99999999999999999999\n", "AuthenticAMD", -1 },
	{ "vendor_id\ncpu family\n", NULL, -1 },
	{ "my vendor_id\t: AuthenticAMD\ncpu family name\t: 25\n", NULL, -1 },
	/* Arm64 and s390x. */
	{ "processor\t: 0\nBogoMIPS\t: 50.00\nCPU implementer\t: 0x41\n\n", NULL, -1 },
	{ "vendor_id       : IBM/S390\n# processors    : 4\n", "IBM/S390", -1 },
	{ "", NULL, -1 },
	{ "\n\n", NULL, -1 },
};

static void test_cpu(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cpus); i++) {
		struct machine *m;

		tree_text(&tree, "proc/cpuinfo", cpus[i].text);
		m = collected(FACT_CPU);
		assert_case(m->cpu_family == cpus[i].family, cpus[i].text);
		assert_case(!m->cpu_vendor == !cpus[i].vendor, cpus[i].text);
		assert_case(!m->cpu_vendor || strcmp(m->cpu_vendor, cpus[i].vendor) == 0,
			    cpus[i].text);
		machine_free(m);
	}
}

/* Files of machines with many processors are long; nothing but the beginning matters. */
static void test_cpu_of_many(void **state)
{
	const size_t size = 2u << 20;
	char *text = malloc(size);
	struct machine *m;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text, "vendor_id\t: AuthenticAMD\ncpu family\t: 25\n", 41);
	tree_bytes(&tree, "proc/cpuinfo", text, size);
	m = collected(FACT_CPU);
	assert_string_equal(m->cpu_vendor, "AuthenticAMD");
	assert_int_equal(m->cpu_family, 25);
	machine_free(m);
	memset(text, 'x', size);
	tree_bytes(&tree, "proc/cpuinfo", text, size);
	m = collected(FACT_CPU);
	assert_null(m->cpu_vendor);
	machine_free(m);
	free(text);
}

static void test_no_cpu(void **state)
{
	struct machine *m;

	(void)state;
	m = collected(FACT_CPU);
	assert_null(m->cpu_vendor);
	assert_int_equal(m->cpu_family, -1);
	assert_int_equal(m->nr_faults, 0); /* captures of before have none */
	assert_true(has_note(m, "/proc/cpuinfo"));
	machine_free(m);
	tree_text(&tree, "proc/cpuinfo", cpus[0].text);
	m = collected(0);
	assert_null(m->cpu_vendor);
	assert_int_equal(m->cpu_family, -1);
	machine_free(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_resources),	  TEST(test_bridge),	  TEST(test_unasked),
		TEST(test_bad_resources), TEST(test_odd_files),	  TEST(test_many_resources),
		TEST(test_cpu),		  TEST(test_cpu_of_many), TEST(test_no_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
