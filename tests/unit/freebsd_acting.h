/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doing what is planned on a model of FreeBSD: what driver.h offers is that of FreeBSD (WRAP in the
 * Makefile), the journal and the order of things are those of all systems.
 */
#ifndef IOMMUTOOL_TEST_FREEBSD_ACTING_H
#define IOMMUTOOL_TEST_FREEBSD_ACTING_H

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
static struct record *recorded;	  /* of IGB, when its step is taken */
static int refused = -1;	  /* the device that the guards refuse when they are asked again */
static void (*when_loaded)(void); /* what else loading the driver does */

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
	int r;

	(void)source;
	(void)timeout_ms;
	*stuck = 0;
	if (device && strcmp(device, addresses[IGB]) == 0 && !recorded) {
		assert_int_equal(journal_look(&look, NULL, path, NULL), 0);
		assert_int_equal(journal_read(&look, device, &recorded, NULL), 0);
		journal_close(&look);
	}
	r = freebsd_take_step(os, device, step, err);
	if (step->kind == STEP_LOAD && r == 0 && when_loaded)
		when_loaded();
	return r;
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
	model_called(model, "ask again %s", change->name);
	if (refused < 0 || strcmp(change->name, addresses[refused]) != 0)
		return true;
	change->guard = "iommu";
	change_explain(change, RESULT_REFUSED, xstrdup("the IOMMU is switched off"), NULL);
	return false;
}

/* --- plans -------------------------------------------------------------------------------- */

static inline int setup(void **state)
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

static inline int teardown(void **state)
{
	record_free(recorded);
	recorded = NULL;
	refused = -1;
	when_loaded = NULL;
	journal_close(&journal);
	tree_remove(&tree);
	return end_scene(state);
}

static inline struct bind_plan *new_plan(void)
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

static inline struct change *add_change(struct bind_plan *plan, int which)
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

static inline void aim_at(struct change *change, enum goal_kind kind, const struct binding *goal)
{
	change->goal_kind = kind;
	if (goal)
		binding_copy(&change->goal, goal);
	freebsd_steps_between(&change->now, kind, &change->goal, &change->steps);
}

static inline void act(struct bind_plan *plan, enum bind_result igb, enum bind_result bare)
{
	bind_plan_act(plan, &journal);
	assert_int_equal(plan->changes[0].result, igb);
	assert_int_equal(plan->changes[1].result, bare);
}

static inline struct bind_plan *plan_bind(void)
{
	const struct binding goal = { (char *)"ppt", (char *)"ppt" };
	struct bind_plan *plan = new_plan();

	request.giving_back = false;
	aim_at(add_change(plan, IGB), GOAL_DRIVER, &goal);
	aim_at(add_change(plan, BARE), GOAL_DRIVER, &goal);
	return plan;
}

static inline struct bind_plan *plan_restore(void)
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

static inline void assert_no_records(void)
{
	struct strings devices = { 0 };

	assert_int_equal(journal_list(&journal, &devices), 0);
	assert_int_equal(devices.nr, 0);
}

#define in_model(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
