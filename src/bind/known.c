/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a device before anything is planned: notes of earlier runs, then its own state.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/plan_parts.h"
#include "bind/rule.h"
#include "util/alloc.h"
#include "util/cleanup.h"

char *device_identity(const struct device *device, const struct function *function)
{
	return xasprintf("%04x:%04x:%04x:%04x", (unsigned)device->vendor & 0xffff,
			 (unsigned)device->product & 0xffff,
			 (unsigned)(function ? function->sub_vendor : -1) & 0xffff,
			 (unsigned)(function ? function->sub_product : -1) & 0xffff);
}

/* A step of an earlier run that has not come back. Return: whether the device must be left alone.
 */
static bool still_stuck(struct change *change)
{
	const struct record *record = change->record;
	char where[64];

	/* PIDs are used again; without its beginning nothing tells that it is the same one. */
	if (!record || !record->child || !record->child_start ||
	    child_start(record->child) != record->child_start)
		return false;
	child_waits_in(record->child, where);
	change_explain(change, RESULT_STUCK,
		       xasprintf("\"%s\" of an earlier run still waits (process %d%s%s)",
				 record->state, (int)record->child, *where ? " in " : "", where),
		       xstrdup("end what holds the device, then restore it"));
	return true;
}

bool read_notes(const struct bind_plan *plan, const struct journal *journal, struct change *change)
{
	struct error err = { 0 };

	if (change->device && change->device->driver)
		change->now.driver = xstrdup(change->device->driver);
	if (!plan->source->live)
		return true;
	if (journal_read(journal, change->name, &change->record, &err) < 0 ||
	    rule_read(change->name, &change->rule, &err) < 0) {
		/* The message has the device in front already. */
		size_t length = strlen(change->name);
		bool named = strncmp(err.text, change->name, length) == 0;

		change_explain(change, RESULT_FAILED,
			       xstrdup(err.text + (named ? length + strlen(": ") : 0)), NULL);
		return false;
	}
	return !still_stuck(change);
}

/* A record or rule of another device that was at this address before says nothing. */
static void drop_if_other(struct change *change)
{
	if (change->record && strcmp(change->record->identity, change->identity) != 0) {
		record_free(change->record);
		change->record = NULL;
		change->drop_record = true;
	}
	if (change->rule && strcmp(change->rule->identity, change->identity) != 0)
		change->rule_is_other = true;
}

/* --expect: "IDENTITY" or "IDENTITY/SERIAL". Return: whether it is that device. */
static bool is_expected(const struct bind_plan *plan, struct change *change)
{
	_cleanup_free_ char *serial = NULL, *is = NULL;

	if (!plan->request->expect)
		return true;
	if (strchr(plan->request->expect, '/'))
		serial = serial_now(plan->source, change->device, plan->request->timeout_ms);
	is = xasprintf("%s%s%s", change->identity, serial ? "/" : "", serial ? serial : "");
	if (strcasecmp(is, plan->request->expect) == 0)
		return true;
	change_explain(change, RESULT_REFUSED,
		       xasprintf("it is %s, not %s", is, plan->request->expect),
		       xstrdup("see \"iommutool groups\" for where that device is now"));
	return false;
}

static void read_override(const struct bind_plan *plan, struct change *change)
{
	pid_t stuck;
	int r = override_now(plan->source, change->name, plan->request->timeout_ms,
			     &change->now.override, &stuck);

	if (stuck || r == -EINTR)
		change_explain(change, RESULT_STUCK,
			       xasprintf("its %s does not answer: something waits for its driver",
					 override_name),
			       xstrdup("see dmesg; end what holds the device"));
	else if (r < 0)
		change_explain(change, RESULT_FAILED,
			       xasprintf("%s: %s", override_name, strerror(-r)), NULL);
	else if (!binding_is_plain(&change->now))
		change_explain(change, RESULT_FAILED,
			       xasprintf("its %s, \"%.64s\", is no name of a driver", override_name,
					 change->now.override),
			       xstrdup("clear it first"));
}

void read_now(const struct bind_plan *plan, struct change *change)
{
	if (change->result != RESULT_PLANNED || !change->device)
		return;
	change->identity =
		device_identity(change->device, find_function(plan->usage, change->device));
	if (!is_expected(plan, change))
		return;
	if (plan->source->live) {
		drop_if_other(change);
		read_override(plan, change);
	} else {
		change->now.override = xstrdup("?"); /* no capture has it: the plan sets it */
	}
}
