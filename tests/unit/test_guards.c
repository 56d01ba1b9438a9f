/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the guards as a whole; each guard has its tests in test_guards_KIND.c. */
#include "scene.h"

static void test_table(void **state)
{
	size_t nr = 0;

	(void)state;
	for (const struct guard *guard = guards; guard->name; guard++, nr++) {
		assert_true(*guard->name);
		assert_case(strspn(guard->name, "abcdefghijklmnopqrstuvwxyz-") ==
				    strlen(guard->name),
			    guard->name);
		/* The first of a name is the guard itself: no other one has it. */
		assert_case(find_guard(guard->name) == guard, guard->name);
		assert_case(guard->meaning && *guard->meaning, guard->name);
		assert_case(!strpbrk(guard->meaning, "\n\t"), guard->name);
		assert_case(guard->meaning[strlen(guard->meaning) - 1] != '.', guard->name);
		assert_case(guard->ask != NULL, guard->name);
	}
	assert_int_equal(nr, 23);
	assert_true(nr < NR_GUARDS);
}

/* In this order: the first that refuses is shown. */
static void test_order(void **state)
{
	static const struct {
		const char *name;
		bool forcible;
	} order[] = {
		{ "root", false },	{ "swap", false },    { "uplink", false },
		{ "vfio-user", false }, { "bridge", false },  { "platform", true },
		{ "memory", true },	{ "mounted", true },  { "holders", true },
		{ "kdump", true },	{ "resume", true },   { "network", true },
		{ "display", true },	{ "users", true },    { "sound", true },
		{ "input", true },	{ "console", true },  { "sriov", true },
		{ "group", true },	{ "no-group", true }, { "driver", true },
		{ "twins", true },	{ "direct", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(order); i++) {
		assert_string_equal(guards[i].name, order[i].name);
		assert_case_equal(guards[i].forcible, order[i].forcible, order[i].name);
	}
}

static void test_find(void **state)
{
	(void)state;
	assert_null(find_guard("nosuch"));
	assert_null(find_guard(""));
	assert_null(find_guard("mount"));
	assert_null(find_guard("mounted,swap"));
}

static void test_answer_names(void **state)
{
	(void)state;
	assert_string_equal(guard_answer_name(GUARD_PASS), "pass");
	assert_string_equal(guard_answer_name(GUARD_WARN), "warn");
	assert_string_equal(guard_answer_name(GUARD_UNKNOWN), "unknown");
	assert_string_equal(guard_answer_name(GUARD_REFUSE), "refuse");
}

static void expect_all_pass(struct scene *scene, const char *group_fact, const char *user_fact)
{
	for (const struct guard *guard = guards; guard->name; guard++)
		expect_pass(scene, guard->name,
			    strcmp(guard->name, "group") == 0	    ? group_fact
			    : strcmp(guard->name, "vfio-user") == 0 ? user_fact
								    : NULL);
}

static void test_idle(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	expect_all_pass(&scene, "nothing in group 8 stays with the host", NULL);
	scene_free(&scene);
}

/* Nothing is below a device without a driver: what is unknown there does not matter. */
static void test_idle_unknown(void **state)
{
	static const char *const drivers[] = { NULL, "vfio-pci", "mlx5_vfio_pci", "pci-stub" };

	(void)state;
	for (size_t i = 0; i < COUNT(drivers); i++) {
		struct scene scene;

		scene_init(&scene, NVME);
		scene.device->driver = (char *)drivers[i];
		scene.usage->functions[0].enabled = 0;
		for (size_t part = 0; part < NR_USAGE_PARTS; part++)
			usage_unknown(scene.usage, (enum usage_part)part, "a test says so");
		expect_all_pass(&scene, "nothing in group 8 stays with the host",
				i == 1 || i == 2 ? "no process has it open" : NULL);
		scene_free(&scene);
	}
}

static void test_gives_back(void **state)
{
	static const int classes[] = { NVME, 0x0c0500, 0x050210, 0x060400, 0x030000, -1 };

	(void)state;
	for (size_t i = 0; i < COUNT(classes); i++) {
		struct scene scene;

		scene_init(&scene, classes[i]);
		scene.device->driver = (char *)"vfio-pci";
		scene.giving_back = true;
		scene.to = "nvme";
		scene.usage->functions[0].enabled = 0;
		scene.usage->functions[0].boot_vga = TRI_YES;
		scene.world.group.holders_complete = true;
		world_region(&scene.world, 0, 0xfff, REGION_DIRECT);
		expect_all_pass(&scene, NULL, "no process has it open");
		scene.device->driver = NULL;
		expect_all_pass(&scene, NULL, NULL);
		scene_free(&scene);
	}
}

/* Nothing that comes from the system breaks a line. */
static void test_one_line(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	disk = usage_add_disk(scene.usage, scene.device, "sda");
	strings_add(&disk->mounts, "/a\nb\x1b");
	expect(&scene, "mounted", GUARD_REFUSE, "sda is mounted on /a?b?",
	       "unmount it, or --force=mounted");
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),	   cmocka_unit_test(test_order),
		cmocka_unit_test(test_find),	   cmocka_unit_test(test_answer_names),
		cmocka_unit_test(test_idle),	   cmocka_unit_test(test_idle_unknown),
		cmocka_unit_test(test_gives_back), cmocka_unit_test(test_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
