/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doing what is planned on a model of FreeBSD: there and back, and what goes wrong in between. */
#include "freebsd_acting.h"

static void test_there_and_back(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	act(plan, RESULT_BOUND, RESULT_BOUND);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "ppt0 forced");
	assert_string_equal(state_of(BARE), "ppt1 forced");
	assert_string_equal(recorded->state, "set driver ppt");
	assert_string_equal(recorded->before.driver, "igb");
	assert_null(recorded->before.override);

	plan = plan_restore();
	act(plan, RESULT_RESTORED, RESULT_RESTORED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(BARE), "-");
	assert_no_records();
}

/* All of the set or nothing. */
static void test_second_fails(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	model_fails(model, "ppt attach", 2, -EIO);
	act(plan, RESULT_ROLLED_BACK, RESULT_FAILED);
	assert_non_null(strstr(plan->changes[1].reason, "ppt did not take it"));
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(BARE), "-");
	assert_no_records();
}

/* The step could not clear what it had forced: that is done again. */
static void test_undone_later(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	model_fails(model, "ppt attach", 1, -EIO);
	model_fails(model, "CLEAR_DRIVER", 1, -EINTR);
	act(plan, RESULT_FAILED, RESULT_PLANNED);
	assert_non_null(strstr(plan->changes[0].reason, "it is still forced to it"));
	assert_string_equal(plan->changes[0].reached.driver, "igb");
	assert_null(plan->changes[0].reached.override);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_no_records();
}

static void test_undoing_fails(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	model_fails(model, "ppt attach", 1, -EIO);
	model_fails(model, "CLEAR_DRIVER", 0, -EINTR);
	act(plan, RESULT_FAILED, RESULT_PLANNED);
	assert_non_null(strstr(plan->changes[0].reason, "putting it back failed, too"));
	assert_null(plan->changes[0].reached.driver);
	assert_string_equal(plan->changes[0].reached.override, "ppt");
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "ppt0 forced detached");
	model_works(model);

	/* The record tells what was before. */
	plan = plan_restore();
	act(plan, RESULT_RESTORED, RESULT_UNCHANGED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_no_records();
}

static void test_vm_has_it(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	act(plan, RESULT_BOUND, RESULT_BOUND);
	bind_plan_free(plan);
	model->functions[IGB].is_busy = true;
	plan = plan_restore();
	act(plan, RESULT_FAILED, RESULT_RESTORED);
	assert_non_null(strstr(plan->changes[0].reason, "in use by a VM"));
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "ppt0 forced");

	model->functions[IGB].is_busy = false;
	plan = plan_restore();
	act(plan, RESULT_RESTORED, RESULT_UNCHANGED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
}

static void test_pptdevs(void **state)
{
	struct bind_plan *plan;

	(void)state;
	give_to_ppt(IGB, false);
	model_set(model, "pptdevs", "kenv", "1/0/0");
	plan = plan_restore();
	act(plan, RESULT_FAILED, RESULT_UNCHANGED);
	assert_non_null(strstr(plan->changes[0].reason, "reserved by pptdevs"));
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "ppt0");
}

/* Another driver wants it now more than the one that it had. */
static void test_other_driver(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	act(plan, RESULT_BOUND, RESULT_BOUND);
	bind_plan_free(plan);
	strcpy(model->functions[IGB].native, "em");
	plan = plan_restore();
	act(plan, RESULT_FAILED, RESULT_RESTORED);
	assert_string_equal(plan->changes[0].reason, "em took it instead of igb");
	bind_plan_free(plan);
}

/* It had none, and the kernel has one for it by now. */
static void test_new_driver(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	act(plan, RESULT_BOUND, RESULT_BOUND);
	bind_plan_free(plan);
	strcpy(model->functions[BARE].native, "vgapci");
	plan = plan_restore();
	act(plan, RESULT_RESTORED, RESULT_RESTORED);
	assert_string_equal(plan->changes[1].goal.driver, "vgapci");
	bind_plan_free(plan);
	assert_string_equal(state_of(BARE), "vgapci0");
}

static void test_to_none(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	act(plan, RESULT_BOUND, RESULT_BOUND);
	bind_plan_free(plan);
	request.giving_back = request.to_none = true;
	for (int i = 0; i < 2; i++) {
		plan = new_plan();
		aim_at(add_change(plan, IGB), GOAL_NONE, NULL);
		aim_at(add_change(plan, BARE), GOAL_NONE, NULL);
		act(plan, RESULT_RESTORED, RESULT_RESTORED);
		assert_null(plan->changes[0].goal.driver);
		bind_plan_free(plan);
		assert_string_equal(state_of(IGB), "ppt0 forced detached");
	}
	request.to_none = false;
	plan = plan_restore();
	act(plan, RESULT_RESTORED, RESULT_RESTORED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_no_records();
}

static void test_no_module(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	model_set(model, "vmm", "module", "loadable");
	steps_add(&plan->loads, STEP_LOAD, "ppt");
	model_fails(model, "load_module", 1, -ENOEXEC);
	act(plan, RESULT_FAILED, RESULT_FAILED);
	assert_non_null(strstr(plan->changes[0].reason, "kldload vmm: Exec format error"));
	bind_plan_free(plan);

	plan = plan_bind();
	steps_add(&plan->loads, STEP_LOAD, "ppt");
	act(plan, RESULT_BOUND, RESULT_BOUND);
	bind_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_model(test_there_and_back), in_model(test_second_fails),
		in_model(test_undone_later),   in_model(test_undoing_fails),
		in_model(test_vm_has_it),      in_model(test_pptdevs),
		in_model(test_other_driver),   in_model(test_new_driver),
		in_model(test_to_none),	       in_model(test_no_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
