/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found below a device, and below which one. */
#include "question.h"
#include "util/alloc.h"

#define DEVICES "../../../devices/"

static struct tree tree;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus/pci/devices");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static void assert_node(const struct usage *usage, size_t i, const struct device *device,
			enum node_kind kind, const char *name)
{
	assert_true(i < usage->nr_nodes);
	assert_string_equal(usage->nodes[i].name, name);
	assert_int_equal(usage->nodes[i].kind, kind);
	assert_ptr_equal(usage->nodes[i].device, device);
	assert_int_equal(usage->nodes[i].users.nr, 0);
}

static void assert_known(const struct usage *usage, enum usage_part part)
{
	if (usage->unknown[part])
		fail_msg("part %d is unknown: %s", (int)part, usage->unknown[part]);
}

/* --- entries of classes and buses --------------------------------------------------------- */

static void test_places(void **state)
{
	static const struct {
		const char *name, *target;
	} links[] = {
		{ "sys/class/drm/card0", DEVICES "pci0000:00/0000:00:02.0/drm/card0" },
		{ "sys/class/drm/renderD128", DEVICES "pci0000:00/0000:00:02.0/drm/renderD128" },
		{ "sys/class/drm/card0-HDMI-A-1",
		  DEVICES "pci0000:00/0000:00:02.0/drm/card0/card0-HDMI-A-1" },
		{ "sys/class/drm/card1", DEVICES "pci0000:00/0000:00:04.0/drm/card1" },
		{ "sys/class/drm/card2", DEVICES "platform/vkms/drm/card2" },
		{ "sys/class/sound/card0", DEVICES "pci0000:00/0000:00:03.0/sound/card0" },
		{ "sys/class/sound/controlC0",
		  DEVICES "pci0000:00/0000:00:03.0/sound/card0/controlC0" },
		{ "sys/class/sound/timer", DEVICES "virtual/sound/timer" },
		/* a mouse on USB: many folders below its controller */
		{ "sys/class/input/event3", DEVICES
		  "pci0000:00/0000:00:03.0/usb1/1-1/1-1:1.0/0003:046D:C077.0001/input/input3/"
		  "event3" },
		{ "sys/class/input/mouse0", DEVICES "pci0000:00/0000:00:03.0/usb1/1-1/1-1:1.0/"
						    "0003:046D:C077.0001/input/input3/mouse0" },
		{ "sys/class/input/input3", DEVICES "pci0000:00/0000:00:03.0/usb1/1-1/1-1:1.0/"
						    "0003:046D:C077.0001/input/input3" },
		{ "sys/class/input/mice", DEVICES "virtual/input/mice" },
		{ "sys/class/uio/uio0", DEVICES "pci0000:00/0000:00:03.0/uio/uio0" },
		{ "sys/class/uio/uio1", DEVICES "platform/dmem.0/uio/uio1" },
		{ "sys/class/accel/accel0", DEVICES "pci0000:00/0000:00:02.0/accel/accel0" },
		{ "sys/class/infiniband_verbs/uverbs1",
		  DEVICES "pci0000:00/0000:00:03.0/infiniband_verbs/uverbs1" },
		{ "sys/class/graphics/fb0",
		  DEVICES "pci0000:00/0000:00:02.0/simple-framebuffer.0/graphics/fb0" },
		{ "sys/class/graphics/fb1", DEVICES "pci0000:00/0000:00:03.0/graphics/fb1" },
		{ "sys/class/graphics/fbcon", DEVICES "virtual/graphics/fbcon" },
		{ "sys/bus/nd/devices/region0",
		  DEVICES "pci0000:00/0000:00:03.0/virtio1/ndbus0/region0" },
		{ "sys/bus/nd/devices/namespace0.0",
		  DEVICES "pci0000:00/0000:00:03.0/virtio1/ndbus0/region0/namespace0.0" },
		{ "sys/bus/nd/devices/ndbus0", DEVICES "pci0000:00/0000:00:03.0/virtio1/ndbus0" },
		{ "sys/bus/cxl/devices/mem0", DEVICES "pci0000:00/0000:00:02.0/mem0" },
		{ "sys/bus/cxl/devices/root0", DEVICES "platform/ACPI0017:00/root0" },
	};
	struct asked asked;
	struct usage *usage;
	const struct device *devices;

	(void)state;
	for (size_t i = 0; i < COUNT(links); i++)
		tree_link(&tree, links[i].name, links[i].target);
	tree_text(&tree, "sys/class/drm/version", "drm 1.1.0 20060810\n");
	asked_init(&asked, &tree, false);
	usage = asked.question.usage;
	devices = asked.world.devices;
	collect_nodes(&asked.question);
	assert_int_equal(usage->nr_nodes, 12);
	assert_node(usage, 0, &devices[0], NODE_DRM, "card0");
	assert_node(usage, 1, &devices[0], NODE_DRM, "renderD128");
	assert_node(usage, 2, &devices[0], NODE_FRAMEBUFFER, "fb0");
	assert_node(usage, 3, &devices[0], NODE_USER, "accel0");
	assert_node(usage, 4, &devices[0], NODE_MEMORY, "mem0");
	assert_node(usage, 5, &devices[1], NODE_SOUND, "card0");
	assert_node(usage, 6, &devices[1], NODE_INPUT, "event3");
	assert_node(usage, 7, &devices[1], NODE_INPUT, "mouse0");
	assert_node(usage, 8, &devices[1], NODE_USER, "uio0");
	assert_node(usage, 9, &devices[1], NODE_USER, "uverbs1");
	assert_node(usage, 10, &devices[1], NODE_MEMORY, "namespace0.0");
	assert_node(usage, 11, &devices[1], NODE_MEMORY, "region0");
	assert_known(usage, USAGE_BELOW);
	assert_known(usage, USAGE_CONSOLES); /* no tty is below them */
	assert_string_equal(usage->unknown[USAGE_USERS], "a capture does not have it");
	asked_free(&asked);
}

static void test_nothing(void **state)
{
	struct asked asked;

	(void)state;
	tree_text(&tree, "proc/iomem", "00000000-00000fff : Reserved\n");
	asked_init(&asked, &tree, false);
	collect_nodes(&asked.question);
	assert_int_equal(asked.question.usage->nr_nodes, 0);
	for (size_t i = 0; i < NR_USAGE_PARTS; i++)
		assert_known(asked.question.usage, (enum usage_part)i);
	asked_free(&asked);
}

static void test_unreadable(void **state)
{
	struct asked asked;

	(void)state;
	tree_text(&tree, "sys/class/drm", "no folder");
	asked_init(&asked, &tree, false);
	collect_nodes(&asked.question);
	assert_string_equal(asked.question.usage->unknown[USAGE_BELOW],
			    "/sys/class/drm: Not a directory");
	asked_free(&asked);
}

/* --- which device an entry is below ------------------------------------------------------- */

struct seen {
	const struct device *device;
	char name[32];
	int count;
};

static void see(void *closure, const struct device *device, const char *name, const char *path)
{
	struct seen *seen = closure;

	assert_true(strstr(path, name) != NULL);
	seen->device = device;
	snprintf(seen->name, sizeof(seen->name), "%s", name);
	seen->count++;
}

static void test_below_which(void **state)
{
	/* 0 is 0000:00:02.0, wanted; 2 is 0000:00:04.0, not; -1: none */
	static const struct {
		const char *name, *target;
		int device;
	} cases[] = {
		{ "directly", "pci0000:00/0000:00:02.0/block/sda", 0 },
		{ "itself", "pci0000:00/0000:00:02.0", 0 },
		{ "nearest of two", "pci0000:00/0000:00:03.0/0000:00:02.0/net/x", 0 },
		/* a VMD controller: other functions are behind it, of a domain of its own */
		{ "behind one not wanted", "pci0000:00/0000:00:02.0/pci10000:00/0000:00:04.0/x",
		  0 },
		{ "behind a stranger", "pci0000:00/0000:00:02.0/pci10000:00/10000:01:00.0/x", 0 },
		{ "not wanted", "pci0000:00/0000:00:04.0/x", -1 },
		{ "unknown function", "pci0000:00/0000:00:05.0/x", -1 },
		{ "virtual", "virtual/block/loop0", -1 },
		{ "serial port of newer kernels",
		  "pci0000:00/0000:00:02.0/0000:00:02.0:0/0000:00:02.0:0.0/tty/ttyS4", 0 },
		{ "garbage", "////..//\xff/pci0000:00//%s%n/0000:00:02.x/", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[32], target[256];
		struct seen seen = { .count = 0 };
		struct asked asked;

		snprintf(name, sizeof(name), "sys/class/test%zu/x", i);
		snprintf(target, sizeof(target), "../../devices/%s/x", cases[i].target);
		tree_link(&tree, name, target);
		asked_init(&asked, &tree, false);
		*strrchr(name, '/') = '\0';
		assert_int_equal(each_below(&asked.question, name, see, &seen), 0);
		assert_case_equal(seen.count, cases[i].device < 0 ? 0 : 1, cases[i].name);
		if (cases[i].device >= 0)
			assert_case(seen.device == &asked.world.devices[cases[i].device],
				    cases[i].name);
		seen.count = 0;
		assert_int_equal(
			each_of_class(&asked.question, name + strlen("sys/class/"), see, &seen), 0);
		assert_case_equal(seen.count, cases[i].device < 0 ? 0 : 1, cases[i].name);
		asked_free(&asked);
	}
}

/* --- nvidia -------------------------------------------------------------------------------- */

static void test_nvidia(void **state)
{
	static const char file[] = "/proc/driver/nvidia/gpus/0000:00:02.0/information";
	static const struct {
		const char *text, *node, *unknown;
	} cases[] = {
		{ "Model: \t\t NVIDIA H100 PCIe\nIRQ:   \t\t 64\nDevice Minor: \t 3\n"
		  "GPU Excluded:\t No\n",
		  "nvidia3", NULL },
		{ "Device Minor: 255", "nvidia255", NULL },
		{ "Model: \t\t Device Minor: 3\n", "its node",
		  ": it does not tell the number of the node" },
		{ "Device Minor: \t x\n", "its node", ": Invalid argument" },
		{ "Device Minor: -1\n", "its node", ": Invalid argument" },
		{ "Device Minor: 256\n", "its node", ": Numerical result out of range" },
		{ NULL, "its node", ": No such file or directory" },
	};

	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		const char *text = cases[i / 2].text, *unknown = cases[i / 2].unknown;
		bool live = i % 2;
		struct asked asked;
		struct usage *usage;

		live_proc(&tree);
		tree_text(&tree, "proc/iomem", "00000000-00000fff : Reserved\n");
		if (text)
			tree_text(&tree, file + 1, text);
		asked_init(&asked, &tree, live);
		asked.world.devices[0].driver = (char *)"nvidia";
		asked.world.devices[2].driver = (char *)"nvidia"; /* nobody asks for it */
		usage = asked.question.usage;
		collect_nodes(&asked.question);
		assert_int_equal(usage->nr_nodes, 1);
		assert_node(usage, 0, &asked.world.devices[0], NODE_USER, cases[i / 2].node);
		if (!live) {
			assert_string_equal(usage->unknown[USAGE_USERS],
					    "a capture does not have it");
		} else if (!unknown) {
			assert_known(usage, USAGE_USERS);
		} else {
			assert_memory_equal(usage->unknown[USAGE_USERS], file, strlen(file));
			assert_string_equal(usage->unknown[USAGE_USERS] + strlen(file), unknown);
		}
		asked_free(&asked);
		teardown(state);
		setup(state);
	}
}

/* --- memory of virtio and CXL ------------------------------------------------------------- */

static void put_virtio(const char *name, const char *driver)
{
	char path[128], target[128];

	snprintf(path, sizeof(path), "sys/bus/virtio/devices/%s", name);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/0000:00:03.0/%s", name);
	tree_link(&tree, path, target);
	snprintf(path, sizeof(path), "sys/devices/pci0000:00/0000:00:03.0/%s", name);
	tree_dir(&tree, path);
	strcat(path, "/driver");
	snprintf(target, sizeof(target), "../../../../bus/virtio/drivers/%s", driver);
	if (*driver)
		tree_link(&tree, path, target);
}

static void test_memory(void **state)
{
	struct asked asked;
	struct usage *usage;

	(void)state;
	put_virtio("virtio0", "virtio_net");
	put_virtio("virtio1", "virtio_mem");
	put_virtio("virtio2", "virtio_pmem");
	put_virtio("virtio3", "");
	asked_init(&asked, &tree, false);
	asked.world.devices[0].driver = (char *)"cxl_pci";
	asked.world.devices[2].driver = (char *)"cxl_pci"; /* nobody asks for it */
	usage = asked.question.usage;
	collect_nodes(&asked.question);
	assert_int_equal(usage->nr_nodes, 3);
	assert_node(usage, 0, &asked.world.devices[0], NODE_MEMORY, "mem");
	assert_node(usage, 1, &asked.world.devices[1], NODE_MEMORY, "virtio1 (virtio_mem)");
	assert_node(usage, 2, &asked.world.devices[1], NODE_MEMORY, "virtio2 (virtio_pmem)");
	assert_known(usage, USAGE_BELOW);
	asked_free(&asked);

	/* With a name of its own it needs no other. */
	tree_link(&tree, "sys/bus/cxl/devices/mem4", DEVICES "pci0000:00/0000:00:02.0/mem4");
	asked_init(&asked, &tree, false);
	asked.world.devices[0].driver = (char *)"cxl_pci";
	usage = asked.question.usage;
	collect_nodes(&asked.question);
	assert_int_equal(usage->nr_nodes, 3);
	assert_node(usage, 0, &asked.world.devices[0], NODE_MEMORY, "mem4");
	asked_free(&asked);
}

/* --- consoles ----------------------------------------------------------------------------- */

static void test_consoles(void **state)
{
	static const struct {
		const char *name, *active; /* NULL: no such file */
		bool live;
		const char *console, *unknown;
	} cases[] = {
		{ "console", "tty0 ttyS4\n", false, "ttyS4", NULL },
		{ "only one", "ttyS4\n", false, "ttyS4", NULL },
		{ "first", "ttyS4 tty0", false, "ttyS4", NULL },
		{ "other port", "tty0 ttyS0\n", false, NULL, NULL },
		{ "longer name", "ttyS40 xttyS4\n", false, NULL, NULL },
		{ "no console", "\n", false, NULL, NULL },
		{ "empty file", "", false, NULL, NULL },
		{ "capture without", NULL, false, NULL, "a capture does not have it" },
		{ "machine without", NULL, true, NULL,
		  "/sys/class/tty/console/active: No such file or directory" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asked asked;
		struct usage *usage;

		tree_link(&tree, "sys/class/tty/ttyS4",
			  "../../devices/pci0000:00/0000:00:03.0/tty/ttyS4");
		tree_dir(&tree, "sys/class/tty/console");
		if (cases[i].active)
			tree_text(&tree, "sys/class/tty/console/active", cases[i].active);
		asked_init(&asked, &tree, cases[i].live);
		usage = asked.question.usage;
		collect_nodes(&asked.question);
		assert_case_equal(usage->nr_nodes, cases[i].console ? 1 : 0, cases[i].name);
		if (cases[i].console)
			assert_node(usage, 0, &asked.world.devices[1], NODE_CONSOLE,
				    cases[i].console);
		assert_case(!usage->unknown[USAGE_CONSOLES] == !cases[i].unknown, cases[i].name);
		if (cases[i].unknown)
			assert_string_equal(usage->unknown[USAGE_CONSOLES], cases[i].unknown);
		asked_free(&asked);
		teardown(state);
		setup(state);
	}
}

/* --- which devices are looked below ------------------------------------------------------- */

static void test_whole(void **state)
{
	static const struct {
		const char *name, *driver;
		bool has_vfio_dev;
		int class;
		bool has_framebuffer;
	} cases[] = {
		{ "display with a driver", "i915", false, 0x030000, true },
		{ "display without one", NULL, false, 0x030000, true },
		{ "VGA without a class", NULL, false, 0x000100, true },
		{ "unknown class", NULL, false, -1, true },
		{ "no display, without a driver", NULL, false, 0x020000, false },
		{ "with VFIO", "vfio-pci", true, 0x030000, false },
	};

	(void)state;
	tree_link(&tree, "sys/class/graphics/fb0",
		  "../../devices/pci0000:00/0000:00:02.0/simple-framebuffer.0/graphics/fb0");
	tree_dir(&tree, "sys/class/block");
	tree_dir(&tree, "sys/class/net");
	tree_text(&tree, "proc/iomem", "00000000-00000fff : Reserved\n");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asked asked;
		struct device *device = &asked.world.devices[0];
		struct usage *usage;

		asked_init(&asked, &tree, false);
		device->driver = (char *)cases[i].driver;
		device->has_vfio_dev = cases[i].has_vfio_dev;
		device->class = cases[i].class;
		asked.wanted[1] = false;
		usage = collect_usage(&asked.source, &asked.world.machine, asked.wanted);
		assert_case_equal(usage->nr_nodes, cases[i].has_framebuffer, cases[i].name);
		assert_non_null(find_function(usage, device));
		assert_known(usage, USAGE_BELOW);
		usage_free(usage);
		asked_free(&asked);
	}
}

/* Of which devices the facts are read that are in no other place. */
static void test_functions(void **state)
{
	struct asked asked;
	struct device *twin, *virtual;
	const struct function *function;
	struct usage *usage;

	(void)state;
	tree_text(&tree, "sys/bus/pci/devices/0000:00:04.0/boot_vga", "1\n");
	tree_text(&tree, "sys/bus/pci/devices/0000:00:05.0/subsystem_vendor", "0x10de\n");
	tree_text(&tree, "sys/bus/pci/devices/0000:00:05.0/subsystem_device", "0x16c1\n");
	tree_text(&tree, "sys/bus/pci/devices/0000:00:06.0/enable", "1\n");
	asked_init(&asked, &tree, false);
	twin = world_device(&asked.world, 0, 0, 5, 0, 0x120000);
	virtual = world_device(&asked.world, 0, 0, 6, 0, 0x020000);
	virtual->driver = (char *)"vfio-pci";
	usage = collect_usage(&asked.source, &asked.world.machine, asked.wanted);
	assert_true(usage->captured);
	/* The two that were asked for, and the other display. */
	assert_int_equal(usage->nr_functions, 3);
	function = find_function(usage, &asked.world.devices[2]);
	assert_non_null(function);
	assert_int_equal(function->boot_vga, TRI_YES);
	usage_free(usage);

	/* What IDs for vfio-pci may mean, unless it has taken what it takes. */
	asked.world.machine.command_line = (char *)"vfio-pci.ids=10de:2330:10de:16c1";
	usage = collect_usage(&asked.source, &asked.world.machine, asked.wanted);
	assert_int_equal(usage->nr_functions, 4);
	function = find_function(usage, twin);
	assert_non_null(function);
	assert_int_equal(function->sub_vendor, 0x10de);
	assert_int_equal(function->sub_product, 0x16c1);
	usage_free(usage);
	tree_dir(&tree, "sys/module/vfio_pci");
	usage = collect_usage(&asked.source, &asked.world.machine, asked.wanted);
	assert_null(find_function(usage, twin));
	usage_free(usage);

	/* A virtual function goes with its physical one. */
	virtual->physical = &asked.world.devices[1];
	usage = collect_usage(&asked.source, &asked.world.machine, asked.wanted);
	function = find_function(usage, virtual);
	assert_non_null(function);
	assert_int_equal(function->enabled, 1);
	usage_free(usage);
	asked.wanted[1] = false;
	usage = collect_usage(&asked.source, &asked.world.machine, asked.wanted);
	assert_null(find_function(usage, virtual));
	usage_free(usage);
	asked_free(&asked);
}

/* Our captures have nothing of what is below devices; that nothing is there is no answer. */
static void test_capture(void **state)
{
	struct asked asked;
	struct usage *usage;

	(void)state;
	asked_init(&asked, &tree, false);
	usage = collect_usage(&asked.source, &asked.world.machine, asked.wanted);
	assert_string_equal(usage->unknown[USAGE_BELOW], "a capture does not have it");
	usage_free(usage);

	/* But nothing is below a device without a driver. */
	asked.wanted[0] = false;
	asked.world.devices[1].driver = NULL;
	usage = collect_usage(&asked.source, &asked.world.machine, asked.wanted);
	assert_known(usage, USAGE_BELOW);
	usage_free(usage);
	asked_free(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_below_which, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nvidia, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_consoles, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_functions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_capture, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
