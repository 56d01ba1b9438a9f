/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool capture: what this machine tells, in a directory. */
#include "cmd/capture.h"

#include <stdlib.h>

#include "cmd/words.h"

static const struct argp argp = {
	.parser = parse_shared,
	.args_doc = "DIR",
	.doc = capture_doc,
	.children = plain_children,
};

static int run(struct context *context, int argc, char **argv)
{
	struct arguments arguments = { 0 };
	int status = begin(&arguments, context, &argp, argc, argv);

	if (status == STATUS_OK && (arguments.nr_operands != 1 || !*arguments.operands[0]))
		status = usage_error(context, "name one directory to write to");
	if (status == STATUS_OK)
		status = capture_to(context, arguments.operands[0]);
	free(arguments.operands);
	return status;
}

const struct command cmd_capture = {
	.name = "capture",
	.summary = capture_summary,
	.argp = &argp,
	.run = run,
};
