/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside out/: rows and columns as the printers see them. */
#ifndef IOMMUTOOL_ROWS_H
#define IOMMUTOOL_ROWS_H

#include "out/out.h"

struct out_row {
	struct out *out;
	struct out_row *parent;
	size_t level;
	struct out_value *cells; /* one a chosen column */
	struct out_row **children;
	size_t nr_children;
};

struct out {
	const struct out_schema *schema;
	enum out_format format;
	bool noheadings;
	const unsigned char *widths; /* only while lines are printed as they come */
	size_t *chosen;		     /* schema indices of the columns shown, in their order */
	size_t nr_chosen;
	size_t *slot; /* schema index -> index in chosen, SIZE_MAX when not chosen */
	size_t depth;
	struct out_row root; /* its children are the rows of the outermost level */
	struct out_field *document;
	size_t nr_document;
	struct strings footers;
};

/* Return: the row at or above @row that has the column's cell, or NULL. */
const struct out_row *row_owning(const struct out_row *row, const struct out_column *column);

/* Return: the JSON key of a column, to be freed. */
char *column_key(const struct out_column *column);

/* --- lines (lines.c) ---------------------------------------------------------------------- */

/* Calls @add with each row of the deepest level, and with each above it that has none below. */
void each_line(const struct out *out, void (*add)(void *context, const struct out_row *row),
	       void *context);

/* Return: the text of the chosen column @i in the line of @row, to be freed. */
char *line_cell(const struct out *out, const struct out_row *row, size_t i);

/* Return: the name of the colour for @text, or NULL. */
const char *paint_for(const struct out_schema *schema, const char *text);

static inline const struct out_column *chosen_column(const struct out *out, size_t i)
{
	return &out->schema->columns[out->chosen[i]];
}

/* --- printers ----------------------------------------------------------------------------- */

/* Both are in table.c and in table_plain.c, which print alike; one of them is built. */
void print_table(const struct out *out, FILE *stream, bool colors);
/* @out has no headings: the names of the columns are its line. */
void print_heading(const struct out *out, FILE *stream, bool colors);
void print_json(const struct out *out, FILE *stream);
void print_json_lines(const struct out *out, FILE *stream);

#endif
