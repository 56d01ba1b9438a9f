/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doing what is planned: the order of things, modules, signals, and a journal that fails. */
#include "acting.h"

/* --- bind --------------------------------------------------------------------------------- */

/* The link would have failed, but nobody should have to rely on that. */
static void test_replaced(void **state)
{
	int (*const real)(const struct source *, const char *, const struct step *, int, pid_t *,
			  struct error *) = __real_take_step;

	(void)state;
	assert_true(real != take_step);
}

static void test_bind(void **state)
{
	struct bind_plan *plan = plan_bind();
	struct record *record;

	(void)state;
	act(plan);
	check_results(plan, RESULT_BOUND, RESULT_BOUND, RESULT_BOUND);
	assert_string_equal(fake->log, "5f00:03:00.0: override vfio-pci\n"
				       "5f00:03:00.0: unbind nvme\n"
				       "5f00:03:00.0?\n"
				       "5f00:03:00.0: bind vfio-pci\n"
				       "5f00:03:00.0?\n"
				       "5f00:03:00.0: nodes\n"
				       "5f00:04:00.0 again?\n" /* time has passed */
				       "5f00:04:00.0: override vfio-pci\n"
				       "5f00:04:00.0: unbind e1000e\n"
				       "5f00:04:00.0?\n"
				       "5f00:04:00.0: bind vfio-pci\n"
				       "5f00:04:00.0?\n"
				       "5f00:04:00.0: nodes\n"
				       "5f00:05:00.0 again?\n"
				       "5f00:05:00.0: override vfio-pci\n"
				       "5f00:05:00.0: bind vfio-pci\n"
				       "5f00:05:00.0?\n"
				       "5f00:05:00.0: nodes\n");
	for (int i = 0; i < NR_DEVICES; i++) {
		check_place(i, "vfio-pci", "vfio-pci");
		check_record(i, "done");
		check_reason(plan, i, NULL);
		assert_false(plan->changes[i].lacks_node);
	}
	record = read_record(names[A]);
	assert_string_equal(record->to, "vfio-pci");
	record_free(record);
	bind_plan_free(plan);
}

/* Those that are there already are not touched, and not undone either. */
static void test_unchanged(void **state)
{
	struct bind_plan *plan;

	(void)state;
	set(fake->now[A].driver, "vfio-pci");
	plan = plan_bind();
	steps_free(&plan->changes[A].steps);
	plan->changes[A].result = RESULT_UNCHANGED;
	fake->mishaps[0] = (struct mishap){ names[C], "bind vfio-pci", .code = -EIO };
	act(plan);
	check_results(plan, RESULT_UNCHANGED, RESULT_ROLLED_BACK, RESULT_FAILED);
	assert_null(strstr(fake->log, names[A]));
	/* Nothing was done before B, so nothing was lost by asking only once. */
	assert_null(strstr(fake->log, "5f00:04:00.0 again?"));
	assert_non_null(strstr(fake->log, "5f00:05:00.0 again?"));
	check_place(A, "vfio-pci", "");
	check_no_records();
	bind_plan_free(plan);
}

static void test_nodes_missing(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	fake->nodes_code = -ETIMEDOUT;
	act(plan);
	check_results(plan, RESULT_BOUND, RESULT_BOUND, RESULT_BOUND);
	check_reason(plan, A, "/dev/vfio/8: not there");
	for (int i = 0; i < NR_DEVICES; i++)
		assert_true(plan->changes[i].lacks_node);
	check_record(A, "done");
	bind_plan_free(plan);
}

/* What a rule knows was there before the last boot. */
static void test_rule_knows_before(void **state)
{
	struct bind_plan *plan = plan_bind();
	struct rule *rules[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		rules[i] = xcalloc(1, sizeof(*rules[i]));
		rules[i]->before.driver = xstrdup("ahci");
		rules[i]->before.override = xstrdup("ahci");
		plan->changes[i].rule = rules[i];
	}
	plan->changes[B].rule_is_other = true; /* this one is no matter of B's */
	fake->before[A] = (struct place){ "ahci", "ahci" };
	act(plan);
	check_results(plan, RESULT_BOUND, RESULT_BOUND, RESULT_BOUND);
	check_record(A, "done");
	check_record(B, "done");
	bind_plan_free(plan);
}

/* Who binds from a driver of VFIO without a record asked for that: it is what restore gives back.
 */
static void test_from_vfio(void **state)
{
	struct bind_plan *plan;

	(void)state;
	fake->now[A] = fake->before[A] = (struct place){ "vfio-pci", "vfio-pci" };
	request.to = "pci-stub";
	plan = plan_bind();
	act(plan);
	check_results(plan, RESULT_BOUND, RESULT_BOUND, RESULT_BOUND);
	check_record(A, "done");
	bind_plan_free(plan);
}

static void check_to(int i, const char *driver)
{
	struct record *record = read_record(names[i]);

	assert_non_null(record);
	assert_true(is_text(record->to, driver));
	record_free(record);
}

/* The record of the first bind stays, whatever comes after it. */
static void test_second_bind(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	request.to = "pci-stub";
	act_and_free(plan_bind());
	for (int i = 0; i < NR_DEVICES; i++) {
		check_place(i, "pci-stub", "pci-stub");
		check_record(i, "done");
	}
	/* One that fails goes back to where it began, and the record still stays. */
	request.to = "vfio-pci";
	fake->mishaps[0] = (struct mishap){ names[B], "bind vfio-pci", .code = -EIO };
	plan = plan_bind();
	act(plan);
	check_results(plan, RESULT_ROLLED_BACK, RESULT_FAILED, RESULT_PLANNED);
	for (int i = 0; i < NR_DEVICES; i++) {
		check_place(i, "pci-stub", "pci-stub");
		check_record(i, "done");
		check_to(i, "pci-stub"); /* which restore takes for ours */
	}
	bind_plan_free(plan);
}

/* --- a journal that cannot be written ----------------------------------------------------- */

static void test_journal_fails_at_once(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	tree_dir(&tree, "j/journal/.5f00:03:00.0"); /* where the record is written first */
	act(plan);
	check_results(plan, RESULT_FAILED, RESULT_PLANNED, RESULT_PLANNED);
	assert_non_null(strstr(plan->changes[A].reason, "the journal cannot be written"));
	assert_null(strstr(fake->log, ": ")); /* no step was taken */
	check_as_at_first();
	bind_plan_free(plan);
}

static void test_journal_fails_later(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	tree_dir(&tree, "j/journal/.5f00:04:00.0");
	act(plan);
	check_results(plan, RESULT_ROLLED_BACK, RESULT_FAILED, RESULT_PLANNED);
	assert_null(strstr(fake->log, "5f00:04:00.0: "));
	check_as_at_first();
	check_record(A, NULL);
	bind_plan_free(plan);
}

/* The folder was removed under us. */
static void test_journal_goes(void **state)
{
	struct bind_plan *plan = plan_bind();
	char records[PATH_MAX];

	(void)state;
	tree_path(&tree, records, "j/journal");
	assert_int_equal(rmdir(records), 0);
	act(plan);
	check_results(plan, RESULT_FAILED, RESULT_PLANNED, RESULT_PLANNED);
	assert_null(strstr(fake->log, ": "));
	bind_plan_free(plan);
}

static void test_journal_fails_in_restore(void **state)
{
	struct bind_plan *plan;

	(void)state;
	act_and_free(plan_bind());
	*fake->log = '\0';
	tree_dir(&tree, "j/journal/.5f00:04:00.0");
	plan = plan_restore();
	act(plan);
	check_results(plan, RESULT_RESTORED, RESULT_FAILED, RESULT_RESTORED);
	assert_null(strstr(fake->log, "5f00:04:00.0: "));
	check_place(B, "vfio-pci", "vfio-pci");
	check_record(B, "done");
	bind_plan_free(plan);
}

/* --- modules, signals --------------------------------------------------------------------- */

static void test_loads_first(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	steps_add(&plan->loads, STEP_LOAD, "vfio-pci");
	steps_add(&plan->loads, STEP_LOAD, "vfio_iommu_type1");
	/* The kernel loads the second one by itself when it is wanted. */
	fake->mishaps[0] = (struct mishap){ "", "load vfio_iommu_type1", .code = -EIO };
	act(plan);
	check_results(plan, RESULT_BOUND, RESULT_BOUND, RESULT_BOUND);
	assert_ptr_equal(strstr(fake->log, "load vfio-pci\nload vfio_iommu_type1\n"
					   "5f00:03:00.0?\n5f00:04:00.0?\n5f00:05:00.0?\n"
					   "5f00:03:00.0 again?\n5f00:03:00.0: "),
			 fake->log);
	bind_plan_free(plan);
}

static void test_load_fails(void **state)
{
	static const struct {
		int code;
		const char *reason;
	} cases[] = {
		{ -EIO, "modprobe vfio-pci: it failed, or nothing came of it; see dmesg, "
			"modprobe.d" },
		{ -ENOENT, "modprobe vfio-pci: it failed, or nothing came of it; see dmesg, "
			   "modprobe.d" },
		{ -ETIMEDOUT, "modprobe vfio-pci: it did not come back" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bind_plan *plan = plan_bind();

		*fake->log = '\0';
		steps_add(&plan->loads, STEP_LOAD, "vfio-pci");
		steps_add(&plan->loads, STEP_LOAD, "vfio_iommu_type1");
		plan->changes[C].result = RESULT_UNCHANGED;
		fake->mishaps[0] = (struct mishap){ "", "load vfio-pci", .code = cases[i].code };
		fake->mishaps[0].is_stuck = cases[i].code == -ETIMEDOUT;
		act(plan);
		check_results(plan, RESULT_FAILED, RESULT_FAILED, RESULT_UNCHANGED);
		check_reason(plan, A, cases[i].reason);
		check_reason(plan, B, cases[i].reason);
		assert_string_equal(fake->log, "load vfio-pci\n");
		check_no_records();
		bind_plan_free(plan);
	}
}

/* A signal ends the run between two devices, and what was done is undone. */
static void test_signals(void **state)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t set, before;
	int number;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(numbers); i++)
		sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct bind_plan *plan = plan_bind();

		fake->mishaps[0] =
			(struct mishap){ names[B], "unbind e1000e", .signal = numbers[i] };
		act(plan);
		check_results(plan, RESULT_ROLLED_BACK, RESULT_ROLLED_BACK, RESULT_FAILED);
		check_reason(plan, A, "interrupted");
		check_reason(plan, B, "interrupted");
		check_reason(plan, C, "not done: interrupted");
		/* The device it came in was done first, and the next was not begun. */
		assert_non_null(strstr(fake->log, "5f00:04:00.0: nodes\n"));
		assert_null(strstr(fake->log, names[C]));
		check_as_at_first();
		check_no_records();
		bind_plan_free(plan);
		assert_int_equal(sigwait(&set, &number), 0);
		assert_int_equal(number, numbers[i]);
		teardown(state);
		setup(state);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Before the first device there is nothing to undo, but what was asked for was not done. */
static void test_signal_at_once(void **state)
{
	struct bind_plan *plan = plan_bind();
	sigset_t set, before;
	int number;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, &before);
	steps_add(&plan->loads, STEP_LOAD, "vfio-pci");
	fake->mishaps[0] = (struct mishap){ "", "load vfio-pci", .signal = SIGQUIT };
	act(plan);
	check_results(plan, RESULT_FAILED, RESULT_FAILED, RESULT_FAILED);
	for (int i = 0; i < NR_DEVICES; i++)
		check_reason(plan, i, "not done: interrupted");
	assert_string_equal(fake->log, "load vfio-pci\n"
				       "5f00:03:00.0?\n5f00:04:00.0?\n5f00:05:00.0?\n");
	check_no_records();
	bind_plan_free(plan);
	assert_int_equal(sigwait(&set, &number), 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* nohup(1) has SIGHUP ignored: then it is no reason to end. */
static void test_ignored_signal(void **state)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct bind_plan *plan = plan_bind();
		struct sigaction action;
		sigset_t set, before, pending;
		int number;

		sigemptyset(&set);
		sigaddset(&set, numbers[i]);
		sigprocmask(SIG_BLOCK, &set, &before);
		fake->mishaps[0] = (struct mishap){ names[A], "unbind nvme", .signal = numbers[i] };
		/* Linux keeps what is blocked, ignored or not. */
		sigaction(numbers[i], &ignore, &action);
		act(plan);
		check_results(plan, RESULT_BOUND, RESULT_BOUND, RESULT_BOUND);
		bind_plan_free(plan);
		sigpending(&pending);
		assert_int_equal(sigismember(&pending, numbers[i]), 1);
		assert_int_equal(sigwait(&set, &number), 0);
		sigaction(numbers[i], &action, NULL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		teardown(state);
		setup(state);
	}
}

/* Loading the driver took devices along: what is there already is not bound again, but undone. */
static void test_load_takes_them(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	steps_add(&plan->loads, STEP_LOAD, "vfio-pci");
	set(fake->now[A].driver, "vfio-pci"); /* by its IDs: it has no override */
	fake->mishaps[0] = (struct mishap){ names[C], "bind vfio-pci", .code = -EIO };
	act(plan);
	check_results(plan, RESULT_ROLLED_BACK, RESULT_ROLLED_BACK, RESULT_FAILED);
	assert_ptr_equal(strstr(fake->log, "load vfio-pci\n5f00:03:00.0?\n5f00:04:00.0?\n"
					   "5f00:05:00.0?\n5f00:03:00.0 again?\n"
					   "5f00:03:00.0: override vfio-pci\n"
					   "5f00:03:00.0: nodes\n"),
			 fake->log);
	check_place(A, "nvme", "");
	check_no_records();
	bind_plan_free(plan);
}

/* Another driver got hold of one: that is no matter of ours, and stays. */
static void test_load_brings_another(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	steps_add(&plan->loads, STEP_LOAD, "vfio-pci");
	set(fake->now[C].driver, "uio_pci");
	act(plan);
	check_results(plan, RESULT_ROLLED_BACK, RESULT_ROLLED_BACK, RESULT_FAILED);
	check_reason(plan, C, "it changed");
	assert_null(strstr(fake->log, "5f00:05:00.0: "));
	check_place(C, "uio_pci", "");
	check_no_records();
	bind_plan_free(plan);
}

/* The same when all goes well; the record has what was there before. */
static void test_load_binds(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	steps_add(&plan->loads, STEP_LOAD, "vfio-pci");
	for (int i = 0; i < NR_DEVICES; i++)
		fake->now[i] = (struct place){ "vfio-pci", "" };
	act(plan);
	check_results(plan, RESULT_BOUND, RESULT_BOUND, RESULT_BOUND);
	assert_null(strstr(fake->log, ": bind "));
	assert_null(strstr(fake->log, ": unbind "));
	for (int i = 0; i < NR_DEVICES; i++) {
		check_place(i, "vfio-pci", "vfio-pci");
		check_record(i, "done");
	}
	bind_plan_free(plan);
	act_and_free(plan_restore());
	check_as_at_first();
}

/* vfio-pci is there, and only type1 would be loaded: it is not needed then either. */
static void test_type1_alone(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	steps_add(&plan->loads, STEP_LOAD, "vfio_iommu_type1");
	fake->mishaps[0] = (struct mishap){ "", "load vfio_iommu_type1", .code = -EIO };
	act(plan);
	check_results(plan, RESULT_BOUND, RESULT_BOUND, RESULT_BOUND);
	bind_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unchanged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nodes_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rule_knows_before, setup, teardown),
		cmocka_unit_test_setup_teardown(test_from_vfio, setup, teardown),
		cmocka_unit_test_setup_teardown(test_second_bind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_journal_fails_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_journal_fails_later, setup, teardown),
		cmocka_unit_test_setup_teardown(test_journal_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_journal_fails_in_restore, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loads_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_load_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signal_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ignored_signal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_load_takes_them, setup, teardown),
		cmocka_unit_test_setup_teardown(test_load_brings_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_load_binds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_type1_alone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
