/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving back, also after being killed at any point. */
#include "acting.h"

/* --- restore ------------------------------------------------------------------------------ */

static void test_restore(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	*fake->log = '\0';
	plan = plan_restore();
	act(plan);
	check_results(plan, RESULT_RESTORED, RESULT_RESTORED, RESULT_RESTORED);
	/* B's override would keep its driver away: it comes last. */
	assert_string_equal(fake->log, "5f00:03:00.0: clear the override\n"
				       "5f00:03:00.0: unbind vfio-pci\n"
				       "5f00:03:00.0?\n"
				       "5f00:03:00.0: bind nvme\n"
				       "5f00:03:00.0?\n"
				       "5f00:04:00.0: override e1000e\n"
				       "5f00:04:00.0: unbind vfio-pci\n"
				       "5f00:04:00.0?\n"
				       "5f00:04:00.0: bind e1000e\n"
				       "5f00:04:00.0?\n"
				       "5f00:04:00.0: override (none)\n"
				       "5f00:05:00.0: clear the override\n"
				       "5f00:05:00.0: unbind vfio-pci\n"
				       "5f00:05:00.0?\n");
	check_as_at_first();
	check_no_records();
	bind_plan_free(plan);
}

/* One that cannot go back keeps no other from it, and is not undone: restore tries again. */
static void test_restore_fails(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	fake->mishaps[0] = (struct mishap){ names[A], "bind nvme", .code = -EIO };
	fake->mishaps[1] = (struct mishap){ names[B], "unbind vfio-pci", .code = -ETIMEDOUT,
					    .is_stuck = true };
	plan = plan_restore();
	act(plan);
	check_results(plan, RESULT_FAILED, RESULT_STUCK, RESULT_RESTORED);
	check_reason(plan, A, "bind nvme: Input/output error; see dmesg");
	check_record(A, "bind nvme");
	check_record(B, "unbind vfio-pci");
	check_record(C, NULL);
	check_place(A, "", "");
	check_place(B, "vfio-pci", "e1000e");
	check_place(C, "", "");
	bind_plan_free(plan);
	memset(fake->mishaps, 0, sizeof(fake->mishaps));
	fake->old_child = STUCK_PID;
	plan = plan_restore(); /* B's step has ended meanwhile */
	act(plan);
	assert_int_equal(plan->nr_changes, 2);
	bind_plan_free(plan);
	check_as_at_first();
	check_no_records();
}

/* Without a record one is made before the first step, which says that nothing was known. */
static void test_restore_without_record(void **state)
{
	struct bind_plan *plan = new_plan();

	(void)state;
	request.giving_back = true;
	fake->now[A] = (struct place){ "vfio-pci", "vfio-pci" };
	fake->before[A] = (struct place){ ANY_DRIVER, "" };
	aim(add_change(plan, A), GOAL_PROBE, NULL, NULL);
	plan->changes[0].reason = xstrdup("nothing was recorded");
	act(plan);
	assert_int_equal(plan->changes[0].result, RESULT_RESTORED);
	check_reason(plan, 0, "nothing was recorded");
	assert_string_equal(plan->changes[0].goal.driver, "nvme"); /* what the kernel chose */
	assert_string_equal(fake->log, "5f00:03:00.0: clear the override\n"
				       "5f00:03:00.0: unbind vfio-pci\n"
				       "5f00:03:00.0?\n"
				       "5f00:03:00.0: probe\n"
				       "5f00:03:00.0?\n");
	check_as_at_first();
	check_no_records();
	bind_plan_free(plan);
}

/* A device that nothing is known about: the kernel may have one for it, or not. */
static void test_restore_of_unknown(void **state)
{
	static const struct {
		int device;
		struct place now;
		enum bind_result result;
		const char *reason;
	} cases[] = {
		{ A, { "", "" }, RESULT_RESTORED, "the kernel chooses" },
		{ C, { "vfio-pci", "" }, RESULT_RESTORED, "the kernel chooses" },
		{ C, { "", "vfio-pci" }, RESULT_RESTORED, "the kernel chooses" },
		{ C,
		  { "", "" },
		  RESULT_UNCHANGED,
		  "nothing was recorded before, and no driver takes it" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bind_plan *plan = new_plan();
		int device = cases[i].device;

		request.giving_back = true;
		fake->now[device] = cases[i].now;
		fake->before[device] = (struct place){ ANY_DRIVER, "" };
		aim(add_change(plan, device), GOAL_PROBE, NULL, NULL);
		plan->changes[0].reason = xstrdup("the kernel chooses");
		act(plan);
		assert_int_equal(plan->changes[0].result, cases[i].result);
		check_reason(plan, 0, cases[i].reason);
		check_no_records();
		bind_plan_free(plan);
	}
	check_as_at_first();
}

/* The same after it was interrupted: the record of then says that the kernel chooses. */
static void test_restore_any_driver(void **state)
{
	struct record record = { .device = (char *)names[A],
				 .identity = (char *)IDENTITY,
				 .before = { (char *)ANY_DRIVER, NULL },
				 .state = (char *)"unbind vfio-pci" };
	struct bind_plan *plan;

	(void)state;
	fake->now[A] = (struct place){ "", "" };
	fake->before[A] = (struct place){ ANY_DRIVER, "" };
	assert_int_equal(journal_write(&journal, &record, NULL), 0);
	plan = plan_restore();
	act(plan);
	assert_int_equal(plan->nr_changes, 1);
	assert_int_equal(plan->changes[0].result, RESULT_RESTORED);
	assert_string_equal(plan->changes[0].goal.driver, "nvme");
	check_as_at_first();
	check_no_records();
	bind_plan_free(plan);
}

/* The kernel may choose none. */
static void test_restore_to_no_driver(void **state)
{
	struct bind_plan *plan = new_plan();

	(void)state;
	request.giving_back = true;
	fake->now[C] = (struct place){ "vfio-pci", "vfio-pci" };
	fake->before[C] = (struct place){ ANY_DRIVER, "" };
	aim(add_change(plan, C), GOAL_PROBE, NULL, NULL);
	act(plan);
	assert_int_equal(plan->changes[0].result, RESULT_RESTORED);
	assert_null(plan->changes[0].goal.driver);
	check_as_at_first();
	bind_plan_free(plan);
}

/* A device that is not there any more, and a record of one that was at its address before. */
static void test_restore_drops_record(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	*fake->log = '\0';
	plan = plan_restore();
	for (int i = 0; i < NR_DEVICES; i++)
		steps_free(&plan->changes[i].steps);
	plan->changes[A].device = NULL;
	plan->changes[A].drop_record = true;
	plan->changes[A].reason = xstrdup("it is not there any more");
	record_free(plan->changes[B].record);
	plan->changes[B].record = NULL;
	plan->changes[B].drop_record = true;
	act(plan);
	check_results(plan, RESULT_RESTORED, RESULT_RESTORED, RESULT_RESTORED);
	check_reason(plan, A, "it is not there any more");
	assert_string_equal(fake->log, "");
	check_no_records();
	bind_plan_free(plan);
}

/* --- to no driver ------------------------------------------------------------------------- */

static struct bind_plan *plan_to_none(void)
{
	struct bind_plan *plan = new_plan();

	request.giving_back = true;
	request.to_none = true;
	for (int i = 0; i < NR_DEVICES; i++)
		aim(add_change(plan, i), GOAL_DRIVER, NULL, NULL);
	return plan;
}

static void check_to(int i, const char *driver)
{
	struct record *record = read_record(names[i]);

	assert_non_null(record);
	assert_true(is_text(record->to, driver));
	record_free(record);
}

/* The record is still needed: restore gives back what was there before. */
static void test_to_none_keeps_record(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	plan = plan_to_none();
	act(plan);
	check_results(plan, RESULT_RESTORED, RESULT_RESTORED, RESULT_RESTORED);
	for (int i = 0; i < NR_DEVICES; i++) {
		check_place(i, "", "");
		check_record(i, "done");
	}
	bind_plan_free(plan);
	request.to_none = false;
	plan = plan_restore();
	act(plan);
	check_results(plan, RESULT_RESTORED, RESULT_RESTORED, RESULT_RESTORED);
	check_as_at_first();
	check_no_records();
	bind_plan_free(plan);
}

/* Of those that nothing is known about, too: but what VFIO has is nothing to give back. */
static void test_to_none_without_record(void **state)
{
	struct bind_plan *plan;

	(void)state;
	fake->now[C] = (struct place){ "vfio-pci", "vfio-pci" };
	fake->before[C] = (struct place){ ANY_DRIVER, "" };
	plan = plan_to_none();
	act(plan);
	check_results(plan, RESULT_RESTORED, RESULT_RESTORED, RESULT_RESTORED);
	for (int i = 0; i < NR_DEVICES; i++) {
		check_place(i, "", "");
		check_record(i, "done");
		check_to(i, "");
	}
	bind_plan_free(plan);
	request.to_none = false;
	act_and_free(plan_restore());
	check_as_at_first();
	check_no_records();
}

/* What a rule knows is known. */
static void test_to_none_with_rule(void **state)
{
	struct bind_plan *plan;

	(void)state;
	fake->now[A] = (struct place){ "vfio-pci", "vfio-pci" };
	plan = plan_to_none();
	plan->changes[A].rule = xcalloc(1, sizeof(struct rule));
	plan->changes[A].rule->before.driver = xstrdup("nvme");
	plan->changes[A].forget_rule = true;
	act(plan);
	assert_int_equal(plan->changes[A].result, RESULT_RESTORED);
	assert_non_null(strstr(fake->log, "5f00:03:00.0: no rule\n"));
	check_record(A, "done"); /* with nvme, as at first */
	bind_plan_free(plan);
}

/* --- a driver that has to be loaded ------------------------------------------------------- */

static struct bind_plan *plan_restore_loading(void)
{
	struct bind_plan *plan = plan_restore();
	struct change *change = &plan->changes[A];

	steps_free(&change->steps);
	steps_add(&change->steps, STEP_LOAD, "nvme");
	steps_between(&change->now, GOAL_DRIVER, &change->goal, &change->steps);
	return plan;
}

static void test_restore_loads(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	*fake->log = '\0';
	plan = plan_restore_loading();
	act(plan);
	check_results(plan, RESULT_RESTORED, RESULT_RESTORED, RESULT_RESTORED);
	assert_ptr_equal(strstr(fake->log, "5f00:03:00.0: load nvme\n"), fake->log);
	check_as_at_first();
	check_no_records();
	bind_plan_free(plan);
}

/* Then it stays where it is, with its record, rather than go without a driver. */
static void test_restore_cannot_load(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	fake->mishaps[0] = (struct mishap){ names[A], "load nvme", .code = -EIO };
	plan = plan_restore_loading();
	act(plan);
	check_results(plan, RESULT_FAILED, RESULT_RESTORED, RESULT_RESTORED);
	check_place(A, "vfio-pci", "vfio-pci");
	check_record(A, "load nvme");
	bind_plan_free(plan);
	fake->mishaps[0] = (struct mishap){ 0 };
	act_and_free(plan_restore());
	check_as_at_first();
	check_no_records();
}

/* --- rules -------------------------------------------------------------------------------- */

static void test_restore_forgets_rule(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	*fake->log = '\0';
	plan = plan_restore();
	plan->changes[A].forget_rule = true;
	act(plan);
	check_results(plan, RESULT_RESTORED, RESULT_RESTORED, RESULT_RESTORED);
	assert_non_null(strstr(fake->log, "5f00:03:00.0: no rule\n"));
	assert_null(strstr(fake->log, "5f00:04:00.0: no rule\n"));
	check_as_at_first();
	bind_plan_free(plan);
}

static void test_rule_stays(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	fake->rule_code = -EROFS;
	plan = plan_restore();
	plan->changes[A].forget_rule = true;
	act(plan);
	check_results(plan, RESULT_FAILED, RESULT_RESTORED, RESULT_RESTORED);
	check_reason(plan, A, "the rule stays");
	bind_plan_free(plan);
}

/* --- killed ------------------------------------------------------------------------------- */

/* Acts in a process that is killed at the point @number. Return: whether it came to that. */
static bool killed_at(unsigned number, struct bind_plan *(*make_plan)(void))
{
	char text[32];
	pid_t child;
	int status;

	snprintf(text, sizeof(text), "%u:%d", number, SIGKILL);
	setenv("IOMMUTOOL_TEST_SIGNAL", text, 1);
	fake->syncs = 0;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		bind_plan_act(make_plan(), &journal);
		_exit(0);
	}
	unsetenv("IOMMUTOOL_TEST_SIGNAL");
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_string_equal(fake->wrong, "");
	assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : status == 0);
	return WIFSIGNALED(status);
}

/* A device that is not as it was at first has a record. */
static void check_recorded(void)
{
	for (int i = 0; i < NR_DEVICES; i++) {
		struct record *record = read_record(names[i]);

		if (memcmp(&fake->now[i], &at_first[i], sizeof(at_first[i])) != 0)
			assert_non_null(record);
		record_free(record);
	}
}

/* 8 steps with a point before and behind each, and one behind each device. */
static void test_killed_in_bind(void **state)
{
	unsigned number = 1;

	while (killed_at(number, plan_bind)) {
		check_recorded();
		act_and_free(plan_restore());
		check_as_at_first();
		check_no_records();
		teardown(state);
		setup(state);
		number++;
	}
	assert_int_equal(number, 8 * 2 + 3 + 1);
}

/* 9 steps back. */
static void test_killed_in_restore(void **state)
{
	unsigned number = 1;

	act_and_free(plan_bind());
	while (killed_at(number, plan_restore)) {
		check_recorded();
		act_and_free(plan_restore());
		check_as_at_first();
		check_no_records();
		teardown(state);
		setup(state);
		act_and_free(plan_bind());
		number++;
	}
	assert_int_equal(number, 9 * 2 + 3 + 1);
}

/* Killed while it was undone: the second device fails first. */
static void test_killed_in_undo(void **state)
{
	const struct mishap mishap = { names[B], "bind vfio-pci", .code = -EIO };
	unsigned number = 1;

	for (;; number++) {
		fake->mishaps[0] = mishap;
		if (!killed_at(number, plan_bind))
			break;
		fake->mishaps[0] = (struct mishap){ 0 };
		check_recorded();
		act_and_free(plan_restore());
		check_as_at_first();
		check_no_records();
		teardown(state);
		setup(state);
	}
	/* A: 3 steps and its end, B: 3 steps; back B: 3 steps and its end, A: the same. */
	assert_int_equal(number, 7 + 6 + 7 + 7 + 1);
}

/* After a kill in bind, the same bind again gets there, and the first record counts. */
static void test_bind_after_kill(void **state)
{
	unsigned number = 1;

	while (killed_at(number, plan_bind)) {
		act_and_free(plan_bind());
		for (int i = 0; i < NR_DEVICES; i++) {
			check_place(i, "vfio-pci", "vfio-pci");
			check_record(i, "done");
		}
		act_and_free(plan_restore());
		check_as_at_first();
		teardown(state);
		setup(state);
		number++;
	}
	assert_int_equal(number, 8 * 2 + 3 + 1);
}

/* Only the rule knows what was before: it must not go while no record has it. */
static void test_rule_goes_last(void **state)
{
	struct bind_plan *plan = new_plan();
	struct change *change;

	(void)state;
	request.giving_back = true;
	fake->now[A] = (struct place){ "vfio-pci", "vfio-pci" };
	change = add_change(plan, A);
	aim(change, GOAL_DRIVER, "nvme", NULL);
	change->forget_rule = true;
	change->rule = xcalloc(1, sizeof(*change->rule));
	change->rule->before.driver = xstrdup("nvme");
	tree_dir(&tree, "j/journal/.5f00:03:00.0"); /* no record can be written */
	act(plan);
	assert_int_equal(change->result, RESULT_FAILED);
	assert_null(strstr(fake->log, "no rule"));
	bind_plan_free(plan);
}

/* A child of an earlier run, which has ended, is not the one of this step. */
static void test_old_child_is_dropped(void **state)
{
	struct record *record;

	(void)state;
	act_and_free(plan_bind());
	record = read_record(names[A]);
	record->child = STUCK_PID;
	record->child_start = STUCK_START;
	assert_int_equal(journal_write(&journal, record, NULL), 0);
	record_free(record);
	act_and_free(plan_restore());
}

/* record of another device at this address, --to-none, device has nothing: steps 0 */
static void test_to_none_of_another(void **state)
{
	struct bind_plan *plan = new_plan();
	(void)state;
	request.giving_back = request.to_none = true;
	fake->now[A] = (struct place){ "", "" };
	add_change(plan, A);
	plan->changes[0].drop_record = true;
	act(plan);
	assert_int_equal(plan->changes[0].result, RESULT_RESTORED);
	check_no_records();
	bind_plan_free(plan);
}
/* gone device, --to-none: its record must go */
static void test_to_none_of_gone(void **state)
{
	struct bind_plan *plan;
	(void)state;
	act_and_free(plan_bind());
	request.to_none = true;
	plan = plan_restore();
	for (int i = 0; i < NR_DEVICES; i++) {
		steps_free(&plan->changes[i].steps);
		plan->changes[i].device = NULL;
		plan->changes[i].drop_record = true;
	}
	act(plan);
	check_no_records();
	bind_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_restore, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_without_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_of_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_any_driver, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_to_no_driver, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_drops_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_to_none_keeps_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_to_none_without_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_to_none_with_rule, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_loads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_cannot_load, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_forgets_rule, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rule_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_in_bind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_in_restore, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_in_undo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_after_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rule_goes_last, setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_child_is_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_to_none_of_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_to_none_of_gone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
