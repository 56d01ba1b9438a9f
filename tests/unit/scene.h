/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A question for a guard, made by hand: a machine, what its host does with it, and one device,
 * 0000:03:00.0 in group 8, that is to go from its driver "drv" to vfio-pci and is idle.
 */
#ifndef IOMMUTOOL_TEST_SCENE_H
#define IOMMUTOOL_TEST_SCENE_H

#include "bind/guards.h"
#include "util/alloc.h"
#include "world.h"

#define NVME 0x010802
/* What to do about what is unknown. */
#define AS_ROOT "look as root, outside of containers"
#define SYSFS(file) "ls -l /sys/bus/pci/devices/0000:03:00.0/" file " says why"

struct scene {
	struct world world;
	struct usage *usage;
	struct device *device;
	bool taken[WORLD_MAX];
	const char *to;
	enum tristate matches;
	bool giving_back;
	/* Holders of the group, and one device's VFIO node. */
	struct holder holders[4];
	char *cdev;
};

/* Facts of a device itself: not for the boot screen, no virtual function, enabled once. */
static inline struct function *scene_function(struct scene *scene, struct device *device)
{
	struct usage *usage = scene->usage;

	usage->functions = xgrow(usage->functions, usage->nr_functions, sizeof(*usage->functions));
	usage->functions[usage->nr_functions] = (struct function){ device, TRI_NO, 0, 1, -1, -1 };
	return &usage->functions[usage->nr_functions++];
}

/* Adds a device of the group, 0000:03:00.FUNCTION, on a driver ("?" unknown, NULL none). */
static inline struct device *scene_member(struct scene *scene, uint8_t function, int class,
					  const char *driver)
{
	struct device *device =
		world_join(&scene->world, world_device(&scene->world, 0, 3, 0, function, class));

	device->group_known = true;
	device->driver_known = !driver || strcmp(driver, "?") != 0;
	device->driver = device->driver_known ? (char *)driver : NULL;
	return device;
}

static inline void scene_init(struct scene *scene, int class)
{
	*scene = (struct scene){ .to = "vfio-pci", .matches = TRI_YES };
	world_init(&scene->world);
	scene->world.machine.groups_known = true;
	scene->world.group.holders = scene->holders;
	scene->usage = usage_new();
	scene->usage->vfio_pci_loaded = true;
	scene->device = scene_member(scene, 0, class, "drv");
	scene->taken[0] = true;
	scene_function(scene, scene->device);
}

static inline void scene_free(struct scene *scene)
{
	usage_free(scene->usage);
}

/* A process that has the group, or a device of it, open. */
static inline void scene_holder(struct scene *scene, int pid, const char *command, const char *node)
{
	struct holder *holder = &scene->holders[scene->world.group.nr_holders++];

	assert_true(scene->world.group.nr_holders <= COUNT(scene->holders));
	*holder = (struct holder){ .pid = pid, .node = (char *)node };
	snprintf(holder->command, sizeof(holder->command), "%s", command);
}

static inline void expect_text(const char *guard, const char *what, const char *got,
			       const char *wanted)
{
	bool same = got && wanted ? strcmp(got, wanted) == 0 : got == wanted;

	if (!same)
		fail_msg("%s: %s is \"%s\", not \"%s\"", guard, what, got ? got : "(none)",
			 wanted ? wanted : "(none)");
}

/* Asks a guard and compares its whole finding; NULL: there must be no such text. */
static inline void expect(struct scene *scene, const char *name, enum guard_answer answer,
			  const char *fact, const char *next)
{
	const struct guard *guard = find_guard(name);
	const struct guard_question question = {
		.machine = &scene->world.machine,
		.usage = scene->usage,
		.device = scene->device,
		.taken = scene->taken,
		.to = scene->to,
		.matches = scene->matches,
		.giving_back = scene->giving_back,
	};
	struct guard_finding finding;

	assert_non_null(guard);
	finding = guard->ask(&question);
	expect_text(name, "fact", finding.fact, fact);
	expect_text(name, "next", finding.next, next);
	expect_text(name, "answer", guard_answer_name(finding.answer), guard_answer_name(answer));
	guard_finding_free(&finding);
}

/* It says nothing, or only how well it is. */
static inline void expect_pass(struct scene *scene, const char *name, const char *fact)
{
	expect(scene, name, GUARD_PASS, fact, NULL);
}

#endif
