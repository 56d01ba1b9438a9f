/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of bind and restore. */
#include <string.h>

#include "bind/driver.h"
#include "bind/persist.h"
#include "bind/rule.h"
#include "cmd/changes_rows.h"
#include "util/cleanup.h"

enum { DEVICE, FROM, TO, RESULT, GUARD, REASON, STEPS, GUARDS };

#define DEVICES OUT_LEVEL(0)

static const struct out_column columns[] = {
	[DEVICE] = { "DEVICE", DEVICES, OUT_TYPE_STRING, true, 0, "Address of the PCI function" },
	[FROM] = { "FROM", DEVICES, OUT_TYPE_STRING, true, 0, "Driver that it had" },
	[TO] = { "TO", DEVICES, OUT_TYPE_STRING, true, 0, "Driver that it gets" },
	[RESULT] = { "RESULT", DEVICES, OUT_TYPE_STRING, true, 0,
		     "bound, restored, unchanged, planned, refused, failed, stuck, rolled-back" },
	[GUARD] = { "GUARD", DEVICES, OUT_TYPE_STRING, true, 0, "The guard that refuses" },
	[REASON] = { "REASON", DEVICES, OUT_TYPE_STRING, true, 0,
		     "What the guard saw, or what failed" },
	[STEPS] = { "STEPS", DEVICES, OUT_TYPE_LIST, false, 0,
		    "The steps that are planned, as a shell would do them" },
	[GUARDS] = { "GUARDS", DEVICES, OUT_TYPE_OBJECTS, false, 0,
		     "What each guard says: GUARD:ANSWER" },
};

static const struct out_level levels[] = { { "devices", false } };

static const struct out_paint paints[] = {
	{ "refused", "red" }, { "failed", "red" },     { "stuck", "red" },
	{ "bound", "green" }, { "restored", "green" }, { "rolled-back", "brown" },
	{ NULL, NULL },
};

const struct out_schema change_schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
	.paints = paints,
};

const char *change_answer(const struct bind_plan *plan, const struct change *change, size_t guard)
{
	const struct guard_finding *finding = &change->findings[guard];

	if ((finding->answer == GUARD_REFUSE || finding->answer == GUARD_UNKNOWN) &&
	    (plan->request->forced & (1u << guard)))
		return "forced";
	return guard_answer_name(finding->answer);
}

static struct out_value to_cell(const struct change *change)
{
	if (change->result == RESULT_UNCHANGED)
		return out_string(change->now.driver);
	if (change->goal_kind == GOAL_PROBE && !change->goal.driver &&
	    change->result != RESULT_RESTORED)
		return out_unknown(); /* the kernel chooses */
	return out_string(change->goal.driver);
}

/* All that is done for a device, as a shell would do it. Return: to be freed. */
static struct strings step_texts(const struct bind_plan *plan, const struct change *change)
{
	bool persists = plan->request->persist && change->result != RESULT_REFUSED;
	char *persisting = persists ? persist_text(change->name) : NULL;
	_cleanup_free_ char *rule = rule_path(change->name);
	struct strings texts = { 0 };

	for (size_t i = 0; change->steps.nr > 0 && i < plan->loads.nr; i++)
		strings_take(&texts, step_text(plan->source, NULL, &plan->loads.items[i]));
	if (change->forget_rule)
		strings_take(&texts, xasprintf("rm %s", rule));
	for (size_t i = 0; i < change->steps.nr; i++)
		strings_take(&texts,
			     step_text(plan->source, change->name, &change->steps.items[i]));
	if (persisting)
		strings_take(&texts, persisting);
	return texts;
}

static struct out_value steps_cell(const struct bind_plan *plan, const struct change *change)
{
	struct strings texts = step_texts(plan, change);
	struct out_value list = out_strings(&texts);

	strings_free(&texts);
	return list;
}

static struct out_value guards_cell(const struct bind_plan *plan, const struct change *change)
{
	struct out_value list = out_list();

	for (size_t i = 0; change->findings && guards[i].name; i++) {
		const struct guard_finding *finding = &change->findings[i];
		const char *answer = change_answer(plan, change, i);
		_cleanup_free_ char *text = xasprintf("%s:%s", guards[i].name, answer);
		struct out_value object = out_object(text);

		out_member(&object, "guard", out_string(guards[i].name));
		out_member(&object, "answer", out_string(answer));
		out_member(&object, "fact", out_string(finding->fact));
		out_member(&object, "next", out_string(finding->next));
		out_append(&list, object);
	}
	return list;
}

static void add_row(const struct bind_plan *plan, const struct change *change, struct out *out)
{
	struct out_row *row = out_row_add(out, NULL);
	bool from_known = !change->device || change->device->driver_known;

	out_set(row, DEVICE, out_string(change->name));
	out_set(row, FROM, from_known ? out_string(change->now.driver) : out_unknown());
	out_set(row, TO, to_cell(change));
	out_set(row, RESULT, out_string(bind_result_name(change->result)));
	out_set(row, GUARD, out_string(change->guard));
	out_set(row, REASON, out_string(change->reason));
	out_set(row, STEPS, steps_cell(plan, change));
	out_set(row, GUARDS, guards_cell(plan, change));
}

static void tell_steps(const struct bind_plan *plan, const struct change *change, struct out *out)
{
	struct strings texts = step_texts(plan, change);

	out_footer(out, "%s: %s", change->name,
		   texts.nr ? "what it takes" : "there is nothing to do");
	for (size_t i = 0; i < texts.nr; i++)
		out_footer(out, "  %s", texts.items[i]);
	strings_free(&texts);
}

/* Those that saw something have a line each, the others one together. */
static void tell_guards(const struct bind_plan *plan, const struct change *change, struct out *out)
{
	struct strings silent = { 0 };
	_cleanup_free_ char *names = NULL;

	out_footer(out, "%s: what the guards say", change->name);
	for (size_t i = 0; guards[i].name; i++) {
		const struct guard_finding *finding = &change->findings[i];

		if (finding->fact || finding->answer != GUARD_PASS)
			out_footer(out, "  %-9s %-7s %s", guards[i].name,
				   change_answer(plan, change, i),
				   finding->fact ? finding->fact : "?");
		else
			strings_add(&silent, guards[i].name);
	}
	names = strings_join(&silent, ", ");
	if (silent.nr)
		out_footer(out, "  pass: %s", names);
	strings_free(&silent);
}

void add_change_rows(const struct bind_plan *plan, struct out *out)
{
	for (size_t i = 0; i < plan->nr_changes; i++)
		add_row(plan, &plan->changes[i], out);
	for (size_t i = 0; i < plan->nr_changes && plan->request->dry_run; i++) {
		out_footer(out, "%s", "");
		tell_steps(plan, &plan->changes[i], out);
		if (plan->changes[i].findings)
			tell_guards(plan, &plan->changes[i], out);
	}
}
