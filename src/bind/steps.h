/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bindings, and the way from one to another. */
#ifndef IOMMUTOOL_STEPS_H
#define IOMMUTOOL_STEPS_H

#include <stdbool.h>
#include <stddef.h>

/* Which driver a device has, and which one alone it may have. */
struct binding {
	char *driver;	/* NULL: none */
	char *override; /* NULL: not set */
};

void binding_copy(struct binding *to, const struct binding *from);
void binding_free(struct binding *binding); /* what is in it */

/* Return: whether its names can be part of a path; they may come from a file. */
bool binding_is_plain(const struct binding *binding);

enum step_kind {
	STEP_LOAD,     /* the module of a driver */
	STEP_OVERRIDE, /* the driver that alone may take the device; NULL: any (Linux) */
	STEP_UNBIND,   /* from a driver */
	STEP_ATTACH,   /* to a driver */
	STEP_PROBE,    /* to the driver that the kernel chooses; which it should be, NULL: any */
	STEP_SET,      /* override, unbind and attach in one, or nothing of it (FreeBSD) */
	STEP_CLEAR,    /* the override, and then as STEP_PROBE, in one (FreeBSD) */
};

struct step {
	enum step_kind kind;
	char *driver;
};

struct steps {
	struct step *items;
	size_t nr;
};

void steps_add(struct steps *steps, enum step_kind kind, const char *driver);
void steps_free(struct steps *steps); /* what is in it */

/* Where a device goes. */
enum goal_kind {
	GOAL_DRIVER, /* to a binding */
	GOAL_PROBE,  /* to no override, and the driver that the kernel chooses */
	GOAL_NONE,   /* to no driver, whatever override it has (FreeBSD) */
};

/**
 * steps_between() - the steps from one binding to another, as the operating system has them
 * @goal: not looked at for GOAL_PROBE
 * @steps: added to; nothing when @now is the goal already
 *
 * Linux: the override comes first: if it may not be written, the driver has not been touched. A
 * driver is attached by name, so that no other which matches, too, gets the device; where the
 * goal's override would keep its driver away, the override is the driver until it has the device.
 *
 * FreeBSD: see freebsd/way.h.
 */
void steps_between(const struct binding *now, enum goal_kind kind, const struct binding *goal,
		   struct steps *steps);

#endif
