/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what a PCI function is. */
#include "scene.h"

#define BRIDGE 0x060400

static void test_bridge(void **state)
{
	static const struct {
		int class;
		enum guard_answer answer;
		const char *fact, *next;
	} cases[] = {
		{ BRIDGE, GUARD_REFUSE, "it is a bridge, and VFIO hands no bridge out",
		  "name the devices below it" },
		{ 0x060401, GUARD_REFUSE, "it is a bridge, and VFIO hands no bridge out",
		  "name the devices below it" },
		{ 0x080600, GUARD_REFUSE, "it is the IOMMU's own function",
		  "leave it with the host" },
		{ -1, GUARD_UNKNOWN, "its class is unknown", SYSFS("class") },
		{ NVME, GUARD_PASS, NULL, NULL },
		{ 0x060000, GUARD_PASS, NULL, NULL }, /* of "platform" */
		{ 0x060100, GUARD_PASS, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const char *const drivers[] = { "vfio-pci", "pci-stub", "nvme", NULL };

		/* It does not depend on what it is bound to. */
		for (size_t k = 0; k < COUNT(drivers); k++) {
			struct scene scene;

			scene_init(&scene, cases[i].class);
			scene.to = drivers[k];
			expect(&scene, "bridge", cases[i].answer, cases[i].fact, cases[i].next);
			/* Away from a driver of the host is not back. */
			scene.giving_back = true;
			expect(&scene, "bridge", cases[i].answer, cases[i].fact, cases[i].next);
			scene.device->driver = (char *)"vfio-pci";
			expect_pass(&scene, "bridge", NULL);
			scene_free(&scene);
		}
	}
}

static void test_platform(void **state)
{
	static const struct {
		int class;
		const char *name; /* NULL: no part of it */
	} cases[] = {
		{ 0x060000, "host bridge" },
		{ 0x060100, "ISA bridge" },
		{ 0x0c0500, "SMBus" },
		{ 0x0c8000, "SPI" },
		{ 0x080000, "interrupt controller" },
		{ 0x080300, "real-time clock" },
		{ 0x088000, NULL }, /* accelerators that move data */
		{ 0x050000, NULL }, /* shared memory of VMs */
		{ 0x058000, NULL },
		{ 0x080500, NULL }, /* SD host controller */
		{ 0x080600, NULL }, /* of "bridge" */
		{ 0x050210, NULL }, /* of "memory" */
		{ BRIDGE, NULL },
		{ NVME, NULL },
		{ 0x0c0330, NULL },
		{ 0x030000, NULL },
		{ 0x000000, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char fact[120];
		struct scene scene;

		scene_init(&scene, cases[i].class);
		snprintf(fact, sizeof(fact),
			 "platform function (%s): the host's firmware and drivers count on it",
			 cases[i].name ? cases[i].name : "");
		if (cases[i].name)
			expect(&scene, "platform", GUARD_REFUSE, fact,
			       "leave it with the host, or --force=platform");
		else
			expect_pass(&scene, "platform", NULL);
		/* A platform function without a driver is one all the same. */
		scene.device->driver = NULL;
		expect(&scene, "platform", cases[i].name ? GUARD_REFUSE : GUARD_PASS,
		       cases[i].name ? fact : NULL,
		       cases[i].name ? "leave it with the host, or --force=platform" : NULL);
		scene_free(&scene);
	}
}

static void test_platform_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, -1);
	expect(&scene, "platform", GUARD_UNKNOWN, "its class is unknown",
	       SYSFS("class") ", or --force=platform");
	scene_free(&scene);
}

static void test_memory(void **state)
{
	static const char next[] = "take that memory offline first, or --force=memory";
	struct scene scene;

	(void)state;
	scene_init(&scene, 0x050210);
	expect(&scene, "memory", GUARD_REFUSE, "it is CXL memory", next);
	usage_add_node(scene.usage, scene.device, NODE_MEMORY, "region0");
	usage_add_node(scene.usage, scene.device, NODE_MEMORY, "region1");
	expect(&scene, "memory", GUARD_REFUSE,
	       "it is CXL memory, region0 is memory of the host and 1 more", next);
	scene.device->class = 0x00ff00;
	expect(&scene, "memory", GUARD_REFUSE,
	       "region0 is memory of the host and region1 is memory of the host", next);
	scene_free(&scene);
}

static void test_memory_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, -1);
	expect(&scene, "memory", GUARD_UNKNOWN, "its class is unknown",
	       SYSFS("class") ", or --force=memory");
	scene.device->class = NVME;
	expect_pass(&scene, "memory", NULL);
	usage_unknown(scene.usage, USAGE_BELOW, "a test says so");
	expect(&scene, "memory", GUARD_UNKNOWN, "what is below it is unknown: a test says so",
	       "end what has it in a container, and try again"
	       ", or --force=memory");
	scene_free(&scene);
}

static void test_console(void **state)
{
	static const char next[] =
		"remove its console= from the kernel command line and reboot, or --force=console";
	struct scene scene;

	(void)state;
	scene_init(&scene, 0x070002);
	usage_add_node(scene.usage, scene.device, NODE_INPUT, "event3");
	expect_pass(&scene, "console", NULL);
	usage_unknown(scene.usage, USAGE_CONSOLES, "/proc/consoles: Permission denied");
	expect(&scene, "console", GUARD_UNKNOWN,
	       "where the kernel has its consoles is unknown: /proc/consoles: Permission denied",
	       "make sure that its serial port is none"
	       ", or --force=console");
	usage_add_node(scene.usage, scene.device, NODE_CONSOLE, "ttyS4");
	expect(&scene, "console", GUARD_REFUSE, "ttyS4 is a console of the kernel", next);
	scene_free(&scene);

	scene_init(&scene, 0x070002);
	usage_unknown(scene.usage, USAGE_BELOW, "a test says so");
	expect(&scene, "console", GUARD_UNKNOWN, "what is below it is unknown: a test says so",
	       "end what has it in a container, and try again"
	       ", or --force=console");
	scene_free(&scene);
}

static void test_driver(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	scene.to = "e1000";
	expect_pass(&scene, "driver", NULL);
	scene.matches = TRI_NO;
	expect(&scene, "driver", GUARD_REFUSE,
	       "e1000 is not for such devices: it does not list their IDs",
	       "name a driver that is, or --force=driver");
	scene.giving_back = true;
	expect_pass(&scene, "driver", NULL);
	scene.giving_back = false;
	scene.matches = TRI_UNKNOWN;
	expect(&scene, "driver", GUARD_WARN,
	       "whether e1000 is for such devices is unknown: its list of IDs is not to be had",
	       "make sure that it is");
	scene_free(&scene);
}

#define NUMVFS "echo 0 > /sys/bus/pci/devices/0000:03:00.0/sriov_numvfs"

static void test_sriov(void **state)
{
	static const struct {
		int nr;
		const char *driver, *to, *fact; /* NULL: pass */
	} cases[] = {
		{ 0, "drv", "vfio-pci", NULL },
		{ 1, "drv", "vfio-pci",
		  "1 virtual function is enabled; it would go, and vfio-pci refuses" },
		{ 4, "drv", "vfio-pci",
		  "4 virtual functions are enabled; they would go, and vfio-pci refuses" },
		{ 4, "drv", "mlx5_vfio_pci",
		  "4 virtual functions are enabled; they would go, and mlx5_vfio_pci refuses" },
		{ 4, "drv", "pci-stub", "4 virtual functions are enabled; they would go" },
		{ 4, "drv", NULL, "4 virtual functions are enabled; they would go" },
		{ 4, "vfio-pci", "drv", "4 virtual functions are enabled; they would go" },
		{ 4, NULL, "vfio-pci",
		  "4 virtual functions are enabled; they would go, and vfio-pci refuses" },
		/* No driver goes, and one of the host takes it as it is. */
		{ 4, NULL, "drv", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_init(&scene, 0x020000);
		scene.usage->functions[0].nr_virtual = cases[i].nr;
		scene.device->driver = (char *)cases[i].driver;
		scene.to = cases[i].to;
		expect(&scene, "sriov", cases[i].fact ? GUARD_REFUSE : GUARD_PASS, cases[i].fact,
		       cases[i].fact ? NUMVFS ", or --force=sriov" : NULL);
		scene.giving_back = true;
		expect(&scene, "sriov", cases[i].fact ? GUARD_REFUSE : GUARD_PASS, cases[i].fact,
		       cases[i].fact ? NUMVFS : NULL);
		scene_free(&scene);
	}
}

static void test_sriov_unknown(void **state)
{
	static const char fact[] = "whether virtual functions are enabled is unknown";
	struct scene scene;

	(void)state;
	scene_init(&scene, 0x020000);
	scene.usage->functions[0].nr_virtual = -1;
	expect(&scene, "sriov", GUARD_UNKNOWN, fact, SYSFS("") ", or --force=sriov");
	scene.usage->nr_functions = 0;
	expect(&scene, "sriov", GUARD_UNKNOWN, fact, SYSFS("") ", or --force=sriov");
	/* A virtual function has none of its own. */
	scene.device->physical = world_device(&scene.world, 0, 4, 0, 0, 0x020000);
	expect_pass(&scene, "sriov", NULL);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bridge),		 cmocka_unit_test(test_platform),
		cmocka_unit_test(test_platform_unknown), cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_unknown),	 cmocka_unit_test(test_console),
		cmocka_unit_test(test_driver),		 cmocka_unit_test(test_sriov),
		cmocka_unit_test(test_sriov_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
