/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check found: which of several verdicts stays, and what errnos are called. */
#include <errno.h>

#include "probe/verdict.h"
#include "unit.h"

static void assert_verdict(const struct verdict *verdict, enum outcome outcome,
			   const char *observed, const char *reason)
{
	assert_int_equal(verdict->outcome, outcome);
	if (observed)
		assert_string_equal(verdict->observed, observed);
	else
		assert_null(verdict->observed);
	if (reason)
		assert_string_equal(verdict->reason, reason);
	else
		assert_null(verdict->reason);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(outcome_name(OUTCOME_PASS), "pass");
	assert_string_equal(outcome_name(OUTCOME_FAIL), "fail");
	assert_string_equal(outcome_name(OUTCOME_SKIP), "skip");
	assert_string_equal(outcome_name(OUTCOME_INFO), "info");
}

static void test_each(void **state)
{
	struct verdict verdict = { 0 };

	(void)state;
	passes(&verdict, "%s at %d", "EINVAL", 3);
	assert_verdict(&verdict, OUTCOME_PASS, "EINVAL at 3", NULL);
	verdict_free(&verdict);
	assert_verdict(&verdict, OUTCOME_PASS, NULL, NULL);
	skips(&verdict, "no %s", "BAR");
	assert_verdict(&verdict, OUTCOME_SKIP, NULL, "no BAR");
	verdict_free(&verdict);
	informs(&verdict, "not shown by %u", 6u);
	assert_verdict(&verdict, OUTCOME_INFO, NULL, "not shown by 6");
	verdict_free(&verdict);
	fails(&verdict, "mapped %s", "nevertheless");
	observes(&verdict, "seed %d", 5);
	assert_verdict(&verdict, OUTCOME_FAIL, "seed 5", "mapped nevertheless");
	verdict_free(&verdict);
}

/* A pass has no reason, whatever was said before. */
static void test_last_one_stays(void **state)
{
	struct verdict verdict = { 0 };

	(void)state;
	informs(&verdict, "a");
	passes(&verdict, "b");
	assert_verdict(&verdict, OUTCOME_PASS, "b", NULL);
	skips(&verdict, "c");
	assert_verdict(&verdict, OUTCOME_SKIP, "b", "c");
	verdict_free(&verdict);
}

static void test_failure_stays(void **state)
{
	struct verdict verdict = { 0 };

	(void)state;
	fails(&verdict, "first");
	passes(&verdict, "all well");
	skips(&verdict, "never mind");
	informs(&verdict, "by the way");
	fails(&verdict, "second");
	assert_verdict(&verdict, OUTCOME_FAIL, NULL, "first");
	observes(&verdict, "EEXIST");
	observes(&verdict, "EFAULT");
	assert_verdict(&verdict, OUTCOME_FAIL, "EFAULT", "first");
	verdict_free(&verdict);
}

static void test_errnos(void **state)
{
	(void)state;
	assert_string_equal(errno_name(0), "0");
	assert_string_equal(errno_name(-EINVAL), "EINVAL");
	assert_string_equal(errno_name(ENOSPC), "ENOSPC");
	assert_string_equal(errno_name(-524),
			    "ENOTSUPP"); /* the kernel's own, include/linux/errno.h */
	assert_string_equal(errno_name(-512), "ERESTARTSYS");
	assert_non_null(errno_name(-4000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	       cmocka_unit_test(test_each),
		cmocka_unit_test(test_last_one_stays), cmocka_unit_test(test_failure_stays),
		cmocka_unit_test(test_errnos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
