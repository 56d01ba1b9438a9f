/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is true right after an event, when the machine is only read later. */
#include <errno.h>

#include "model/event.h"
#include "world.h"

#define NVME 0x010802
#define BRIDGE 0x060400

/* The machine before the event: 03:00.0 and 03:00.1 in group 8, 04:00.0 in none. */
struct scene {
	struct world before, now;
	struct roster roster;
};

static struct device *place(struct world *world, uint8_t bus, uint8_t function, int class)
{
	struct device *device = world_device(world, 0, bus, 0, function, class);

	device->group_known = true;
	return device;
}

static void begin(struct scene *scene)
{
	scene->roster = (struct roster){ 0 };
	world_init(&scene->before);
	world_init(&scene->now);
	world_join(&scene->before, place(&scene->before, 3, 0, NVME));
	world_join(&scene->before, place(&scene->before, 3, 1, NVME));
	place(&scene->before, 4, 0, NVME);
	roster_fill(&scene->roster, &scene->before.machine);
}

/* What is there now: @driver NULL for none; functions of 03:00 are in group 8. */
static struct device *put(struct scene *scene, uint8_t bus, uint8_t function, const char *driver)
{
	struct device *device = place(&scene->now, bus, function, NVME);

	device->driver = (char *)driver;
	if (bus == 3)
		world_join(&scene->now, device);
	return device;
}

static struct event event(enum event_kind kind, uint8_t bus, uint8_t function, const char *driver)
{
	struct event event = { .kind = kind, .bdf = { 0, bus, 0, function } };

	strcpy(event.driver, driver);
	return event;
}

static struct aftermath after(struct scene *scene, enum event_kind kind, uint8_t bus,
			      uint8_t function, const char *driver)
{
	static struct event kept; /* the answer points into it */

	kept = event(kind, bus, function, driver);
	return event_aftermath(&kept, &scene->now.machine, &scene->roster);
}

static void follow(struct scene *scene, enum event_kind kind, uint8_t bus, uint8_t function)
{
	const struct event one = event(kind, bus, function, "");

	roster_follow(&scene->roster, &one, &scene->now.machine);
}

static void end(struct scene *scene)
{
	roster_free(&scene->roster);
}

static void test_words(void **state)
{
	static const char *const words[] = { "add", "remove", "bind", "unbind" };
	enum event_kind kind;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_case(event_kind_parse(words[i], &kind) == 0, words[i]);
		assert_string_equal(event_name(kind), words[i]);
	}
	assert_int_equal(event_kind_parse("change", &kind), -EINVAL);
	assert_int_equal(event_kind_parse("", &kind), -EINVAL);
	assert_int_equal(event_kind_parse("bind ", &kind), -EINVAL);
}

/* Nothing more has happened since. */
static void test_bind(void **state)
{
	static const struct {
		const char *driver;
		bool vfio_dev;
		const char *other; /* driver of 03:00.1 */
		enum tristate viable;
	} cases[] = {
		{ "nvme", false, NULL, TRI_NO },	   { "vfio-pci", true, NULL, TRI_YES },
		{ "vfio-pci", false, NULL, TRI_YES },	   { "vfio-pci", true, "nvme", TRI_NO },
		{ "vfio-pci", true, "pci-stub", TRI_YES }, { "mlx5_vfio_pci", true, NULL, TRI_YES },
		{ "mlx5_vfio_pci", false, NULL, TRI_NO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct aftermath a;

		begin(&scene);
		put(&scene, 3, 0, cases[i].driver)->has_vfio_dev = cases[i].vfio_dev;
		put(&scene, 3, 1, cases[i].other);
		a = after(&scene, EVENT_BIND, 3, 0, cases[i].driver);
		assert_case(a.group_known && a.has_group && a.group == 8, cases[i].driver);
		assert_case(a.driver_known && strcmp(a.driver, cases[i].driver) == 0,
			    cases[i].driver);
		assert_case(a.viable == cases[i].viable && !a.group_is_gone, cases[i].driver);
		end(&scene);
	}
}

/* The driver has left, or another one has come, before anybody looked. */
static void test_bind_is_past(void **state)
{
	static const struct {
		const char *bound, *now;
		enum tristate viable;
	} cases[] = {
		{ "vfio-pci", NULL, TRI_YES },
		{ "vfio-pci", "nvme", TRI_YES },
		{ "pci-stub", "nvme", TRI_YES },
		/* Whether it was one of VFIO's cannot be seen any more. */
		{ "nvme", NULL, TRI_UNKNOWN },
		{ "mlx5_vfio_pci", "vfio-pci", TRI_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct aftermath a;

		begin(&scene);
		put(&scene, 3, 0, cases[i].now)->has_vfio_dev = true;
		put(&scene, 3, 1, NULL);
		a = after(&scene, EVENT_BIND, 3, 0, cases[i].bound);
		assert_case(strcmp(a.driver, cases[i].bound) == 0, cases[i].bound);
		assert_case(a.viable == cases[i].viable, cases[i].bound);
		/* Another blocker decides all the same. */
		scene.now.devices[1].driver = (char *)"nvme";
		a = after(&scene, EVENT_BIND, 3, 0, cases[i].bound);
		assert_case(a.viable == TRI_NO, cases[i].bound);
		end(&scene);
	}
}

/* The kernel does not name the driver: then it is the one that is there. */
static void test_bind_without_name(void **state)
{
	struct scene scene;
	struct aftermath a;

	(void)state;
	begin(&scene);
	put(&scene, 3, 0, "nvme");
	a = after(&scene, EVENT_BIND, 3, 0, "");
	assert_string_equal(a.driver, "nvme");
	assert_int_equal(a.viable, TRI_NO);
	a = after(&scene, EVENT_BIND, 3, 1, ""); /* gone already */
	assert_false(a.driver_known);
	assert_true(a.has_group && a.group == 8);
	end(&scene);
}

static void test_unbind(void **state)
{
	static const char *const later[] = { NULL, "nvme", "vfio-pci" };
	struct scene scene;
	struct aftermath a;

	(void)state;
	for (size_t i = 0; i < COUNT(later); i++) {
		begin(&scene);
		put(&scene, 3, 0, later[i]);
		put(&scene, 3, 1, "vfio-pci")->has_vfio_dev = true;
		a = after(&scene, EVENT_UNBIND, 3, 0, "");
		assert_true(a.driver_known && !a.driver);
		assert_int_equal(a.viable, TRI_YES);
		scene.now.devices[1] = (struct device){ .is_pci = true, .driver_known = false };
		scene.now.devices[1].bdf = (struct bdf){ 0, 3, 0, 1 };
		a = after(&scene, EVENT_UNBIND, 3, 0, "");
		assert_int_equal(a.viable, TRI_UNKNOWN);
		end(&scene);
	}
}

/* A device with a driver is removed: when its unbind is looked at, it and its group are gone. */
static void test_unbind_of_what_is_gone(void **state)
{
	struct scene scene;
	struct aftermath a;

	(void)state;
	begin(&scene);
	scene.now.machine.nr_groups = 0;
	a = after(&scene, EVENT_UNBIND, 3, 0, "");
	assert_true(a.has_group && a.group == 8 && !a.group_is_gone);
	assert_true(a.driver_known && !a.driver);
	assert_int_equal(a.viable, TRI_YES);
	/* Of a bridge, which is no endpoint, the class is known from before. */
	scene.before.devices[0].class = BRIDGE;
	roster_fill(&scene.roster, &scene.before.machine);
	assert_int_equal(after(&scene, EVENT_UNBIND, 3, 0, "").viable, TRI_NO);
	/* Its group is still there with a device that is on its way out: who knows which. */
	scene.now.machine.nr_groups = 1;
	scene.now.group.has_strangers = true;
	assert_int_equal(after(&scene, EVENT_UNBIND, 3, 0, "").viable, TRI_UNKNOWN);
	end(&scene);
}

/* The machine has found a device, and it was gone before anything of it could be read. */
static void test_gone_while_read(void **state)
{
	static const enum event_kind kinds[] = { EVENT_BIND, EVENT_UNBIND, EVENT_REMOVE };
	struct scene scene;

	(void)state;
	begin(&scene);
	*put(&scene, 4, 0, NULL) = (struct device){
		.is_pci = true,
		.bdf = { 0, 4, 0, 0 },
		.class = -1,
	};
	for (size_t i = 0; i < COUNT(kinds); i++) {
		const struct aftermath a = after(&scene, kinds[i], 4, 0, "");

		assert_case(a.group_known && !a.has_group, event_name(kinds[i]));
		if (kinds[i] != EVENT_REMOVE)
			follow(&scene, kinds[i], 4, 0);
	}
	assert_false(after(&scene, EVENT_ADD, 4, 0, "").group_known);
	end(&scene);
}

static void test_remove(void **state)
{
	struct scene scene;
	struct aftermath a;

	(void)state;
	begin(&scene);
	put(&scene, 3, 1, "nvme");
	a = after(&scene, EVENT_REMOVE, 3, 0, "");
	assert_true(a.group_known && a.has_group && a.group == 8);
	assert_true(a.driver_known && !a.driver);
	assert_false(a.group_is_gone);
	assert_int_equal(a.viable, TRI_NO);
	scene.now.devices[0].driver = NULL;
	assert_int_equal(after(&scene, EVENT_REMOVE, 3, 0, "").viable, TRI_YES);
	end(&scene);

	/* The last of its group: the group is gone, or a new device has its number already. */
	begin(&scene);
	put(&scene, 3, 0, "nvme");
	a = after(&scene, EVENT_REMOVE, 3, 0, "");
	assert_true(a.has_group && a.group == 8 && a.group_is_gone);
	scene.now.machine.nr_groups = 0;
	a = after(&scene, EVENT_REMOVE, 3, 0, "");
	assert_true(a.has_group && a.group == 8 && a.group_is_gone);
	end(&scene);

	/* In no group; and never seen. */
	begin(&scene);
	a = after(&scene, EVENT_REMOVE, 4, 0, "");
	assert_true(a.group_known && !a.has_group);
	a = after(&scene, EVENT_REMOVE, 5, 0, "");
	assert_true(!a.group_known && !a.has_group);
	assert_int_equal(a.viable, TRI_UNKNOWN);
	end(&scene);
}

static void test_add(void **state)
{
	struct scene scene;
	struct aftermath a;

	(void)state;
	begin(&scene);
	put(&scene, 3, 2, "nvme"); /* which came after it was added */
	a = after(&scene, EVENT_ADD, 3, 2, "");
	assert_true(a.group_known && a.has_group && a.group == 8);
	assert_true(a.driver_known && !a.driver);
	assert_int_equal(a.viable, TRI_YES);
	put(&scene, 4, 0, NULL);
	a = after(&scene, EVENT_ADD, 4, 0, "");
	assert_true(a.group_known && !a.has_group);
	/* Gone again: what was at that address before says nothing about it. */
	a = after(&scene, EVENT_ADD, 3, 0, "");
	assert_false(a.group_known);
	end(&scene);
}

static void test_roster(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(scene.roster.nr, 3);
	/* 03:00.0 was removed, and what has its address now is in another group. */
	put(&scene, 2, 0, NULL);
	put(&scene, 3, 0, NULL);
	put(&scene, 4, 0, NULL)->group = &scene.now.group;
	scene.now.group.number = 9;
	follow(&scene, EVENT_UNBIND, 3, 0);
	assert_int_equal(after(&scene, EVENT_REMOVE, 3, 0, "").group, 8);
	follow(&scene, EVENT_REMOVE, 3, 0);
	assert_int_equal(scene.roster.nr, 2);
	assert_false(after(&scene, EVENT_REMOVE, 3, 0, "").group_known);
	follow(&scene, EVENT_REMOVE, 3, 0); /* of what is not there */
	assert_int_equal(scene.roster.nr, 2);
	follow(&scene, EVENT_ADD, 3, 0);
	assert_int_equal(after(&scene, EVENT_REMOVE, 3, 0, "").group, 9);
	/* A device that had no group may have got one. */
	assert_false(after(&scene, EVENT_REMOVE, 4, 0, "").has_group);
	follow(&scene, EVENT_BIND, 4, 0);
	assert_int_equal(after(&scene, EVENT_REMOVE, 4, 0, "").group, 9);
	/* In front of all others; and one that was not known before. */
	follow(&scene, EVENT_ADD, 2, 0);
	assert_true(after(&scene, EVENT_REMOVE, 2, 0, "").group_known);
	assert_int_equal(after(&scene, EVENT_REMOVE, 3, 1, "").group, 8);
	assert_int_equal(scene.roster.nr, 4);
	/* Added and gone before anybody looked. */
	follow(&scene, EVENT_ADD, 3, 1);
	assert_int_equal(scene.roster.nr, 3);
	assert_false(after(&scene, EVENT_REMOVE, 3, 1, "").group_known);
	roster_fill(&scene.roster, &scene.before.machine);
	assert_int_equal(scene.roster.nr, 3);
	assert_int_equal(after(&scene, EVENT_REMOVE, 3, 1, "").group, 8);
	end(&scene);
}

/* Devices of other buses are in groups too, and stay. */
static void test_other_bus(void **state)
{
	struct scene scene;
	struct device *other;

	(void)state;
	begin(&scene);
	put(&scene, 3, 0, "nvme");
	other = world_join(&scene.now, place(&scene.now, 0, 0, -1));
	other->is_pci = false;
	other->bdf = (struct bdf){ 0, 3, 0, 0 };
	roster_fill(&scene.roster, &scene.now.machine);
	assert_int_equal(scene.roster.nr, 1);
	assert_false(after(&scene, EVENT_REMOVE, 3, 0, "").group_is_gone);
	assert_int_equal(after(&scene, EVENT_REMOVE, 3, 0, "").viable, TRI_YES);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_bind_is_past),
		cmocka_unit_test(test_bind_without_name),
		cmocka_unit_test(test_unbind),
		cmocka_unit_test(test_unbind_of_what_is_gone),
		cmocka_unit_test(test_gone_while_read),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_roster),
		cmocka_unit_test(test_other_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
