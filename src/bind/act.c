/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doing what is planned: journal, step, look; and undoing it when it fails. */
#include "bind/bind.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/rule.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

struct act {
	struct bind_plan *plan;
	const struct journal *journal;
	bool undoing;
	unsigned points; /* that were passed, for tests */
};

/*
 * Tests stop or kill the program between any two things that it does: IOMMUTOOL_TEST_SIGNAL=N:S
 * raises signal S at the N-th point, counted from 1.
 */
static void test_point(struct act *act)
{
	const char *text = getenv("IOMMUTOOL_TEST_SIGNAL");
	unsigned point, number;

	act->points++;
	if (text && sscanf(text, "%u:%u", &point, &number) == 2 && point == act->points)
		raise((int)number);
}

/* --- one step ---------------------------------------------------------------------------- */

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

	if (code == 0 ||
	    override_now(change->name, act->plan->request->timeout_ms, &override, &stuck) < 0)
		override = step->driver ? xstrdup(step->driver) : NULL;
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

	if (step->kind == STEP_OVERRIDE) {
		look_at_override(act, change, step, code);
		return NULL;
	}
	r = driver_now(change->name, &driver);
	if (r < 0)
		return xasprintf("driver: %s", strerror(-r));
	free(change->reached.driver);
	change->reached.driver = driver;
	if (step->kind == STEP_UNBIND && driver)
		return xasprintf("it has driver %s after the unbind", driver);
	if (step->kind == STEP_ATTACH && !driver)
		return xasprintf("%s did not take it", step->driver);
	if (step->kind == STEP_ATTACH && strcmp(driver, step->driver) != 0)
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
	struct error err = { 0 };
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
	r = take_step(change->name, step, act->plan->request->timeout_ms, &stuck);
	test_point(act);
	if (stuck) {
		give_up_waiting(act, change, name, stuck);
		return -ETIMEDOUT;
	}
	/* What the kernel says is no proof, in either case. */
	problem = look_after(act, change, step, r);
	if (r < 0) {
		free(problem);
		problem = step_problem(step, name, r);
	}
	if (problem)
		change_explain(change, RESULT_FAILED, problem, NULL);
	return problem ? (r < 0 ? r : -EIO) : 0;
}

static int do_steps(struct act *act, struct change *change, const struct steps *steps)
{
	int r = 0;

	for (size_t i = 0; i < steps->nr && r == 0; i++)
		r = do_step(act, change, &steps->items[i]);
	return r;
}

/* --- one device -------------------------------------------------------------------------- */

static void new_record(const struct act *act, struct change *change)
{
	const struct rule *rule = change->rule_is_other ? NULL : change->rule;
	struct record *record = xcalloc(1, sizeof(*record));

	record->device = xstrdup(change->name);
	record->identity = xstrdup(change->identity);
	record->to = change->goal.driver ? xstrdup(change->goal.driver) : NULL;
	record->state = xstrdup("");
	/* A driver of VFIO that nothing is known about is nothing to give back later. */
	if (change->goal_kind == GOAL_PROBE ||
	    (act->plan->request->giving_back && !rule && driver_is_vfio(change->now.driver)))
		record->before.driver = xstrdup(ANY_DRIVER);
	else
		binding_copy(&record->before, rule ? &rule->before : &change->now);
	change->record = record;
	change->record_is_new = true;
}

/* Drops the record, or says in it that nothing is being done. */
static int close_record(struct act *act, struct change *change, bool drop)
{
	struct error err = { 0 };
	int r;

	if (drop) {
		r = journal_remove(act->journal, change->name, &err);
	} else {
		free(change->record->state);
		change->record->state = xstrdup("done");
		change->record->child = 0;
		r = journal_write(act->journal, change->record, &err);
	}
	test_point(act);
	if (r < 0)
		change_explain(change, RESULT_FAILED, xstrdup(err.text), NULL);
	return r;
}

/* Back to what it was before this run, for a device of which some steps were done. */
static void undo(struct act *act, struct change *change)
{
	_cleanup_free_ char *why = change->reason ? xstrdup(change->reason) : NULL;
	enum bind_result result = change->result == RESULT_FAILED ? RESULT_FAILED
								  : RESULT_ROLLED_BACK;
	struct steps steps = { 0 };
	char *driver;
	int r = driver_now(change->name, &driver);

	if (r == -ENODEV) {
		close_record(act, change, true);
		change_explain(change, RESULT_FAILED,
			       xstrdup("it is gone: it was removed while it was being bound"),
			       NULL);
		return;
	}
	if (r == 0) {
		free(change->reached.driver);
		change->reached.driver = driver;
	}
	steps_between(&change->reached, GOAL_DRIVER, &change->now, &steps);
	act->undoing = true;
	r = do_steps(act, change, &steps);
	act->undoing = false;
	steps_free(&steps);
	if (r == 0) {
		free(change->record->to);
		change->record->to = change->now.driver ? xstrdup(change->now.driver) : NULL;
		r = close_record(act, change, change->record_is_new);
	}
	if (r == 0)
		change_explain(change, result, why ? xstrdup(why) : NULL, NULL);
	else if (change->result == RESULT_FAILED)
		change_explain(change, RESULT_FAILED,
			       xasprintf("%s%sputting it back failed, too: %s", why ? why : "",
					 why ? "; " : "", change->reason),
			       xasprintf("\"iommutool restore %s\" tries again", change->name));
}

static int bind_one(struct act *act, struct change *change)
{
	struct error err = { 0 };
	int r;

	if (!change->record)
		new_record(act, change);
	free(change->record->to);
	change->record->to = xstrdup(change->goal.driver);
	r = do_steps(act, change, &change->steps);
	if (r == 0)
		r = close_record(act, change, false);
	if (r == 0)
		change_explain(change, RESULT_BOUND, NULL, NULL);
	else if (change->result != RESULT_STUCK)
		undo(act, change);
	if (r == 0 && wait_for_nodes(change->name, NODE_TIMEOUT_MS, &err) < 0) {
		change_explain(change, RESULT_BOUND, xstrdup(err.text), NULL);
		change->lacks_node = true;
	}
	return r;
}

/* The rule may be all that knows what was before: it goes when a record has that. */
static int forget_rule(struct act *act, struct change *change, struct error *err)
{
	bool counts = change->device && change->rule && !change->rule_is_other;
	int r;

	if (counts && !change->record)
		new_record(act, change);
	if (counts) {
		binding_free(&change->record->before);
		binding_copy(&change->record->before, &change->rule->before);
		r = journal_write(act->journal, change->record, err);
		if (r < 0)
			return r;
	}
	test_point(act);
	r = rule_remove(RULES_PATH, change->name, err);
	test_point(act);
	return r;
}

static void restore_one(struct act *act, struct change *change)
{
	_cleanup_free_ char *said = change->reason ? xstrdup(change->reason) : NULL;
	struct error err = { 0 };
	bool keeps;
	int r = 0;

	if (change->forget_rule && forget_rule(act, change, &err) < 0) {
		change_explain(change, RESULT_FAILED, xstrdup(err.text), NULL);
		return;
	}
	if (change->steps.nr > 0 && !change->record)
		new_record(act, change);
	r = do_steps(act, change, &change->steps);
	/* What was before is still to be given back. */
	keeps = act->plan->request->to_none && change->device && change->record;
	if (r == 0 && (change->record || change->drop_record))
		r = close_record(act, change, !keeps);
	if (r == 0 && change->goal_kind == GOAL_PROBE && change->reached.driver)
		change->goal.driver = xstrdup(change->reached.driver);
	if (r == 0 && change->goal_kind == GOAL_PROBE && !change->now.driver &&
	    !change->now.override && !change->reached.driver)
		change_explain(change, RESULT_UNCHANGED,
			       xstrdup("nothing was recorded before, and no driver takes it"),
			       NULL);
	else if (r == 0)
		change_explain(change, RESULT_RESTORED, said ? xstrdup(said) : NULL, NULL);
}

/* --- the set ----------------------------------------------------------------------------- */

/* Whether a signal came that would end us; nohup(1) and shells have some of them ignored. */
static bool interrupted(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action;
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigismember(&pending, numbers[i]) &&
		    sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			return true;
	return false;
}

/* Return: 0 or negative errno, with the reason in the first change. */
static int load(struct act *act)
{
	for (size_t i = 0; i < act->plan->loads.nr; i++) {
		const struct step *step = &act->plan->loads.items[i];
		pid_t stuck;
		int r = take_step(NULL, step, act->plan->request->timeout_ms, &stuck);

		/* Another one, vfio_iommu_type1, the kernel asks for by itself when it is wanted.
		 */
		if (r == 0 || strcmp(step->driver, act->plan->request->to) != 0)
			continue;
		for (size_t k = 0; k < act->plan->nr_changes; k++)
			if (act->plan->changes[k].result == RESULT_PLANNED)
				change_explain(&act->plan->changes[k], RESULT_FAILED,
					       xasprintf("modprobe %s: %s", step->driver,
							 stuck || r == -EINTR
								 ? "it did not come back"
								 : "it failed, or nothing came of "
								   "it; see dmesg, modprobe.d"),
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
static void catch_up(struct change *change)
{
	char *driver;

	if (driver_now(change->name, &driver) < 0 || !driver ||
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
			catch_up(&plan->changes[i]);
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
