/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bind and restore: plan, act, verify. Start reading here.
 *
 * plan.c decides what is to happen to each device, by what is known of it (known.c) and where it is
 * to go (aim.c), and asks the guards (ask.c). act.c does it, device by device (act_device.c) and
 * step by step (act_step.c), keeps the journal (journal.h), and undoes what it did when a device of
 * the set fails. What the operating system is told, and how, is behind driver.h.
 */
#ifndef IOMMUTOOL_BIND_H
#define IOMMUTOOL_BIND_H

#include "bind/guards.h"
#include "bind/steps.h"
#include "collect/collect.h"
#include "model/machine.h"
#include "util/error.h"
#include "util/text.h"

enum bind_result {
	RESULT_PLANNED,
	RESULT_BOUND,
	RESULT_RESTORED,
	RESULT_UNCHANGED,
	RESULT_REFUSED,
	RESULT_FAILED,
	RESULT_STUCK,
	RESULT_ROLLED_BACK,
};

const char *bind_result_name(enum bind_result result);

struct record;
struct rule;
struct journal;

/* What is to happen to a device, and what became of it. */
struct change {
	char *name;		     /* its address */
	const struct device *device; /* NULL: it is not there any more, but something is recorded */
	char *identity;		     /* device_identity(); NULL: it is not there */
	struct binding now;	     /* before we touch it; its override is known only live */
	struct binding reached;	     /* while we touch it */
	enum goal_kind goal_kind;
	struct binding goal;
	struct steps steps;
	struct record *record; /* from the journal; NULL: none that counts */
	bool record_is_new;    /* this run made it */
	bool drop_record;      /* there is one that does not count: of another device, or gone */
	struct rule *rule;     /* that binds it at boot; NULL: none */
	bool rule_is_other;    /* the rule is for another device that was at this address */
	bool forget_rule;      /* restore: the rule goes */
	struct guard_finding *findings; /* one a guard, NULL when they were not asked */
	enum bind_result result;
	bool lacks_node;       /* bound, but nobody can open it: its node did not appear */
	bool rests_on_unknown; /* refused, since a guard could not know */
	const char *guard;     /* the first that refuses, or NULL */
	char *reason;	       /* NULL: nothing to say */
	char *next;	       /* what to do about it, or NULL */
};

/* What bind and restore ask for. */
struct bind_request {
	bool giving_back; /* restore */
	const char *to;	  /* bind: the driver */
	bool to_none;	  /* restore: to no driver */
	bool whole_group;
	bool dry_run;
	bool persist;	    /* bind: rules are to be written */
	const char *expect; /* bind: only this device, "IDENTITY" or "IDENTITY/SERIAL"; or NULL */
	unsigned forced;    /* guards that --force names, a bit each */
	int timeout_ms;	    /* for each step */
};

struct bind_plan {
	const struct bind_request *request;
	const struct source *source;
	struct machine *machine;
	struct usage *usage;
	bool *taken;		/* one a device of the machine */
	bool *persisted;	/* the same: members of their groups that a rule binds, too */
	struct steps loads;	/* before the first device is touched */
	struct change *changes; /* by address */
	size_t nr_changes;
};

/**
 * bind_plan_new() - what it would take to do what was asked
 * @machine: collected with BIND_FACTS; it becomes the plan's
 * @taken: one a device of the machine: those that were named; it becomes the plan's
 * @gone: addresses that were named and are not there, but of which something is recorded
 * @journal: only read
 *
 * Reads, and on a live machine looks at what the host does with the devices; changes nothing.
 */
struct bind_plan *bind_plan_new(const struct bind_request *request, const struct source *source,
				struct machine *machine, bool *taken, const struct strings *gone,
				const struct journal *journal);
void bind_plan_free(struct bind_plan *plan);

#define BIND_FACTS                                                                                 \
	(FACT_ID | FACT_CLASS | FACT_DRIVER | FACT_VFIO | FACT_TOPOLOGY | FACT_UNIT | FACT_KERNEL)

/* Return: whether something speaks against it, so that nothing may be done. */
bool bind_plan_refused(const struct bind_plan *plan);

/**
 * bind_plan_ask_again() - ask the guards of a device once more, since time has passed
 *
 * Return: whether the device is as it was planned, and nothing speaks against it; else the change
 * says what does.
 */
bool bind_plan_ask_again(struct bind_plan *plan, struct change *change);

/**
 * bind_plan_act() - do what is planned, and undo it when a device of bind fails
 * @journal: locked
 *
 * Each change then has its result.
 */
void bind_plan_act(struct bind_plan *plan, const struct journal *journal);

/* --- inside bind/ ------------------------------------------------------------------------ */

/* Sets what became of a change; takes over the texts, which may be NULL. */
void change_explain(struct change *change, enum bind_result result, char *reason, char *next);

/* Return: "8086:10d3:8086:a01f", vendor, device and those of the subsystem; to be freed. */
char *device_identity(const struct device *device, const struct function *function);

#endif
