/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool status: the overview, a fact a row. */
#include "cmd/status.h"

#include "cmd/reader.h"
#include "cmd/words.h"

enum { NAME, VALUE, VERDICT, NEXT };

#define FACTS OUT_LEVEL(0)

static const struct out_column columns[] = {
	[NAME] = { "NAME", FACTS, OUT_TYPE_STRING, true, 0, "Name of the fact" },
	[VALUE] = { "VALUE", FACTS, OUT_TYPE_STRING, true, 0, "What was found" },
	[VERDICT] = { "VERDICT", FACTS, OUT_TYPE_STRING, true, 0, "ok, warn, bad or info" },
	[NEXT] = { "NEXT", FACTS, OUT_TYPE_STRING, true, 0, "What to do about it" },
};

static const struct out_level levels[] = { { "status", false } };

static const struct out_paint paints[] = {
	{ "ok", "green" }, { "warn", "yellow" }, { "bad", "red" }, { NULL, NULL }
};

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
	.paints = paints,
};

void add_status(struct out *out, const char *name, struct out_value value,
		enum status_verdict verdict, const char *next)
{
	static const char *const words[] = { "ok", "warn", "bad", "info" };
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, NAME, out_string(name));
	out_set(row, VALUE, value);
	out_set(row, VERDICT, out_string(words[verdict]));
	out_set(row, NEXT, out_string(next));
}

static const struct argp argp = {
	.parser = parse_shared,
	.doc = status_doc,
	.children = reading_children,
};

static int show_status(const void *own, const struct source *source, struct out *out)
{
	const struct arguments *arguments = own;
	int status;

	if (arguments->nr_operands > 0)
		return usage_error(arguments->context, "%s: status takes no argument",
				   arguments->operands[0]);
	status = find_status(arguments->context, source, out);
	show(arguments->context, out);
	return status;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &schema,
	.work = show_status,
};

static int run(struct context *context, int argc, char **argv)
{
	struct arguments arguments = { 0 };

	return run_reader(&reader, &arguments, context, argc, argv);
}

static const struct out_schema *const schemas[] = { &schema, NULL };

const struct command cmd_status = {
	.name = "status",
	.summary = status_summary,
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
