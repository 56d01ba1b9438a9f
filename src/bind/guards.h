/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guards: what speaks against taking a device from its driver. Each is a pure function over facts
 * that were collected before, and names the fact that it saw.
 */
#ifndef IOMMUTOOL_GUARDS_H
#define IOMMUTOOL_GUARDS_H

#include "model/machine.h"
#include "model/usage.h"

enum guard_answer {
	GUARD_PASS,
	GUARD_WARN,    /* said, but nothing is refused */
	GUARD_UNKNOWN, /* the facts are not to be had; on a live machine it refuses */
	GUARD_REFUSE,
};

/* What a guard is asked. */
struct guard_question {
	const struct machine *machine;
	const struct usage *usage;
	const struct device *device;
	const bool *taken; /* one a device of the machine: those that this run takes along */
	const char *to;	   /* driver that it goes to, "*" when the kernel chooses; NULL: to none */
	enum tristate matches; /* whether @to is a driver for such devices */
	bool giving_back;      /* restore: it goes back to the host */
};

struct guard_finding {
	enum guard_answer answer;
	char *fact; /* what was seen, without the device's name; NULL when there is nothing to say
		     */
	char *next; /* what to do about it; NULL unless it refuses, warns or is unknown */
};

struct guard {
	const char *name;    /* what --force takes */
	bool forcible;	     /* false: the host would not survive, or the kernel would refuse */
	const char *meaning; /* one line: what it refuses */
	struct guard_finding (*ask)(const struct guard_question *question);
};

/*
 * Those of this system, in the order in which they are asked; the last has no name. The first that
 * refuses is shown.
 */
extern const struct guard guards[];

/* There are fewer guards than bits, which is how --force keeps them. */
#define NR_GUARDS 32

/* Return: the guard, or NULL. */
const struct guard *find_guard(const char *name);

const char *guard_answer_name(enum guard_answer answer); /* "pass", "warn", "unknown", "refuse" */

void guard_finding_free(struct guard_finding *finding);

#endif
