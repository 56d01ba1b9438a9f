/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of bind and restore on FreeBSD: which, what they are called, and doing them. */
#include "bind/freebsd/way.h"

#include <errno.h>
#include <string.h>

#include "bind/freebsd/devctl.h"
#include "bind/freebsd/drivers.h"
#include "model/bdf.h"
#include "model/freebsd/ppt.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* --- which -------------------------------------------------------------------------------- */

int freebsd_binding_now(struct os *os, const char *device, struct binding *binding,
			struct error *err)
{
	struct freebsd_place place;
	struct bdf bdf;
	int r;

	*binding = (struct binding){ 0 };
	if (bdf_parse(device, &bdf) < 0)
		return fail(err, -EINVAL, "%s: no address of a PCI device", device);
	r = freebsd_look(os, &bdf, &place, err);
	if (r == 0 && *place.class_name)
		*(place.is_attached ? &binding->driver : &binding->override) =
			xstrdup(place.class_name);
	return r;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* To the driver that the kernel chooses; @driver: which it should be, NULL: any. */
static void choose(const struct binding *now, const char *driver, struct steps *steps)
{
	/* Clearing does nothing where nothing can be forced. */
	steps_add(steps, now->driver || now->override ? STEP_CLEAR : STEP_PROBE, driver);
}

static void force(const struct binding *now, const struct binding *goal, struct steps *steps)
{
	const char *driver = goal->driver ? goal->driver : goal->override;

	if (!now->driver && same(now->override, driver))
		steps_add(steps, STEP_ATTACH, driver);
	else if (!same(now->driver, driver))
		steps_add(steps, STEP_SET, driver);
	if (!goal->driver)
		steps_add(steps, STEP_UNBIND, driver);
}

/* The kernel chooses it only for what pptdevs names; whether one was forced to it nobody knows. */
static bool is_passthrough(const char *driver)
{
	return driver && strcmp(driver, PPT_DRIVER) == 0;
}

void freebsd_steps_between(const struct binding *now, enum goal_kind kind,
			   const struct binding *goal, struct steps *steps)
{
	bool is_there = kind == GOAL_DRIVER && same(now->driver, goal->driver) &&
			(now->driver || same(now->override, goal->override));

	if (is_there)
		return;
	if (kind == GOAL_PROBE)
		choose(now, NULL, steps);
	else if (kind == GOAL_NONE && now->driver)
		steps_add(steps, STEP_UNBIND, now->driver);
	else if (kind == GOAL_DRIVER && (goal->override || is_passthrough(goal->driver)))
		force(now, goal, steps);
	else if (kind == GOAL_DRIVER)
		choose(now, goal->driver, steps);
}

/* --- what they are called ----------------------------------------------------------------- */

/* What is behind the words is the driver, or, for people, the device. */
static const struct {
	const char *words;
	bool names_driver;
	const char *command;
	bool takes_driver;
} forms[] = {
	[STEP_SET] = { "set driver", true, "devctl set driver -f", true },
	[STEP_CLEAR] = { "clear driver", false, "devctl clear driver -f", false },
	[STEP_ATTACH] = { "attach", true, "devctl attach", false },
	[STEP_PROBE] = { "attach", false, "devctl attach", false },
	[STEP_UNBIND] = { "detach", false, "devctl detach", false },
};

char *freebsd_step_name(const struct step *step)
{
	bool names_driver = forms[step->kind].names_driver;

	if (step->kind == STEP_LOAD)
		return xasprintf("load %s", step->driver);
	return xasprintf("%s%s%s", forms[step->kind].words, names_driver ? " " : "",
			 names_driver ? step->driver : "");
}

char *freebsd_step_text(struct os *os, const char *device, const struct step *step)
{
	bool takes_driver = forms[step->kind].takes_driver;
	char name[DEVICE_NAME_SIZE];
	struct bdf bdf;

	if (step->kind == STEP_LOAD)
		return xasprintf("kldload %s", freebsd_module_of(step->driver));
	if (bdf_parse(device, &bdf) < 0)
		return xstrdup("?");
	freebsd_name_device(os, &bdf, name);
	return xasprintf("%s %s%s%s", forms[step->kind].command, name, takes_driver ? " " : "",
			 takes_driver ? step->driver : "");
}

/* --- doing them --------------------------------------------------------------------------- */

int freebsd_take_step(struct os *os, const char *device, const struct step *step, struct error *err)
{
	struct bdf bdf;

	if (step->kind == STEP_LOAD)
		return freebsd_load_driver(os, step->driver, err);
	if (bdf_parse(device, &bdf) < 0)
		return fail(err, -EINVAL, "%s: no address of a PCI device", device);
	switch (step->kind) {
	case STEP_SET:
		return freebsd_set_driver(os, &bdf, step->driver, err);
	case STEP_CLEAR:
		return freebsd_clear_driver(os, &bdf, err);
	case STEP_ATTACH:
		return freebsd_attach(os, &bdf, step->driver, err);
	case STEP_PROBE:
		return freebsd_attach(os, &bdf, NULL, err);
	case STEP_UNBIND:
		return freebsd_detach(os, &bdf, err);
	default:
		return fail(err, -EINVAL, "override: FreeBSD has none");
	}
}
