/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doing what is planned, on devices that are made up: what driver.h offers is replaced by the
 * linker (WRAP in the Makefile). Each step looks at the journal as it is on disk at that moment.
 */
#ifndef IOMMUTOOL_TEST_ACTING_H
#define IOMMUTOOL_TEST_ACTING_H

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "bind/bind.h"
#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/rule.h"
#include "tree.h"
#include "util/alloc.h"

#define IDENTITY "144d:a808:144d:a801"
#define STUCK_PID 4711
#define STUCK_START 5555

/* --- devices that are made up ------------------------------------------------------------- */

enum { A, B, C, NR_DEVICES };

static const char *const names[NR_DEVICES] = { "5f00:03:00.0", "5f00:04:00.0", "5f00:05:00.0" };

struct place {
	char driver[32], override[32]; /* "": none */
};

/* A has a driver, B an override besides, which is not its driver, C has nothing. */
static const struct place at_first[NR_DEVICES] = {
	[A] = { "nvme", "" }, [B] = { "e1000e", "(none)" }, [C] = { "", "" }
};

/* What one step does other than it should; it is named as in the journal. */
struct mishap {
	const char *device, *step;
	int code;	   /* that the step returns */
	bool takes_effect; /* although it fails */
	bool does_nothing; /* although it succeeds */
	const char *other; /* this driver gets the device */
	bool goes;	   /* the device is pulled out */
	bool is_stuck;
	int signal; /* is raised meanwhile */
};

/* Shared with the processes that are killed. */
static struct fake {
	struct place now[NR_DEVICES];
	bool gone[NR_DEVICES];
	struct place before[NR_DEVICES]; /* what the records have to say */
	struct mishap mishaps[2];
	int nodes_code, rule_code;
	const char *refused; /* the device that the guards refuse when they are asked again */
	bool breaks_journal; /* after the first step of a device */
	bool journal_broken;
	pid_t old_child; /* of an earlier run, which has ended; the record may still have it */
	unsigned syncs;	 /* since the last step */
	char log[4096];	 /* what was called, a line each */
	char wrong[512]; /* the first thing that was not as it should be */
} * fake;

static struct tree tree;
static char path[PATH_MAX];
static struct journal journal;

static inline void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	size_t length = strlen(fake->log);
	va_list ap;

	va_start(ap, format);
	vsnprintf(fake->log + length, sizeof(fake->log) - length, format, ap);
	va_end(ap);
}

static inline void __attribute__((format(printf, 1, 2))) object(const char *format, ...)
{
	va_list ap;

	if (*fake->wrong)
		return;
	va_start(ap, format);
	vsnprintf(fake->wrong, sizeof(fake->wrong), format, ap);
	va_end(ap);
}

static inline int number_of(const char *device)
{
	for (int i = 0; i < NR_DEVICES; i++)
		if (strcmp(names[i], device) == 0)
			return i;
	object("%s is no device of the test", device);
	return 0;
}

static inline bool is_text(const char *text, const char *wanted)
{
	return strcmp(text ? text : "", wanted) == 0;
}

/* The journal as another process would find it. */
static inline void look_at_record(const char *device, const char *step)
{
	const struct place *before = &fake->before[number_of(device)];
	struct record *record = NULL;
	struct error err = { 0 };
	struct journal look;

	if (journal_look(&look, NULL, path, &err) < 0 ||
	    journal_read(&look, device, &record, &err) < 0)
		object("%s: %s: %s", device, step, err.text);
	else if (!record)
		object("%s: %s: nothing is recorded", device, step);
	else if (!fake->journal_broken && !is_text(record->state, step))
		object("%s: %s: the record says \"%s\"", device, step, record->state);
	else if (!is_text(record->before.driver, before->driver) ||
		 !is_text(record->before.override, before->override))
		object("%s: %s: the record says that it had %s, %s", device, step,
		       record->before.driver, record->before.override);
	else if ((record->child && record->child != fake->old_child) ||
		 !is_text(record->identity, IDENTITY))
		object("%s: %s: child %d, %s", device, step, (int)record->child, record->identity);
	/* The file, and the name that it got. */
	if (!fake->journal_broken && fake->syncs < 2)
		object("%s: %s: the record is not synced", device, step);
	fake->syncs = 0;
	record_free(record);
	journal_close(&look);
}

static inline const struct mishap *find_mishap(const char *device, const char *step)
{
	for (size_t i = 0; i < COUNT(fake->mishaps); i++)
		if (fake->mishaps[i].step && is_text(device, fake->mishaps[i].device) &&
		    strcmp(fake->mishaps[i].step, step) == 0)
			return &fake->mishaps[i];
	return NULL;
}

static inline void set(char text[32], const char *value)
{
	memset(text, 0, 32); /* places are compared as a whole */
	snprintf(text, 32, "%s", value ? value : "");
}

/* As the kernel does it: an override keeps every other driver away. */
static inline int move(int i, const struct step *step)
{
	struct place *now = &fake->now[i];

	switch (step->kind) {
	case STEP_OVERRIDE:
		set(now->override, step->driver);
		return 0;
	case STEP_UNBIND:
		if (strcmp(now->driver, step->driver) != 0)
			return -ENODEV;
		set(now->driver, NULL);
		return 0;
	case STEP_ATTACH:
		if (*now->driver || (*now->override && strcmp(now->override, step->driver) != 0))
			return -ENODEV;
		set(now->driver, step->driver);
		return 0;
	case STEP_PROBE:
		if (!*now->driver)
			set(now->driver, *now->override ? now->override : at_first[i].driver);
		return 0;
	case STEP_LOAD:
		return 0;
	case STEP_SET: /* of another system */
	case STEP_CLEAR:
		break;
	}
	object("no step for a device");
	return -EINVAL;
}

/* --- what the linker puts in the place of driver.h ---------------------------------------- */

int __wrap_take_step(const struct source *source, const char *device, const struct step *step,
		     int timeout_ms, pid_t *stuck, struct error *err);
int __real_take_step(const struct source *source, const char *device, const struct step *step,
		     int timeout_ms, pid_t *stuck, struct error *err);
int __wrap_driver_now(const struct source *source, const char *device, char **driver);
int __wrap_override_now(const struct source *source, const char *device, int timeout_ms,
			char **override, pid_t *stuck);
int __wrap_wait_for_nodes(const char *device, int timeout_ms, struct error *err);
void __wrap_child_waits_in(pid_t child, char text[64]);
uint64_t __wrap_child_start(pid_t child);
int __wrap_rule_remove(const char *device, struct error *err);
void __wrap_collect_group_users(const struct source *source, struct machine *machine,
				const bool *wanted, bool may_open);
bool __wrap_bind_plan_ask_again(struct bind_plan *plan, struct change *change);
int __wrap_fsync(int fd);
int __real_fsync(int fd);

int __wrap_take_step(const struct source *source, const char *device, const struct step *step,
		     int timeout_ms, pid_t *stuck, struct error *err)
{
	char *name = step_name(step);
	const struct mishap *mishap = find_mishap(device, name);
	int i = device ? number_of(device) : 0, code = mishap ? mishap->code : 0;

	(void)source;
	(void)err;
	note("%s%s%s\n", device ? device : "", device ? ": " : "", name);
	*stuck = 0;
	if (timeout_ms != 7000)
		object("%s: it waits for %d ms", name, timeout_ms);
	if (device)
		look_at_record(device, name);
	if (device && fake->gone[i])
		code = -ENODEV;
	else if (device &&
		 (!mishap || (mishap->code < 0 ? mishap->takes_effect : !mishap->does_nothing)))
		code = move(i, step) < 0 ? -ENODEV : code;
	if (mishap && mishap->other)
		set(fake->now[i].driver, mishap->other);
	if (mishap && mishap->goes)
		fake->gone[i] = true;
	if (mishap && mishap->is_stuck)
		*stuck = STUCK_PID;
	if (device && fake->breaks_journal) {
		tree_dir(&tree, "j/journal/.5f00:03:00.0");
		fake->breaks_journal = false;
		fake->journal_broken = true;
	}
	if (mishap && mishap->signal)
		raise(mishap->signal);
	free(name);
	return code;
}

int __wrap_driver_now(const struct source *source, const char *device, char **driver)
{
	int i = number_of(device);

	(void)source;
	note("%s?\n", device);
	*driver = NULL;
	if (fake->gone[i])
		return -ENODEV;
	if (*fake->now[i].driver)
		*driver = xstrdup(fake->now[i].driver);
	return 0;
}

/* Asked when the override could not be written. */
int __wrap_override_now(const struct source *source, const char *device, int timeout_ms,
			char **override, pid_t *stuck)
{
	int i = number_of(device);

	(void)source;
	(void)timeout_ms;
	*stuck = 0;
	*override = NULL;
	if (fake->gone[i])
		return -ENODEV;
	if (*fake->now[i].override)
		*override = xstrdup(fake->now[i].override);
	return 0;
}

int __wrap_wait_for_nodes(const char *device, int timeout_ms, struct error *err)
{
	(void)timeout_ms;
	note("%s: nodes\n", device);
	return fake->nodes_code ? (fail)(err, fake->nodes_code, "/dev/vfio/8: not there") : 0;
}

void __wrap_child_waits_in(pid_t child, char text[64])
{
	snprintf(text, 64, "%s", child == STUCK_PID ? "vfio_unregister" : "");
}

uint64_t __wrap_child_start(pid_t child)
{
	return child == STUCK_PID ? STUCK_START : 0;
}

int __wrap_rule_remove(const char *device, struct error *err)
{
	note("%s: no rule\n", device);
	return fake->rule_code ? (fail)(err, fake->rule_code, "the rule stays") : 0;
}

/* Whoever is in the group when it is looked at. */
void __wrap_collect_group_users(const struct source *source, struct machine *machine,
				const bool *wanted, bool may_open)
{
	(void)source;
	/* It is asked when a step is stuck: opening the group could hang, too. */
	if (may_open)
		object("a group is opened while a step is stuck");
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (wanted[i] && machine->devices[i].group)
			machine->devices[i].group->nr_holders = 1;
}

bool __wrap_bind_plan_ask_again(struct bind_plan *plan, struct change *change)
{
	(void)plan;
	note("%s again?\n", change->name);
	if (change->result != RESULT_PLANNED)
		object("%s is %s and asked again", change->name, bind_result_name(change->result));
	if (!is_text(change->reached.driver, fake->now[number_of(change->name)].driver)) {
		change_explain(change, RESULT_FAILED, xstrdup("it changed"), NULL);
		return false;
	}
	if (!is_text(fake->refused, change->name))
		return true;
	change->guard = "mounted";
	change_explain(change, RESULT_REFUSED, xstrdup("nvme0n1 is mounted on /srv"),
		       xstrdup("umount it"));
	return false;
}

int __wrap_fsync(int fd)
{
	fake->syncs++;
	return __real_fsync(fd);
}

/* --- plans -------------------------------------------------------------------------------- */

static struct bind_request request;

static inline int setup(void **state)
{
	struct error err = { 0 };

	(void)state;
	fake = mmap(NULL, sizeof(*fake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(fake, MAP_FAILED);
	memcpy(fake->now, at_first, sizeof(at_first));
	memcpy(fake->before, at_first, sizeof(at_first));
	request = (struct bind_request){ .to = "vfio-pci", .timeout_ms = 7000 };
	tree_make(&tree);
	tree_path(&tree, path, "j");
	assert_int_equal(journal_open(&journal, NULL, path, 0, &err), 0);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	journal_close(&journal);
	tree_remove(&tree);
	munmap(fake, sizeof(*fake));
	return 0;
}

static inline char *copy(const char *text)
{
	return text && *text ? xstrdup(text) : NULL;
}

static inline struct record *read_record(const char *device)
{
	struct record *record = NULL;
	struct error err = { 0 };

	if (journal_read(&journal, device, &record, &err) < 0)
		fail_msg("%s", err.text);
	return record;
}

static inline struct change *add_change(struct bind_plan *plan, int i)
{
	struct change *change;

	plan->changes = xgrow(plan->changes, plan->nr_changes, sizeof(*plan->changes));
	change = &plan->changes[plan->nr_changes++];
	*change = (struct change){
		.name = xstrdup(names[i]),
		.device = &plan->machine->devices[i],
		.identity = xstrdup(IDENTITY),
		.now = { copy(fake->now[i].driver), copy(fake->now[i].override) },
		.record = read_record(names[i]),
	};
	binding_copy(&change->reached, &change->now);
	return change;
}

static inline void aim(struct change *change, enum goal_kind kind, const char *driver,
		       const char *override)
{
	change->goal_kind = kind;
	change->goal = (struct binding){ copy(driver), copy(override) };
	steps_between(&change->now, kind, &change->goal, &change->steps);
}

static inline struct bind_plan *new_plan(void)
{
	struct bind_plan *plan = xcalloc(1, sizeof(*plan));

	plan->request = &request;
	plan->machine = machine_new();
	plan->machine->devices = xcalloc(NR_DEVICES, sizeof(struct device));
	plan->machine->nr_devices = NR_DEVICES;
	for (int i = 0; i < NR_DEVICES; i++)
		plan->machine->devices[i] =
			(struct device){ .name = xstrdup(names[i]), .is_pci = true };
	return plan;
}

/* To vfio-pci with all of them. */
static inline struct bind_plan *plan_bind(void)
{
	struct bind_plan *plan = new_plan();

	request.giving_back = false;
	for (int i = 0; i < NR_DEVICES; i++)
		aim(add_change(plan, i), GOAL_DRIVER, request.to, request.to);
	return plan;
}

/* Back to what is recorded of all those of which something is. */
static inline struct bind_plan *plan_restore(void)
{
	struct bind_plan *plan = new_plan();

	request.giving_back = true;
	for (int i = 0; i < NR_DEVICES; i++) {
		struct record *record = read_record(names[i]);

		if (record && is_text(record->before.driver, ANY_DRIVER))
			aim(add_change(plan, i), GOAL_PROBE, NULL, NULL);
		else if (record)
			aim(add_change(plan, i), GOAL_DRIVER, record->before.driver,
			    record->before.override);
		record_free(record);
	}
	return plan;
}

static inline void act(struct bind_plan *plan)
{
	fake->syncs = 0;
	bind_plan_act(plan, &journal);
	assert_string_equal(fake->wrong, "");
}

static inline void act_and_free(struct bind_plan *plan)
{
	act(plan);
	bind_plan_free(plan);
}

static inline void check_results(const struct bind_plan *plan, enum bind_result a,
				 enum bind_result b, enum bind_result c)
{
	const enum bind_result wanted[] = { a, b, c };

	assert_int_equal(plan->nr_changes, NR_DEVICES);
	for (int i = 0; i < NR_DEVICES; i++)
		assert_string_equal(bind_result_name(plan->changes[i].result),
				    bind_result_name(wanted[i]));
}

static inline void check_reason(const struct bind_plan *plan, int i, const char *wanted)
{
	if (!wanted) {
		assert_null(plan->changes[i].reason);
		return;
	}
	assert_non_null(plan->changes[i].reason);
	assert_string_equal(plan->changes[i].reason, wanted);
}

static inline void check_place(int i, const char *driver, const char *override)
{
	assert_string_equal(fake->now[i].driver, driver);
	assert_string_equal(fake->now[i].override, override);
}

static inline void check_as_at_first(void)
{
	for (int i = 0; i < NR_DEVICES; i++)
		check_place(i, at_first[i].driver, at_first[i].override);
}

/* @state: NULL when there must be no record */
static inline void check_record(int i, const char *state)
{
	struct record *record = read_record(names[i]);

	assert_int_equal(!record, !state);
	if (!record)
		return;
	assert_string_equal(record->state, state);
	assert_true(is_text(record->before.driver, fake->before[i].driver));
	assert_true(is_text(record->before.override, fake->before[i].override));
	record_free(record);
}

static inline void check_no_records(void)
{
	struct strings list = { 0 };

	assert_int_equal(journal_list(&journal, &list), 0);
	assert_int_equal(list.nr, 0);
}

#endif
