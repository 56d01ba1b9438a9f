/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step of a device: it is written down, done, and looked at. */
#include "bind/act_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/*
 * Tests stop or kill the program between any two things that it does: IOMMUTOOL_TEST_SIGNAL=N:S
 * raises signal S at the N-th point, counted from 1.
 */
void test_point(struct act *act)
{
	const char *text = getenv("IOMMUTOOL_TEST_SIGNAL");
	unsigned point, number;

	act->points++;
	if (text && sscanf(text, "%u:%u", &point, &number) == 2 && point == act->points)
		raise((int)number);
}

/* Who keeps a device from being let go, as far as it can be told: it came after the guards. */
static char *holders_of(struct act *act, const struct change *change)
{
	struct machine *machine = act->plan->machine;
	_cleanup_free_ bool *wanted = xcalloc(machine->nr_devices, sizeof(*wanted));
	const struct group *group = change->device->group;

	wanted[change->device - machine->devices] = true;
	collect_group_users(act->plan->source, machine, wanted, false);
	if (!group || group->nr_holders == 0)
		return xstrdup("");
	return xasprintf("; process %d (%s) has %s open", group->holders[0].pid,
			 group->holders[0].command, group->holders[0].node);
}

/* The step did not come back: nothing but the driver link is touched from here on. */
static void give_up_waiting(struct act *act, struct change *change, const char *name, pid_t child)
{
	_cleanup_free_ char *holders = holders_of(act, change);
	const char *unwritten = "";
	char where[64];

	child_waits_in(child, where);
	change->record->child = child;
	change->record->child_start = child_start(child);
	if (journal_write(act->journal, change->record, NULL) < 0)
		unwritten = ", which could not be written down";
	change_explain(change, RESULT_STUCK,
		       xasprintf("\"%s\" did not come back within %d s (process %d%s%s%s%s)", name,
				 act->plan->request->timeout_ms / 1000, (int)child,
				 *where ? " waits in " : "", where, holders, unwritten),
		       xasprintf("it may finish later; end what holds the device, then "
				 "\"iommutool restore %s\"",
				 change->name));
}

/* It is read again only when writing it failed: that costs another child. */
static void look_at_override(struct act *act, struct change *change, const struct step *step,
			     int code)
{
	char *override = NULL;
	pid_t stuck;

	if (code == 0 || override_now(act->plan->source, change->name,
				      act->plan->request->timeout_ms, &override, &stuck) < 0)
		override = step->driver && step->kind != STEP_CLEAR ? xstrdup(step->driver) : NULL;
	free(change->reached.override);
	change->reached.override = override;
}

/*
 * @code: what the kernel said to the step
 *
 * Return: NULL, or what is not as it should be after it; to be freed.
 */
static char *look_after(struct act *act, struct change *change, const struct step *step, int code)
{
	char *driver;
	int r;

	if (step->kind == STEP_OVERRIDE || step->kind == STEP_SET || step->kind == STEP_CLEAR)
		look_at_override(act, change, step, code);
	if (step->kind == STEP_OVERRIDE)
		return NULL;
	r = driver_now(act->plan->source, change->name, &driver);
	if (r < 0)
		return xasprintf("driver: %s", strerror(-r));
	free(change->reached.driver);
	change->reached.driver = driver;
	if (step->kind == STEP_LOAD)
		return NULL;
	if (step->kind == STEP_UNBIND)
		return driver ? xasprintf("it has driver %s after the unbind", driver) : NULL;
	/* Without a name whoever took it is right. */
	if (step->driver && !driver)
		return xasprintf("%s did not take it", step->driver);
	if (step->driver && strcmp(driver, step->driver) != 0)
		return xasprintf("%s took it instead of %s", driver, step->driver);
	return NULL;
}

static char *step_problem(const struct step *step, const char *name, int code)
{
	if (code == -EINTR)
		return xasprintf("%s: it did not come back in time, and was stopped", name);
	if (step->kind == STEP_LOAD)
		return xasprintf("%s: it failed, or nothing came of it; see dmesg, modprobe.d",
				 name);
	if (code == -ENODEV || code == -ENOENT)
		return xasprintf("%s: %s: it is gone, or its driver is", name, strerror(-code));
	return xasprintf("%s: %s; see dmesg", name, strerror(-code));
}

/* Return: 0; negative errno, and the change says whether it failed or is stuck. */
static int do_step(struct act *act, struct change *change, const struct step *step)
{
	_cleanup_free_ char *name = step_name(step);
	struct error err = { 0 }, said = { 0 };
	char *problem;
	pid_t stuck;
	int r;

	free(change->record->state);
	change->record->state = xstrdup(name);
	change->record->child = 0;
	r = journal_write(act->journal, change->record, &err);
	/* To go back, the record that is there already is enough. */
	if (r < 0 && !act->undoing) {
		change_explain(change, RESULT_FAILED, xstrdup(err.text), NULL);
		return r;
	}
	test_point(act);
	r = take_step(act->plan->source, change->name, step, act->plan->request->timeout_ms, &stuck,
		      &said);
	test_point(act);
	if (stuck) {
		give_up_waiting(act, change, name, stuck);
		return -ETIMEDOUT;
	}
	/* What the kernel says is no proof, in either case. */
	problem = look_after(act, change, step, r);
	if (r < 0) {
		free(problem);
		problem = *said.text ? xstrdup(said.text) : step_problem(step, name, r);
	}
	if (problem)
		change_explain(change, RESULT_FAILED, problem, NULL);
	return problem ? (r < 0 ? r : -EIO) : 0;
}

int do_steps(struct act *act, struct change *change, const struct steps *steps)
{
	int r = 0;

	for (size_t i = 0; i < steps->nr && r == 0; i++)
		r = do_step(act, change, &steps->items[i]);
	return r;
}
