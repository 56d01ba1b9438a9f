/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules and drivers of hand-made machines: which there are, and which devices they are for. */
#include "bind/driver.h"
#include "bind/steps.h"
#include "collect/modules.h"
#include "tree.h"

#define RELEASE "6.1.0-39-amd64"
#define LISTS "lib/modules/" RELEASE "/"
#define DEVICE "0000:03:00.0"

static struct tree tree;
static struct source source;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus/pci/drivers");
	tree_open(&tree, &source);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	source_close(&source);
	tree_remove(&tree);
	return 0;
}

/* --- modules ------------------------------------------------------------------------------ */

static void test_same_module(void **state)
{
	(void)state;
	assert_true(same_module("vfio-pci", "vfio_pci"));
	assert_true(same_module("vfio_pci", "vfio-pci"));
	assert_true(same_module("a-b_c-d", "a_b-c-d"));
	assert_true(same_module("", ""));
	assert_false(same_module("vfio-pci", "vfio-pci-core"));
	assert_false(same_module("vfio-pci-core", "vfio-pci"));
	assert_false(same_module("vfio-pci", "vfio-pcj"));
	assert_false(same_module("vfio-pci", ""));
	assert_false(same_module("", "x"));
	assert_false(same_module("NVMe", "nvme"));
}

static void put_lists(const char *built_in, const char *loadable)
{
	if (built_in)
		tree_text(&tree, LISTS "modules.builtin", built_in);
	if (loadable)
		tree_text(&tree, LISTS "modules.dep", loadable);
}

static void test_find_module(void **state)
{
	static const struct {
		const char *name;
		enum module_state found;
	} cases[] = {
		{ "vfio-pci", MODULE_LOADABLE },
		{ "vfio_pci", MODULE_LOADABLE },
		{ "vfio-pci-core", MODULE_LOADABLE },	 /* compressed, without dependencies */
		{ "vfio_iommu_type1", MODULE_LOADABLE }, /* the last line has no newline */
		{ "pci-stub", MODULE_BUILT_IN },
		{ "ahci", MODULE_BUILT_IN }, /* in both lists: no file is wanted */
		{ "nvme", MODULE_LOADED },
		{ "nvme-core", MODULE_LOADED }, /* its folder has an underscore */
		{ "vfio", MODULE_MISSING },	/* a dependency is no module of its own line */
		{ "pci", MODULE_MISSING },
		{ "vfio-pci.ko", MODULE_MISSING },
		{ "kernel", MODULE_MISSING },
		{ "modinfo", MODULE_MISSING }, /* its file ends otherwise */
	};

	(void)state;
	put_lists("kernel/drivers/pci/pci-stub.ko\nkernel/drivers/ata/ahci.ko\n",
		  "kernel/drivers/vfio/pci/vfio-pci.ko: kernel/drivers/vfio/vfio.ko\n"
		  "kernel/drivers/vfio/pci/vfio-pci-core.ko.xz:\n"
		  "\n"
		  "kernel/modinfo.txt:\n"
		  "kernel/drivers/ata/ahci.ko:\n"
		  "extra/vfio_iommu_type1.ko.zst:");
	tree_dir(&tree, "sys/module/nvme");
	tree_dir(&tree, "sys/module/nvme_core");
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_case_equal(find_module(&source, RELEASE, cases[i].name), cases[i].found,
				  cases[i].name);
}

/* What is in no list is missing only when both lists could be read, and the release is known. */
static void test_find_module_unknown(void **state)
{
	(void)state;
	tree_dir(&tree, "sys/module/nvme");
	assert_int_equal(find_module(&source, RELEASE, "vfio-pci"), MODULE_UNKNOWN);
	put_lists("", NULL);
	assert_int_equal(find_module(&source, RELEASE, "vfio-pci"), MODULE_UNKNOWN);
	put_lists(NULL, "");
	assert_int_equal(find_module(&source, RELEASE, "vfio-pci"), MODULE_MISSING);
	assert_int_equal(find_module(&source, "6.12.0", "vfio-pci"), MODULE_UNKNOWN);
	assert_int_equal(find_module(&source, NULL, "vfio-pci"), MODULE_UNKNOWN);
	assert_int_equal(find_module(&source, NULL, "nvme"), MODULE_LOADED);
	put_lists(NULL, "kernel/vfio-pci.ko:\n");
	assert_int_equal(find_module(&source, NULL, "vfio-pci"), MODULE_UNKNOWN);
	/* Found in one list is enough. */
	assert_int_equal(find_module(&source, RELEASE, "vfio-pci"), MODULE_LOADABLE);
}

/* --- drivers ------------------------------------------------------------------------------ */

static void test_driver_state(void **state)
{
	static const struct {
		const char *name;
		enum driver_state capture, live;
	} cases[] = {
		{ "e1000e", DRIVER_LOADED, DRIVER_LOADED },   /* a device has it */
		{ "pcieport", DRIVER_LOADED, DRIVER_LOADED }, /* in the list of the bus */
		{ "nvme", DRIVER_LOADABLE, DRIVER_LOADABLE },
		{ "ahci", DRIVER_LOADED, DRIVER_MISSING },    /* built in: live it would be there */
		{ "usbcore", DRIVER_LOADED, DRIVER_MISSING }, /* a loaded module, but no driver */
		{ "nouveau", DRIVER_UNKNOWN, DRIVER_MISSING },
		{ "vfio-pci", DRIVER_MISSING, DRIVER_MISSING },
	};
	struct device devices[] = { { .name = (char *)"0000:00:1f.6" },
				    { .name = (char *)DEVICE, .driver = (char *)"e1000e" } };
	const struct machine machine = { .devices = devices,
					 .nr_devices = COUNT(devices),
					 .release = (char *)RELEASE };
	struct source live;

	(void)state;
	put_lists("kernel/drivers/ata/ahci.ko\n", "kernel/drivers/nvme/host/nvme.ko:\n");
	tree_dir(&tree, "sys/bus/pci/drivers/pcieport");
	tree_dir(&tree, "sys/module/usbcore");
	live = source;
	live.live = true;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_case_equal(driver_state(&source, &machine, cases[i].name), cases[i].capture,
				  cases[i].name);
		assert_case_equal(driver_state(&live, &machine, cases[i].name), cases[i].live,
				  cases[i].name);
	}
}

/* Without lists nothing can be told of a capture; live there is no driver, and none to load. */
static void test_driver_state_without_lists(void **state)
{
	const struct machine machine = { .release = (char *)RELEASE };
	struct source live = source;

	(void)state;
	live.live = true;
	assert_int_equal(driver_state(&source, &machine, "vfio-pci"), DRIVER_UNKNOWN);
	assert_int_equal(driver_state(&live, &machine, "vfio-pci"), DRIVER_MISSING);
}

static void check_needs(const char *driver, size_t nr, const char *first, const char *second)
{
	const struct machine machine = { .release = (char *)RELEASE };
	const char *const names[] = { first, second };
	struct steps loads = { 0 };

	driver_needs(&source, &machine, driver, &loads);
	assert_case_equal(loads.nr, nr, driver);
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(loads.items[i].kind, STEP_LOAD);
		assert_string_equal(loads.items[i].driver, names[i]);
	}
	steps_free(&loads);
}

static void test_needs(void **state)
{
	(void)state;
	put_lists("", "kernel/vfio-pci.ko:\nkernel/vfio_iommu_type1.ko:\nkernel/pci-stub.ko:\n");
	check_needs("vfio-pci", 2, "vfio-pci", "vfio_iommu_type1");
	check_needs("pci-stub", 1, "pci-stub", NULL);
	check_needs("nvme", 0, NULL, NULL);
	tree_dir(&tree, "sys/bus/pci/drivers/vfio-pci");
	check_needs("vfio-pci", 1, "vfio_iommu_type1", NULL);
	tree_dir(&tree, "sys/module/vfio_iommu_type1");
	check_needs("vfio-pci", 0, NULL, NULL);
}

/* --- is a driver for a device ------------------------------------------------------------- */

#define MODALIAS "pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00"

static const char aliases[] = "# Aliases extracted from modules themselves.\n"
			      "alias fs-nvme nvme\n"
			      "alias pci:v00008086d000010D3sv*sd*bc*sc*i* e1000e\n"
			      "alias pci:v00008086d00001533sv*sd*bc*sc*i* igb\n"
			      "alias pci:v*d*sv*sd*bc02sc00i* any_nic\n"
			      "alias vfio_pci:v00008086d000010D3sv*sd*bc*sc*i* e1000e_vfio_pci\n"
			      "alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci\n"
			      "alias usb:v8086p10D3d*dc*dsc*dp*ic*isc*ip*in* usb_only\n"
			      "alias pci:v00008086d000010D3sv*sd*bc*sc*i* two words\n"
			      "alias pci:v00008086d000010D3sv*sd*bc*sc*i*\n"
			      "alias\n"
			      "\n"
			      "alias pci:v00008086d000010D3sv*sd*bc*sc*i* last_one";

static enum tristate matches(const char *driver, const char *release)
{
	const struct machine machine = { .release = (char *)release };
	const struct device device = { .name = (char *)DEVICE, .is_pci = true };

	return driver_matches(&source, &machine, driver, &device);
}

static void test_matches(void **state)
{
	static const struct {
		const char *driver;
		enum tristate matches;
	} cases[] = {
		{ "e1000e", TRI_YES },		{ "igb", TRI_NO },	 { "any-nic", TRI_YES },
		{ "e1000e-vfio-pci", TRI_YES }, /* only by override, but for this device */
		{ "mlx5_vfio_pci", TRI_NO },	{ "vfio-pci", TRI_YES }, /* takes all, and has no
									    list */
		{ "usb_only", TRI_UNKNOWN }, /* a list, but not for PCI */
		{ "nvme", TRI_UNKNOWN },	{ "two", TRI_UNKNOWN },	 { "last_one", TRI_YES },
	};

	(void)state;
	tree_text(&tree, LISTS "modules.alias", aliases);
	tree_text(&tree, "sys/bus/pci/devices/" DEVICE "/modalias", MODALIAS "\n");
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_case_equal(matches(cases[i].driver, RELEASE), cases[i].matches,
				  cases[i].driver);
}

/* A driver may have another name than its module; one that is there without a list takes all. */
static void test_matches_driver_of_module(void **state)
{
	(void)state;
	tree_text(&tree, LISTS "modules.alias", aliases);
	tree_text(&tree, "sys/bus/pci/devices/" DEVICE "/modalias", MODALIAS);
	tree_dir(&tree, "sys/bus/pci/drivers/Intel-NIC");
	assert_int_equal(matches("Intel-NIC", RELEASE), TRI_YES);
	tree_link(&tree, "sys/bus/pci/drivers/Intel-NIC/module", "../../../../module/igb");
	assert_int_equal(matches("Intel-NIC", RELEASE), TRI_NO);
	assert_int_equal(matches("stub", RELEASE), TRI_UNKNOWN);
	tree_dir(&tree, "sys/bus/pci/drivers/stub");
	assert_int_equal(matches("stub", RELEASE), TRI_YES);
}

static void test_matches_unknown(void **state)
{
	(void)state;
	assert_int_equal(matches("e1000e", RELEASE), TRI_UNKNOWN);
	tree_text(&tree, LISTS "modules.alias", aliases);
	assert_int_equal(matches("e1000e", RELEASE), TRI_UNKNOWN);
	tree_text(&tree, "sys/bus/pci/devices/" DEVICE "/modalias", MODALIAS);
	assert_int_equal(matches("e1000e", RELEASE), TRI_YES);
	assert_int_equal(matches("e1000e", "6.12.0"), TRI_UNKNOWN);
	assert_int_equal(matches("e1000e", NULL), TRI_UNKNOWN);
	/* These are known to have no list. */
	assert_int_equal(matches("vfio-pci", NULL), TRI_YES);
	assert_int_equal(matches("pci-stub", NULL), TRI_YES);
	/* Another device with the same driver. */
	tree_text(&tree, "sys/bus/pci/devices/" DEVICE "/modalias",
		  "pci:v00008086d000010D4sv00008086sd0000A01Fbc03sc00i00");
	assert_int_equal(matches("e1000e", RELEASE), TRI_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_module),
		cmocka_unit_test_setup_teardown(test_find_module, setup, teardown),
		cmocka_unit_test_setup_teardown(test_find_module_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_driver_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_driver_state_without_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(test_needs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_matches, setup, teardown),
		cmocka_unit_test_setup_teardown(test_matches_driver_of_module, setup, teardown),
		cmocka_unit_test_setup_teardown(test_matches_unknown, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
