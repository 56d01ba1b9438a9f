/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from one binding to another: sysfs has an attribute for each part of it. */
#include <stdlib.h>
#include <string.h>

#include "bind/steps.h"

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

void steps_between(const struct binding *now, enum goal_kind kind, const struct binding *goal,
		   struct steps *steps)
{
	const char *driver = kind == GOAL_PROBE ? NULL : goal->driver;
	const char *override = kind == GOAL_PROBE ? NULL : goal->override;
	bool moves = kind == GOAL_PROBE || !same(now->driver, driver);
	/* An override of another name would keep the driver away. */
	const char *first = moves && driver && override ? driver : override;

	if (!same(now->override, first))
		steps_add(steps, STEP_OVERRIDE, first);
	if (moves && now->driver)
		steps_add(steps, STEP_UNBIND, now->driver);
	if (moves && kind == GOAL_PROBE)
		steps_add(steps, STEP_PROBE, NULL);
	else if (moves && driver)
		steps_add(steps, STEP_ATTACH, driver);
	if (!same(first, override))
		steps_add(steps, STEP_OVERRIDE, override);
}
