/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The course of p2p-test: one pair of devices after the other, and what came out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/linux/p2p_digest.h"
#include "cmd/linux/p2p_matrix.h"
#include "cmd/linux/p2p_pairs.h"
#include "cmd/linux/p2p_rows.h"
#include "cmd/linux/p2p_test.h"
#include "cmd/linux/progress.h"
#include "cmd/selection.h"
#include "out/tap.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/interrupt.h"

/* The course of one run. */
struct course {
	const struct p2p_arguments *arguments;
	struct setup_facts facts;
	struct pairs pairs;
	size_t at;	      /* of the pair at work now */
	const char **symbols; /* one a pair; NULL: not come to yet */
	bool is_matrix;	      /* the matrix and the digest in place of the rows */
	struct digest digest;
	struct out *out;
	struct out_row *row;	 /* of the pair */
	struct out_value faults; /* all that were in the log */
	struct tap tap;
	struct tally tally, pair_tally;
	struct progress progress;
	struct kernel_log log;
};

static const struct context *context_of(const struct course *course)
{
	return course->arguments->testing.shared.context;
}

static const struct pair *pair_of(const struct course *course)
{
	return &course->pairs.items[course->at];
}

/* Devices as they are named in messages: who does it, to whom, and how. */
static char *pair_title(const struct pair *pair)
{
	_cleanup_free_ char *target = target_label(&pair->target);

	return xasprintf("%s %s to %s", pair->backend->name, pair->initiator->name, target);
}

/* The same below a matrix, which has the backend where there is only one. */
static char *short_title(const struct course *course)
{
	const struct pair *pair = pair_of(course);
	const struct pairs *pairs = &course->pairs;
	_cleanup_free_ char *target = target_label(&pair->target);

	if (pairs->items[0].backend != pairs->items[pairs->nr - 1].backend)
		return pair_title(pair);
	return xasprintf("%s to %s", pair->initiator->name, target);
}

/* --- results ---------------------------------------------------------------------------------- */

/* A line below the table. */
static void add_footer(struct course *course, char *text)
{
	strings_take(&course->digest.footers, text);
}

/* @finding NULL: planned. */
static void tap_result(struct course *course, const struct p2p_check *check,
		       const struct p2p_finding *finding)
{
	const struct verdict *verdict = finding ? &finding->verdict : NULL;
	_cleanup_free_ char *pair = pair_title(pair_of(course));
	_cleanup_free_ char *title = xasprintf("%s %s", pair, check->name);

	tap_verdict(&course->tap, title, verdict);
}

/* One line a run: the log has few of them, and says nothing by having none. */
static void note_fault(struct course *course, const struct iommu_fault *fault)
{
	if (course->faults.nr_fields == 0)
		add_footer(course, fault_text(fault));
	out_append(&course->faults, fault_object(fault));
}

/* @finding NULL: planned. */
static void add_result(struct course *course, const struct p2p_check *check,
		       const struct p2p_finding *finding)
{
	_cleanup_free_ char *pair = short_title(course);

	add_finding_row(course->out, course->row, check, finding);
	if (course->arguments->testing.tap)
		tap_result(course, check, finding);
	if (!finding)
		return;
	course->tally.counts[finding->verdict.outcome]++;
	digest_note(&course->digest, pair, check, finding);
	if (finding->has_fault)
		note_fault(course, &finding->fault);
}

static void hear(void *data, const struct p2p_check *check, const struct p2p_finding *finding)
{
	struct course *course = data;
	_cleanup_free_ char *title = NULL;

	if (finding) {
		add_result(course, check, finding);
	} else if (!course->arguments->testing.tap) {
		title = pair_title(pair_of(course));
		progress_show(&course->progress, "pair %zu of %zu, %s: %s", course->at + 1,
			      course->pairs.nr, title, check->name);
	}
}

static bool is_planned(const struct course *course, const struct p2p_check *check)
{
	return is_p2p_check_planned(check, course->arguments->disruptive);
}

static size_t count_planned(const struct course *course)
{
	size_t nr = 0;

	for (const struct p2p_check *check = p2p_checks; check->name; check++)
		nr += is_planned(course, check);
	return nr;
}

/* --- one pair --------------------------------------------------------------------------------- */

/* All of it is planned, or skipped for the same reason. */
static void add_untested(struct course *course, const char *why)
{
	struct p2p_summary summary = { .result = OUTCOME_SKIP, .bar = -1 };

	for (const struct p2p_check *check = p2p_checks; check->name; check++) {
		struct p2p_finding finding = { .follows = check != p2p_checks };

		if (!is_planned(course, check))
			continue;
		if (why)
			skips(&finding.verdict, "%s", why);
		add_result(course, check, why ? &finding : NULL);
		verdict_free(&finding.verdict);
	}
	if (!why) {
		course->pair_tally.planned++;
		course->pair_tally.ran = true; /* would be */
		return;
	}
	summary.reason = xstrdup(why);
	set_pair_result(course->row, pair_of(course), &summary);
	course->symbols[course->at] = pair_symbol(&summary);
	course->pair_tally.counts[OUTCOME_SKIP]++;
	p2p_summary_free(&summary);
}

static void tell_rates(struct course *course, const struct p2p_summary *summary)
{
	const struct pair *pair = pair_of(course);
	_cleanup_free_ char *title = short_title(course);

	for (size_t i = 0; i < summary->nr_rates; i++)
		add_footer(course, xasprintf("%s: %s %" PRIu64 " bytes/s (%s)", title,
					     summary->rates[i].direction,
					     summary->rates[i].bytes_per_second,
					     engine_limit(pair->initiator)));
}

static int test_pair(struct course *course)
{
	const struct p2p_arguments *arguments = course->arguments;
	const struct p2p_listener listener = { .tell = hear, .data = course };
	const struct pair *pair = pair_of(course);
	const struct p2p_pair asked = {
		.facts = &course->facts,
		.backend = pair->backend,
		.initiator = pair->initiator,
		.target = pair->target,
		.require_revoked = arguments->require_revoked,
		.disruptive = arguments->disruptive,
		.measures = arguments->bench,
		.log = &course->log,
	};
	struct p2p_summary summary;
	struct error err = { 0 };
	int status = STATUS_OK;

	if (run_p2p_checks(&asked, &listener, &summary, &err) < 0) {
		progress_clear(&course->progress);
		status = complain_error(context_of(course), &err);
	}
	set_pair_result(course->row, pair, &summary);
	tell_rates(course, &summary);
	course->symbols[course->at] = pair_symbol(&summary);
	course->pair_tally.counts[summary.result]++;
	course->pair_tally.ran |= summary.result != OUTCOME_SKIP;
	p2p_summary_free(&summary);
	return status;
}

static int run_pair(struct course *course)
{
	const struct pair *pair = pair_of(course);

	course->row = add_pair_row(course->out, course->facts.machine, pair);
	if (!pair->lacks && !course->arguments->testing.dry_run)
		return test_pair(course);
	add_untested(course, pair->lacks);
	return STATUS_OK;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* What DMA to a target that does not answer may lead to, before any is sent. */
static void warn_of_escalation(const struct course *course, const struct source *source)
{
	struct strings warnings = { 0 };

	collect_escalation(source, &warnings);
	complain(context_of(course),
		 "--disruptive: DMA goes to targets that do not answer, which are then reported "
		 "as Unsupported Request");
	for (size_t i = 0; i < warnings.nr; i++)
		complain(context_of(course), "--disruptive: %s", warnings.items[i]);
	strings_free(&warnings);
}

static void begin_tap(struct course *course)
{
	const struct subjects *everyone = &course->pairs.everyone;

	tap_begin(&course->tap, context_of(course)->quiet ? NULL : stdout,
		  course->pairs.nr * count_planned(course) + everyone->refused.nr,
		  "nothing here can be tested; standard error says why");
	tap_refusals(&course->tap, everyone);
}

static int run_pairs(struct course *course, const struct source *source)
{
	const struct testing_arguments *testing = &course->arguments->testing;
	int status = STATUS_OK;

	if (testing->tap)
		begin_tap(course);
	/* Captures do not have it. */
	if (course->arguments->disruptive && course->pairs.nr > 0 && source->live)
		warn_of_escalation(course, source);
	if (!testing->dry_run) {
		hold_signals();
		kernel_log_open(&course->log);
	}
	progress_begin(&course->progress, context_of(course)->quiet);
	for (course->at = 0; course->at < course->pairs.nr && (testing->dry_run || !interrupted());
	     course->at++)
		status = status_worst(status, run_pair(course));
	progress_clear(&course->progress);
	if (!testing->dry_run)
		kernel_log_close(&course->log);
	return status_worst(status, tally_status(&course->pair_tally));
}

static void add_summary(struct course *course)
{
	struct out_value summary = tally_object(&course->tally);
	const unsigned *pairs = course->pair_tally.counts;

	out_member(&summary, "pairs", tally_object(&course->pair_tally));
	out_document(course->out, "faults", course->faults);
	out_document(course->out, "summary", summary);
	if (course->pair_tally.planned)
		add_footer(course, xasprintf("planned %u pair%s", course->pair_tally.planned,
					     course->pair_tally.planned == 1 ? "" : "s"));
	if (pairs[OUTCOME_PASS] || pairs[OUTCOME_FAIL] || pairs[OUTCOME_SKIP])
		add_footer(course,
			   xasprintf("pairs: pass %u, fail %u, skip %u", pairs[OUTCOME_PASS],
				     pairs[OUTCOME_FAIL], pairs[OUTCOME_SKIP]));
}

static void show_rows(struct course *course)
{
	for (size_t i = 0; i < course->digest.footers.nr; i++)
		out_footer(course->out, "%s", course->digest.footers.items[i]);
	show(context_of(course), course->out);
}

static void finish(struct course *course)
{
	const struct testing_arguments *testing = &course->arguments->testing;
	bool broken = !testing->dry_run && interrupted();

	/* Nothing is mapped any more, and whoever reads what is shown may take long. */
	if (!testing->dry_run && !broken)
		release_signals();
	add_summary(course);
	if (testing->tap && broken)
		tap_bail_out(&course->tap, "interrupted");
	if (!testing->tap && course->is_matrix && course->pairs.nr > 0) {
		show_matrix(&testing->shared, &course->pairs, course->symbols);
		show_digest(&testing->shared, &course->digest);
	} else if (!testing->tap) {
		show_rows(course);
	}
	if (broken)
		end_interrupted(context_of(course));
}

/* Whoever names columns gets a line a check, as in the other formats. */
static bool wants_matrix(const struct p2p_arguments *arguments)
{
	const struct out_options *options = &arguments->testing.shared.out;

	return options->format == OUT_TABLE && !options->columns && !options->all_columns &&
	       !arguments->testing.dry_run;
}

int test_pairs(const struct p2p_arguments *arguments, const struct source *source, struct out *out)
{
	const struct testing_arguments *testing = &arguments->testing;
	struct course course = { .arguments = arguments,
				 .out = out,
				 .is_matrix = wants_matrix(arguments),
				 .faults = out_list() };
	struct machine *machine = collect(source, P2P_FACTS | selection_facts(&testing->shared));
	struct system system;
	int status;

	collect_system(source, machine, &system);
	course.facts = (struct setup_facts){ machine, &system };
	status = choose_pairs(arguments, source, machine, &system, &course.pairs);
	if (status != STATUS_USAGE) {
		course.symbols = xcalloc(course.pairs.nr + 1, sizeof(*course.symbols));
		status = status_worst(status, run_pairs(&course, source));
		finish(&course);
	} else {
		out_value_free(&course.faults);
	}
	digest_free(&course.digest);
	free(course.symbols);
	pairs_free(&course.pairs);
	machine_free(machine);
	return status;
}
