/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside bind/: the parts of doing what is planned. */
#ifndef IOMMUTOOL_ACT_PARTS_H
#define IOMMUTOOL_ACT_PARTS_H

#include "bind/bind.h"

struct act {
	struct bind_plan *plan;
	const struct journal *journal;
	bool undoing;
	unsigned points; /* that were passed, for tests */
};

/* act_step.c: a place where tests stop or kill the program. */
void test_point(struct act *act);

/* act_step.c: takes steps until one fails. Return: 0; negative errno, and the change says whether
 * it failed or is stuck. */
int do_steps(struct act *act, struct change *change, const struct steps *steps);

/* act_device.c: begins the record of a device, which is not written yet. */
void new_record(const struct act *act, struct change *change);

/* act_device.c: a device that fails is as it was before. Return: 0 or negative errno. */
int bind_one(struct act *act, struct change *change);
void restore_one(struct act *act, struct change *change);

/* act_device.c: back to what it was before this run, whatever steps were done. */
void undo(struct act *act, struct change *change);

#endif
