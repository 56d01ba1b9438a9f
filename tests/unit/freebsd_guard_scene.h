/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A question for a guard of FreeBSD: 0000:01:00.0 of passthrough_scene.h, an idle igb0 of the host
 * that is to go to ppt, on a host of which everything is known and nothing speaks against it.
 */
#ifndef IOMMUTOOL_TEST_FREEBSD_GUARD_SCENE_H
#define IOMMUTOOL_TEST_FREEBSD_GUARD_SCENE_H

#include "passthrough_scene.h"

#include "bind/freebsd/guard_list.h"
#include "model/freebsd/bhyve_host.h"
#include "model/usage.h"
#include "util/alloc.h"

/* --- what the linker puts in the place of what Linux has (WRAP in the Makefile) ----------- */

bool __wrap_driver_hands_out(const char *name);
enum tristate __wrap_device_blocks(const struct device *device);

bool __wrap_driver_hands_out(const char *name)
{
	return name && strcmp(name, PPT_DRIVER) == 0;
}

#define device_blocks __wrap_device_blocks
#include "model/freebsd/entry_blocks.c"
#undef device_blocks

/* --- the question ------------------------------------------------------------------------- */

/* What there is to do about what is unknown, where it is only a capture that was asked. */
#define ON_THE_MACHINE "look on the machine itself"

struct guard_scene {
	struct scene scene; /* its .bhyve and .question are not looked at */
	struct world *world;
	struct device *device;
	struct bhyve_device *known; /* of the device */
	struct bhyve_host *host;
	struct usage *usage;
	bool taken[WORLD_MAX];
	const char *to;
	enum tristate matches;
	bool giving_back;
};

static inline struct bhyve_device *known_of(struct guard_scene *it, const struct device *device)
{
	return &it->host->devices[device - it->world->devices];
}

/* What the collectors tell of one more device of the machine. */
static inline struct device *tell_of(struct guard_scene *it, struct device *device)
{
	*known_of(it, device) = (struct bhyve_device){
		.config = it->scene.question.config,
		.ppt = { PPT_HOST, TRI_NO, "the host's driver has it" },
		.kernel_bdf = device->bdf,
		.boot_display = TRI_NO,
	};
	return device;
}

static inline void guard_scene_init(struct guard_scene *it)
{
	*it = (struct guard_scene){ .to = "ppt", .matches = TRI_YES };
	init(&it->scene);
	it->world = &it->scene.world;
	it->device = it->scene.device;
	it->device->driver = (char *)"igb";
	it->host = xcalloc(1, sizeof(*it->host) + WORLD_MAX * sizeof(it->host->devices[0]));
	it->host->bhyve = it->scene.bhyve;
	it->host->uses = (struct bhyve_uses){ .pptdevs_known = true,
					      .loads_vmm = TRI_YES,
					      .disks_known = true,
					      .serial_console = TRI_NO };
	it->world->machine.bhyve = it->host;
	tell_of(it, it->scene.port)->driver = (char *)"pcib";
	it->known = known_of(it, tell_of(it, it->device));
	it->usage = usage_new();
	it->taken[it->device - it->world->devices] = true;
}

static inline void guard_scene_free(struct guard_scene *it)
{
	usage_free(it->usage);
	free(it->host);
}

/* A machine of which nothing could be asked but its devices. */
static inline void forget_host(struct guard_scene *it)
{
	it->world->machine.bhyve = NULL;
}

static inline struct interface *add_interface(struct guard_scene *it, const char *name, bool up)
{
	struct interface *interface = usage_add_interface(it->usage, it->device, name);

	interface->up = up;
	return interface;
}

static inline void same_text(const char *what, const char *got, const char *wanted)
{
	if (got && wanted ? strcmp(got, wanted) != 0 : got != wanted)
		fail_msg("%s is \"%s\", not \"%s\"", what, got ? got : "(none)",
			 wanted ? wanted : "(none)");
}

/* The whole finding of a guard; NULL: there must be no such text. */
static inline void says(struct guard_scene *it, freebsd_guard *guard, enum guard_answer answer,
			const char *fact, const char *next)
{
	const struct guard_question question = {
		.machine = &it->world->machine,
		.usage = it->usage,
		.device = it->device,
		.taken = it->taken,
		.to = it->to,
		.matches = it->matches,
		.giving_back = it->giving_back,
	};
	struct guard_finding finding = guard(&question);

	same_text("the fact", finding.fact, fact);
	same_text("the next step", finding.next, next);
	same_text("the answer", guard_answer_name(finding.answer), guard_answer_name(answer));
	guard_finding_free(&finding);
}

static inline void passes(struct guard_scene *it, freebsd_guard *guard, const char *fact)
{
	says(it, guard, GUARD_PASS, fact, NULL);
}

/* Each test begins anew. */
static inline int begin_question(void **state)
{
	static struct guard_scene it;

	guard_scene_init(&it);
	*state = &it;
	return 0;
}

static inline int end_question(void **state)
{
	guard_scene_free(*state);
	return 0;
}

#define in_question(test) cmocka_unit_test_setup_teardown(test, begin_question, end_question)

#endif
