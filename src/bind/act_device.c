/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One device: its record, its steps, and undoing them. */
#include "bind/act_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/rule.h"
#include "util/alloc.h"
#include "util/cleanup.h"

void new_record(const struct act *act, struct change *change)
{
	const struct rule *rule = change->rule_is_other ? NULL : change->rule;
	struct record *record = xcalloc(1, sizeof(*record));

	record->device = xstrdup(change->name);
	record->identity = xstrdup(change->identity);
	record->to = change->goal.driver ? xstrdup(change->goal.driver) : NULL;
	record->state = xstrdup("");
	/* A driver of VFIO that nothing is known about is nothing to give back later. */
	if (change->goal_kind == GOAL_PROBE ||
	    (act->plan->request->giving_back && !rule && driver_hands_out(change->now.driver)))
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
void undo(struct act *act, struct change *change)
{
	_cleanup_free_ char *why = change->reason ? xstrdup(change->reason) : NULL;
	enum bind_result result = change->result == RESULT_FAILED ? RESULT_FAILED
								  : RESULT_ROLLED_BACK;
	struct steps steps = { 0 };
	char *driver;
	int r = driver_now(act->plan->source, change->name, &driver);

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

int bind_one(struct act *act, struct change *change)
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
	r = rule_remove(change->name, err);
	test_point(act);
	return r;
}

void restore_one(struct act *act, struct change *change)
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
	if (r == 0 && !change->goal.driver && change->reached.driver)
		change->goal.driver = xstrdup(change->reached.driver);
	if (r == 0 && change->goal_kind == GOAL_PROBE && !change->now.driver &&
	    !change->now.override && !change->reached.driver)
		change_explain(change, RESULT_UNCHANGED,
			       xstrdup("nothing was recorded before, and no driver takes it"),
			       NULL);
	else if (r == 0)
		change_explain(change, RESULT_RESTORED, said ? xstrdup(said) : NULL, NULL);
}
