/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doing what is planned on a model of FreeBSD: what driver.h offers is that of FreeBSD (WRAP in the
 * Makefile), the journal and the order of things are those of all systems.
 */
#include "devctl_scene.h"

#include <errno.h>

#include "bind/bind.h"
#include "bind/driver.h"
#include "bind/freebsd/devctl.h"
#include "bind/freebsd/way.h"
#include "bind/journal.h"
#include "tree.h"
#include "util/alloc.h"

#define IDENTITY "8086:1521:8086:0001"

static struct tree tree;
static char path[PATH_MAX];
static struct journal journal;
static struct bind_request request;
static struct record *recorded; /* of IGB, when its step is taken */

/* --- what the linker puts in the place of driver.h ---------------------------------------- */

int __wrap_take_step(const struct source *source, const char *device, const struct step *step,
		     int timeout_ms, pid_t *stuck, struct error *err);
int __wrap_driver_now(const struct source *source, const char *device, char **driver);
int __wrap_override_now(const struct source *source, const char *device, int timeout_ms,
			char **override, pid_t *stuck);
void __wrap_steps_between(const struct binding *now, enum goal_kind kind,
			  const struct binding *goal, struct steps *steps);
char *__wrap_step_name(const struct step *step);
bool __wrap_driver_hands_out(const char *name);
int __wrap_wait_for_nodes(const char *device, int timeout_ms, struct error *err);
int __wrap_rule_remove(const char *device, struct error *err);
bool __wrap_bind_plan_ask_again(struct bind_plan *plan, struct change *change);

int __wrap_take_step(const struct source *source, const char *device, const struct step *step,
		     int timeout_ms, pid_t *stuck, struct error *err)
{
	struct journal look;

	(void)source;
	(void)timeout_ms;
	*stuck = 0;
	if (device && strcmp(device, addresses[IGB]) == 0 && !recorded) {
		assert_int_equal(journal_look(&look, NULL, path, NULL), 0);
		assert_int_equal(journal_read(&look, device, &recorded, NULL), 0);
		journal_close(&look);
	}
	return freebsd_take_step(os, device, step, err);
}

int __wrap_driver_now(const struct source *source, const char *device, char **driver)
{
	struct binding now;
	int r = freebsd_binding_now(os, device, &now, NULL);

	(void)source;
	*driver = now.driver;
	free(now.override);
	return r;
}

int __wrap_override_now(const struct source *source, const char *device, int timeout_ms,
			char **override, pid_t *stuck)
{
	struct binding now;
	int r = freebsd_binding_now(os, device, &now, NULL);

	(void)source;
	(void)timeout_ms;
	*stuck = 0;
	*override = now.override;
	free(now.driver);
	return r;
}

void __wrap_steps_between(const struct binding *now, enum goal_kind kind,
			  const struct binding *goal, struct steps *steps)
{
	freebsd_steps_between(now, kind, goal, steps);
}

char *__wrap_step_name(const struct step *step)
{
	return freebsd_step_name(step);
}

bool __wrap_driver_hands_out(const char *name)
{
	return name && strcmp(name, "ppt") == 0;
}

int __wrap_wait_for_nodes(const char *device, int timeout_ms, struct error *err)
{
	(void)device;
	(void)timeout_ms;
	(void)err;
	return 0;
}

int __wrap_rule_remove(const char *device, struct error *err)
{
	(void)device;
	(void)err;
	return 0;
}

bool __wrap_bind_plan_ask_again(struct bind_plan *plan, struct change *change)
{
	(void)plan;
	(void)change;
	return true;
}

/* --- plans -------------------------------------------------------------------------------- */

static int setup(void **state)
{
	struct error err = { 0 };

	begin_scene(state);
	model->devctl = model_devctl_ioctl_2025;
	request = (struct bind_request){ .to = "ppt", .timeout_ms = 1000 };
	tree_make(&tree);
	tree_path(&tree, path, "j");
	assert_int_equal(journal_open(&journal, NULL, path, 0, &err), 0);
	return 0;
}

static int teardown(void **state)
{
	record_free(recorded);
	recorded = NULL;
	journal_close(&journal);
	tree_remove(&tree);
	return end_scene(state);
}

static struct bind_plan *new_plan(void)
{
	struct bind_plan *plan = xcalloc(1, sizeof(*plan));

	plan->request = &request;
	plan->machine = machine_new();
	plan->machine->devices = xcalloc(NR_FUNCTIONS, sizeof(struct device));
	plan->machine->nr_devices = NR_FUNCTIONS;
	for (int i = 0; i < NR_FUNCTIONS; i++)
		plan->machine->devices[i] =
			(struct device){ .name = xstrdup(addresses[i]), .is_pci = true };
	return plan;
}

static struct change *add_change(struct bind_plan *plan, int which)
{
	struct change *change;

	plan->changes = xgrow(plan->changes, plan->nr_changes, sizeof(*plan->changes));
	change = &plan->changes[plan->nr_changes++];
	*change = (struct change){
		.name = xstrdup(addresses[which]),
		.device = &plan->machine->devices[which],
		.identity = xstrdup(IDENTITY),
	};
	assert_int_equal(freebsd_binding_now(os, addresses[which], &change->now, NULL), 0);
	assert_int_equal(journal_read(&journal, addresses[which], &change->record, NULL), 0);
	binding_copy(&change->reached, &change->now);
	return change;
}

static void aim_at(struct change *change, enum goal_kind kind, const struct binding *goal)
{
	change->goal_kind = kind;
	if (goal)
		binding_copy(&change->goal, goal);
	freebsd_steps_between(&change->now, kind, &change->goal, &change->steps);
}

static void act(struct bind_plan *plan, enum bind_result igb, enum bind_result bare)
{
	bind_plan_act(plan, &journal);
	assert_int_equal(plan->changes[0].result, igb);
	assert_int_equal(plan->changes[1].result, bare);
}

static struct bind_plan *plan_bind(void)
{
	const struct binding goal = { (char *)"ppt", (char *)"ppt" };
	struct bind_plan *plan = new_plan();

	request.giving_back = false;
	aim_at(add_change(plan, IGB), GOAL_DRIVER, &goal);
	aim_at(add_change(plan, BARE), GOAL_DRIVER, &goal);
	return plan;
}

static struct bind_plan *plan_restore(void)
{
	struct bind_plan *plan = new_plan();
	struct change *change;

	request.giving_back = true;
	for (int i = IGB; i <= BARE; i++) {
		change = add_change(plan, i);
		if (change->record)
			aim_at(change, GOAL_DRIVER, &change->record->before);
		else
			aim_at(change, GOAL_PROBE, NULL);
	}
	return plan;
}

static void assert_no_records(void)
{
	struct strings devices = { 0 };

	assert_int_equal(journal_list(&journal, &devices), 0);
	assert_int_equal(devices.nr, 0);
}

/* --- tests -------------------------------------------------------------------------------- */

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

#define in_model(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

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
