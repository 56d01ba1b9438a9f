/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool bind: give devices to user space, if nothing speaks against it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind/driver.h"
#include "bind/persist.h"
#include "cmd/changes.h"
#include "cmd/words.h"
#include "cmd/persisted.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/option.h"

enum {
	KEY_TO = 0x110,
	KEY_WHOLE_GROUP,
	KEY_FORCE,
	KEY_EXPECT,
	KEY_PERSIST,
	KEY_LIST_PERSISTED,
};

static const struct argp_option options[] = {
	{ "to", KEY_TO, "DRIVER", 0, to_help, 0 },
	{ "whole-group", KEY_WHOLE_GROUP, NULL, 0,
	  "Take along all endpoints of the groups, and what else would block them", 0 },
	CHANGE_OPTIONS,
	{ "force", KEY_FORCE, "GUARD[,...]", 0, "Do it although these guards refuse", 0 },
	{ "expect", KEY_EXPECT, "IDENTITY", 0,
	  "Refuse unless the device is this one: VENDOR:DEVICE:SUBVENDOR:SUBDEVICE[/SERIAL]", 0 },
	{ "persist", KEY_PERSIST, NULL, 0, persist_help, 0 },
	{ "list-persisted", KEY_LIST_PERSISTED, NULL, 0,
	  "Show what is bound again after each reboot, and end", 0 },
	{ 0 },
};

/* Adds the guards that --force names. Return: 0, or EINVAL after saying what is wrong. */
static error_t parse_force(const char *list, struct argp_state *state)
{
	struct change_arguments *arguments = state->input;
	_cleanup_free_ char *copy = xstrdup(list);
	char *at = copy, *name;

	while ((name = strsep(&at, ","))) {
		const struct guard *guard = find_guard(name);

		if (!guard)
			return option_error(
				state, "--force: \"%s\" is no guard; iommutool-bind(8) lists them",
				name);
		if (!guard->forcible)
			return option_error(state, "--force: \"%s\" cannot be forced: %s", name,
					    guard->meaning);
		arguments->request.forced |= 1u << (guard - guards);
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct change_arguments *arguments = state->input;
	struct bind_request *request = &arguments->request;
	unsigned ids[4];
	char slash = '\0';

	switch (key) {
	case ARGP_KEY_INIT:
		request->to = default_driver;
		return parse_change(key, arg, state);
	case KEY_TO:
		request->to = arg;
		if (driver_name_problem(arg))
			return option_error(state, "--to: \"%s\": %s", arg,
					    driver_name_problem(arg));
		return 0;
	case KEY_WHOLE_GROUP:
		request->whole_group = true;
		return 0;
	case KEY_FORCE:
		return parse_force(arg, state);
	case KEY_EXPECT:
		request->expect = arg;
		if (sscanf(arg, "%4x:%4x:%4x:%4x%c", &ids[0], &ids[1], &ids[2], &ids[3], &slash) >=
			    4 &&
		    (slash == '/' || slash == '\0'))
			return 0;
		return option_error(state,
				    "--expect: \"%s\" is not VENDOR:DEVICE:SUBVENDOR:SUBDEVICE or "
				    "that and /SERIAL, in hexadecimal",
				    arg);
	case KEY_PERSIST:
		request->persist = true;
		return 0;
	case KEY_LIST_PERSISTED:
		arguments->list_persisted = true;
		return 0;
	default:
		return parse_change(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "DEVICE...",
	.doc = bind_doc,
	.children = acting_children,
};

/* Return: STATUS_OK or STATUS_USAGE. */
static int check_usage(const struct change_arguments *arguments)
{
	const struct context *context = arguments->shared.context;

	if (arguments->list_persisted && (arguments->shared.nr_operands || context->sysroot))
		return usage_error(context, "--list-persisted takes no device and no --sysroot");
	if (arguments->list_persisted && (arguments->request.persist || arguments->request.dry_run))
		return usage_error(context, "--list-persisted does nothing that could persist");
	if (arguments->list_persisted || arguments->shared.out.list_columns)
		return STATUS_OK;
	if (arguments->shared.nr_operands == 0)
		return usage_error(context, "name the devices to bind");
	if (context->sysroot && !arguments->request.dry_run)
		return usage_error(context,
				   "a capture cannot be changed: --sysroot wants --dry-run");
	return STATUS_OK;
}

static int bind_devices(const struct change_arguments *arguments, struct out *out)
{
	const struct context *context = arguments->shared.context;
	bool persists = arguments->request.persist && !context->sysroot;
	struct error err = { 0 };
	int r = persists ? persist_check(&arguments->request, &err) : 0;

	if (r == -ENOTSUP)
		return usage_error(context, "%s", err.text);
	return r < 0 ? complain_error(context, &err) : run_changes(arguments, out);
}

static int run(struct context *context, int argc, char **argv)
{
	struct change_arguments arguments = { 0 };
	struct out *out = NULL;
	int status = begin(&arguments.shared, context, &argp, argc, argv);

	if (status == STATUS_OK)
		status = check_usage(&arguments);
	if (status == STATUS_OK)
		out = begin_output(&arguments.shared,
				   arguments.list_persisted ? &persisted_schema : &change_schema,
				   &status);
	if (out && arguments.list_persisted)
		status = list_persisted(context, out);
	else if (out)
		status = bind_devices(&arguments, out);
	out_free(out);
	free(arguments.shared.operands);
	return status;
}

static const struct out_schema *const schemas[] = { &change_schema, &persisted_schema, NULL };

const struct command cmd_bind = {
	.name = "bind",
	.summary = bind_summary,
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
