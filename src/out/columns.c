/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --list-columns: a schema shown through the same output layer. */
#include "out/out.h"

#include <stdlib.h>

#include "out/rows.h"

enum { NAME, LEVEL, TYPE, DEFAULT, MEANING };

static const struct out_column columns[] = {
	[NAME] = { "NAME", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "Name for -o" },
	[LEVEL] = { "LEVEL", OUT_LEVEL(0), OUT_TYPE_LIST, true, 0, "JSON array it belongs to" },
	[TYPE] = { "TYPE", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "Type of its values" },
	[DEFAULT] = { "DEFAULT", OUT_LEVEL(0), OUT_TYPE_BOOL, true, 0, "Shown without -o" },
	[MEANING] = { "MEANING", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "What it says" },
};

static const struct out_level levels[] = { { "columns", false } };

static const struct out_schema columns_schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

static const char *const type_names[] = {
	[OUT_TYPE_STRING] = "string", [OUT_TYPE_NUMBER] = "number",
	[OUT_TYPE_BOOL] = "boolean",  [OUT_TYPE_ADDRESS] = "address",
	[OUT_TYPE_LIST] = "list",     [OUT_TYPE_OBJECTS] = "objects",
};

char *out_list_columns(const struct out_schema *schema, const struct out_options *options,
		       FILE *stream, bool colors)
{
	char *problem;
	struct out *out = out_new(&columns_schema, options, &problem);

	if (!out)
		return problem;
	for (size_t i = 0; i < schema->nr_columns; i++) {
		const struct out_column *column = &schema->columns[i];
		struct out_row *row = out_row_add(out, NULL);
		struct out_value owners = out_list();

		for (size_t level = 0; level < schema->nr_levels; level++)
			if (column->levels & OUT_LEVEL(level))
				out_append(&owners, out_string(schema->levels[level].array));
		out_set(row, NAME, out_string(column->name));
		out_set(row, LEVEL, owners);
		out_set(row, TYPE, out_string(type_names[column->type]));
		out_set(row, DEFAULT, out_bool(column->is_default));
		out_set(row, MEANING, out_string(column->meaning));
	}
	if (stream)
		out_print(out, stream, colors);
	out_free(out);
	return NULL;
}
