/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to happen to each device, and what the guards say to it. */
#include "bind/bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/rule.h"
#include "bind/steps.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

const char *bind_result_name(enum bind_result result)
{
	static const char *const names[] = {
		[RESULT_PLANNED] = "planned",	[RESULT_BOUND] = "bound",
		[RESULT_RESTORED] = "restored", [RESULT_UNCHANGED] = "unchanged",
		[RESULT_REFUSED] = "refused",	[RESULT_FAILED] = "failed",
		[RESULT_STUCK] = "stuck",	[RESULT_ROLLED_BACK] = "rolled-back",
	};

	return names[result];
}

void change_explain(struct change *change, enum bind_result result, char *reason, char *next)
{
	free(change->reason);
	free(change->next);
	change->result = result;
	change->reason = reason;
	change->next = next;
}

/* --- what is known before ---------------------------------------------------------------- */

char *device_identity(const struct device *device, const struct function *function)
{
	return xasprintf("%04x:%04x:%04x:%04x", (unsigned)device->vendor & 0xffff,
			 (unsigned)device->product & 0xffff,
			 (unsigned)(function ? function->sub_vendor : -1) & 0xffff,
			 (unsigned)(function ? function->sub_product : -1) & 0xffff);
}

/* A step of an earlier run that has not come back. Return: whether the device must be left alone.
 */
static bool still_stuck(struct change *change)
{
	const struct record *record = change->record;
	char where[64];

	/* PIDs are used again; without its beginning nothing tells that it is the same one. */
	if (!record || !record->child || !record->child_start ||
	    child_start(record->child) != record->child_start)
		return false;
	child_waits_in(record->child, where);
	change_explain(change, RESULT_STUCK,
		       xasprintf("\"%s\" of an earlier run still waits (process %d%s%s)",
				 record->state, (int)record->child, *where ? " in " : "", where),
		       xstrdup("end what holds the device, then restore it"));
	return true;
}

/* A record or rule of another device that was at this address before says nothing. */
static void drop_if_other(struct change *change)
{
	if (change->record && strcmp(change->record->identity, change->identity) != 0) {
		record_free(change->record);
		change->record = NULL;
		change->drop_record = true;
	}
	if (change->rule && strcmp(change->rule->identity, change->identity) != 0)
		change->rule_is_other = true;
}

/* --expect: "IDENTITY" or "IDENTITY/SERIAL". Return: whether it is that device. */
static bool is_expected(const struct bind_plan *plan, struct change *change)
{
	_cleanup_free_ char *serial = NULL, *is = NULL;

	if (!plan->request->expect)
		return true;
	if (strchr(plan->request->expect, '/'))
		serial = read_serial(plan->source, change->device);
	is = xasprintf("%s%s%s", change->identity, serial ? "/" : "", serial ? serial : "");
	if (strcasecmp(is, plan->request->expect) == 0)
		return true;
	change_explain(change, RESULT_REFUSED,
		       xasprintf("it is %s, not %s", is, plan->request->expect),
		       xstrdup("see \"iommutool groups\" for where that device is now"));
	return false;
}

static void read_now(const struct bind_plan *plan, const struct journal *journal,
		     struct change *change)
{
	struct error err = { 0 };
	pid_t stuck;
	int r;

	if (change->device) {
		const struct function *function = find_function(plan->usage, change->device);

		change->identity = device_identity(change->device, function);
		if (change->device->driver)
			change->now.driver = xstrdup(change->device->driver);
		if (!is_expected(plan, change))
			return;
	}
	if (!plan->source->live) {
		change->now.override = xstrdup("?"); /* no capture has it: the plan sets it */
		return;
	}
	if (journal_read(journal, change->name, &change->record, &err) < 0 ||
	    rule_read(RULES_PATH, change->name, &change->rule, &err) < 0) {
		change_explain(change, RESULT_FAILED, xstrdup(err.text), NULL);
		return;
	}
	if (!change->device || still_stuck(change))
		return;
	drop_if_other(change);
	r = override_now(change->name, plan->request->timeout_ms, &change->now.override, &stuck);
	if (stuck)
		change_explain(change, RESULT_STUCK,
			       xstrdup("its driver_override does not answer: something waits for "
				       "its driver"),
			       xstrdup("see dmesg; end what holds the device"));
	else if (r < 0)
		change_explain(change, RESULT_FAILED,
			       xasprintf("driver_override: %s", strerror(-r)), NULL);
}

/* --- where it goes ----------------------------------------------------------------------- */

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

/* Without a record of a driver: whether it has what the kernel would choose, or nothing to lose. */
static bool is_back(const struct bind_plan *plan, const struct change *change,
		    const struct binding *before)
{
	bool on_vfio = change->device->has_vfio_dev || driver_is_vfio(change->now.driver);
	bool has_override = change->now.override && plan->source->live;

	return !on_vfio && !has_override && (change->now.driver || !before);
}

static void aim_back(const struct bind_plan *plan, struct change *change)
{
	const struct binding *before = known_before(change);
	bool any = !before || (before->driver && strcmp(before->driver, ANY_DRIVER) == 0);

	change->forget_rule = change->rule != NULL;
	if (plan->request->to_none) {
		change->goal.override = !any && before->override ? xstrdup(before->override) : NULL;
	} else if (!any) {
		binding_copy(&change->goal, before);
	} else if (is_back(plan, change, before)) {
		binding_copy(&change->goal, &change->now);
	} else {
		change->goal_kind = GOAL_PROBE;
		change->reason = xstrdup("nothing was recorded before: the override is cleared and "
					 "the kernel chooses the driver");
	}
}

static void aim(const struct bind_plan *plan, struct change *change)
{
	if (change->result != RESULT_PLANNED)
		return;
	if (!change->device) {
		change->forget_rule = change->rule != NULL;
		change->drop_record = true;
		change->reason = xstrdup("it is not there any more; what was recorded goes");
		return;
	}
	if (plan->request->giving_back)
		aim_back(plan, change);
	else
		aim_at_driver(change, plan->request->to);
	if (change->result == RESULT_PLANNED)
		steps_between(&change->now, change->goal_kind, &change->goal, &change->steps);
	if (change->result == RESULT_PLANNED && change->steps.nr == 0 && !change->record &&
	    !change->drop_record && !change->rule)
		change->result = RESULT_UNCHANGED;
}

/* --- guards ------------------------------------------------------------------------------ */

static bool refuses(const struct bind_plan *plan, size_t guard, const struct guard_finding *finding)
{
	if (guards[guard].forcible && (plan->request->forced & (1u << guard)))
		return false;
	return finding->answer == GUARD_REFUSE ||
	       (finding->answer == GUARD_UNKNOWN && plan->source->live);
}

static void ask_guards(const struct bind_plan *plan, const bool *taken, struct change *change)
{
	struct guard_question question = {
		.machine = plan->machine,
		.usage = plan->usage,
		.device = change->device,
		.taken = taken,
		.to = change->goal_kind == GOAL_PROBE ? ANY_DRIVER : change->goal.driver,
		.giving_back = plan->request->giving_back,
	};

	if (change->result != RESULT_PLANNED || change->steps.nr == 0)
		return;
	if (change->goal.driver && !question.giving_back)
		question.matches = driver_matches(plan->source, plan->machine, change->goal.driver,
						  change->device);
	change->findings = xcalloc(NR_GUARDS, sizeof(*change->findings));
	for (size_t i = 0; guards[i].name; i++) {
		struct guard_finding *finding = &change->findings[i];

		*finding = guards[i].ask(&question);
		if (change->result != RESULT_PLANNED || !refuses(plan, i, finding))
			continue;
		change->guard = guards[i].name;
		change_explain(change, RESULT_REFUSED, xstrdup(finding->fact ? finding->fact : "?"),
			       finding->next ? xstrdup(finding->next) : NULL);
	}
}

bool bind_plan_refused(const struct bind_plan *plan)
{
	for (size_t i = 0; i < plan->nr_changes; i++) {
		enum bind_result result = plan->changes[i].result;

		if (result != RESULT_PLANNED && result != RESULT_UNCHANGED)
			return true;
	}
	return false;
}

/* --- the plan ---------------------------------------------------------------------------- */

/* Members of a group that would keep it from being viable, and all of its endpoints. */
static void take_whole_groups(const struct machine *machine, bool *taken)
{
	_cleanup_free_ bool *named = xcalloc(machine->nr_devices, sizeof(*named));

	memcpy(named, taken, machine->nr_devices * sizeof(*named));
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct group *group = machine->devices[i].group;

		for (size_t k = 0; named[i] && group && k < group->nr_devices; k++) {
			const struct device *member = group->devices[k];

			taken[member - machine->devices] |= member->is_pci &&
							    (device_role(member) == ROLE_ENDPOINT ||
							     device_blocks(member) != TRI_NO);
		}
	}
}

static struct change *add_change(struct bind_plan *plan, const char *name,
				 const struct device *device)
{
	struct change *change;

	plan->changes = xgrow(plan->changes, plan->nr_changes, sizeof(*plan->changes));
	change = &plan->changes[plan->nr_changes++];
	*change = (struct change){ .name = xstrdup(name), .device = device };
	return change;
}

static bool something_to_do(const struct bind_plan *plan)
{
	for (size_t i = 0; i < plan->nr_changes; i++)
		if (plan->changes[i].result == RESULT_PLANNED)
			return true;
	return false;
}

struct bind_plan *bind_plan_new(const struct bind_request *request, const struct source *source,
				struct machine *machine, bool *taken, const struct strings *gone,
				const struct journal *journal)
{
	struct bind_plan *plan = xcalloc(1, sizeof(*plan));

	plan->request = request;
	plan->source = source;
	plan->machine = machine;
	if (request->whole_group)
		take_whole_groups(machine, taken);
	collect_group_users(source, machine, taken);
	plan->usage = collect_usage(source, machine, taken);
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (taken[i])
			add_change(plan, machine->devices[i].name, &machine->devices[i]);
	for (size_t i = 0; i < gone->nr; i++)
		add_change(plan, gone->items[i], NULL);
	for (size_t i = 0; i < plan->nr_changes; i++) {
		read_now(plan, journal, &plan->changes[i]);
		binding_copy(&plan->changes[i].reached, &plan->changes[i].now);
		aim(plan, &plan->changes[i]);
		ask_guards(plan, taken, &plan->changes[i]);
	}
	if (!request->giving_back && something_to_do(plan))
		driver_needs(source, machine, request->to, &plan->loads);
	return plan;
}

void bind_plan_free(struct bind_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->nr_changes; i++) {
		struct change *change = &plan->changes[i];

		for (size_t k = 0; change->findings && k < NR_GUARDS; k++)
			guard_finding_free(&change->findings[k]);
		free(change->findings);
		free(change->name);
		free(change->identity);
		binding_free(&change->reached);
		binding_free(&change->now);
		binding_free(&change->goal);
		steps_free(&change->steps);
		record_free(change->record);
		rule_free(change->rule);
		free(change->reason);
		free(change->next);
	}
	free(plan->changes);
	steps_free(&plan->loads);
	usage_free(plan->usage);
	machine_free(plan->machine);
	free(plan);
}
