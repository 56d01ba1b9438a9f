/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what VFIO and the IOMMU have to say about a device. */
#include "model/viability.h"
#include "scene.h"

static void test_driver_is_vfio(void **state)
{
	static const struct {
		const char *name;
		bool is_vfio;
	} cases[] = {
		{ "vfio-pci", true },
		{ "mlx5_vfio_pci", true },
		{ "mlx5-vfio-pci", true },
		{ "hisi-acc-vfio-pci", true },
		{ "qat_vfio_pci", true },
		{ "vfio_pci", false },
		{ "vfio-pci-core", false },
		{ "xvfio-pci", false },
		{ "-vfio-pci", false },
		{ "pci-stub", false },
		{ "nvme", false },
		{ "vfio", false },
		{ "", false },
	};

	(void)state;
	assert_false(driver_is_vfio(NULL));
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_case(driver_is_vfio(cases[i].name) == cases[i].is_vfio, cases[i].name);
}

/* --- vfio-user ---------------------------------------------------------------------------- */

#define STOP "stop that VM or program first"

/* The device is on vfio-pci, not open, with the node vfio0; all processes could be looked at. */
static void init_on_vfio(struct scene *scene)
{
	scene_init(scene, NVME);
	scene->device->driver = (char *)"vfio-pci";
	scene->device->has_vfio_dev = true;
	scene->cdev = (char *)"vfio0";
	scene->device->cdevs = (struct strings){ &scene->cdev, 1 };
	scene->usage->functions[0].enabled = 0;
	scene->world.group.holders_complete = true;
}

static void test_vfio_user(void **state)
{
	struct scene scene;

	(void)state;
	for (int giving_back = 0; giving_back < 2; giving_back++) {
		init_on_vfio(&scene);
		scene.giving_back = giving_back;
		scene.to = giving_back ? "nvme" : "mlx5_vfio_pci";
		expect_pass(&scene, "vfio-user", "no process has it open");
		scene_holder(&scene, 812, "qemu-system-x86", "/dev/vfio/8");
		expect(&scene, "vfio-user", GUARD_REFUSE,
		       "812 (qemu-system-x86) has it open through /dev/vfio/8", STOP);
		/* The same process again. */
		scene_holder(&scene, 812, "qemu-system-x86", "anon_inode:[vfio-device]");
		expect(&scene, "vfio-user", GUARD_REFUSE,
		       "812 (qemu-system-x86) has it open through /dev/vfio/8", STOP);
		scene_holder(&scene, 900, "spdk_tgt", "anon_inode:[vfio-device]");
		scene_holder(&scene, 901, "dpdk", "/dev/vfio/devices/vfio0");
		expect(&scene, "vfio-user", GUARD_REFUSE,
		       "812 (qemu-system-x86) has it open through /dev/vfio/8, 900 (spdk_tgt) has "
		       "it open through anon_inode:[vfio-device] and 1 more",
		       STOP);
		scene_free(&scene);
	}
}

/* A cdev is one device, /dev/vfio/N its group. */
static void test_vfio_user_nodes(void **state)
{
	enum answer_to { ON_VFIO, ON_HOST, UNBOUND, RESTORED };
	static const struct {
		const char *node;
		bool refused[4];
	} cases[] = {
		{ "/dev/vfio/devices/vfio0", { true, true, true, true } },
		{ "/dev/vfio/devices/vfio1", { false, false, false, false } },
		{ "/dev/vfio/devices/vfio", { false, false, false, false } },
		/* Hot-adding a device without a driver to the group of a VM is fine. */
		{ "/dev/vfio/8", { true, false, false, true } },
		{ "anon_inode:[vfio-device]", { true, false, false, true } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t k = ON_VFIO; k <= RESTORED; k++) {
			struct scene scene;
			char fact[120];
			bool refused = cases[i].refused[k];

			init_on_vfio(&scene);
			scene.device->has_vfio_dev = k == ON_VFIO;
			scene.device->driver = (char *)(k == ON_VFIO   ? "vfio-pci"
							: k == ON_HOST ? "nvme"
								       : NULL);
			scene.giving_back = k == RESTORED;
			scene_holder(&scene, 812, "qemu", cases[i].node);
			snprintf(fact, sizeof(fact), "812 (qemu) has it open through %s",
				 cases[i].node);
			if (refused)
				expect(&scene, "vfio-user", GUARD_REFUSE, fact, STOP);
			else
				expect_pass(&scene, "vfio-user",
					    k == ON_VFIO ? "no process has it open" : NULL);
			scene_free(&scene);
		}
	}
}

static void test_vfio_user_not_seen(void **state)
{
	static const struct {
		int enabled;
		bool complete;
		enum guard_answer answer;
		const char *fact, *next;
	} cases[] = {
		{ 0, true, GUARD_PASS, "no process has it open", NULL },
		{ 0, false, GUARD_PASS, "no process has it open", NULL },
		{ -1, true, GUARD_PASS, "no process has it open", NULL },
		{ -1, false, GUARD_UNKNOWN,
		  "whether a process has it open is unknown: not every process could be looked at",
		  AS_ROOT },
		{ 1, false, GUARD_REFUSE,
		  "it is in use (its enable count is 1) by a process that cannot be seen from "
		  "here: other PID namespaces and other users' processes are not visible",
		  "look as root outside of containers" },
		{ 2, true, GUARD_WARN,
		  "its enable count is 2 though no process is seen to have it open",
		  "make sure that no VM has it" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		init_on_vfio(&scene);
		scene.usage->functions[0].enabled = cases[i].enabled;
		scene.world.group.holders_complete = cases[i].complete;
		expect(&scene, "vfio-user", cases[i].answer, cases[i].fact, cases[i].next);
		scene.giving_back = true;
		expect(&scene, "vfio-user", cases[i].answer, cases[i].fact, cases[i].next);
		/* A driver of the host has it enabled all the time. */
		scene.device->has_vfio_dev = false;
		scene.device->driver = (char *)"nvme";
		expect_pass(&scene, "vfio-user", NULL);
		scene_free(&scene);
	}
}

static void test_vfio_user_unknown(void **state)
{
	struct scene scene;

	(void)state;
	/* Nobody asked for the facts of the function. */
	init_on_vfio(&scene);
	scene.usage->nr_functions = 0;
	scene.world.group.holders_complete = false;
	expect(&scene, "vfio-user", GUARD_UNKNOWN,
	       "whether a process has it open is unknown: not every process could be looked at",
	       AS_ROOT);
	/* Without an IOMMU there is no group whose holders could be looked for. */
	scene.world.group.holders_complete = true;
	scene.device->group = NULL;
	expect(&scene, "vfio-user", GUARD_UNKNOWN,
	       "whether a process has it open is unknown: not every process could be looked at",
	       AS_ROOT);
	scene_free(&scene);

	scene_init(&scene, NVME);
	scene.device->driver_known = false;
	scene.device->driver = NULL;
	expect(&scene, "vfio-user", GUARD_UNKNOWN,
	       "its driver is unknown, and so whether a process has it open through VFIO",
	       SYSFS("driver"));
	scene_holder(&scene, 812, "qemu", "/dev/vfio/8");
	expect(&scene, "vfio-user", GUARD_REFUSE, "812 (qemu) has it open through /dev/vfio/8",
	       STOP);
	scene_free(&scene);
}

/* --- virtual functions ----------------------------------------------------------------------- */

/* 0000:03:10.0 of the device is on vfio-pci, in group 9. */
struct virtual_scene {
	struct scene scene;
	struct device *virtual;
	struct group group;
	struct holder holder;
	char *cdev;
};

static void init_with_virtual(struct virtual_scene *all)
{
	struct scene *scene = &all->scene;

	*all = (struct virtual_scene){ .group = { .number = 9, .holders_complete = true } };
	scene_init(scene, 0x020000);
	all->cdev = (char *)"vfio3";
	all->virtual = world_device(&scene->world, 0, 3, 0x10, 0, 0x020000);
	all->virtual->physical = scene->device;
	all->virtual->driver = (char *)"vfio-pci";
	all->virtual->has_vfio_dev = true;
	all->virtual->cdevs = (struct strings){ &all->cdev, 1 };
	all->virtual->group_known = true;
	all->virtual->group = &all->group;
	all->group.holders = &all->holder;
}

static void hold(struct virtual_scene *all, const char *node)
{
	all->holder = (struct holder){ .pid = 812, .command = "qemu", .node = (char *)node };
	all->group.nr_holders = 1;
}

static void test_virtual_user(void **state)
{
	static const struct {
		const char *node, *driver;
		bool refused;
	} cases[] = {
		{ "/dev/vfio/9", "vfio-pci", true },
		{ "/dev/vfio/devices/vfio3", "vfio-pci", true },
		{ "/dev/vfio/devices/vfio4", "vfio-pci", false },
		/* The VM has another device of the group. */
		{ "/dev/vfio/9", "iavf", false },
		{ "/dev/vfio/9", NULL, false },
	};
	struct virtual_scene all;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char fact[120];

		init_with_virtual(&all);
		expect_pass(&all.scene, "vfio-user", NULL);
		hold(&all, cases[i].node);
		all.virtual->driver = (char *)cases[i].driver;
		all.virtual->has_vfio_dev = cases[i].driver &&
					    strcmp(cases[i].driver, "vfio-pci") == 0;
		snprintf(fact, sizeof(fact),
			 "812 (qemu) has its virtual function 0000:03:10.0 open through %s",
			 cases[i].node);
		for (int giving_back = 0; giving_back < 2; giving_back++) {
			all.scene.giving_back = giving_back;
			if (cases[i].refused)
				expect(&all.scene, "vfio-user", GUARD_REFUSE, fact, STOP);
			else
				expect_pass(&all.scene, "vfio-user", NULL);
		}
		/* One of another device is none of ours. */
		all.virtual->physical = all.virtual;
		all.scene.giving_back = false;
		expect_pass(&all.scene, "vfio-user", NULL);
		scene_free(&all.scene);
	}
}

static void test_virtual_user_not_seen(void **state)
{
	static const struct {
		int enabled;
		bool complete, is_open;
		enum guard_answer answer;
		const char *fact, *next;
	} cases[] = {
		{ 0, false, false, GUARD_PASS, NULL, NULL },
		{ -1, true, false, GUARD_PASS, NULL, NULL },
		{ -1, false, false, GUARD_UNKNOWN,
		  "virtual function 0000:03:10.0: whether a process has it open is unknown: not "
		  "every process could be looked at",
		  AS_ROOT },
		{ 1, false, false, GUARD_REFUSE,
		  "virtual function 0000:03:10.0: it is in use (its enable count is 1) by a "
		  "process that cannot be seen from here: other PID namespaces and other users' "
		  "processes are not visible",
		  "look as root outside of containers" },
		{ 0, true, true, GUARD_REFUSE,
		  "virtual function 0000:03:10.0: a process that cannot be seen from here has its "
		  "group open",
		  "look as root outside of containers, and stop it first" },
		{ 2, true, false, GUARD_WARN,
		  "virtual function 0000:03:10.0: its enable count is 2 though no process is seen "
		  "to have it open",
		  "make sure that no VM has it" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct virtual_scene all;

		init_with_virtual(&all);
		scene_function(&all.scene, all.virtual)->enabled = cases[i].enabled;
		all.group.holders_complete = cases[i].complete;
		all.group.is_open = cases[i].is_open;
		expect(&all.scene, "vfio-user", cases[i].answer, cases[i].fact, cases[i].next);
		scene_free(&all.scene);
	}
}

/* --- group -------------------------------------------------------------------------------- */

#define ALONE "nothing in group 8 stays with the host"
#define TAKE_IT "take it along with --whole-group, or name it too, or --force=group"
#define TAKE_THEM "take them along with --whole-group, or name them too, or --force=group"

static void test_group(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 0x030000);
	scene_member(&scene, 1, 0x040300, "snd_hda_intel");
	expect(&scene, "group", GUARD_REFUSE,
	       "0000:03:00.1 (snd_hda_intel) is in group 8 too and stays with the host; VFIO would "
	       "refuse the group",
	       TAKE_IT);
	scene_member(&scene, 2, 0x0c0330, "xhci_hcd");
	expect(&scene, "group", GUARD_REFUSE,
	       "0000:03:00.1 (snd_hda_intel) and 0000:03:00.2 (xhci_hcd) are in group 8 too and "
	       "stay with the host; VFIO would refuse the group",
	       TAKE_THEM);
	scene_member(&scene, 3, 0x0c8000, "nvidia-gpu");
	expect(&scene, "group", GUARD_REFUSE,
	       "0000:03:00.1 (snd_hda_intel), 0000:03:00.2 (xhci_hcd) and 1 more are in group 8 "
	       "too "
	       "and stay with the host; VFIO would refuse the group",
	       TAKE_THEM);
	scene.taken[1] = scene.taken[2] = true;
	expect(&scene, "group", GUARD_REFUSE,
	       "0000:03:00.3 (nvidia-gpu) is in group 8 too and stays with the host; VFIO would "
	       "refuse the group",
	       TAKE_IT);
	scene.taken[3] = true;
	expect_pass(&scene, "group", ALONE);
	scene_free(&scene);
}

/* What does not stand in the way of VFIO, and what VFIO is not asked for. */
static void test_group_pass(void **state)
{
	static const struct {
		const char *sibling, *to;
		bool giving_back;
		const char *fact;
	} cases[] = {
		{ NULL, "vfio-pci", false, ALONE },
		{ "vfio-pci", "vfio-pci", false, ALONE },
		{ "pci-stub", "vfio-pci", false, ALONE },
		{ "pcieport", "mlx5_vfio_pci", false, ALONE },
		{ "snd_hda_intel", "pci-stub", false, NULL },
		{ "snd_hda_intel", "nvme", false, NULL },
		{ "snd_hda_intel", NULL, false, NULL },
		{ "snd_hda_intel", "vfio-pci", true, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_init(&scene, NVME);
		scene_member(&scene, 1, 0x040300, cases[i].sibling);
		scene.to = cases[i].to;
		scene.giving_back = cases[i].giving_back;
		expect_pass(&scene, "group", cases[i].fact);
		scene_free(&scene);
	}
}

static void test_group_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	scene_member(&scene, 1, 0x040300, "?");
	expect(&scene, "group", GUARD_UNKNOWN,
	       "the driver of 0000:03:00.1, which is in group 8 too, is unknown",
	       "ls -l /sys/bus/pci/devices/0000:03:00.1/driver says why"
	       ", or --force=group");
	scene.taken[1] = true;
	expect_pass(&scene, "group", ALONE);
	scene.world.group.has_strangers = true;
	expect(&scene, "group", GUARD_UNKNOWN,
	       "the kernel lists more devices in group 8 than could be read",
	       "make sure that nothing in it stays with the host"
	       ", or --force=group");
	/* One that stays is enough to know. */
	scene_member(&scene, 2, 0x040300, "snd_hda_intel");
	scene.taken[1] = false;
	expect(&scene, "group", GUARD_REFUSE,
	       "0000:03:00.2 (snd_hda_intel) is in group 8 too and stays with the host; VFIO would "
	       "refuse the group",
	       TAKE_IT);
	scene.device->group = NULL;
	expect_pass(&scene, "group", NULL);
	scene.device->group_known = false;
	expect(&scene, "group", GUARD_UNKNOWN, "which devices are in its group is unknown",
	       SYSFS("iommu_group") ", or --force=group");
	scene_free(&scene);
}

/* A driver of the host gets nothing out of a group that a process owns by its other device. */
static void test_group_owned(void **state)
{
	static const char fact[] = "the kernel refuses a driver while 812 (qemu) has group 8 open";
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	scene.device->driver = NULL;
	scene_member(&scene, 1, NVME, "vfio-pci")->has_vfio_dev = true;
	scene.to = "nvme";
	scene.world.group.holders_complete = true;
	scene.giving_back = true;
	expect_pass(&scene, "group", NULL);
	scene_holder(&scene, 812, "qemu", "/dev/vfio/devices/vfio1");
	expect_pass(&scene, "vfio-user", NULL);
	expect(&scene, "group", GUARD_REFUSE, fact, STOP);
	scene.giving_back = false;
	expect(&scene, "group", GUARD_REFUSE, fact, STOP ", or --force=group");
	/* These leave DMA alone. */
	scene.giving_back = true;
	scene.to = "pci-stub";
	expect_pass(&scene, "group", NULL);
	scene.to = "vfio-pci";
	expect_pass(&scene, "group", NULL);
	/* The kernel would be asked for any driver. */
	scene.to = "*";
	expect(&scene, "group", GUARD_REFUSE, fact, STOP);
	scene.to = NULL;
	expect_pass(&scene, "group", NULL);
	scene.to = "nvme";
	scene.taken[1] = true;
	expect_pass(&scene, "group", NULL);
	scene_free(&scene);
}

static void test_group_owned_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	scene.device->driver = NULL;
	scene_member(&scene, 1, NVME, "vfio-pci");
	scene.to = "nvme";
	scene.giving_back = true;
	expect(&scene, "group", GUARD_WARN,
	       "whether a process has group 8 open is unknown; while one has, the kernel refuses a "
	       "driver",
	       AS_ROOT);
	scene.device->group = NULL;
	expect_pass(&scene, "group", NULL);
	scene_free(&scene);
}

/* --- no-group, direct --------------------------------------------------------------------- */

static void test_no_group(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	expect_pass(&scene, "no-group", NULL);
	scene.device->group = NULL;
	expect(&scene, "no-group", GUARD_REFUSE, "no IOMMU translates for it",
	       "see iommutool tables for the devices that the IOMMU covers, or --force=no-group");
	/* A machine without any group says why. */
	scene.world.machine.nr_groups = scene.world.machine.nr_units = 0;
	scene.world.machine.dmar.state = FILE_ABSENT;
	expect(&scene, "no-group", GUARD_REFUSE, "no IOMMU translates for it",
	       "no groups: firmware describes no IOMMU (no ACPI DMAR, IVRS or VIOT); enable VT-d "
	       "or "
	       "AMD-Vi in the firmware setup, or give the VM an IOMMU, or --force=no-group");
	scene.giving_back = true;
	expect_pass(&scene, "no-group", NULL);
	scene.giving_back = false;
	scene.to = "pci-stub";
	expect_pass(&scene, "no-group", NULL);
	scene.to = NULL;
	expect_pass(&scene, "no-group", NULL);
	scene_free(&scene);
}

static void test_no_group_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	scene.device->group = NULL;
	scene.device->group_known = false;
	expect(&scene, "no-group", GUARD_UNKNOWN, "whether it is in an IOMMU group is unknown",
	       SYSFS("iommu_group") ", or --force=no-group");
	scene.to = "nvme";
	expect_pass(&scene, "no-group", NULL);
	scene_free(&scene);
}

#define SEE "see iommutool resv-regions 8"

static void test_direct(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	scene.world.unit.kind = UNIT_INTEL_VTD;
	world_region(&scene.world, 0xfee00000, 0xfeefffff, REGION_MSI);
	world_region(&scene.world, 0, 0xffffff, REGION_DIRECT_RELAXABLE);
	world_region(&scene.world, 0x1000, 0x1fff, REGION_OTHER);
	expect_pass(&scene, "direct", NULL);
	world_region(&scene.world, 0x7d800000, 0x7fffffff, REGION_DIRECT);
	expect(&scene, "direct", GUARD_WARN,
	       "firmware wants 0x000000007d800000 to 0x000000007fffffff mapped for it: VFIO will "
	       "refuse the device",
	       SEE);
	world_region(&scene.world, 0x8d800000, 0x8fffffff, REGION_DIRECT);
	world_region(&scene.world, 0x9d800000, 0x9fffffff, REGION_DIRECT);
	scene_member(&scene, 1, NVME, NULL);
	expect(&scene, "direct", GUARD_WARN,
	       "firmware wants 0x000000007d800000 to 0x000000007fffffff, 0x000000008d800000 to "
	       "0x000000008fffffff and 1 more mapped for its group: VFIO will refuse the device",
	       SEE);
	scene.to = "pci-stub";
	expect_pass(&scene, "direct", NULL);
	scene.to = "vfio-pci";
	scene.giving_back = true;
	expect_pass(&scene, "direct", NULL);
	scene.giving_back = false;
	scene.world.group.regions_known = false;
	expect_pass(&scene, "direct", NULL);
	scene.device->group = NULL;
	expect_pass(&scene, "direct", NULL);
	scene_free(&scene);
}

/* Kernels differ for other IOMMUs than Intel's. */
static void test_direct_by_kernel(void **state)
{
	static const struct {
		const char *release, *fact;
	} cases[] = {
		{ "6.6.0", "firmware wants 0x0000000000001000 to 0x0000000000001fff mapped for it: "
			   "VFIO will "
			   "refuse the device" },
		{ "6.1.0-39-amd64", NULL },
		{ "5.10.0",
		  "firmware wants 0x0000000000001000 to 0x0000000000001fff mapped for it: VFIO may "
		  "refuse the device" },
		{ NULL,
		  "firmware wants 0x0000000000001000 to 0x0000000000001fff mapped for it: VFIO may "
		  "refuse the device" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_init(&scene, NVME);
		scene.world.unit.kind = UNIT_AMD_VI;
		scene.world.machine.release = (char *)cases[i].release;
		world_region(&scene.world, 0x1000, 0x1fff, REGION_DIRECT);
		expect(&scene, "direct", cases[i].fact ? GUARD_WARN : GUARD_PASS, cases[i].fact,
		       cases[i].fact ? SEE : NULL);
		scene_free(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_driver_is_vfio),
		cmocka_unit_test(test_vfio_user),
		cmocka_unit_test(test_vfio_user_nodes),
		cmocka_unit_test(test_vfio_user_not_seen),
		cmocka_unit_test(test_vfio_user_unknown),
		cmocka_unit_test(test_virtual_user),
		cmocka_unit_test(test_virtual_user_not_seen),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_group_pass),
		cmocka_unit_test(test_group_unknown),
		cmocka_unit_test(test_group_owned),
		cmocka_unit_test(test_group_owned_unknown),
		cmocka_unit_test(test_no_group),
		cmocka_unit_test(test_no_group_unknown),
		cmocka_unit_test(test_direct),
		cmocka_unit_test(test_direct_by_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
