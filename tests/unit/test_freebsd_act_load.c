/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doing what is planned on a model of FreeBSD where time passes in between: vmm is loaded first,
 * and the guards are asked again before each device.
 */
#include "freebsd_acting.h"

static struct bind_plan *plan_load(void)
{
	struct bind_plan *plan = plan_bind();

	steps_add(&plan->loads, STEP_LOAD, "ppt");
	return plan;
}

static int setup_unloaded(void **state)
{
	setup(state);
	model_set(model, "vmm", "module", "loadable");
	return 0;
}

/* What changes something, and what is asked before it, of all that was called. */
static void did(const char *wanted)
{
	static const char *const words[] = { "load_module",  "ask again", "SET_DRIVER",
					     "CLEAR_DRIVER", "ATTACH",	  "DETACH" };
	char got[2048] = "";
	char *copy = xstrdup(model->log), *at = copy, *line;

	while ((line = strsep(&at, "\n")))
		for (size_t i = 0; i < COUNT(words); i++)
			if (strncmp(line, words[i], strlen(words[i])) == 0 &&
			    strncmp(line, "ATTACHED", 8) != 0) {
				strcat(got, line);
				strcat(got, "\n");
			}
	free(copy);
	assert_string_equal(got, wanted);
}

#define LOAD "load_module vmm\n"
#define ASK_IGB "ask again 0000:01:00.0\n"
#define ASK_BARE "ask again 0000:0a:1f.7\n"
#define SET_IGB "SET_DRIVER pci0:1:0:0 flags=1 ppt\n"
#define SET_BARE "SET_DRIVER pci0:10:31:7 flags=1 ppt\n"
#define CLEAR_IGB "CLEAR_DRIVER pci0:1:0:0 flags=1\n"

/* --- the order of things ------------------------------------------------------------------ */

static void test_load_ask_attach(void **state)
{
	struct bind_plan *plan = plan_load();

	(void)state;
	model_forget_calls(model);
	act(plan, RESULT_BOUND, RESULT_BOUND);
	did(LOAD ASK_IGB SET_IGB ASK_BARE SET_BARE);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "ppt0 forced");
	assert_string_equal(state_of(BARE), "ppt1 forced");
}

/* Nothing was waited for before the first one. */
static void test_ask_only_later(void **state)
{
	struct bind_plan *plan = plan_bind();

	(void)state;
	model_forget_calls(model);
	act(plan, RESULT_BOUND, RESULT_BOUND);
	did(SET_IGB ASK_BARE SET_BARE);
	bind_plan_free(plan);
}

/* --- what vmm tells once it is loaded ------------------------------------------------------ */

static void test_first_refused(void **state)
{
	struct bind_plan *plan = plan_load();

	(void)state;
	refused = IGB;
	model_forget_calls(model);
	act(plan, RESULT_REFUSED, RESULT_PLANNED);
	did(LOAD ASK_IGB);
	assert_string_equal(plan->changes[0].reason, "the IOMMU is switched off");
	assert_string_equal(plan->changes[1].reason, "not done: 0000:01:00.0: refused");
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(BARE), "-");
	assert_no_records();
	assert_int_equal(os->ops->find_module(os, "vmm"), 0); /* VMs may run by now */
}

static void test_second_refused(void **state)
{
	struct bind_plan *plan = plan_load();

	(void)state;
	refused = BARE;
	model_forget_calls(model);
	act(plan, RESULT_ROLLED_BACK, RESULT_REFUSED);
	did(LOAD ASK_IGB SET_IGB ASK_BARE CLEAR_IGB);
	assert_string_equal(plan->changes[0].reason, "0000:0a:1f.7: refused");
	assert_string_equal(plan->changes[1].reason, "the IOMMU is switched off");
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_no_records();
}

/* --- a device that waited for ppt ---------------------------------------------------------- */

static void attach_bare(void)
{
	model->functions[BARE].is_attached = true;
}

/* It was forced to ppt before, and has it as soon as vmm is there. */
static void test_attached_by_load(void **state)
{
	struct bind_plan *plan;

	(void)state;
	force_detached(BARE, "ppt");
	when_loaded = attach_bare;
	plan = plan_load();
	assert_int_equal(plan->changes[1].steps.nr, 1);
	model_forget_calls(model);
	act(plan, RESULT_BOUND, RESULT_BOUND);
	did(LOAD ASK_IGB SET_IGB ASK_BARE);
	bind_plan_free(plan);
	assert_string_equal(state_of(BARE), "ppt0 forced");

	/* Back to where it was: forced, and nothing attached. */
	plan = plan_restore();
	act(plan, RESULT_RESTORED, RESULT_RESTORED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(BARE), "ppt0 forced detached");
	assert_no_records();
}

static void test_attached_by_load_refused(void **state)
{
	struct bind_plan *plan;

	(void)state;
	force_detached(BARE, "ppt");
	when_loaded = attach_bare;
	plan = plan_load();
	refused = IGB;
	act(plan, RESULT_REFUSED, RESULT_ROLLED_BACK);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(BARE), "ppt0 forced detached");
	assert_no_records();

	when_loaded = attach_bare;
	model_set(model, "vmm", "module", "loadable");
	plan = plan_load();
	refused = BARE;
	act(plan, RESULT_ROLLED_BACK, RESULT_REFUSED);
	assert_string_equal(plan->changes[1].reason, "the IOMMU is switched off");
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(BARE), "ppt0 forced detached");
	assert_no_records();
}

/* --- undoing the first when the second fails ----------------------------------------------- */

static void test_undoing_first_fails(void **state)
{
	struct bind_plan *plan = plan_load();

	(void)state;
	model_fails(model, "ppt attach", 2, -EIO);
	model_fails(model, "CLEAR_DRIVER pci0:1:0:0", 0, -EINTR);
	act(plan, RESULT_FAILED, RESULT_FAILED);
	assert_non_null(strstr(plan->changes[0].reason, "0000:0a:1f.7: failed; putting it back "
							"failed, too: "));
	assert_string_equal(plan->changes[0].next,
			    "\"iommutool restore 0000:01:00.0\" tries again");
	assert_non_null(strstr(plan->changes[1].reason, "it has no driver, as before"));
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "ppt0 forced");
	assert_string_equal(state_of(BARE), "-");
	model_works(model);

	/* Its record is there. */
	plan = plan_restore();
	assert_non_null(plan->changes[0].record);
	assert_null(plan->changes[1].record);
	act(plan, RESULT_RESTORED, RESULT_UNCHANGED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_no_records();
}

/* Its driver does not want it back: it stays free, and restore tries again. */
static void test_first_has_no_driver_again(void **state)
{
	struct bind_plan *plan = plan_load();

	(void)state;
	model_fails(model, "ppt attach", 2, -EIO);
	model_fails(model, "igb attach", 0, -ENXIO);
	act(plan, RESULT_FAILED, RESULT_FAILED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "-");
	model_works(model);
	plan = plan_restore();
	act(plan, RESULT_RESTORED, RESULT_UNCHANGED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
}

/* --- to none, and further ------------------------------------------------------------------ */

static void leave_without_driver(void)
{
	struct bind_plan *plan = new_plan();

	request.giving_back = request.to_none = true;
	aim_at(add_change(plan, IGB), GOAL_NONE, NULL);
	aim_at(add_change(plan, BARE), GOAL_NONE, NULL);
	act(plan, RESULT_RESTORED, RESULT_RESTORED);
	bind_plan_free(plan);
	request.to_none = false;
}

/* What was before the first bind stays recorded through all of it. */
static void test_none_bind_restore(void **state)
{
	struct bind_plan *plan = plan_load();

	(void)state;
	act(plan, RESULT_BOUND, RESULT_BOUND);
	bind_plan_free(plan);
	leave_without_driver();
	assert_string_equal(state_of(IGB), "ppt0 forced detached");
	assert_string_equal(state_of(BARE), "ppt1 forced detached");
	model_forget_calls(model);
	plan = plan_bind();
	act(plan, RESULT_BOUND, RESULT_BOUND);
	did("ATTACH pci0:1:0:0 flags=0\n" ASK_BARE "ATTACH pci0:10:31:7 flags=0\n");
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "ppt0 forced");
	leave_without_driver();
	plan = plan_restore();
	assert_string_equal(plan->changes[0].record->before.driver, "igb");
	assert_null(plan->changes[1].record->before.driver);
	act(plan, RESULT_RESTORED, RESULT_RESTORED);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(BARE), "-");
	assert_no_records();
}

/* It had ppt before bind --to=igb, and vmm has to be loaded again. */
static void test_back_to_ppt(void **state)
{
	const struct binding goal = { (char *)"igb", (char *)"igb" };
	struct bind_plan *plan;
	struct change *change;

	(void)state;
	model_set(model, "vmm", "module", "loaded");
	give_to_ppt(IGB, true);
	plan = new_plan();
	request.to = "igb";
	aim_at(add_change(plan, IGB), GOAL_DRIVER, &goal);
	bind_plan_act(plan, &journal);
	assert_int_equal(plan->changes[0].result, RESULT_BOUND);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "igb0 forced");

	model_set(model, "vmm", "module", "loadable");
	plan = new_plan();
	request.giving_back = true;
	change = add_change(plan, IGB);
	steps_add(&change->steps, STEP_LOAD, "ppt");
	aim_at(change, GOAL_DRIVER, &change->record->before);
	model_forget_calls(model);
	bind_plan_act(plan, &journal);
	assert_int_equal(plan->changes[0].result, RESULT_RESTORED);
	did(LOAD SET_IGB);
	bind_plan_free(plan);
	assert_string_equal(state_of(IGB), "ppt0 forced");
	assert_no_records();
}

#define unloaded(test) cmocka_unit_test_setup_teardown(test, setup_unloaded, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		unloaded(test_load_ask_attach),	    in_model(test_ask_only_later),
		unloaded(test_first_refused),	    unloaded(test_second_refused),
		unloaded(test_attached_by_load),    unloaded(test_attached_by_load_refused),
		unloaded(test_undoing_first_fails), unloaded(test_first_has_no_driver_again),
		unloaded(test_none_bind_restore),   unloaded(test_back_to_ppt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
