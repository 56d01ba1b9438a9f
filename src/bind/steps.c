/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bindings, and lists of steps from one to another. */
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
