/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool set-domain: give groups another type of default domain. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bind/linux/domain.h"
#include "bind/journal.h"
#include "cmd/cells.h"
#include "cmd/reader.h"
#include "cmd/selection.h"
#include "model/bdf.h"
#include "util/interrupt.h"
#include "util/option.h"

enum { GROUP, FROM, TO, RESULT, REASON, STEPS };

#define GROUPS OUT_LEVEL(0)
#define FACTS (FACT_GROUP_TYPE | FACT_KERNEL | FACT_CLASS | FACT_DRIVER | FACT_VFIO | FACT_HOLDERS)

static const struct out_column columns[] = {
	[GROUP] = { "GROUP", GROUPS, OUT_TYPE_NUMBER, true, 0, "Number of the IOMMU group" },
	[FROM] = { "FROM", GROUPS, OUT_TYPE_STRING, true, 0,
		   "Type of the default domain before: DMA, DMA-FQ, identity, ..." },
	[TO] = { "TO", GROUPS, OUT_TYPE_STRING, true, 0,
		 "Type that was asked for; after auto, what became of it" },
	[RESULT] = { "RESULT", GROUPS, OUT_TYPE_STRING, true, 0,
		     "changed, unchanged, planned, refused, failed, stuck or rolled-back" },
	[REASON] = { "REASON", GROUPS, OUT_TYPE_STRING, true, 0,
		     "Why it is not changed, and what to do next" },
	[STEPS] = { "STEPS", GROUPS, OUT_TYPE_LIST, false, 0,
		    "Writes to sysfs that are to be made, or were made" },
};

static const struct out_level levels[] = { { "groups", false } };

static const struct out_paint paints[] = {
	{ "changed", "green" }, { "refused", "red" },	     { "failed", "red" },
	{ "stuck", "red" },	{ "rolled-back", "yellow" }, { NULL, NULL },
};

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
	.paints = paints,
};

struct set_domain_arguments {
	struct arguments shared; /* first */
	const char *type;
	bool dry_run;
	int timeout_ms;
};

enum { KEY_TYPE = 0x100, KEY_DRY_RUN, KEY_TIMEOUT }; /* beyond any letter */

static const struct argp_option options[] = {
	{ "type", KEY_TYPE, "TYPE", 0, "DMA, DMA-FQ, identity or auto; has to be given", 0 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "Check and show what would be done, change nothing", 0 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0, "How long the kernel may take for a group (30)",
	  0 },
	{ 0 },
};

static error_t set_type(struct set_domain_arguments *arguments, const char *word,
			const struct argp_state *state)
{
	const char *like = nearest(word, domain_types);

	for (const char *const *type = domain_types; *type; type++) {
		if (strcmp(word, *type) == 0) {
			arguments->type = *type;
			return 0;
		}
		if (strcasecmp(word, *type) == 0)
			like = *type;
	}
	return option_error(state, "--type: \"%s\" is none of DMA, DMA-FQ, identity, auto%s%s%s",
			    word, like ? "; did you mean \"" : "", like ? like : "",
			    like ? "\"?" : "");
}

/* "00:02.0" and "0000:00:02.0" are one device. */
static bool same_operand(const char *a, const char *b)
{
	struct bdf x, y;

	return strcmp(a, b) == 0 ||
	       (bdf_parse(a, &x) == 0 && bdf_parse(b, &y) == 0 && bdf_compare(&x, &y) == 0);
}

/* What no single option can be blamed for. */
static error_t check_arguments(const struct set_domain_arguments *arguments,
			       const struct argp_state *state)
{
	const struct arguments *shared = &arguments->shared;

	if (shared->out.list_columns)
		return 0;
	if (!arguments->type)
		return option_error(state,
				    "no type given; add --type=DMA, DMA-FQ, identity or auto");
	if (shared->nr_operands == 0)
		return option_error(state, "no group and no device given; name those to change");
	for (size_t i = 0; i < shared->nr_operands; i++)
		for (size_t j = 0; j < i; j++)
			if (same_operand(shared->operands[i], shared->operands[j]))
				return option_error(state, "%s: given twice; name it once",
						    shared->operands[i]);
	if (shared->context->sysroot && !arguments->dry_run)
		return option_error(state, "--sysroot: a capture cannot be changed; add --dry-run");
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct set_domain_arguments *arguments = state->input;

	switch (key) {
	case KEY_TYPE:
		return set_type(arguments, arg, state);
	case KEY_DRY_RUN:
		arguments->dry_run = true;
		return 0;
	case KEY_TIMEOUT:
		return option_seconds(state, "--timeout", arg, &arguments->timeout_ms);
	case ARGP_KEY_END:
		return check_arguments(arguments, state);
	default:
		return parse_shared(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "GROUP|DEVICE...",
	.doc = "Give the default domain of groups another type, with the rules of the kernel "
	       "checked before. A device stands for its group. If one group cannot be changed, "
	       "none is.",
	.children = acting_children,
};

/* --- the run ------------------------------------------------------------------------------ */

/* All or nothing: what speaks against one group keeps the others as they are. */
static void act(const struct set_domain_arguments *arguments, const struct source *source,
		struct domain_plan *plan, int status)
{
	const struct domain_change *refused = find_change(plan, DOMAIN_REFUSED);

	if (status != STATUS_OK) {
		drop_planned(plan, DOMAIN_PLANNED,
			     "nothing is changed: see the message on standard error");
	} else if (refused) {
		drop_planned(plan, DOMAIN_PLANNED,
			     "nothing is changed: group %" PRIu32 " is refused",
			     refused->group->number);
	} else if (!arguments->dry_run && find_change(plan, DOMAIN_PLANNED)) {
		if (may_change_domains()) {
			hold_signals();
			change_domains(source, plan, arguments->timeout_ms);
		} else {
			drop_planned(plan, DOMAIN_FAILED,
				     "the kernel wants CAP_SYS_ADMIN and CAP_SYS_RAWIO; run "
				     "as root");
		}
	}
}

static void add_row(struct out *out, const struct domain_change *change)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, GROUP, out_number(change->group->number));
	out_set(row, FROM, string_or_unknown(change->group->type));
	out_set(row, TO, out_string(change->to));
	out_set(row, RESULT, out_string(domain_result_name(change->result)));
	out_set(row, REASON, out_string(change->reason));
	out_set(row, STEPS, out_strings(&change->steps));
}

static int result_status(enum domain_result result)
{
	switch (result) {
	case DOMAIN_REFUSED:
		return STATUS_NO;
	case DOMAIN_FAILED:
	case DOMAIN_STUCK:
	case DOMAIN_ROLLED_BACK:
		return STATUS_FAILED;
	default:
		return STATUS_OK;
	}
}

/* Return: the status that the results make. */
static int report(const struct set_domain_arguments *arguments, const struct domain_plan *plan,
		  struct out *out)
{
	const struct context *context = arguments->shared.context;
	int status = STATUS_OK;

	for (size_t i = 0; i < plan->nr; i++) {
		const struct domain_change *change = &plan->changes[i];
		int one = result_status(change->result);

		add_row(out, change);
		for (size_t j = 0; j < change->steps.nr && arguments->dry_run; j++)
			out_footer(out, "%s", change->steps.items[j]);
		if (one != STATUS_OK)
			complain(context, "group %" PRIu32 ": %s", change->group->number,
				 change->reason);
		status = status_worst(status, one);
	}
	return status;
}

static int work(const struct set_domain_arguments *arguments, const struct source *source,
		struct out *out)
{
	const struct arguments *shared = &arguments->shared;
	struct machine *machine = collect(source, FACTS | selection_facts(shared));
	struct selection selection;
	struct domain_plan plan = { 0 };
	int status = select_operands(shared, machine, false, &selection);

	if (status != STATUS_USAGE) {
		status = status_worst(status, show_notes(shared->context, machine, &selection));
		plan_domains(&plan, machine, selection.groups, arguments->type);
		if (source->live)
			refuse_unwritable(source, &plan);
		act(arguments, source, &plan, status);
		status = status_worst(status, report(arguments, &plan, out));
		if (out_count(out) == 0)
			status = nothing_to_show(shared->context, machine, status);
		show(shared->context, out);
	}
	domain_plan_free(&plan);
	selection_free(&selection);
	machine_free(machine);
	return status;
}

/* Nothing else of ours acts meanwhile: the lock is that of bind. */
static int set_domains(const void *own, const struct source *source, struct out *out)
{
	const struct set_domain_arguments *arguments = own;
	struct journal journal = { .dir = -1, .lock = -1 };
	struct error err = { 0 };
	int status;

	if (!arguments->dry_run && may_change_domains() &&
	    journal_open(&journal, source, journal_path(source), arguments->timeout_ms, &err) < 0)
		return complain_error(arguments->shared.context, &err);
	status = work(arguments, source, out);
	journal_close(&journal);
	return status;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &schema,
	.work = set_domains,
};

static int run(struct context *context, int argc, char **argv)
{
	struct set_domain_arguments arguments = { .timeout_ms = DEFAULT_TIMEOUT_MS };

	return run_reader(&reader, &arguments.shared, context, argc, argv);
}

static const struct out_schema *const schemas[] = { &schema, NULL };

const struct command cmd_set_domain = {
	.name = "set-domain",
	.summary = "Change the type of default domains",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
