/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The course of bind and restore: named devices, plan, act, rows, messages, status. */
#include "cmd/changes.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/persist.h"
#include "bind/rule.h"
#include "cmd/changes_rows.h"
#include "cmd/words.h"
#include "cmd/selection.h"
#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/interrupt.h"
#include "util/option.h"

error_t parse_change(int key, char *arg, struct argp_state *state)
{
	struct change_arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		arguments->request.timeout_ms = DEFAULT_TIMEOUT_MS;
		return parse_shared(key, arg, state);
	case KEY_DRY_RUN:
		arguments->request.dry_run = true;
		return 0;
	case KEY_TIMEOUT:
		return option_seconds(state, "--timeout", arg, &arguments->request.timeout_ms);
	default:
		return parse_shared(key, arg, state);
	}
}

/* --- the devices that are meant ----------------------------------------------------------- */

struct targets {
	bool *taken; /* one a device of the machine */
	struct strings gone;
};

static void targets_free(struct targets *targets)
{
	free(targets->taken);
	strings_free(&targets->gone);
}

/* Addresses of which something is recorded. */
static int list_recorded(const struct journal *journal, struct strings *devices, struct error *err)
{
	int r = journal_list(journal, devices);

	return r < 0 ? fail(err, r, "what is recorded cannot be listed: %s", strerror(-r))
		     : rule_list(devices, err);
}

static void take_recorded(const struct machine *machine, const struct strings *recorded,
			  struct targets *targets)
{
	for (size_t i = 0; i < recorded->nr; i++) {
		const struct device *device = find_device_named(machine, recorded->items[i]);

		if (device)
			targets->taken[device - machine->devices] = true;
		else if (!strings_contain(&targets->gone, recorded->items[i]))
			strings_add(&targets->gone, recorded->items[i]);
	}
}

/* Return: whether it is an address where a device was that we know of. */
static bool take_gone(const struct machine *machine, const struct strings *recorded,
		      const char *text, struct targets *targets)
{
	char name[BDF_TEXT_SIZE];
	struct bdf bdf;

	if (bdf_parse(text, &bdf) < 0 || find_device(machine, &bdf))
		return false;
	bdf_format(&bdf, name);
	if (!strings_contain(recorded, name))
		return false;
	strings_add(&targets->gone, name);
	return true;
}

static int take_operand(const struct context *context, const struct machine *machine,
			const char *text, struct targets *targets)
{
	const struct device *device;
	int status = find_operand_device(context, machine, text, &device);

	if (status != STATUS_OK)
		return status;
	if (!device->is_pci) {
		complain(context, "%s: not a PCI device; only those can be bound here", text);
		return STATUS_FAILED;
	}
	if (targets->taken[device - machine->devices])
		return usage_error(context, "%s: named twice", device->name);
	targets->taken[device - machine->devices] = true;
	return STATUS_OK;
}

static int find_targets(const struct change_arguments *arguments, const struct machine *machine,
			const struct journal *journal, struct targets *targets)
{
	const struct context *context = arguments->shared.context;
	struct strings recorded = { 0 };
	struct error err = { 0 };
	int status = STATUS_OK;

	targets->taken = xcalloc(machine->nr_devices, sizeof(*targets->taken));
	if (arguments->request.giving_back && !context->sysroot &&
	    list_recorded(journal, &recorded, &err) < 0)
		status = complain_error(context, &err);
	if (arguments->all)
		take_recorded(machine, &recorded, targets);
	for (size_t i = 0; i < arguments->shared.nr_operands; i++)
		if (!take_gone(machine, &recorded, arguments->shared.operands[i], targets))
			status = status_worst(status,
					      take_operand(context, machine,
							   arguments->shared.operands[i], targets));
	strings_free(&recorded);
	return status;
}

/* --- what became of it -------------------------------------------------------------------- */

static int result_status(const struct change *change)
{
	switch (change->result) {
	case RESULT_REFUSED:
		return STATUS_NO;
	case RESULT_FAILED:
	case RESULT_STUCK:
	case RESULT_ROLLED_BACK:
		return STATUS_FAILED;
	default:
		return STATUS_OK;
	}
}

/* What is unknown and not forced is unknown only in a capture: live it refuses. */
static int tell_findings(const struct context *context, const struct bind_plan *plan,
			 const struct change *change)
{
	int status = STATUS_OK;

	for (size_t i = 0; change->findings && guards[i].name; i++) {
		const struct guard_finding *finding = &change->findings[i];
		const char *answer = change_answer(plan, change, i);

		if (strcmp(answer, "unknown") == 0 && change->result == RESULT_PLANNED)
			status = STATUS_FAILED;
		else if ((strcmp(answer, "warn") != 0 && strcmp(answer, "forced") != 0) ||
			 context->quiet)
			continue;
		complain(context, "%s: %s (%s): %s%s%s", change->name, guards[i].name,
			 strcmp(answer, "warn") == 0 ? "only a warning" : answer,
			 finding->fact ? finding->fact : "?",
			 finding->next && strcmp(answer, "forced") != 0 ? "; " : "",
			 finding->next && strcmp(answer, "forced") != 0 ? finding->next : "");
	}
	return status;
}

static int tell_change(const struct context *context, const struct bind_plan *plan,
		       const struct change *change)
{
	int status = change->lacks_node || change->rests_on_unknown ? STATUS_FAILED
								    : result_status(change);

	if (status != STATUS_OK)
		complain(context, "%s: %s%s%s: %s%s%s", change->name,
			 bind_result_name(change->result), change->guard ? " by guard " : "",
			 change->guard ? change->guard : "", change->reason ? change->reason : "?",
			 change->next ? "; " : "", change->next ? change->next : "");
	return status_worst(status, tell_findings(context, plan, change));
}

static int tell(const struct context *context, const struct bind_plan *plan)
{
	int status = STATUS_OK;

	for (size_t i = 0; i < plan->nr_changes; i++)
		status = status_worst(status, tell_change(context, plan, &plan->changes[i]));
	return status;
}

/* --- the course --------------------------------------------------------------------------- */

/* @is_missing: set when nothing can come of it */
static int check_driver(const struct change_arguments *arguments, const struct source *source,
			const struct machine *machine, bool *is_missing)
{
	const struct context *context = arguments->shared.context;

	*is_missing = false;
	if (arguments->request.giving_back)
		return STATUS_OK;
	switch (driver_state(source, machine, arguments->request.to)) {
	case DRIVER_MISSING:
		*is_missing = true;
		complain(context, "%s: there is no such PCI driver, loaded or to be loaded; %s",
			 arguments->request.to, missing_driver_advice(arguments->request.to));
		return STATUS_FAILED;
	case DRIVER_UNKNOWN:
		if (source->live) /* the kernel will tell */
			return STATUS_OK;
		complain(context,
			 "%s: whether there is such a driver cannot be told from a capture",
			 arguments->request.to);
		return STATUS_FAILED;
	default:
		return STATUS_OK;
	}
}

/* Those that were not touched because of another one. */
static void explain_untouched(struct bind_plan *plan)
{
	for (size_t i = 0; i < plan->nr_changes; i++)
		if (plan->changes[i].result == RESULT_PLANNED && !plan->request->dry_run)
			change_explain(&plan->changes[i], RESULT_PLANNED,
				       xstrdup("not done, since another one cannot be"), NULL);
}

/* --persist */
static int keep(const struct context *context, const struct bind_plan *plan, struct out *out)
{
	struct strings lines = { 0 };
	struct error err = { 0 };
	const char *file;
	int r = persist(plan, &lines, &file, &err);

	if (r == 0 && file) {
		out_document(out, "boot_lines", out_strings(&lines));
		out_footer(out, "%s", "");
		/* The system only tells what was in it at boot. */
		out_footer(out,
			   "%s has to have, in place of such lines that it has now, and with what "
			   "they got since the last boot:",
			   file);
		for (size_t i = 0; i < lines.nr; i++)
			out_footer(out, "  %s", lines.items[i]);
	}
	strings_free(&lines);
	return r < 0 ? complain_error(context, &err) : STATUS_OK;
}

static int carry_out(const struct change_arguments *arguments, struct bind_plan *plan,
		     const struct journal *journal, struct out *out)
{
	const struct context *context = arguments->shared.context;
	int status;

	/* What one device needs keeps no other from going back to the host. */
	if (!plan->request->dry_run && (plan->request->giving_back || !bind_plan_refused(plan)))
		bind_plan_act(plan, journal);
	else
		explain_untouched(plan);
	status = tell(context, plan);
	add_change_rows(plan, out);
	if (status == STATUS_OK && plan->request->persist)
		status = keep(context, plan, out);
	show(context, out);
	return status;
}

/* Says what went wrong in reading the devices that were named; the guards judge what is unknown. */
static void tell_notes(const struct context *context, const struct machine *machine,
		       const struct targets *targets)
{
	struct selection selection = {
		.groups = xcalloc(machine->nr_groups, sizeof(bool)),
		.devices = targets->taken,
	};

	for (size_t i = 0; i < machine->nr_devices; i++)
		if (targets->taken[i] && machine->devices[i].group)
			selection.groups[machine->devices[i].group - machine->groups] = true;
	show_notes(context, machine, &selection);
	free(selection.groups);
}

static int work(const struct change_arguments *arguments, const struct source *source,
		const struct journal *journal, struct out *out)
{
	const struct context *context = arguments->shared.context;
	struct machine *machine =
		collect(source, BIND_FACTS | guard_facts | selection_facts(&arguments->shared));
	struct targets targets = { 0 };
	struct bind_plan *plan;
	bool is_missing = false;
	int status = find_targets(arguments, machine, journal, &targets);
	bool found = status == STATUS_OK;

	/* Whoever is not to be found may be where nothing could be read. */
	if (status == STATUS_FAILED)
		show_notes(context, machine, NULL);
	if (found) {
		tell_notes(context, machine, &targets);
		status = check_driver(arguments, source, machine, &is_missing);
	}
	/* What is not there keeps no other device from going back to the host. */
	found |= arguments->request.giving_back && status != STATUS_USAGE;
	if (found && !is_missing) {
		plan = bind_plan_new(&arguments->request, source, machine, targets.taken,
				     &targets.gone, journal);
		targets.taken = NULL; /* it is the plan's now */
		if (plan->nr_changes == 0 && status == STATUS_OK && !context->quiet)
			complain(context, "nothing is recorded that could be restored");
		status = status_worst(status, carry_out(arguments, plan, journal, out));
		bind_plan_free(plan);
	} else {
		machine_free(machine);
		if (status != STATUS_USAGE)
			show(context, out);
	}
	targets_free(&targets);
	return status;
}

static int open_journal(const struct change_arguments *arguments, const struct source *source,
			struct journal *journal, struct error *err)
{
	const char *path = journal_path(source);

	*journal = (struct journal){ .dir = -1, .lock = -1 };
	if (arguments->shared.context->sysroot)
		return 0;
	if (arguments->request.dry_run)
		return journal_look(journal, source, path, err);
	return journal_open(journal, source, path, arguments->request.timeout_ms, err);
}

int run_changes(const struct change_arguments *arguments, struct out *out)
{
	const struct context *context = arguments->shared.context;
	struct error err = { 0 };
	const char *problem;
	struct journal journal;
	struct source source;
	int status;

	if (source_open(&source, context->sysroot, &err) < 0)
		return complain_error(context, &err);
	problem = arguments->request.dry_run ? NULL : driver_permission(&source);
	if (problem)
		complain(context, "%s", problem);
	else if (open_journal(arguments, &source, &journal, &err) < 0)
		complain_error(context, &err);
	if (problem || *err.text) {
		source_close(&source);
		return STATUS_FAILED;
	}
	if (!arguments->request.dry_run)
		hold_signals();
	status = work(arguments, &source, &journal, out);
	journal_close(&journal);
	source_close(&source);
	return status;
}
