/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from one binding to another. */
#include "bind/steps.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

void binding_copy(struct binding *to, const struct binding *from)
{
	*to = (struct binding){ copy(from->driver), copy(from->override) };
}

void binding_free(struct binding *binding)
{
	free(binding->driver);
	free(binding->override);
	*binding = (struct binding){ 0 };
}

static bool is_plain(const char *name)
{
	return !name || (!strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
}

bool binding_is_plain(const struct binding *binding)
{
	return is_plain(binding->driver) && is_plain(binding->override);
}

void steps_add(struct steps *steps, enum step_kind kind, const char *driver)
{
	steps->items = xgrow(steps->items, steps->nr, sizeof(*steps->items));
	steps->items[steps->nr++] = (struct step){ kind, copy(driver) };
}

void steps_free(struct steps *steps)
{
	for (size_t i = 0; i < steps->nr; i++)
		free(steps->items[i].driver);
	free(steps->items);
	*steps = (struct steps){ 0 };
}

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
