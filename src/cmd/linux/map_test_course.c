/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The course of map-test: one device with one backend after the other, and what came out. */
#include "cmd/linux/map_test.h"

#include <stdio.h>

#include "cmd/linux/map_test_rows.h"
#include "cmd/plan_file.h"
#include "cmd/linux/progress.h"
#include "cmd/selection.h"
#include "cmd/linux/subjects.h"
#include "out/tap.h"
#include "probe/map_test.h"
#include "probe/size_text.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/interrupt.h"

/* --- results ---------------------------------------------------------------------------------- */

/* The course of one run. */
struct course {
	const struct map_test_arguments *arguments;
	struct setup_facts facts;
	struct plan plan; /* of --plan */
	struct subjects subjects;
	const struct subject *subject; /* at work now */
	size_t nr_begun;	       /* of its checks */
	struct out *out;
	struct tap tap;
	struct tally tally;
	struct progress progress;
};

static const struct context *context_of(const struct course *course)
{
	return course->arguments->testing.shared.context;
}

static void tap_result(struct course *course, const char *name, const struct verdict *verdict)
{
	_cleanup_free_ char *title = xasprintf("%s %s %s", course->subject->device->name,
					       course->subject->backend->name, name);

	tap_verdict(&course->tap, title, verdict);
}

/* @verdict NULL: planned; @asked: the user wants this one, it does not only come along. */
static void add_result(struct course *course, const char *name, const struct verdict *verdict,
		       bool asked)
{
	if (verdict) {
		course->tally.counts[verdict->outcome]++;
		course->tally.ran |= asked && verdict->outcome != OUTCOME_SKIP;
	} else {
		course->tally.planned++;
		course->tally.ran = true; /* would be */
	}
	add_test_row(course->out, course->subject, name, verdict);
	if (course->arguments->testing.tap)
		tap_result(course, name, verdict);
}

static bool is_planned_check(const struct course *course, const struct map_check *check)
{
	return check == map_checks ||
	       wants_check(&course->arguments->testing, (size_t)(check - map_checks));
}

static size_t count_planned(const struct course *course)
{
	size_t nr = 0;

	if (course->arguments->plan)
		return 1;
	for (const struct map_check *check = map_checks; check->name; check++)
		nr += is_planned_check(course, check);
	return nr;
}

static void hear(void *data, const struct map_check *check, const struct verdict *verdict)
{
	struct course *course = data;
	const struct testing_arguments *testing = &course->arguments->testing;

	if (verdict)
		add_result(course, check->name, verdict,
			   wants_check(testing, (size_t)(check - map_checks)));
	else if (!testing->tap)
		progress_show(&course->progress, "%s %s: %zu of %zu, %s",
			      course->subject->device->name, course->subject->backend->name,
			      ++course->nr_begun, count_planned(course), check->name);
}

/* All that would be tested of a subject gets the same: planned, or skipped. */
static void add_untested(struct course *course, const struct verdict *verdict)
{
	if (course->arguments->plan) {
		add_result(course, "plan", verdict, true);
		return;
	}
	for (const struct map_check *check = map_checks; check->name; check++)
		if (is_planned_check(course, check))
			add_result(course, check->name, verdict, true);
}

/* --- the tests of one device with one backend ------------------------------------------------- */

/* A device in another group: what belongs to somebody else. */
static const struct device *find_other(const struct course *course)
{
	const struct subjects *subjects = &course->subjects;

	for (size_t i = 0; i < subjects->nr_devices; i++)
		if (subjects->devices[i]->group != course->subject->device->group)
			return subjects->devices[i];
	return NULL;
}

static int tell_failure(struct course *course, const struct error *err)
{
	progress_clear(&course->progress);
	return complain_error(context_of(course), err);
}

static int run_checks(struct course *course)
{
	const struct map_listener listener = { .tell = hear, .data = course };
	struct map_test test = {
		.facts = &course->facts,
		.device = course->subject->device,
		.other = find_other(course),
	};
	_cleanup_free_ bool *only = NULL;
	struct error err = { 0 };
	size_t nr = 0;

	while (map_checks[nr].name)
		nr++;
	only = xcalloc(nr, sizeof(*only));
	for (size_t i = 0; i < nr; i++)
		only[i] = is_planned_check(course, &map_checks[i]);
	course->nr_begun = 0;
	if (run_map_checks(&test, course->subject->backend, only, &listener, &err) < 0)
		return tell_failure(course, &err);
	return STATUS_OK;
}

static int run_plan(struct course *course)
{
	struct map_test test = {
		.facts = &course->facts,
		.device = course->subject->device,
		.other = find_other(course),
	};
	struct verdict verdict = { 0 };
	struct error err = { 0 };
	int status = STATUS_OK;

	if (setup_space(course->subject->backend, test.device, test.facts, &test.space,
			&test.opened, &err) == 0) {
		try_plan(&test, &course->plan, course->arguments->plan, &verdict);
		iospace_close(test.space);
	} else {
		fails(&verdict, "%s", err.text);
		status = tell_failure(course, &err);
	}
	add_result(course, "plan", &verdict, true);
	verdict_free(&verdict);
	return status;
}

static void tell_notes(const struct course *course, const struct map_costs *costs)
{
	const struct context *context = context_of(course);
	const struct subject *subject = course->subject;

	for (size_t i = 0; i < costs->notes.nr; i++) {
		if (costs->nr > 0)
			out_footer(course->out, "%s %s: %s", subject->device->name,
				   subject->backend->name, costs->notes.items[i]);
		if (context->verbose || costs->nr == 0)
			complain(context, "%s %s: %s", subject->device->name,
				 subject->backend->name, costs->notes.items[i]);
	}
}

static void hear_bench(void *data, uint64_t page_size, uint64_t bytes)
{
	struct course *course = data;
	_cleanup_free_ char *page = size_text(page_size), *total = size_text(bytes);

	progress_show(&course->progress, "%s %s: %s in pages of %s", course->subject->device->name,
		      course->subject->backend->name, total, page);
}

static int run_bench(struct course *course)
{
	const struct bench_listener listener = { .tell = hear_bench, .data = course };
	const struct subject *subject = course->subject;
	struct map_costs costs = { 0 };
	struct vfio_device *opened;
	struct iospace *space;
	struct error err = { 0 };
	int r;

	if (setup_space(subject->backend, subject->device, &course->facts, &space, &opened, &err) <
	    0)
		return tell_failure(course, &err);
	r = measure_mappings(space, &listener, &costs);
	iospace_close(space);
	progress_clear(&course->progress);
	add_bench_rows(course->out, subject, &costs);
	tell_notes(course, &costs);
	if (r < 0 && !interrupted())
		fail(&err, r, "%s: %s: an operation failed with %s; see the kernel's log",
		     subject->device->name, subject->backend->name, errno_name(r));
	course->tally.ran |= costs.nr > 0;
	map_costs_free(&costs);
	return err.code ? complain_error(context_of(course), &err) : STATUS_OK;
}

static int run_subject(struct course *course)
{
	const struct map_test_arguments *arguments = course->arguments;
	const struct subject *subject = course->subject;
	struct verdict verdict = { .outcome = OUTCOME_SKIP, .reason = subject->lacks };

	if (arguments->bench && subject->lacks)
		complain(context_of(course), "%s", subject->lacks);
	else if (subject->lacks)
		add_untested(course, &verdict);
	else if (arguments->bench && arguments->testing.dry_run)
		add_bench_rows(course->out, subject, NULL);
	else if (arguments->testing.dry_run)
		add_untested(course, NULL);
	else if (arguments->bench)
		return run_bench(course);
	else if (arguments->plan)
		return run_plan(course);
	else
		return run_checks(course);
	return STATUS_OK;
}

/* --- all of them ------------------------------------------------------------------------------ */

static int run_subjects(struct course *course)
{
	const struct testing_arguments *testing = &course->arguments->testing;
	bool quiet = testing->shared.context->quiet;
	int status = STATUS_OK;

	if (testing->tap)
		tap_begin(&course->tap, quiet ? NULL : stdout,
			  course->subjects.nr * count_planned(course) + course->subjects.refused.nr,
			  "nothing here can be tested; standard error says why");
	if (testing->tap)
		tap_refusals(&course->tap, &course->subjects);
	if (!testing->dry_run)
		hold_signals();
	progress_begin(&course->progress, quiet);
	for (size_t i = 0; i < course->subjects.nr && !interrupted(); i++) {
		course->subject = &course->subjects.items[i];
		status = status_worst(status, run_subject(course));
	}
	progress_clear(&course->progress);
	if (course->arguments->bench)
		return course->tally.ran || testing->dry_run ? status
							     : status_worst(status, STATUS_SKIPPED);
	return status_worst(status, tally_status(&course->tally));
}

static void finish(struct course *course)
{
	const struct map_test_arguments *arguments = course->arguments;
	bool broken = !arguments->testing.dry_run && interrupted();

	/* Nothing is mapped any more, and whoever reads what is shown may take long. */
	if (!arguments->testing.dry_run && !broken)
		release_signals();
	show_tally(course->out, &course->tally);
	if (arguments->bench)
		out_document(course->out, "tests", out_list());
	else
		out_document(course->out, "bench", out_list());
	if (!arguments->testing.tap)
		show(context_of(course), course->out);
	else if (broken)
		tap_bail_out(&course->tap, "interrupted");
	if (broken)
		end_interrupted(context_of(course));
}

int test_mappings(const struct map_test_arguments *arguments, const struct source *source,
		  struct out *out)
{
	const struct testing_arguments *testing = &arguments->testing;
	struct course course = { .arguments = arguments, .out = out };
	struct machine *machine;
	struct system system;
	struct error err = { 0 };
	int status;

	if (arguments->plan && read_plan(arguments->plan, &course.plan, &err) < 0)
		return complain_error(testing->shared.context, &err);
	machine = collect(source, TESTING_FACTS | selection_facts(&testing->shared));
	collect_system(source, machine, &system);
	course.facts = (struct setup_facts){ machine, &system };
	status = choose_subjects(testing, source, machine, &system, &course.subjects);
	if (status != STATUS_USAGE) {
		status = status_worst(status, run_subjects(&course));
		finish(&course);
	}
	subjects_free(&course.subjects);
	plan_free(&course.plan);
	machine_free(machine);
	return status;
}
