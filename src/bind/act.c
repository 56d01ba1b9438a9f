/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doing what is planned: all of the set or nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bind/act_parts.h"
#include "bind/driver.h"
#include "bind/journal.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/interrupt.h"

/* Return: 0 or negative errno, with the reason in the first change. */
static int load(struct act *act)
{
	for (size_t i = 0; i < act->plan->loads.nr; i++) {
		const struct step *step = &act->plan->loads.items[i];
		_cleanup_free_ char *text = step_text(act->plan->source, NULL, step);
		struct error err = { 0 };
		pid_t stuck;
		int r = take_step(act->plan->source, NULL, step, act->plan->request->timeout_ms,
				  &stuck, &err);

		/* Another one, vfio_iommu_type1, the kernel asks for by itself when it is wanted.
		 */
		if (r == 0 || strcmp(step->driver, act->plan->request->to) != 0)
			continue;
		for (size_t k = 0; k < act->plan->nr_changes; k++)
			if (act->plan->changes[k].result == RESULT_PLANNED)
				change_explain(&act->plan->changes[k], RESULT_FAILED,
					       *err.text && !stuck
						       ? xstrdup(err.text)
						       : xasprintf("%s: %s", text,
								   stuck || r == -EINTR
									   ? "it did not come back"
									   : "it failed, or "
									     "nothing came of it; "
									     "see dmesg, "
									     "modprobe.d"),
					       NULL);
		return r;
	}
	return 0;
}

/* Loading the driver moved it, though its turn never came. */
static void undo_load(struct act *act, struct change *change)
{
	_cleanup_free_ char *why = change->reason ? xstrdup(change->reason) : NULL;
	enum bind_result result = change->result;

	if (!change->record)
		new_record(act, change);
	change->result = RESULT_BOUND;
	undo(act, change);
	if (change->result == RESULT_ROLLED_BACK && result == RESULT_REFUSED)
		change_explain(change, result, why ? xstrdup(why) : NULL, NULL);
}

static bool was_moved(const struct change *change)
{
	return change->reached.driver &&
	       (!change->now.driver || strcmp(change->reached.driver, change->now.driver) != 0);
}

static void undo_one(struct act *act, struct change *change, const struct change *culprit)
{
	_cleanup_free_ char *why =
		culprit ? xasprintf("%s: %s", culprit->name, bind_result_name(culprit->result))
			: xstrdup("interrupted");

	if (change->result == RESULT_BOUND && change->record) {
		change_explain(change, RESULT_BOUND, xstrdup(why), NULL);
		undo(act, change);
	} else if (change->result == RESULT_PLANNED) {
		change_explain(change, culprit ? RESULT_PLANNED : RESULT_FAILED,
			       xasprintf("not done: %s", why), NULL);
		if (was_moved(change))
			undo_load(act, change);
	} else if (change->result == RESULT_REFUSED && was_moved(change)) {
		undo_load(act, change);
	}
}

static void undo_set(struct act *act, const struct change *culprit)
{
	for (size_t i = act->plan->nr_changes; i-- > 0;)
		undo_one(act, &act->plan->changes[i], culprit);
}

/* Loading the driver may have bound it already: by an override that it had, or configured IDs. */
static void catch_up(const struct act *act, struct change *change)
{
	char *driver;

	if (driver_now(act->plan->source, change->name, &driver) < 0 || !driver ||
	    strcmp(driver, change->goal.driver) != 0) {
		free(driver);
		return;
	}
	free(change->reached.driver);
	change->reached.driver = driver;
	steps_free(&change->steps);
	steps_between(&change->reached, GOAL_DRIVER, &change->goal, &change->steps);
}

static void bind_set(struct act *act)
{
	struct bind_plan *plan = act->plan;
	bool waited = plan->loads.nr > 0; /* much may have happened since the guards were asked */

	for (size_t i = 0; i < plan->nr_changes && waited; i++)
		if (plan->changes[i].result == RESULT_PLANNED)
			catch_up(act, &plan->changes[i]);
	for (size_t i = 0; i < plan->nr_changes; i++) {
		struct change *change = &plan->changes[i];

		if (change->result != RESULT_PLANNED)
			continue;
		if (interrupted()) {
			undo_set(act, NULL);
			return;
		}
		if ((waited && !bind_plan_ask_again(plan, change)) || bind_one(act, change) < 0) {
			undo_set(act, change);
			return;
		}
		waited = true;
	}
}

void bind_plan_act(struct bind_plan *plan, const struct journal *journal)
{
	struct act act = { .plan = plan, .journal = journal };

	if (plan->request->giving_back) {
		/* Each by itself: one that cannot go back keeps no other from it. */
		for (size_t i = 0; i < plan->nr_changes; i++)
			if (plan->changes[i].result == RESULT_PLANNED)
				restore_one(&act, &plan->changes[i]);
	} else if (load(&act) == 0) {
		bind_set(&act);
	}
}
