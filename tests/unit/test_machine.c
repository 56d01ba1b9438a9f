/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices by their names and by their aliases. */
#include "world.h"

static void test_alias(void **state)
{
	struct world world;
	struct machine *machine = &world.machine;
	struct device *first, *second;

	(void)state;
	world_init(&world);
	assert_null(find_device_named(machine, "igb0"));
	first = world_device(&world, 0, 1, 0, 0, 0x020000);
	second = world_device(&world, 0, 2, 0, 0, 0x020000);
	assert_null(find_device_named(machine, "igb0"));
	first->alias = (char *)"igb10";
	assert_null(find_device_named(machine, "igb1"));
	assert_null(find_device_named(machine, "igb"));
	second->alias = (char *)"igb1";
	assert_ptr_equal(find_device_named(machine, "igb1"), second);
	assert_ptr_equal(find_device_named(machine, "igb10"), first);
	assert_ptr_equal(find_device_named(machine, "0000:02:00.0"), second);
	assert_null(find_device_named(machine, "igb2"));
	assert_null(find_device_named(machine, ""));
}

/* Nobody is called by another one's name, whoever comes first. */
static void test_names_win(void **state)
{
	struct world world;
	struct device *first, *second;

	(void)state;
	world_init(&world);
	first = world_device(&world, 0, 1, 0, 0, 0x020000);
	second = world_device(&world, 0, 2, 0, 0, 0x020000);
	first->alias = second->name;
	second->alias = first->name;
	assert_ptr_equal(find_device_named(&world.machine, "0000:01:00.0"), first);
	assert_ptr_equal(find_device_named(&world.machine, "0000:02:00.0"), second);
	first->alias = second->alias = (char *)"ppt0";
	assert_ptr_equal(find_device_named(&world.machine, "ppt0"), first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alias),
		cmocka_unit_test(test_names_win),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
