/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of the network interfaces below a device. */
#include "bind/linux/guards/below.h"
#include "bind/linux/guards/list.h"

#include <stdlib.h>

#include "util/alloc.h"

static unsigned interface_parts(const struct guard_question *question, unsigned parts)
{
	return PART(USAGE_BELOW) | (next_interface(question, NULL) ? parts : 0);
}

struct guard_finding ask_uplink(const struct guard_question *question)
{
	const struct interface *interface = NULL;
	struct strings seen = { 0 };

	while ((interface = next_interface(question, interface)))
		for (size_t i = 0; i < interface->carries.nr; i++)
			strings_take(&seen, xasprintf("%s carries %s", interface->name,
						      interface->carries.items[i]));
	if (seen.nr > 0)
		return guard_refuse_seen(
			question, NULL, &seen,
			"leave it with the host, or move that to another interface first");
	return guard_pass_if_known(question, NULL, interface_parts(question, PART(USAGE_CARRIES)),
				   NULL);
}

/* What is part of another one is up to that. */
static void see_stacked(const struct interface *interface, struct strings *seen)
{
	char *stacked = list_text(&interface->stacked);

	strings_take(seen, xasprintf("%s %s stacked upon %s", stacked,
				     interface->stacked.nr == 1 ? "is" : "are", interface->name));
	free(stacked);
}

/* @advice gets the command that ends what was seen. */
static void see_interface(const struct interface *interface, struct strings *seen,
			  struct strings *advice)
{
	size_t before = seen->nr;

	if (interface->up && interface->addresses.nr > 0) {
		char *addresses = list_text(&interface->addresses);

		strings_take(seen, xasprintf("%s is up with %s", interface->name, addresses));
		free(addresses);
	}
	if (interface->has_default_route)
		strings_take(seen, xasprintf("%s has the default route", interface->name));
	if (interface->master)
		strings_take(seen,
			     xasprintf("%s is part of %s", interface->name, interface->master));
	else if (interface->up && interface->stacked.nr > 0)
		see_stacked(interface, seen);
	if (seen->nr > before)
		strings_take(advice, xasprintf("ip link set %s %s", interface->name,
					       interface->master ? "nomaster" : "down"));
}

static char *not_in_use(const struct guard_question *question)
{
	const struct interface *interface = next_interface(question, NULL);
	const char *name = interface ? interface->name : NULL;
	size_t nr = 0;

	for (; interface; interface = next_interface(question, interface))
		nr++;
	if (nr == 0)
		return NULL;
	return nr == 1 ? xasprintf("%s is not in use", name)
		       : xasprintf("none of its %zu interfaces is in use", nr);
}

struct guard_finding ask_network(const struct guard_question *question)
{
	unsigned parts = interface_parts(question, PART(USAGE_ADDRESSES) | PART(USAGE_ROUTES));
	const struct interface *interface = NULL;
	struct strings seen = { 0 }, advice = { 0 };
	struct guard_finding finding;
	char *next;

	while ((interface = next_interface(question, interface)))
		see_interface(interface, &seen, &advice);
	if (seen.nr == 0)
		return guard_pass_if_known(question, "network", parts, not_in_use(question));
	next = list_text(&advice);
	finding = guard_refuse_seen(question, "network", &seen, next);
	strings_free(&advice);
	free(next);
	return finding;
}
