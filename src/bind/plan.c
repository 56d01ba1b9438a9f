/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to happen to each device: the plan as a whole. */
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/plan_parts.h"
#include "bind/rule.h"
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

/* Whether a rule is for this device, as far as its IDs tell. */
static bool is_for_device(const struct rule *rule, const struct device *device)
{
	_cleanup_free_ char *ids = xasprintf("%04x:%04x:", (unsigned)device->vendor & 0xffff,
					     (unsigned)device->product & 0xffff);

	return strncmp(rule->identity, ids, strlen(ids)) == 0;
}

/* At boot each rule binds one device; the other members of its group have rules of their own. */
static void find_persisted(struct bind_plan *plan)
{
	const struct machine *machine = plan->machine;

	for (size_t i = 0; i < machine->nr_devices && plan->source->live; i++) {
		const struct group *group = plan->taken[i] ? machine->devices[i].group : NULL;

		for (size_t k = 0; group && k < group->nr_devices; k++) {
			const struct device *member = group->devices[k];
			struct rule *rule = NULL;

			if (!plan->taken[member - machine->devices])
				rule_read(member->name, &rule, NULL);
			if (rule && strcmp(rule->to, plan->request->to) == 0 &&
			    is_for_device(rule, member))
				plan->persisted[member - machine->devices] = true;
			rule_free(rule);
		}
	}
}

/* Nothing below a device that hangs is looked at, only what is written down about it. */
static void look_at_devices(struct bind_plan *plan, const struct journal *journal)
{
	struct machine *machine = plan->machine;
	_cleanup_free_ bool *wanted = xcalloc(machine->nr_devices, sizeof(*wanted));

	memcpy(wanted, plan->taken, machine->nr_devices * sizeof(*wanted));
	for (size_t i = 0; i < plan->nr_changes; i++) {
		struct change *change = &plan->changes[i];

		if (!read_notes(plan, journal, change) && change->device)
			wanted[change->device - machine->devices] = false;
	}
	collect_reserved(plan->source, machine, wanted);
	collect_group_users(plan->source, machine, wanted, true);
	plan->usage = collect_usage(plan->source, machine, wanted);
}

struct bind_plan *bind_plan_new(const struct bind_request *request, const struct source *source,
				struct machine *machine, bool *taken, const struct strings *gone,
				const struct journal *journal)
{
	struct bind_plan *plan = xcalloc(1, sizeof(*plan));

	*plan = (struct bind_plan){
		.request = request, .source = source, .machine = machine, .taken = taken
	};
	plan->persisted = xcalloc(machine->nr_devices, sizeof(*plan->persisted));
	if (request->whole_group)
		take_whole_groups(machine, taken);
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (taken[i])
			add_change(plan, machine->devices[i].name, &machine->devices[i]);
	for (size_t i = 0; i < gone->nr; i++)
		add_change(plan, gone->items[i], NULL);
	look_at_devices(plan, journal);
	if (request->expect) /* rules have it */
		find_persisted(plan);
	for (size_t i = 0; i < plan->nr_changes; i++) {
		read_now(plan, &plan->changes[i]);
		binding_copy(&plan->changes[i].reached, &plan->changes[i].now);
		aim(plan, &plan->changes[i]);
		ask_guards(plan, &plan->changes[i]);
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
	free(plan->taken);
	free(plan->persisted);
	steps_free(&plan->loads);
	usage_free(plan->usage);
	machine_free(plan->machine);
	free(plan);
}
