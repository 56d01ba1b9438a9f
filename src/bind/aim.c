/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a device goes, and by which steps. */
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/plan_parts.h"
#include "bind/rule.h"
#include "model/viability.h"
#include "util/alloc.h"

static void aim_at_driver(struct change *change, const char *to)
{
	if (change->now.driver && strcmp(change->now.driver, to) == 0) {
		change_explain(change, RESULT_UNCHANGED, NULL, NULL);
		return;
	}
	change->goal.driver = xstrdup(to);
	change->goal.override = xstrdup(to);
}

/* What was there before anybody touched it; the rule knows it beyond a reboot. */
static const struct binding *known_before(const struct change *change)
{
	if (change->rule && !change->rule_is_other)
		return &change->rule->before;
	return change->record ? &change->record->before : NULL;
}

static bool on_vfio(const struct change *change)
{
	return change->device->has_vfio_dev || driver_hands_out(change->now.driver);
}

/* Without a record of a driver: whether it has what the kernel would choose. */
static bool is_back(const struct bind_plan *plan, const struct change *change)
{
	bool has_override = change->now.override && plan->source->live;

	return !on_vfio(change) && !has_override && change->now.driver;
}

/* Whether somebody else gave it a driver since, where there was none before us. */
static bool has_new_driver(const struct change *change, const struct binding *before)
{
	const char *ours = change->record ? change->record->to : change->rule->to;

	/* In the middle of something it may still have the one of an earlier bind. */
	if (change->record && strcmp(change->record->state, "done") != 0)
		return false;
	return !before->driver && change->now.driver && !on_vfio(change) &&
	       !(ours && strcmp(change->now.driver, ours) == 0);
}

static void aim_back(const struct bind_plan *plan, struct change *change)
{
	const struct binding *before = known_before(change);
	bool any = !before || (before->driver && strcmp(before->driver, ANY_DRIVER) == 0);

	change->forget_rule = change->rule != NULL;
	if (plan->request->to_none) {
		change->goal_kind = GOAL_NONE;
		change->goal.override = !any && before->override ? xstrdup(before->override) : NULL;
	} else if (!any) {
		binding_copy(&change->goal, before);
		if (has_new_driver(change, before)) {
			change->goal.driver = xstrdup(change->now.driver);
			change->reason = xasprintf("it had no driver before; %s came since, and "
						   "stays",
						   change->now.driver);
		}
	} else if (is_back(plan, change)) {
		binding_copy(&change->goal, &change->now);
	} else {
		change->goal_kind = GOAL_PROBE;
		change->reason = xasprintf("nothing was recorded before: the %s is cleared and "
					   "the kernel chooses the driver",
					   override_name);
	}
}

/* The driver that it goes back to may have been unloaded since. */
static void load_its_driver(const struct bind_plan *plan, struct change *change)
{
	const char *driver = change->goal.driver;

	if (!plan->source->live || !driver ||
	    (change->now.driver && strcmp(change->now.driver, driver) == 0))
		return;
	switch (driver_state(plan->source, plan->machine, driver)) {
	case DRIVER_LOADABLE:
		steps_add(&change->steps, STEP_LOAD, driver);
		break;
	case DRIVER_MISSING:
		change_explain(change, RESULT_FAILED,
			       xasprintf("its driver %s is not there any more", driver),
			       xstrdup("load the module that has it, then restore again"));
		break;
	default:
		break;
	}
}

static bool nothing_is_written_down(const struct bind_plan *plan, const struct change *change)
{
	return (!change->record || plan->request->to_none) && !change->drop_record && !change->rule;
}

void aim(const struct bind_plan *plan, struct change *change)
{
	if (change->result != RESULT_PLANNED)
		return;
	if (!change->device) {
		change->forget_rule = change->rule != NULL;
		change->drop_record = true;
		change->reason = xstrdup("it is not there any more; what was recorded goes");
		return;
	}
	if (plan->request->giving_back) {
		aim_back(plan, change);
		load_its_driver(plan, change);
	} else {
		aim_at_driver(change, plan->request->to);
	}
	if (change->result != RESULT_PLANNED)
		return;
	steps_between(&change->now, change->goal_kind, &change->goal, &change->steps);
	if (change->steps.nr == 0 && nothing_is_written_down(plan, change))
		change->result = RESULT_UNCHANGED;
}
