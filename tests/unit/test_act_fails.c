/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of bind that fail, hang, or lose their device: what is undone, and what is left alone. */
#include "acting.h"

/* --- a step that fails -------------------------------------------------------------------- */

/* The steps of each device, as far as it has them. */
static const char *const bind_steps[NR_DEVICES][3] = {
	[A] = { "override vfio-pci", "unbind nvme", "bind vfio-pci" },
	[B] = { "override vfio-pci", "unbind e1000e", "bind vfio-pci" },
	[C] = { "override vfio-pci", "bind vfio-pci" },
};

static enum bind_result after_mishap(int i, int culprit, enum bind_result result)
{
	return i < culprit ? RESULT_ROLLED_BACK : i == culprit ? result : RESULT_PLANNED;
}

/* Runs bind with @mishap in each step of each device, and calls @check after it. */
static void in_each_step(struct mishap mishap, enum bind_result result,
			 void (*check)(const struct bind_plan *plan, int culprit, const char *step))
{
	for (int i = 0; i < NR_DEVICES; i++)
		for (size_t k = 0; k < 3 && bind_steps[i][k]; k++) {
			struct bind_plan *plan;
			void *state = NULL;

			setup(&state);
			mishap.device = names[i];
			mishap.step = bind_steps[i][k];
			fake->mishaps[0] = mishap;
			plan = plan_bind();
			act(plan);
			check_results(plan, after_mishap(0, i, result), after_mishap(1, i, result),
				      after_mishap(2, i, result));
			for (int other = 0; other < NR_DEVICES; other++) {
				char wanted[64];

				snprintf(wanted, sizeof(wanted), "%s%s: %s",
					 other > i ? "not done: " : "", names[i],
					 bind_result_name(result));
				if (other != i)
					check_reason(plan, other, wanted);
				if (other > i) /* not even looked at */
					assert_null(strstr(fake->log, names[other]));
			}
			check(plan, i, mishap.step);
			bind_plan_free(plan);
			teardown(&state);
		}
}

static void check_undone(const struct bind_plan *plan, int culprit, const char *step)
{
	(void)step;
	assert_non_null(plan->changes[culprit].reason);
	check_as_at_first();
	check_no_records();
}

static void check_failed_step(const struct bind_plan *plan, int culprit, const char *step)
{
	const char *reason = plan->changes[culprit].reason;

	check_undone(plan, culprit, step);
	assert_memory_equal(reason, step, strlen(step));
	assert_non_null(strstr(reason, "Input/output error"));
}

static void test_failing_step(void **state)
{
	(void)state;
	in_each_step((struct mishap){ .code = -EIO }, RESULT_FAILED, check_failed_step);
	/* It fails, and does what it was to do nonetheless. */
	in_each_step((struct mishap){ .code = -EIO, .takes_effect = true }, RESULT_FAILED,
		     check_failed_step);
}

/* Undone from the last step to the first, and from the last device to the first. */
static void test_undo_order(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	fake->mishaps[0] = (struct mishap){ names[C], "bind vfio-pci", .code = -EIO };
	act(plan);
	check_results(plan, RESULT_ROLLED_BACK, RESULT_ROLLED_BACK, RESULT_FAILED);
	assert_string_equal(strstr(fake->log, "5f00:05:00.0: bind vfio-pci\n"),
			    "5f00:05:00.0: bind vfio-pci\n"
			    "5f00:05:00.0?\n" /* a step that failed is no proof */
			    "5f00:05:00.0?\n"
			    "5f00:05:00.0: clear the override\n"
			    "5f00:04:00.0?\n"
			    "5f00:04:00.0: override e1000e\n"
			    "5f00:04:00.0: unbind vfio-pci\n"
			    "5f00:04:00.0?\n"
			    "5f00:04:00.0: bind e1000e\n"
			    "5f00:04:00.0?\n"
			    "5f00:04:00.0: override (none)\n"
			    "5f00:03:00.0?\n"
			    "5f00:03:00.0: clear the override\n"
			    "5f00:03:00.0: unbind vfio-pci\n"
			    "5f00:03:00.0?\n"
			    "5f00:03:00.0: bind nvme\n"
			    "5f00:03:00.0?\n");
	check_reason(plan, C, "bind vfio-pci: Input/output error; see dmesg");
	bind_plan_free(plan);
}

/* What the kernel says is no proof. */
static void test_lies(void **state)
{
	static const struct {
		struct mishap mishap;
		const char *reason;
	} cases[] = {
		{ { .step = "unbind e1000e", .does_nothing = true },
		  "it has driver e1000e after the unbind" },
		{ { .step = "bind vfio-pci", .does_nothing = true }, "vfio-pci did not take it" },
		{ { .step = "bind vfio-pci", .does_nothing = true, .other = "uio_pci" },
		  "uio_pci took it instead of vfio-pci" },
		{ { .step = "unbind e1000e", .other = "uio_pci" },
		  "it has driver uio_pci after the unbind" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bind_plan *plan = plan_bind();

		fake->mishaps[0] = cases[i].mishap;
		fake->mishaps[0].device = names[B];
		act(plan);
		check_results(plan, RESULT_ROLLED_BACK, RESULT_FAILED, RESULT_PLANNED);
		check_reason(plan, B, cases[i].reason);
		check_as_at_first();
		check_no_records();
		bind_plan_free(plan);
		teardown(state);
		setup(state);
	}
}

/* What cannot be put back either is said, and its record stays for restore. */
static void test_undo_fails(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	fake->mishaps[0] = (struct mishap){ names[B], "bind vfio-pci", .code = -EIO };
	fake->mishaps[1] = (struct mishap){ names[B], "bind e1000e", .code = -ENODEV };
	act(plan);
	check_results(plan, RESULT_ROLLED_BACK, RESULT_FAILED, RESULT_PLANNED);
	check_reason(plan, B,
		     "bind vfio-pci: Input/output error; see dmesg; putting it back failed, too: "
		     "bind e1000e: No such device: it is gone, or its driver is");
	assert_string_equal(plan->changes[B].next,
			    "\"iommutool restore 5f00:04:00.0\" tries again");
	check_record(A, NULL);
	check_record(B, "bind e1000e");
	check_place(A, "nvme", ""); /* one that cannot go back keeps no other from it */
	check_place(B, "", "e1000e");
	bind_plan_free(plan);

	memset(fake->mishaps, 0, sizeof(fake->mishaps));
	act_and_free(plan_restore());
	check_as_at_first();
	check_no_records();
}

/* --- guards that refuse when they are asked again ----------------------------------------- */

/* Something came in the way while A was bound: A goes back, and nothing was done to B. */
static void test_refused_again(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	fake->refused = names[B];
	act(plan);
	check_results(plan, RESULT_ROLLED_BACK, RESULT_REFUSED, RESULT_PLANNED);
	check_reason(plan, A, "5f00:04:00.0: refused");
	check_reason(plan, B, "nvme0n1 is mounted on /srv");
	check_reason(plan, C, "not done: 5f00:04:00.0: refused");
	assert_string_equal(plan->changes[B].guard, "mounted");
	assert_string_equal(plan->changes[B].next, "umount it");
	assert_null(strstr(fake->log, "5f00:04:00.0: "));
	assert_null(strstr(fake->log, names[C]));
	check_as_at_first();
	check_no_records();
	bind_plan_free(plan);
}

/* Loading modules takes its time, too, and they may bring drivers along. */
static void test_refused_after_load(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	steps_add(&plan->loads, STEP_LOAD, "vfio-pci");
	fake->refused = names[A];
	act(plan);
	check_results(plan, RESULT_REFUSED, RESULT_PLANNED, RESULT_PLANNED);
	check_reason(plan, B, "not done: 5f00:03:00.0: refused");
	assert_string_equal(fake->log, "load vfio-pci\n5f00:03:00.0?\n5f00:04:00.0?\n"
				       "5f00:05:00.0?\n5f00:03:00.0 again?\n");
	check_no_records();
	bind_plan_free(plan);
}

/* --- a step that hangs -------------------------------------------------------------------- */

static void check_stuck(const struct bind_plan *plan, int culprit, const char *step)
{
	struct record *record = read_record(names[culprit]);
	const char *at = NULL, *next = fake->log;
	char call[64], reason[128];

	/* The record says what hangs, and who waits for it. */
	assert_non_null(record);
	assert_string_equal(record->state, step);
	assert_int_equal(record->child, STUCK_PID);
	assert_int_equal(record->child_start, STUCK_START);
	assert_true(is_text(record->before.driver, at_first[culprit].driver));
	record_free(record);
	/* Nothing but the driver link of it is touched again. */
	snprintf(call, sizeof(call), "%s: %s\n", names[culprit], step);
	while ((next = strstr(next, call)))
		at = next++;
	assert_non_null(at);
	snprintf(call, sizeof(call), "%s: ", names[culprit]);
	assert_null(strstr(at + 1, call));
	snprintf(reason, sizeof(reason),
		 "\"%s\" did not come back within 7 s (process 4711 waits in vfio_unregister)",
		 step);
	check_reason(plan, culprit, reason);
	assert_non_null(strstr(plan->changes[culprit].next, "iommutool restore "));
	for (int i = 0; i < culprit; i++) {
		check_place(i, at_first[i].driver, at_first[i].override);
		check_record(i, NULL);
	}
	for (int i = culprit + 1; i < NR_DEVICES; i++)
		check_record(i, NULL);
}

static void test_stuck(void **state)
{
	(void)state;
	in_each_step((struct mishap){ .code = -ETIMEDOUT, .is_stuck = true }, RESULT_STUCK,
		     check_stuck);
}

static void test_stuck_holder(void **state)
{
	struct holder holder = { .pid = 812,
				 .command = "qemu-system-x86",
				 .node = (char *)"/dev/vfio/8" };
	struct group group = { .number = 8, .holders = &holder };
	struct bind_plan *plan = plan_bind();

	(void)state;
	plan->machine->devices[A].group = &group;
	fake->mishaps[0] =
		(struct mishap){ names[A], "unbind nvme", .code = -ETIMEDOUT, .is_stuck = true };
	act(plan);
	assert_non_null(strstr(plan->changes[A].reason,
			       "; process 812 (qemu-system-x86) has /dev/vfio/8 open"));
	bind_plan_free(plan);
}

/* Nobody would know of it afterwards, so it is said. */
static void test_stuck_without_journal(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	fake->breaks_journal = true; /* by the step that hangs */
	fake->mishaps[0] = (struct mishap){ names[A], "override vfio-pci", .code = -ETIMEDOUT,
					    .is_stuck = true };
	act(plan);
	check_results(plan, RESULT_STUCK, RESULT_PLANNED, RESULT_PLANNED);
	check_reason(plan, A,
		     "\"override vfio-pci\" did not come back within 7 s (process 4711 waits in "
		     "vfio_unregister, which could not be written down)");
	bind_plan_free(plan);
}

/* A step that was killed came back: its device is undone as after any other failure. */
static void check_killed(const struct bind_plan *plan, int culprit, const char *step)
{
	const char *reason = plan->changes[culprit].reason;

	check_undone(plan, culprit, step);
	assert_memory_equal(reason, step, strlen(step));
	assert_null(plan->changes[culprit].next);
}

static void test_killed_step(void **state)
{
	(void)state;
	in_each_step((struct mishap){ .code = -EINTR }, RESULT_FAILED, check_killed);
	in_each_step((struct mishap){ .code = -EINTR, .takes_effect = true }, RESULT_FAILED,
		     check_killed);
}

/* While A goes back because B failed. */
static void test_stuck_in_undo(void **state)
{
	struct bind_plan *plan = plan_bind();
	struct record *record;

	(void)state;
	fake->mishaps[0] = (struct mishap){ names[B], "unbind e1000e", .code = -EBUSY };
	fake->mishaps[1] = (struct mishap){ names[A], "unbind vfio-pci", .code = -ETIMEDOUT,
					    .is_stuck = true };
	act(plan);
	check_results(plan, RESULT_STUCK, RESULT_FAILED, RESULT_PLANNED);
	record = read_record(names[A]);
	assert_int_equal(record->child, STUCK_PID);
	assert_string_equal(record->state, "unbind vfio-pci");
	assert_string_equal(record->before.driver, "nvme");
	record_free(record);
	assert_string_equal(strstr(fake->log, "5f00:03:00.0: unbind vfio-pci\n"),
			    "5f00:03:00.0: unbind vfio-pci\n");
	check_record(B, NULL);
	check_place(B, "e1000e", "(none)");
	bind_plan_free(plan);
}

/* The driver's own probe says ETIMEDOUT: the write came back, nothing hangs. */
static void check_timeout_of_driver(const struct bind_plan *plan, int culprit, const char *step)
{
	assert_null(strstr(plan->changes[culprit].reason, "did not come back"));
	check_undone(plan, culprit, step);
}

static void test_timeout_of_driver(void **state)
{
	(void)state;
	in_each_step((struct mishap){ .code = -ETIMEDOUT }, RESULT_FAILED, check_timeout_of_driver);
}

/* --- a device that goes ------------------------------------------------------------------- */

static void check_gone(const struct bind_plan *plan, int culprit, const char *step)
{
	(void)step;
	check_reason(plan, culprit, "it is gone: it was removed while it was being bound");
	check_no_records();
	for (int i = 0; i < NR_DEVICES; i++)
		if (i != culprit)
			check_place(i, at_first[i].driver, at_first[i].override);
}

static void test_gone(void **state)
{
	(void)state;
	in_each_step((struct mishap){ .code = -ENODEV, .goes = true }, RESULT_FAILED, check_gone);
}

/* While another one fails: there is nothing to put back. */
static void test_gone_in_undo(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	fake->mishaps[0] = (struct mishap){ names[B], "bind vfio-pci", .code = -EIO };
	fake->mishaps[1] = (struct mishap){ names[A], "bind vfio-pci", .goes = true };
	act(plan);
	/* A went with its step, before it was looked at. */
	check_results(plan, RESULT_FAILED, RESULT_PLANNED, RESULT_PLANNED);
	bind_plan_free(plan);
	teardown(state);
	setup(state);

	plan = plan_bind();
	fake->mishaps[0] = (struct mishap){ names[C], "bind vfio-pci", .code = -EIO };
	act(plan);
	bind_plan_free(plan);
	check_as_at_first();
	plan = plan_bind();
	fake->mishaps[0].code = 0;
	act_and_free(plan);
	fake->gone[B] = true;
	request.to = "pci-stub";
	plan = plan_bind();
	fake->mishaps[0] = (struct mishap){ 0 };
	act(plan);
	check_results(plan, RESULT_ROLLED_BACK, RESULT_FAILED, RESULT_PLANNED);
	check_place(A, "vfio-pci", "vfio-pci");
	check_record(B, NULL);
	bind_plan_free(plan);
}

/* The override was refused, and nothing was changed: there is nothing to put back. */
static void test_refused_override(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	fake->mishaps[0] = (struct mishap){ names[A], "override vfio-pci", .code = -EACCES };
	fake->mishaps[1] = (struct mishap){ names[A], "clear the override", .code = -EACCES };
	act(plan);
	check_as_at_first();
	check_reason(plan, A, "override vfio-pci: Permission denied; see dmesg");
	check_no_records();
	bind_plan_free(plan);
}

/* The journal fills up between two steps: the record that is there is enough to go back. */
static void test_undo_without_journal(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	fake->breaks_journal = true;
	act(plan);
	check_as_at_first();
	bind_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_failing_step, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_after_load, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck_without_journal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_step, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck_holder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck_in_undo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone_in_undo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timeout_of_driver, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_override, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_without_journal, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
