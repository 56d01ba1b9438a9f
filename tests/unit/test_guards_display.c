/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guard of the picture that people see through a device. */
#include "scene.h"

#define VGA 0x030000
#define CONTROLLER_3D 0x030200
#define OTHER_DISPLAY 0x038000
#define NEXT "end what uses it and give the host another display, or --force=display"

/* A display that is not the only one: 0000:04:00.0, which its driver runs. */
static struct device *init_with_other(struct scene *scene, int class)
{
	struct device *other;

	scene_init(scene, class);
	other = world_device(&scene->world, 0, 4, 0, 0, VGA);
	other->driver = (char *)"ast";
	return other;
}

static void add_user(struct scene *scene, enum node_kind kind, const char *name, const char *user)
{
	strings_add(&usage_add_node(scene->usage, scene->device, kind, name)->users, user);
}

static void test_boot_vga(void **state)
{
	struct scene scene;

	(void)state;
	init_with_other(&scene, VGA);
	expect_pass(&scene, "display", NULL);
	scene.usage->functions[0].boot_vga = TRI_YES;
	expect(&scene, "display", GUARD_REFUSE, "the firmware chose it for the boot screen", NEXT);
	/* The firmware's text console wants no driver. */
	scene.device->driver = NULL;
	expect(&scene, "display", GUARD_REFUSE, "the firmware chose it for the boot screen", NEXT);
	scene.device->driver = (char *)"vfio-pci";
	expect_pass(&scene, "display", NULL);
	scene_free(&scene);
}

static void test_boot_vga_unknown(void **state)
{
	static const struct {
		int class;
		const char *driver;
		enum guard_answer answer;
	} cases[] = {
		{ VGA, "drv", GUARD_UNKNOWN },	      { VGA, NULL, GUARD_UNKNOWN },
		{ 0x000100, NULL, GUARD_UNKNOWN },    { -1, NULL, GUARD_UNKNOWN },
		{ VGA, "vfio-pci", GUARD_PASS },      { OTHER_DISPLAY, NULL, GUARD_PASS },
		{ CONTROLLER_3D, "drv", GUARD_PASS }, { NVME, "drv", GUARD_PASS },
	};
	static const char fact[] = "whether the firmware chose it for the boot screen is unknown";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool passes = cases[i].answer == GUARD_PASS;
		struct scene scene;

		init_with_other(&scene, cases[i].class);
		scene.device->driver = (char *)cases[i].driver;
		scene.usage->functions[0].boot_vga = TRI_UNKNOWN;
		expect(&scene, "display", cases[i].answer, passes ? NULL : fact,
		       passes ? NULL : SYSFS("boot_vga") ", or --force=display");
		scene.usage->nr_functions = 0; /* it was not asked for */
		expect(&scene, "display", cases[i].answer, passes ? NULL : fact,
		       passes ? NULL : SYSFS("boot_vga") ", or --force=display");
		scene_free(&scene);
	}
}

static void test_in_use(void **state)
{
	struct scene scene;

	(void)state;
	init_with_other(&scene, OTHER_DISPLAY);
	usage_add_node(scene.usage, scene.device, NODE_DRM, "card1");
	expect_pass(&scene, "display", NULL);
	add_user(&scene, NODE_DRM, "card0", "812 (Xorg)");
	expect(&scene, "display", GUARD_REFUSE, "812 (Xorg) has card0 open", NEXT);
	usage_add_node(scene.usage, scene.device, NODE_FRAMEBUFFER, "efifb");
	expect(&scene, "display", GUARD_REFUSE,
	       "efifb draws in its memory and 812 (Xorg) has card0 open", NEXT);
	scene.usage->functions[0].boot_vga = TRI_YES;
	expect(&scene, "display", GUARD_REFUSE,
	       "the firmware chose it for the boot screen, efifb draws in its memory and 1 more",
	       NEXT);
	scene_free(&scene);
}

/* Whether the other one leaves the host a picture. */
static void test_only_display(void **state)
{
	static const struct {
		const char *name;
		int class, other_class;
		const char *other_driver;
		bool other_taken;
		enum guard_answer answer;
	} cases[] = {
		{ "another one", VGA, VGA, "ast", false, GUARD_PASS },
		{ "of another kind", OTHER_DISPLAY, OTHER_DISPLAY, "i915", false, GUARD_PASS },
		{ "it goes along", VGA, VGA, "ast", true, GUARD_REFUSE },
		{ "it has no driver", VGA, VGA, NULL, false, GUARD_REFUSE },
		{ "VFIO has it", VGA, VGA, "vfio-pci", false, GUARD_REFUSE },
		{ "it has no connector", VGA, CONTROLLER_3D, "nvidia", false, GUARD_REFUSE },
		{ "it is none", OTHER_DISPLAY, NVME, "nvme", false, GUARD_REFUSE },
		{ "its driver is unknown", VGA, VGA, "?", false, GUARD_UNKNOWN },
		{ "we have no connector", CONTROLLER_3D, NVME, "nvme", false, GUARD_PASS },
		{ "we are none", NVME, NVME, "nvme", false, GUARD_PASS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct device *other;

		print_message("%s\n", cases[i].name);
		other = init_with_other(&scene, cases[i].class);
		other->class = cases[i].other_class;
		other->driver = (char *)cases[i].other_driver;
		if (other->driver && *other->driver == '?') {
			other->driver = NULL;
			other->driver_known = false;
		}
		scene.taken[1] = cases[i].other_taken;
		if (cases[i].answer == GUARD_PASS)
			expect_pass(&scene, "display", NULL);
		else if (cases[i].answer == GUARD_UNKNOWN)
			expect(&scene, "display", GUARD_UNKNOWN,
			       "whether another display has a driver is unknown",
			       "ls -l /sys/bus/pci/devices/0000:04:00.0/driver says why"
			       ", or --force=display");
		else
			expect(&scene, "display", GUARD_REFUSE, "it is the only display", NEXT);
		/* Nobody looks at what no driver runs. */
		scene.device->driver = NULL;
		expect_pass(&scene, "display", NULL);
		scene_free(&scene);
	}
}

/* The boot screen stays even if no driver has it: its facts are collected as those of a display. */
static void test_other_is_boot_vga(void **state)
{
	struct scene scene;
	struct device *other;

	(void)state;
	other = init_with_other(&scene, VGA);
	other->driver = NULL;
	scene_function(&scene, other)->boot_vga = TRI_YES;
	expect_pass(&scene, "display", NULL);
	other->driver = (char *)"vfio-pci";
	expect(&scene, "display", GUARD_REFUSE, "it is the only display", NEXT);
	scene_free(&scene);
}

static void test_display_unknown(void **state)
{
	static const struct {
		enum usage_part part;
		const char *fact, *next;
	} cases[] = {
		{ USAGE_BELOW, "what is below it is unknown: a test says so",
		  "end what has it in a container, and try again, or --force=display" },
		{ USAGE_FRAMEBUFFERS, "where the boot screen is drawn is unknown: a test says so",
		  AS_ROOT ", or --force=display" },
		{ USAGE_USERS, "which processes use it is unknown: a test says so",
		  AS_ROOT ", or --force=display" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		init_with_other(&scene, VGA);
		usage_unknown(scene.usage, cases[i].part, "a test says so");
		if (cases[i].part == USAGE_USERS)
			expect_pass(&scene, "display", NULL);
		usage_add_node(scene.usage, scene.device, NODE_DRM, "card0");
		expect(&scene, "display", GUARD_UNKNOWN, cases[i].fact, cases[i].next);
		scene.device->driver = NULL;
		expect_pass(&scene, "display", NULL);
		scene_free(&scene);
	}
}

/* Where boot screens are drawn does not matter to what is no display. */
static void test_framebuffers_elsewhere(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	usage_unknown(scene.usage, USAGE_FRAMEBUFFERS, "a test says so");
	expect_pass(&scene, "display", NULL);
	scene.device->class = -1; /* it may be one */
	expect(&scene, "display", GUARD_UNKNOWN,
	       "where the boot screen is drawn is unknown: a test says so",
	       AS_ROOT ", or --force=display");
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_vga),
		cmocka_unit_test(test_boot_vga_unknown),
		cmocka_unit_test(test_in_use),
		cmocka_unit_test(test_only_display),
		cmocka_unit_test(test_other_is_boot_vga),
		cmocka_unit_test(test_display_unknown),
		cmocka_unit_test(test_framebuffers_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
