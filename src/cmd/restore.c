/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool restore: give devices back to the drivers that they had. */
#include <stdlib.h>

#include "cmd/changes.h"
#include "cmd/words.h"

enum { KEY_ALL = 0x110, KEY_TO_NONE };

static const struct argp_option options[] = {
	{ "all", KEY_ALL, NULL, 0, "All devices of which something is recorded", 0 },
	{ "to-none", KEY_TO_NONE, NULL, 0, "Leave them without a driver", 0 },
	CHANGE_OPTIONS,
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct change_arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		arguments->request.giving_back = true;
		return parse_change(key, arg, state);
	case KEY_ALL:
		arguments->all = true;
		return 0;
	case KEY_TO_NONE:
		arguments->request.to_none = true;
		return 0;
	default:
		return parse_change(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[DEVICE...]",
	.doc = restore_doc,
	.children = acting_children,
};

/* Return: STATUS_OK or STATUS_USAGE. */
static int check_usage(const struct change_arguments *arguments)
{
	const struct context *context = arguments->shared.context;

	if (arguments->shared.out.list_columns)
		return STATUS_OK;
	if (arguments->all && arguments->shared.nr_operands)
		return usage_error(context, "name devices, or --all, not both");
	if (!arguments->all && arguments->shared.nr_operands == 0)
		return usage_error(context, "name the devices to give back, or --all");
	if (context->sysroot && !arguments->request.dry_run)
		return usage_error(context,
				   "a capture cannot be changed: --sysroot wants --dry-run");
	return STATUS_OK;
}

static int run(struct context *context, int argc, char **argv)
{
	struct change_arguments arguments = { 0 };
	struct out *out = NULL;
	int status = begin(&arguments.shared, context, &argp, argc, argv);

	if (status == STATUS_OK)
		status = check_usage(&arguments);
	if (status == STATUS_OK)
		out = begin_output(&arguments.shared, &change_schema, &status);
	if (out)
		status = run_changes(&arguments, out);
	out_free(out);
	free(arguments.shared.operands);
	return status;
}

static const struct out_schema *const schemas[] = { &change_schema, NULL };

const struct command cmd_restore = {
	.name = "restore",
	.summary = "Give devices back to their drivers",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
