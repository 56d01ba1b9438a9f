/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool bind --list-persisted: what is bound again after each reboot. */
#include "cmd/persisted.h"

#include <string.h>

#include "bind/journal.h"
#include "bind/rule.h"
#include "util/alloc.h"
#include "util/cleanup.h"

enum { DEVICE, TO, IDENTITY, SERIAL, FORCED, DRIVER_BEFORE, OVERRIDE_BEFORE, FILE_COLUMN };

#define PERSISTED OUT_LEVEL(0)

static const struct out_column columns[] = {
	[DEVICE] = { "DEVICE", PERSISTED, OUT_TYPE_STRING, true, 0, "Address of the PCI function" },
	[TO] = { "TO", PERSISTED, OUT_TYPE_STRING, true, 0, "Driver that it is bound to" },
	[IDENTITY] = { "IDENTITY", PERSISTED, OUT_TYPE_STRING, true, 0,
		       "Vendor, device, and those of the subsystem, which have to be the same" },
	[SERIAL] = { "SERIAL", PERSISTED, OUT_TYPE_STRING, false, 0,
		     "Serial number, which has to be the same" },
	[FORCED] = { "FORCED", PERSISTED, OUT_TYPE_LIST, true, 0, "Guards that are overridden" },
	[DRIVER_BEFORE] = { "DRIVER_BEFORE", PERSISTED, OUT_TYPE_STRING, true, 0,
			    "Driver that restore gives back; ? where the kernel chooses" },
	[OVERRIDE_BEFORE] = { "OVERRIDE_BEFORE", PERSISTED, OUT_TYPE_STRING, false, 0,
			      "Driver override that restore gives back" },
	[FILE_COLUMN] = { "FILE", PERSISTED, OUT_TYPE_STRING, false, 0, "The rule" },
};

static const struct out_level levels[] = { { "persisted", false } };

const struct out_schema persisted_schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

static struct out_value forced_cell(const struct rule *rule)
{
	struct out_value list = out_list();
	_cleanup_free_ char *copy = rule->forced ? xstrdup(rule->forced) : NULL;
	char *at = copy, *name;

	while ((name = strsep(&at, ",")))
		out_append(&list, out_string(name));
	return list;
}

static void add_row(const struct rule *rule, struct out *out)
{
	struct out_row *row = out_row_add(out, NULL);
	_cleanup_free_ char *path = rule_path(rule->device);
	const char *driver = rule->before.driver;

	out_set(row, DEVICE, out_string(rule->device));
	out_set(row, TO, out_string(rule->to));
	out_set(row, IDENTITY, out_string(rule->identity));
	out_set(row, SERIAL, out_string(rule->serial));
	out_set(row, FORCED, forced_cell(rule));
	out_set(row, DRIVER_BEFORE,
		driver && strcmp(driver, ANY_DRIVER) == 0 ? out_unknown() : out_string(driver));
	out_set(row, OVERRIDE_BEFORE, out_string(rule->before.override));
	out_set(row, FILE_COLUMN, out_string(path));
}

int list_persisted(const struct context *context, struct out *out)
{
	struct strings devices = { 0 };
	struct error err = { 0 };
	int status = STATUS_OK;

	if (rule_list(&devices, &err) < 0)
		return complain_error(context, &err);
	for (size_t i = 0; i < devices.nr; i++) {
		struct rule *rule;

		if (rule_read(devices.items[i], &rule, &err) < 0)
			status = complain_error(context, &err);
		else if (rule)
			add_row(rule, out);
		rule_free(rule);
	}
	if (devices.nr == 0 && !context->quiet)
		complain(context, "nothing is bound at boot; \"bind --persist\" does it");
	show(context, out);
	strings_free(&devices);
	return status;
}
