/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines that rows make, and the cells in them, for whoever prints tables. */
#include <string.h>

#include "out/rows.h"
#include "util/alloc.h"

static void lines_below(const struct out_row *row, void (*add)(void *, const struct out_row *),
			void *context)
{
	if (row->level == row->out->depth || row->nr_children == 0) {
		add(context, row);
		return;
	}
	for (size_t i = 0; i < row->nr_children; i++)
		lines_below(row->children[i], add, context);
}

void each_line(const struct out *out, void (*add)(void *context, const struct out_row *row),
	       void *context)
{
	for (size_t i = 0; i < out->root.nr_children; i++)
		lines_below(out->root.children[i], add, context);
}

char *line_cell(const struct out *out, const struct out_row *row, size_t i)
{
	const struct out_row *owner = row_owning(row, chosen_column(out, i));

	return owner ? out_value_text(&owner->cells[i]) : xstrdup("-");
}

const char *paint_for(const struct out_schema *schema, const char *text)
{
	for (const struct out_paint *p = schema->paints; p && p->text; p++)
		if (strcmp(p->text, text) == 0)
			return p->color;
	return NULL;
}
