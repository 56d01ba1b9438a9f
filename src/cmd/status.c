/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status prints on every system: a fact a row. */
#include "cmd/status_rows.h"

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

const struct out_schema status_schema = {
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
