/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the testing commands share: options, counts and status. */
#include "cmd/linux/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out/tap.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/interrupt.h"
#include "util/option.h"
#include "vfio/setup.h"

/* --- arguments ------------------------------------------------------------------------------ */

static size_t count_checks(const struct testing_arguments *arguments)
{
	size_t nr = 0;

	while (arguments->checks[nr])
		nr++;
	return nr;
}

static error_t want_check(struct testing_arguments *arguments, const char *name,
			  const struct argp_state *state)
{
	const char *like = nearest(name, arguments->checks);

	for (size_t i = 0; arguments->checks[i]; i++) {
		if (strcmp(arguments->checks[i], name) == 0) {
			arguments->only[i] = true;
			return 0;
		}
	}
	return option_error(state, "--only: \"%s\" is no check; %s%s%s", name,
			    like ? "did you mean \"" : "--list shows them", like ? like : "",
			    like ? "\"?" : "");
}

static error_t parse_only(struct testing_arguments *arguments, const char *list,
			  const struct argp_state *state)
{
	_cleanup_free_ char *copy = xstrdup(list);
	char *at = copy, *name;
	error_t r = 0;

	if (!arguments->only)
		arguments->only = xcalloc(count_checks(arguments), sizeof(*arguments->only));
	while (r == 0 && (name = strsep(&at, ",")))
		r = want_check(arguments, name, state);
	return r;
}

static error_t parse_backend(struct testing_arguments *arguments, const char *name,
			     const struct argp_state *state)
{
	if (strcmp(name, "auto") != 0 && strcmp(name, "all") != 0 && !find_backend(name))
		return option_error(state, "--backend: \"%s\" is none of type1, iommufd, auto, all",
				    name);
	arguments->backend = name;
	return 0;
}

/* What no single option can be blamed for, but for what a command adds. */
static error_t check_combination(const struct testing_arguments *arguments,
				 const struct argp_state *state)
{
	const struct arguments *shared = &arguments->shared;
	bool named = arguments->all || arguments->names_otherwise || shared->nr_operands;

	if (shared->out.list_columns)
		return 0;
	if (arguments->tap && shared->out.format_given)
		return option_error(
			state, "two output formats at once; choose one of --tap, -J, -r and -P");
	if (arguments->list && (named || arguments->only || arguments->tap || arguments->dry_run))
		return option_error(state, "--list shows what checks there are: it takes no "
					   "device and no option of a test");
	if (arguments->list)
		return 0;
	if (arguments->all && shared->nr_operands)
		return option_error(state, "name the devices to test, or --all, not both");
	if (!named)
		return option_error(state, "name the devices to test, or --all");
	if (shared->context->sysroot && !arguments->dry_run)
		return option_error(state, "--sysroot: a capture cannot be tested; add --dry-run");
	return 0;
}

error_t parse_testing(int key, char *arg, struct argp_state *state)
{
	struct testing_arguments *arguments = state->input;

	switch (key) {
	case KEY_BACKEND:
		return parse_backend(arguments, arg, state);
	case KEY_ONLY:
		return parse_only(arguments, arg, state);
	case KEY_TAP:
		arguments->tap = true;
		return 0;
	case KEY_LIST:
		arguments->list = true;
		return 0;
	case KEY_DRY_RUN:
		arguments->dry_run = true;
		return 0;
	case KEY_ALL:
		arguments->all = true;
		return 0;
	case ARGP_KEY_END:
		return check_combination(arguments, state);
	default:
		return parse_shared(key, arg, state);
	}
}

bool wants_check(const struct testing_arguments *arguments, size_t check)
{
	return !arguments->only || arguments->only[check];
}

/* --- how it went ------------------------------------------------------------------------------ */

struct out_value tally_object(const struct tally *tally)
{
	struct out_value object = out_object("");

	for (size_t i = 0; i < NR_OUTCOMES; i++)
		out_member(&object, outcome_name((enum outcome)i), out_number(tally->counts[i]));
	return object;
}

void show_tally(struct out *out, const struct tally *tally)
{
	unsigned all = 0;

	for (size_t i = 0; i < NR_OUTCOMES; i++)
		all += tally->counts[i];
	out_document(out, "summary", tally_object(tally));
	if (tally->planned)
		out_footer(out, "planned %u", tally->planned);
	if (all)
		out_footer(out, "pass %u, fail %u, skip %u, info %u", tally->counts[OUTCOME_PASS],
			   tally->counts[OUTCOME_FAIL], tally->counts[OUTCOME_SKIP],
			   tally->counts[OUTCOME_INFO]);
}

int tally_status(const struct tally *tally)
{
	if (tally->counts[OUTCOME_FAIL])
		return STATUS_NO;
	return tally->counts[OUTCOME_SKIP] && !tally->ran ? STATUS_SKIPPED : STATUS_OK;
}

void tap_verdict(struct tap *tap, const char *title, const struct verdict *verdict)
{
	struct tap_detail details[] = {
		{ "result", NULL }, { "observed", NULL }, { "reason", NULL }, { NULL, NULL }
	};
	struct tap_point point = { .ok = true, .name = title };

	if (!verdict) {
		point.skip = "dry run";
	} else if (verdict->outcome == OUTCOME_SKIP) {
		point.skip = verdict->reason ? verdict->reason : "";
	} else if (verdict->outcome != OUTCOME_PASS) {
		point.ok = verdict->outcome != OUTCOME_FAIL;
		point.details = details;
		details[0].text = outcome_name(verdict->outcome);
		details[1].text = verdict->observed;
		details[2].text = verdict->reason;
	}
	tap_show(tap, &point);
}

void end_interrupted(const struct context *context)
{
	if (!interrupted())
		return;
	fflush(stdout);
	complain(context, "interrupted; nothing stays mapped");
	release_signals();
}
