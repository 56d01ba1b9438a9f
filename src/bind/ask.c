/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the guards, before anything is done and again when time has passed. */
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/plan_parts.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static bool refuses(const struct bind_plan *plan, size_t guard, const struct guard_finding *finding)
{
	if (guards[guard].forcible && (plan->request->forced & (1u << guard)))
		return false;
	return finding->answer == GUARD_REFUSE ||
	       (finding->answer == GUARD_UNKNOWN && plan->source->live);
}

/* Those that go along, now or by their rules. Return: to be freed. */
static bool *all_taken(const struct bind_plan *plan)
{
	bool *taken = xcalloc(plan->machine->nr_devices, sizeof(*taken));

	for (size_t i = 0; i < plan->machine->nr_devices; i++)
		taken[i] = plan->taken[i] || plan->persisted[i];
	return taken;
}

static void free_findings(struct change *change)
{
	for (size_t i = 0; change->findings && i < NR_GUARDS; i++)
		guard_finding_free(&change->findings[i]);
	free(change->findings);
	change->findings = NULL;
}

void ask_guards(const struct bind_plan *plan, struct change *change)
{
	_cleanup_free_ bool *taken = all_taken(plan);
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
	free_findings(change);
	change->findings = xcalloc(NR_GUARDS, sizeof(*change->findings));
	for (size_t i = 0; guards[i].name; i++) {
		struct guard_finding *finding = &change->findings[i];

		*finding = guards[i].ask(&question);
		if (change->result != RESULT_PLANNED || !refuses(plan, i, finding))
			continue;
		change->guard = guards[i].name;
		change->rests_on_unknown = finding->answer == GUARD_UNKNOWN;
		change_explain(change, RESULT_REFUSED, xstrdup(finding->fact ? finding->fact : "?"),
			       finding->next ? xstrdup(finding->next) : NULL);
	}
}

/* Whether it is the same device, with the driver that we left it with. */
static bool is_as_before(const struct bind_plan *plan, const struct change *change)
{
	const struct function *function = find_function(plan->usage, change->device);
	const char *driver = change->reached.driver;
	_cleanup_free_ char *identity = NULL, *now = NULL;
	struct device device = *change->device;

	if (ids_now(plan->source, change->name, &device.vendor, &device.product) < 0 ||
	    driver_now(plan->source, change->name, &now) < 0)
		return false;
	identity = device_identity(&device, function);
	return strcmp(identity, change->identity) == 0 &&
	       strcmp(now ? now : "", driver ? driver : "") == 0;
}

bool bind_plan_ask_again(struct bind_plan *plan, struct change *change)
{
	_cleanup_free_ bool *wanted = xcalloc(plan->machine->nr_devices, sizeof(*wanted));

	wanted[change->device - plan->machine->devices] = true;
	collect_group_users(plan->source, plan->machine, wanted, true);
	usage_free(plan->usage);
	plan->usage = collect_usage(plan->source, plan->machine, wanted);
	if (!is_as_before(plan, change)) {
		change_explain(change, RESULT_FAILED,
			       xstrdup("it changed while other devices were bound"),
			       xstrdup("look at it, and try again"));
		return false;
	}
	ask_guards(plan, change);
	return change->result == RESULT_PLANNED;
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
