/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From hand-made captures to the model: what sysfs looks like, and what it looks like broken. */
#include "model/machine.h"
#include "model/regions.h"
#include "model/viability.h"
#include "tree.h"

#define ALL_FACTS (~0u & ~(unsigned)FACT_NAME)
#define NO_BAR "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"

static struct tree tree;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/kernel/iommu_groups");
	tree_dir(&tree, "sys/bus/pci/devices");
	tree_dir(&tree, "sys/class/iommu");
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
	assert_non_null(machine);
	source_close(&source);
	return machine;
}

/* --- writing sysfs ------------------------------------------------------------------------ */

/* Writes the file @name of folder @folder. */
static void put(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	tree_text(&tree, path, text);
}

static void put_link(const char *folder, const char *name, const char *target)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	tree_link(&tree, path, target);
}

/*
 * A PCI function at sys/devices/@place/@bdf, its bus link, and its group's link; how deep the real
 * folder is does not matter to readers of the last part of a link.
 */
static void put_device(const char *place, const char *bdf, const char *group, char folder[PATH_MAX])
{
	char target[PATH_MAX], devices[64];

	snprintf(folder, PATH_MAX, "sys/devices/%s/%s", place, bdf);
	put(folder, "vendor", "0x8086\n");
	put(folder, "device", "0x10d3\n");
	put(folder, "class", "0x020000\n");
	put(folder, "resource", NO_BAR NO_BAR NO_BAR NO_BAR NO_BAR NO_BAR NO_BAR);
	snprintf(target, sizeof(target), "../../../devices/%s/%s", place, bdf);
	put_link("sys/bus/pci/devices", bdf, target);
	if (!group)
		return;
	snprintf(target, sizeof(target), "../../../kernel/iommu_groups/%s", group);
	put_link(folder, "iommu_group", target);
	snprintf(devices, sizeof(devices), "sys/kernel/iommu_groups/%s/devices", group);
	snprintf(target, sizeof(target), "../../../../devices/%s/%s", place, bdf);
	put_link(devices, bdf, target);
}

static void put_group(const char *number, const char *type, const char *regions)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "sys/kernel/iommu_groups/%s", number);
	put(folder, "type", type);
	put(folder, "reserved_regions", regions);
}

static const struct device *device_named(const struct machine *machine, const char *name)
{
	const struct device *device = find_device_named(machine, name);

	if (!device)
		fail_msg("%s was not collected", name);
	return device;
}

static bool has_note(const struct machine *machine, const char *part)
{
	for (size_t i = 0; i < machine->notes.nr; i++) {
		assert_null(strchr(machine->notes.items[i], '\n'));
		if (strstr(machine->notes.items[i], part))
			return true;
	}
	return false;
}

/* --- an ordinary machine ------------------------------------------------------------------ */

static void test_ordinary(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;
	const struct device *d;
	const struct group *g;

	(void)state;
	put_group("8", "DMA-FQ\n",
		  "0x00000000fee00000 0x00000000feefffff msi\n"
		  "0x0000000000000000 0x0000000000ffffff direct-relaxable\n"
		  "0x0000000100000000 0x0000000100000fff direct\n"
		  "0x0000000200000000 0x0000000200000fff reserved\n"
		  "0x0000000300000000 0xffffffffffffffff something-new\n");
	put_device("pci0000:00/0000:00:1c.0", "0000:03:00.0", "8", folder);
	put_link(folder, "driver", "../../../../bus/pci/drivers/e1000e");
	put(folder, "reset_method", "flr bus\n");
	put_device("pci0000:00", "0000:00:1c.0", NULL, folder);
	m = collected(ALL_FACTS);

	assert_int_equal(m->nr_devices, 2);
	d = &m->devices[1]; /* by address */
	assert_string_equal(d->name, "0000:03:00.0");
	assert_true(d->is_pci);
	assert_int_equal(d->bdf.bus, 3);
	assert_int_equal(d->vendor, 0x8086);
	assert_int_equal(d->product, 0x10d3);
	assert_int_equal(d->class, 0x020000);
	assert_true(d->driver_known);
	assert_string_equal(d->driver, "e1000e");
	assert_false(d->has_vfio_dev);
	assert_true(d->resets_known);
	assert_int_equal(d->resets.nr, 2);
	assert_string_equal(d->resets.items[0], "flr");
	assert_string_equal(d->resets.items[1], "bus");
	assert_ptr_equal(d->parent, &m->devices[0]);
	assert_int_equal(d->root_bus, 0);
	assert_null(d->physical);
	assert_null(d->unit);

	assert_null(m->devices[0].group);
	assert_true(m->devices[0].driver_known);
	assert_null(m->devices[0].driver);
	assert_true(m->devices[0].resets_known); /* the file is not there: nothing can reset it */
	assert_int_equal(m->devices[0].resets.nr, 0);
	assert_null(m->devices[0].parent);
	assert_int_equal(m->devices[0].root_bus, 0);

	assert_int_equal(m->nr_groups, 1);
	g = &m->groups[0];
	assert_ptr_equal(d->group, g);
	assert_int_equal(g->number, 8);
	assert_string_equal(g->type, "DMA-FQ");
	assert_int_equal(g->nr_devices, 1);
	assert_ptr_equal(g->devices[0], d);
	assert_true(g->regions_known);
	assert_int_equal(g->nr_regions, 5);
	assert_int_equal(g->regions[0].type, REGION_DIRECT_RELAXABLE); /* sorted by start */
	assert_int_equal(g->regions[0].end, 0xffffff);
	assert_int_equal(g->regions[1].type, REGION_MSI);
	assert_int_equal(g->regions[2].type, REGION_DIRECT);
	assert_int_equal(g->regions[3].type, REGION_RESERVED);
	assert_int_equal(g->regions[4].type, REGION_OTHER);
	assert_string_equal(g->regions[4].word, "something-new");
	assert_int_equal(g->regions[4].end, LAST);
	assert_null(why_empty(m));
	machine_free(m);
}

/* Only what was asked for is read. */
static void test_facts_unasked(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	put_group("8", "DMA\n", "");
	put_device("pci0000:00", "0000:00:02.0", "8", folder);
	m = collected(0);
	assert_int_equal(m->nr_devices, 1);
	assert_ptr_equal(m->devices[0].group, &m->groups[0]);
	assert_int_equal(m->devices[0].vendor, -1);
	assert_int_equal(m->devices[0].class, -1);
	assert_false(m->devices[0].driver_known);
	assert_false(m->devices[0].resets_known);
	assert_false(m->devices[0].resources_known);
	assert_int_equal(m->devices[0].root_bus, -1);
	assert_null(m->groups[0].type);
	assert_false(m->groups[0].regions_known);
	assert_int_equal(m->nr_units, 0);
	assert_null(m->release);
	assert_int_equal(m->cpu_family, -1);
	machine_free(m);
}

static void test_nothing(void **state)
{
	struct machine *m;

	(void)state;
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_devices, 0);
	assert_int_equal(m->nr_groups, 0);
	assert_int_equal(m->nr_units, 0);
	assert_int_equal(m->remapping, TRI_UNKNOWN);
	assert_null(why_empty(m)); /* no ACPI folder: nobody knows */
	machine_free(m);

	tree_dir(&tree, "sys/firmware/acpi/tables");
	m = collected(0);
	assert_string_equal(why_empty(m), "no-table");
	machine_free(m);
	tree_text(&tree, "sys/firmware/acpi/tables/IVRS", "");
	m = collected(0);
	assert_string_equal(why_empty(m), "driver-off");
	machine_free(m);
}

/* A machine without a PCI bus is no news; a bus that cannot be read is. */
static void test_no_bus(void **state)
{
	char path[PATH_MAX];
	struct machine *m;

	(void)state;
	tree_path(&tree, path, "sys/bus/pci/devices");
	assert_int_equal(rmdir(path), 0);
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_devices, 0);
	assert_false(has_note(m, "sys/bus/pci/devices"));
	machine_free(m);
	tree_text(&tree, "sys/bus/pci/devices", "");
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_devices, 0);
	assert_true(has_note(m, "sys/bus/pci/devices"));
	machine_free(m);
}

static void test_notes_once(void **state)
{
	struct machine *m = machine_new();

	(void)state;
	machine_note(m, "%s: %d", "same", 1);
	machine_note(m, "%s: %d", "same", 1);
	machine_note(m, "%s: %d", "same", 2);
	assert_int_equal(m->notes.nr, 2);
	assert_string_equal(m->notes.items[0], "same: 1");
	assert_string_equal(m->notes.items[1], "same: 2");
	machine_free(m);
	machine_free(NULL);
}

/* --- groups ------------------------------------------------------------------------------- */

static void test_group_links_to_nowhere(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	put_group("1", "DMA\n", "");
	put_device("pci0000:00", "0000:00:02.0", NULL, folder);
	put_link(folder, "iommu_group", "../../../kernel/iommu_groups/99");
	put_device("pci0000:00", "0000:00:03.0", NULL, folder);
	put_link(folder, "iommu_group", "../../../kernel/iommu_groups/junk");
	put_device("pci0000:00", "0000:00:04.0", NULL, folder);
	put(folder, "iommu_group", "1"); /* a file */
	put_device("pci0000:00", "0000:00:05.0", "1", folder);
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_devices, 4);
	assert_null(device_named(m, "0000:00:02.0")->group);
	assert_null(device_named(m, "0000:00:03.0")->group);
	assert_null(device_named(m, "0000:00:04.0")->group);
	assert_ptr_equal(device_named(m, "0000:00:05.0")->group, &m->groups[0]);
	assert_true(has_note(m, "0000:00:02.0: "));
	assert_true(has_note(m, "0000:00:03.0: "));
	assert_true(has_note(m, "0000:00:04.0: "));
	assert_false(has_note(m, "0000:00:05.0: "));
	machine_free(m);
}

static void test_group_numbers(void **state)
{
	struct machine *m;

	(void)state;
	tree_dir(&tree, "sys/kernel/iommu_groups/10");
	tree_dir(&tree, "sys/kernel/iommu_groups/9");
	tree_dir(&tree, "sys/kernel/iommu_groups/0");
	tree_dir(&tree, "sys/kernel/iommu_groups/4294967295");
	tree_dir(&tree, "sys/kernel/iommu_groups/4294967296");
	tree_dir(&tree, "sys/kernel/iommu_groups/-1");
	tree_dir(&tree, "sys/kernel/iommu_groups/0x10");
	tree_dir(&tree, "sys/kernel/iommu_groups/.x");
	m = collected(0);
	assert_int_equal(m->nr_groups, 4);
	assert_int_equal(m->groups[0].number, 0);
	assert_int_equal(m->groups[1].number, 9); /* by number, not by name */
	assert_int_equal(m->groups[2].number, 10);
	assert_int_equal(m->groups[3].number, 4294967295);
	assert_ptr_equal(find_group(m, 10), &m->groups[2]);
	assert_null(find_group(m, 11));
	assert_true(has_note(m, "4294967296"));
	assert_true(has_note(m, "-1"));
	assert_true(has_note(m, "0x10"));
	assert_true(has_note(m, ".x"));
	machine_free(m);
}

/* One number under two names would be two groups, and a device in neither or both. */
static void test_group_number_twice(void **state)
{
	struct machine *m;

	(void)state;
	tree_dir(&tree, "sys/kernel/iommu_groups/7");
	tree_dir(&tree, "sys/kernel/iommu_groups/007");
	m = collected(0);
	assert_int_equal(m->nr_groups, 1);
	machine_free(m);
}

static void test_bad_attributes(void **state)
{
	static const char *const bad[] = {
		"0x0 0xffff\n",
		"0x0 msi\n",
		"msi\n",
		"0x10 0x0 msi\n",
		"0x0 0x1 msi extra\n",
		"0x0  0x1 msi\n",
		"0x0 0x1 \n",
		"zzz 0x1 msi\n",
		"0x0 0x10000000000000000 msi\n",
		"0x0 0x1 a-type-far-too-long-to-be-one\n",
		/* cut in the middle of a line, as the kernel does at the end of a page */
		"0x0000000000000000 0x0000000000ffffff direct\n0x00000000fee0",
	};
	struct machine *m;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		put_group("1", "\n", bad[i]);
		m = collected(FACT_RESERVED | FACT_GROUP_TYPE);
		assert_case(!m->groups[0].regions_known, bad[i]);
		assert_case(has_note(m, "group 1: reserved_regions"), bad[i]);
		assert_case(!m->groups[0].type && has_note(m, "group 1: type"), bad[i]);
		machine_free(m);
	}
	put_group("1", "DMA\n", "");
	m = collected(FACT_RESERVED);
	assert_true(m->groups[0].regions_known); /* empty is known to be none */
	assert_int_equal(m->groups[0].nr_regions, 0);
	machine_free(m);
	tree_bytes(&tree, "sys/kernel/iommu_groups/1/reserved_regions", "0x0 0x1 msi\0", 12);
	m = collected(FACT_RESERVED);
	assert_false(m->groups[0].regions_known);
	machine_free(m);
}

static void test_page_of_regions(void **state)
{
	char text[8192] = "";
	struct machine *m;
	size_t length = 0;

	(void)state;
	for (unsigned i = 0; i < 90; i++)
		length += (size_t)sprintf(text + length, "0x%016x 0x%016x %s\n", i << 12,
					  (i << 12) + 0xfff, "direct");
	put_group("1", "DMA\n", text);
	m = collected(FACT_RESERVED);
	assert_true(m->groups[0].regions_known);
	assert_int_equal(m->groups[0].nr_regions, 90);
	machine_free(m);
	/* 91 lines of 45 bytes, 4095 in all: the most that the kernel can write, so it may be cut.
	 */
	length += (size_t)sprintf(text + length, "0x%016x 0x%016x direct\n", 1, 2);
	assert_int_equal(length, 91 * 45);
	put_group("1", "DMA\n", text);
	m = collected(FACT_RESERVED);
	assert_false(m->groups[0].regions_known);
	machine_free(m);
	/* Cut within the last word, which reads as another one. */
	put_group("1", "DMA\n", "0x0000000000001000 0x0000000000001fff direct");
	m = collected(FACT_RESERVED);
	assert_false(m->groups[0].regions_known);
	machine_free(m);
	for (unsigned i = 0; i < 40; i++)
		length += (size_t)sprintf(text + length, "0x%016x 0x%016x msi\n", 1, 2);
	put_group("1", "DMA\n", text); /* larger than sysfs has */
	m = collected(FACT_RESERVED);
	assert_false(m->groups[0].regions_known);
	machine_free(m);
}

static void test_ten_thousand_groups(void **state)
{
	char path[PATH_MAX], number[16], bdf[32];
	struct machine *m;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%u", i);
		tree_dir(&tree, path);
		if (i % 100 != 99)
			continue;
		snprintf(number, sizeof(number), "%u", i);
		snprintf(bdf, sizeof(bdf), "0000:%02x:%02x.%x", i >> 8, i >> 3 & 0x1f, i & 7);
		put_device("pci0000:00", bdf, number, path);
	}
	m = collected(0);
	assert_int_equal(m->nr_groups, 10000);
	assert_int_equal(m->nr_devices, 100);
	for (size_t i = 0; i < m->nr_groups; i++) {
		assert_int_equal(m->groups[i].number, i);
		assert_int_equal(m->groups[i].nr_devices, i % 100 == 99);
		if (m->groups[i].nr_devices)
			assert_ptr_equal(m->groups[i].devices[0], &m->devices[i / 100]);
	}
	machine_free(m);
}

static void test_noiommu(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	put_group("0", "unknown\n", "");
	put("sys/kernel/iommu_groups/0", "name", "vfio-noiommu\n");
	put_device("pci0000:00", "0000:00:02.0", "0", folder);
	m = collected(ALL_FACTS);
	/* The name alone is not enough: the module has to be there. */
	assert_int_equal(m->nr_groups, 1);
	assert_false(m->has_noiommu_groups);
	machine_free(m);

	put("sys/module/vfio/parameters", "enable_unsafe_noiommu_mode", "Y\n");
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_groups, 0);
	assert_true(m->has_noiommu_groups);
	assert_null(m->devices[0].group);
	assert_string_equal(why_empty(m), "noiommu");
	machine_free(m);

	put_group("1", "DMA\n", "");
	put("sys/kernel/iommu_groups/1", "name", "some-platform-group\n");
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_groups, 1);
	assert_int_equal(m->groups[0].number, 1);
	machine_free(m);

	/* The mode can be left while such groups are there. */
	put("sys/module/vfio/parameters", "enable_unsafe_noiommu_mode", "N\n");
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_groups, 1);
	assert_true(m->has_noiommu_groups);
	machine_free(m);
}

/* --- devices ------------------------------------------------------------------------------ */

static void test_domains_of_32_bits(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	put_group("1", "DMA\n", "");
	/* VMD: its bus hangs below its own function, in a domain of its own. */
	put_device("pci0000:00", "0000:00:0e.0", "1", folder);
	put_device("pci0000:00/0000:00:0e.0/pci10000:e0", "10000:e0:06.0", "1", folder);
	put_device("pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0", "10000:e1:00.0", "1",
		   folder);
	put_device("pciffffffff:00", "ffffffff:ff:1f.7", "1", folder);
	put_device("pci0001:00", "0001:00:00.0", "1", folder);
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_devices, 5);
	assert_string_equal(m->devices[0].name, "0000:00:0e.0");
	assert_string_equal(m->devices[1].name, "0001:00:00.0");
	assert_string_equal(m->devices[2].name, "10000:e0:06.0");
	assert_string_equal(m->devices[3].name, "10000:e1:00.0");
	assert_string_equal(m->devices[4].name, "ffffffff:ff:1f.7");
	assert_int_equal(m->devices[3].bdf.domain, 0x10000);
	assert_int_equal(m->devices[4].bdf.domain, 0xffffffff);
	/* The hierarchy starts anew at the bus that VMD made. */
	assert_int_equal(m->devices[2].root_bus, 0xe0);
	assert_null(m->devices[2].parent);
	assert_ptr_equal(m->devices[3].parent, &m->devices[2]);
	assert_int_equal(m->devices[3].root_bus, 0xe0);
	assert_int_equal(m->devices[0].root_bus, 0);
	assert_ptr_equal(find_device(m, &(struct bdf){ 0x10000, 0xe1, 0, 0 }), &m->devices[3]);
	assert_null(find_device(m, &(struct bdf){ 0, 0xe1, 0, 0 }));
	assert_int_equal(m->groups[0].nr_devices, 5);
	machine_free(m);
}

static void test_virtual_functions(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	put_device("pci0000:00/0000:00:1c.0", "0000:03:00.0", NULL, folder);
	put_device("pci0000:00/0000:00:1c.0", "0000:03:10.0", NULL, folder);
	put_link(folder, "physfn", "../0000:03:00.0");
	put_device("pci0000:00/0000:00:1c.0", "0000:03:10.1", NULL, folder);
	put_link(folder, "physfn", "../0000:04:00.0"); /* nobody */
	put_device("pci0000:00/0000:00:1c.0", "0000:03:10.2", NULL, folder);
	put_link(folder, "physfn", "junk");
	m = collected(ALL_FACTS);
	assert_null(device_named(m, "0000:03:00.0")->physical);
	assert_ptr_equal(device_named(m, "0000:03:10.0")->physical,
			 device_named(m, "0000:03:00.0"));
	assert_null(device_named(m, "0000:03:10.1")->physical);
	assert_null(device_named(m, "0000:03:10.2")->physical);
	/* Its bridge 0000:00:1c.0 is not there: no parent, but the root bus is known. */
	assert_null(device_named(m, "0000:03:10.0")->parent);
	assert_int_equal(device_named(m, "0000:03:10.0")->root_bus, 0);
	machine_free(m);
}

static void test_platform_devices(void **state)
{
	struct machine *m;
	const struct device *d;

	(void)state;
	put_group("5", "identity\n", "");
	put("sys/devices/platform/AMDI0020:00", "modalias", "acpi:AMDI0020:\n");
	put_link("sys/devices/platform/AMDI0020:00", "iommu_group",
		 "../../../kernel/iommu_groups/5");
	put_link("sys/devices/platform/AMDI0020:00", "iommu", "../../virtual/iommu/ivhd0");
	put_link("sys/devices/platform/AMDI0020:00", "driver",
		 "../../../bus/platform/drivers/dw-apb-uart");
	put_link("sys/kernel/iommu_groups/5/devices", "AMDI0020:00",
		 "../../../../devices/platform/AMDI0020:00");
	tree_dir(&tree, "sys/class/iommu/ivhd0/devices");
	put_link("sys/class/iommu/ivhd0/devices", "AMDI0020:00",
		 "../../../../devices/platform/AMDI0020:00");
	/* One that no unit lists, alone in its group. */
	put_group("6", "DMA\n", "");
	put("sys/devices/platform/arm-smmu-client", "modalias", "");
	put_link("sys/devices/platform/arm-smmu-client", "iommu_group",
		 "../../../kernel/iommu_groups/6");
	put_link("sys/kernel/iommu_groups/6/devices", "arm-smmu-client",
		 "../../../../devices/platform/arm-smmu-client");
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_devices, 2);
	d = device_named(m, "AMDI0020:00");
	assert_false(d->is_pci);
	assert_int_equal(device_role(d), ROLE_PLATFORM);
	assert_int_equal(d->group->number, 5);
	assert_string_equal(d->unit->name, "ivhd0");
	assert_string_equal(d->driver, "dw-apb-uart");
	assert_int_equal(d->vendor, -1);
	assert_int_equal(group_viable(d->group), TRI_NO);
	d = device_named(m, "arm-smmu-client");
	assert_int_equal(d->group->number, 6);
	assert_null(d->unit);
	assert_int_equal(group_viable(d->group), TRI_YES);
	machine_free(m);
}

/* PCI devices come first, by address, then the others by name. */
static void test_order_of_devices(void **state)
{
	static const char *const wanted[] = { "0000:00:02.0", "0000:0a:00.0", "10000:00:00.0", "B",
					      "a" };
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	put_group("1", "DMA\n", "");
	put_device("pci10000:00", "10000:00:00.0", NULL, folder);
	put_device("pci0000:00", "0000:0a:00.0", NULL, folder);
	put_device("pci0000:00", "0000:00:02.0", NULL, folder);
	put("sys/kernel/iommu_groups/1/devices/a", "x", "");
	put("sys/kernel/iommu_groups/1/devices/B", "x", "");
	m = collected(0);
	assert_int_equal(m->nr_devices, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_string_equal(m->devices[i].name, wanted[i]);
	machine_free(m);
}

static void test_vfio(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;
	const struct device *d;

	(void)state;
	put_group("1", "DMA\n", "");
	put_device("pci0000:00", "0000:00:02.0", "1", folder);
	put_link(folder, "driver", "../../../bus/pci/drivers/mlx5_vfio_pci");
	strcat(folder, "/vfio-dev/vfio3");
	put(folder, "dev", "511:3\n");
	m = collected(ALL_FACTS);
	d = &m->devices[0];
	assert_true(d->has_vfio_dev);
	assert_int_equal(d->cdevs.nr, 1);
	assert_string_equal(d->cdevs.items[0], "vfio3");
	assert_int_equal(group_viable(d->group), TRI_YES);
	assert_int_equal(group_in_use(d->group), TRI_UNKNOWN); /* a capture has no processes */
	assert_true(has_note(m, "holders"));
	machine_free(m);
}

static void test_junk_names(void **state)
{
	static const char *const junk[] = {
		"junk",		"0000:00:02",	"0000:00:2.0",	 "00:02.0",
		"0000:00:02.8", "0000:00:20.0", "0000:00:0A.0",	 "00000:00:02.0",
		"pci0:0:2:0",	"0/2/0",	"0000:00:02.0 ", " ",
		"%s%n",		"\x1b[31m",	"\xff\xfe",
	};
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	for (size_t i = 0; i < COUNT(junk); i++) {
		snprintf(folder, sizeof(folder), "sys/bus/pci/devices/%s", junk[i]);
		if (!strchr(junk[i], '/'))
			put(folder, "vendor", "0x8086\n");
	}
	put_device("pci0000:00", "0000:00:03.0", NULL, folder);
	tree_text(&tree, "sys/bus/pci/devices/0000:00:04.0", "a file");
	tree_link(&tree, "sys/bus/pci/devices/0000:00:05.0", "../nowhere");
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_devices, 3);
	assert_string_equal(m->devices[0].name, "0000:00:03.0");
	assert_string_equal(m->devices[1].name, "0000:00:04.0");
	assert_int_equal(m->devices[1].vendor, -1);
	assert_false(m->devices[1].driver_known);
	assert_string_equal(m->devices[2].name, "0000:00:05.0");
	assert_true(has_note(m, "0000:00:04.0: "));
	assert_true(has_note(m, "0000:00:05.0: "));
	assert_true(has_note(m, "00:02.0: not a PCI address"));
	assert_true(has_note(m, "%s%n: not a PCI address"));
	machine_free(m);
}

/* A note is one line on a terminal, whatever a capture calls its files. */
static void test_notes_are_one_line(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	put("sys/bus/pci/devices/two\nlines", "vendor", "");
	put("sys/bus/pci/devices/\x1b[2J", "vendor", "");
	tree_dir(&tree, "sys/kernel/iommu_groups/1\n2");
	put_device("pci0000:00", "0000:00:02.0", NULL, folder);
	put_link(folder, "iommu_group", "../9\n9\x1b[31m");
	m = collected(ALL_FACTS);
	assert_true(m->notes.nr > 0);
	for (size_t i = 0; i < m->notes.nr; i++)
		for (const char *at = m->notes.items[i]; *at; at++)
			if ((unsigned char)*at < ' ')
				fail_msg("a note has the byte 0x%02x: %s", (unsigned)*at,
					 m->notes.items[i]);
	machine_free(m);
}

static void test_bad_ids(void **state)
{
	char folder[PATH_MAX];
	struct machine *m;

	(void)state;
	put_device("pci0000:00", "0000:00:02.0", NULL, folder);
	put(folder, "vendor", "0x18086\n");
	put(folder, "device", "none\n");
	put(folder, "class", "0x1020000\n");
	put_device("pci0000:00", "0000:00:03.0", NULL, folder);
	put(folder, "vendor", "");
	put(folder, "class", "0x0000000000000000000000000000000000000000000000\n");
	put_device("pci0000:00", "0000:00:04.0", NULL, folder);
	put(folder, "driver", "not a link");
	put(folder, "reset_method/x", "a folder");
	m = collected(ALL_FACTS);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(m->devices[i].vendor, -1);
		assert_int_equal(m->devices[i].class, -1);
	}
	assert_int_equal(m->devices[0].product, -1);
	assert_int_equal(device_role(&m->devices[0]), ROLE_UNKNOWN);
	assert_false(m->devices[2].driver_known);
	assert_false(m->devices[2].resets_known);
	assert_true(has_note(m, "0000:00:04.0: driver: "));
	assert_true(has_note(m, "0000:00:04.0: reset_method: "));
	machine_free(m);
}

/* --- units and the rest -------------------------------------------------------------------- */

static void test_units(void **state)
{
	struct machine *m;
	const struct unit *u;

	(void)state;
	put("sys/class/iommu/dmar1/intel-iommu", "cap", "d2008c40660462\n");
	put("sys/class/iommu/dmar1/intel-iommu", "ecap", "f050da\n");
	put("sys/class/iommu/dmar1/intel-iommu", "address", "fed91000\n");
	put("sys/class/iommu/dmar1/intel-iommu", "domains_supported", "65536\n");
	put("sys/class/iommu/dmar1/intel-iommu", "domains_used", "x\n");
	put("sys/class/iommu/dmar2/intel-iommu", "cap",
	    "d2008c40660462\n"); /* the others are missing */
	put("sys/devices/pci0000:00/0000:00:00.2/iommu/ivhd0/amd-iommu", "features",
	    "25bf732fa2295afe:53d\n");
	put_link("sys/class/iommu", "ivhd0", "../../devices/pci0000:00/0000:00:00.2/iommu/ivhd0");
	put("sys/class/iommu/ivhd1/amd-iommu", "features",
	    "25bf732fa2295afe\n"); /* as the ABI says */
	put("sys/class/iommu/ivhd2/amd-iommu", "features", "25bf732fa2295afe:\n");
	put("sys/devices/pci0000:00/0000:00:01.0/virtio0/iommu/0000:00:01.0/x", "x", "");
	put_link("sys/class/iommu", "0000:00:01.0",
		 "../../devices/pci0000:00/0000:00:01.0/virtio0/iommu/0000:00:01.0");
	tree_dir(&tree, "sys/class/iommu/smmu3.0x0000000009050000");
	tree_dir(&tree, "sys/class/iommu/virtio1");
	tree_dir(&tree, "sys/class/iommu/mystery");
	m = collected(ALL_FACTS);
	assert_int_equal(m->nr_units, 9);

	u = find_unit(m, "dmar1");
	assert_int_equal(u->kind, UNIT_INTEL_VTD);
	assert_true(u->has_registers);
	assert_int_equal(u->cap, 0xd2008c40660462);
	assert_int_equal(u->ecap, 0xf050da);
	assert_int_equal(u->address, 0xfed91000);
	assert_int_equal(u->domains_supported, 65536);
	assert_int_equal(u->domains_used, -1);
	assert_false(u->has_function);
	u = find_unit(m, "dmar2");
	assert_false(u->has_registers);
	assert_true(has_note(m, "dmar2"));

	u = find_unit(m, "ivhd0");
	assert_int_equal(u->kind, UNIT_AMD_VI);
	assert_true(u->has_features);
	assert_int_equal(u->features[0], 0x25bf732fa2295afe);
	assert_int_equal(u->features[1], 0x53d);
	assert_true(u->has_function);
	assert_int_equal(u->function.function, 2);
	assert_int_equal(u->domains_supported, -1);
	u = find_unit(m, "ivhd1");
	assert_true(u->has_features);
	assert_int_equal(u->features[1], 0);
	assert_false(u->has_function);
	assert_false(find_unit(m, "ivhd2")->has_features);

	u = find_unit(m, "0000:00:01.0");
	assert_int_equal(u->kind, UNIT_VIRTIO);
	assert_true(u->has_function);
	assert_int_equal(u->function.device, 1);
	assert_int_equal(find_unit(m, "virtio1")->kind, UNIT_VIRTIO);
	assert_int_equal(find_unit(m, "smmu3.0x0000000009050000")->kind, UNIT_SMMU);
	assert_int_equal(find_unit(m, "mystery")->kind, UNIT_OTHER);
	assert_null(find_unit(m, "dmar"));
	assert_string_equal(why_empty(m), "not-covered");
	machine_free(m);
}

static void test_kernel(void **state)
{
	struct machine *m;

	(void)state;
	put("proc/sys/kernel", "osrelease", "6.12.107\n");
	put("proc", "cmdline", "quiet iommu=pt\n");
	put("proc", "interrupts", "           CPU0\n 24:  3  IR-PCI-MSI 1048576-edge  nvme0q0\n");
	m = collected(ALL_FACTS);
	assert_string_equal(m->release, "6.12.107");
	assert_string_equal(m->command_line, "quiet iommu=pt");
	assert_int_equal(m->remapping, TRI_YES);
	machine_free(m);
	put("proc", "interrupts", "           CPU0\n 24:  3  PCI-MSI 1048576-edge  XIR-like\n");
	m = collected(ALL_FACTS);
	assert_int_equal(m->remapping, TRI_NO);
	machine_free(m);
	put("proc", "interrupts", ""); /* what a container may see */
	m = collected(ALL_FACTS);
	assert_int_equal(m->remapping, TRI_UNKNOWN);
	machine_free(m);
}

static void test_tables(void **state)
{
	struct machine *m;

	(void)state;
	put("sys/firmware/acpi/tables", "DMAR",
	    "not a table, but long enough to hold a header of one");
	m = collected(ALL_FACTS);
	assert_int_equal(m->dmar.state, FILE_BROKEN);
	assert_null(m->dmar.table);
	assert_int_equal(m->ivrs.state, FILE_ABSENT);
	assert_true(has_note(m, "DMAR"));
	assert_string_equal(why_empty(m), "driver-off");
	machine_free(m);
	put("sys/firmware/acpi/tables/IVRS", "x", "a folder where a table should be");
	m = collected(ALL_FACTS);
	assert_int_equal(m->ivrs.state, FILE_BROKEN);
	machine_free(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ordinary),
		TEST(test_facts_unasked),
		TEST(test_nothing),
		TEST(test_no_bus),
		TEST(test_notes_once),
		TEST(test_group_links_to_nowhere),
		TEST(test_group_numbers),
		TEST(test_group_number_twice),
		TEST(test_bad_attributes),
		TEST(test_page_of_regions),
		TEST(test_ten_thousand_groups),
		TEST(test_noiommu),
		TEST(test_domains_of_32_bits),
		TEST(test_virtual_functions),
		TEST(test_platform_devices),
		TEST(test_order_of_devices),
		TEST(test_vfio),
		TEST(test_junk_names),
		TEST(test_notes_are_one_line),
		TEST(test_bad_ids),
		TEST(test_units),
		TEST(test_kernel),
		TEST(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
