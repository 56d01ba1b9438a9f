/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the checks of p2p-test, and what runs them on a pair of devices. */
#include "probe/p2p_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/p2p_parts.h"
#include "util/alloc.h"
#include "util/interrupt.h"

/* Isolation comes before anything is written to an address that is not mapped, and before the BAR
 * is hit. What the engine keeps in memory of ours is mapped, as all is that it is told of. */
const struct p2p_check p2p_checks[] = {
	{ .name = "attach", .proves = "both devices get into one address space" },
	{
		.name = "engine",
		.proves = "the initiator can be told to move bytes",
		.needs = "an initiator that one of our engines drives: edu, nvme",
		.run = check_engine,
	},
	{
		.name = "map",
		.proves = "the target's BAR can be mapped for the initiator",
		.needs = "a memory BAR that can be mapped; with iommufd Linux 6.19 or later",
		.run = check_map,
	},
	{ .name = "isolation",
	  .proves = "requests to addresses that are not mapped reach nothing",
	  .needs = "an engine; root, or a target that may be read",
	  .run = check_isolates,
	  .wants_engine = true },
	{ .name = "write",
	  .proves = "every byte that the initiator writes is in the target's BAR",
	  .needs = "an engine, and a target that was named with its BAR or lends one",
	  .run = check_write,
	  .wants_engine = true,
	  .wants_map = true },
	{ .name = "read",
	  .proves = "every byte that the initiator reads is the one in the target's BAR",
	  .needs = "an engine, and a target that may be read",
	  .run = check_read,
	  .wants_engine = true,
	  .wants_map = true },
	{ .name = "unmap",
	  .proves = "once the BAR is unmapped it is not reached any more",
	  .needs = "an engine, and a target that may be read",
	  .run = check_gone,
	  .wants_engine = true,
	  .wants_map = true },
	{ .name = "disabled",
	  .proves = "what comes from a target whose memory is disabled",
	  .needs = "--disruptive, an engine, and a target that may be read",
	  .run = check_disabled,
	  .disruptive = true,
	  .wants_engine = true,
	  .wants_map = true },
	{ .name = "reset",
	  .proves = "what comes from a target that was reset while it was mapped",
	  .needs = "--disruptive, an engine, and a target that may be read and reset",
	  .run = check_reset,
	  .disruptive = true,
	  .wants_engine = true,
	  .wants_map = true },
	{ .name = "cross-container",
	  .proves = "the BAR is reached from another address space, and nothing else of that",
	  .needs = "devices of two groups",
	  .run = check_cross_container,
	  .apart = true,
	  .wants_map = true },
	{ .name = "lifetime",
	  .proves = "a mapping of the BAR ends with the target; it is stale where it does not",
	  .run = check_lifetime,
	  .apart = true,
	  .wants_map = true },
	{ .name = "closed",
	  .proves = "what comes from a target that was closed while it was mapped",
	  .needs = "--disruptive, an engine, and a target that may be read",
	  .run = check_closed,
	  .apart = true,
	  .disruptive = true,
	  .wants_engine = true,
	  .wants_map = true },
	{ 0 },
};

#define NR_CHECKS (sizeof(p2p_checks) / sizeof(p2p_checks[0]) - 1)

const char *engine_name(const struct device *device)
{
	const struct engine_ops *ops = find_engine(device);

	return ops ? ops->name : NULL;
}

const char *engine_limit(const struct device *device)
{
	const struct engine_ops *ops = find_engine(device);

	return ops ? ops->limit : NULL;
}

void check_engine(struct p2p_test *test, struct p2p_finding *finding)
{
	if (test->engine.ops)
		passes(&finding->verdict, "%s", test->engine.ops->name);
	else if (test->engine_code == -ETIMEDOUT || test->engine_code == -ENODEV)
		fails(&finding->verdict, "%s", test->why_no_engine);
	else
		skips(&finding->verdict, "%s", test->why_no_engine);
}

/* --- running ------------------------------------------------------------------------------ */

/* What is told of a pair, and what became of each check. */
struct course {
	struct p2p_test test;
	const struct p2p_listener *listener;
	struct p2p_summary *summary;
	struct verdict verdicts[NR_CHECKS];
	bool ran[NR_CHECKS];
};

/* Hands the finding on, and keeps its verdict. */
static void conclude(struct course *course, const struct p2p_check *check,
		     struct p2p_finding *finding)
{
	size_t index = (size_t)(check - p2p_checks);

	course->listener->tell(course->listener->data, check, finding);
	course->verdicts[index] = finding->verdict;
	course->ran[index] = true;
}

/* Return: why the check says nothing, or NULL. */
static const char *missing(const struct p2p_test *test, const struct p2p_check *check)
{
	if (check->wants_engine && !test->engine.ops)
		return test->why_no_engine;
	if (check->wants_map && !test->can_map)
		return test->part.size ? "the BAR could not be mapped" : test->part.why_not;
	if (check->wants_engine && test->is_unsafe)
		return "isolation failed: nothing more is sent";
	return NULL;
}

/* Nothing was tried, for what another check says already. */
static void follow(struct p2p_finding *finding, const char *why)
{
	skips(&finding->verdict, "%s", why);
	finding->follows = true;
}

static void run_check(struct course *course, const struct p2p_check *check)
{
	struct p2p_finding finding = { .verdict = { .outcome = OUTCOME_INFO,
						    .reason =
							    xstrdup("the check came to no end") } };
	struct p2p_test *test = &course->test;
	struct error err = { 0 };
	const char *why;

	course->listener->tell(course->listener->data, check, NULL);
	if (check->apart && p2p_move_apart(test, &err) < 0)
		fails(&finding.verdict, "%s", err.text);
	else if ((why = missing(test, check)))
		follow(&finding, why);
	else
		check->run(test, &finding);
	if (finding.verdict.outcome != OUTCOME_PASS)
		finding.bytes_verified = 0;
	conclude(course, check, &finding);
}

bool is_p2p_check_planned(const struct p2p_check *check, bool disruptive)
{
	return disruptive || !check->disruptive;
}

static bool is_planned(const struct course *course, const struct p2p_check *check)
{
	return is_p2p_check_planned(check, course->test.pair->disruptive);
}

static bool passed(const struct course *course, const char *name)
{
	for (size_t i = 0; i < NR_CHECKS; i++)
		if (strcmp(p2p_checks[i].name, name) == 0)
			return course->ran[i] && course->verdicts[i].outcome == OUTCOME_PASS;
	return false;
}

static void run_checks(struct course *course)
{
	bool measured = !course->test.pair->measures;

	for (const struct p2p_check *check = p2p_checks + 1; check->name && !interrupted();
	     check++) {
		if (!is_planned(course, check))
			continue;
		/* While both are still in one space. */
		if (check->apart && !measured && may_move(&course->test))
			measure_moves(&course->test, course->summary);
		measured |= check->apart;
		run_check(course, check);
	}
}

/* --- all of a pair ------------------------------------------------------------------------ */

static void skip_rest(struct course *course, const char *why)
{
	for (const struct p2p_check *check = p2p_checks + 1; check->name; check++) {
		struct p2p_finding finding = { 0 };

		if (!is_planned(course, check))
			continue;
		follow(&finding, why);
		conclude(course, check, &finding);
	}
}

static int attach(struct course *course, struct error *err)
{
	struct p2p_finding finding = { 0 };
	int code;

	course->listener->tell(course->listener->data, p2p_checks, NULL);
	code = p2p_open(&course->test, err);
	if (code < 0)
		fails(&finding.verdict, "%s", err->text);
	else
		passes(&finding.verdict, "%s", course->test.pair->backend->name);
	conclude(course, p2p_checks, &finding);
	return code;
}

/* Return: the index of the first check with that outcome; NR_CHECKS: none. */
static size_t first_with(const struct course *course, enum outcome outcome)
{
	size_t i = 0;

	while (i < NR_CHECKS && !(course->ran[i] && course->verdicts[i].outcome == outcome))
		i++;
	return i;
}

/* Return: the index of the first check, up to "read", that is no pass: what was short of one. */
static size_t first_short(const struct course *course)
{
	size_t i = 0;

	while (course->ran[i] && course->verdicts[i].outcome == OUTCOME_PASS)
		i++;
	return i;
}

static void set_result(const struct course *course, enum outcome result, size_t decides)
{
	struct p2p_summary *summary = course->summary;

	summary->result = result;
	if (decides < NR_CHECKS && course->ran[decides])
		summary->reason = xasprintf("%s: %s", p2p_checks[decides].name,
					    course->verdicts[decides].reason);
}

static void judge(const struct course *course)
{
	size_t failed = first_with(course, OUTCOME_FAIL);

	if (failed < NR_CHECKS)
		set_result(course, OUTCOME_FAIL, failed);
	else if (passed(course, "write") && passed(course, "read") && passed(course, "isolation"))
		set_result(course, OUTCOME_PASS, NR_CHECKS);
	else
		set_result(course, OUTCOME_SKIP, first_short(course));
}

/* What is not there any more after the test is a failure of its own. */
static int report_lost(const struct course *course, struct error *err)
{
	const struct p2p_target *target = &course->test.pair->target;
	struct error lost = { 0 };

	if (course->test.is_put_back)
		return 0;
	fail(&lost, -EIO,
	     "%s: what its BAR %d held could not be put back: bytes of the test are there; "
	     "whoever uses it next has to set it up anew",
	     target->device->name, course->summary->bar);
	free(course->summary->reason);
	course->summary->result = OUTCOME_FAIL;
	course->summary->reason = xstrdup(lost.text);
	return fail(err, lost.code, "%s", lost.text);
}

int run_p2p_checks(const struct p2p_pair *pair, const struct p2p_listener *listener,
		   struct p2p_summary *summary, struct error *err)
{
	struct course *course = xcalloc(1, sizeof(*course));
	int code;

	*summary = (struct p2p_summary){ .bar = -1 };
	course->test.pair = pair;
	course->test.is_put_back = true;
	course->listener = listener;
	course->summary = summary;
	code = attach(course, err);
	if (course->test.part.size)
		summary->bar = (int)course->test.part.pages.region;
	if (code == 0)
		run_checks(course);
	else
		skip_rest(course, "the two devices are not in one address space");
	summary->mapped = course->test.can_map;
	p2p_close(&course->test);
	judge(course);
	if (report_lost(course, err) < 0)
		code = -EIO;
	for (size_t i = 0; i < NR_CHECKS; i++)
		verdict_free(&course->verdicts[i]);
	free(course);
	return code;
}

void p2p_summary_free(struct p2p_summary *summary)
{
	free(summary->reason);
	*summary = (struct p2p_summary){ 0 };
}
