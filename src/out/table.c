/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Table, raw and pair lines: the only file that uses libsmartcols. */
#include "out/rows.h"

#include <errno.h>
#include <libsmartcols.h>

#include "util/alloc.h"

/* Where lines go. */
struct sheet {
	const struct out *out;
	struct libscols_table *table;
	bool colors;
};

static void add_line(void *context, const struct out_row *row)
{
	const struct sheet *sheet = context;
	const struct out *out = sheet->out;
	struct libscols_line *line = scols_table_new_line(sheet->table, NULL);

	if (!line)
		die_out_of_memory();
	for (size_t i = 0; i < out->nr_chosen; i++) {
		char *text = line_cell(out, row, i);
		const char *color = sheet->colors ? paint_for(out->schema, text) : NULL;

		if (color)
			scols_cell_set_color(scols_line_get_cell(line, i), color);
		scols_line_refer_data(line, i, text);
	}
}

static void add_column(struct libscols_table *table, const struct out_column *column, bool colors)
{
	int flags = column->type == OUT_TYPE_NUMBER ? SCOLS_FL_RIGHT : 0;
	struct libscols_column *cl = scols_table_new_column(table, column->name, 0, flags);

	if (cl && colors)
		scols_cell_set_color(scols_column_get_header(cl), "bold");
}

/* For a table that is printed line by line. A name would keep libsmartcols from using the width. */
static void add_wide_column(struct libscols_table *table, const struct out_column *column,
			    unsigned char width)
{
	int flags = column->type == OUT_TYPE_NUMBER ? SCOLS_FL_RIGHT : 0;

	scols_table_new_column(table, NULL, width, flags);
}

static struct libscols_table *new_table(const struct out *out, FILE *stream, bool colors)
{
	const unsigned char *widths = out->format == OUT_TABLE ? out->widths : NULL;
	struct libscols_table *table = scols_new_table();

	if (!table)
		die_out_of_memory();
	scols_table_set_stream(table, stream);
	scols_table_enable_noheadings(table, out->noheadings);
	scols_table_enable_raw(table, out->format == OUT_RAW);
	scols_table_enable_export(table, out->format == OUT_PAIRS);
	scols_table_enable_colors(table, colors);
	for (size_t i = 0; i < out->nr_chosen; i++) {
		const struct out_column *column = chosen_column(out, i);

		if (widths)
			add_wide_column(table, column, widths[out->chosen[i]]);
		else
			add_column(table, column, colors);
	}
	return table;
}

static void end_table(struct libscols_table *table)
{
	if (scols_print_table(table) == -ENOMEM)
		die_out_of_memory();
	scols_unref_table(table);
}

void print_table(const struct out *out, FILE *stream, bool colors)
{
	struct sheet sheet = { .out = out, .colors = colors && out->format == OUT_TABLE };

	sheet.table = new_table(out, stream, sheet.colors);
	each_line(out, add_line, &sheet);
	end_table(sheet.table);

	if (out->format == OUT_TABLE)
		for (size_t i = 0; i < out->footers.nr; i++)
			fprintf(stream, "%s\n", out->footers.items[i]);
}

/* libsmartcols prints no heading without a line below it, so here the names are the line. */
void print_heading(const struct out *out, FILE *stream, bool colors)
{
	struct libscols_table *table;
	struct libscols_line *line;

	colors = colors && out->format == OUT_TABLE;
	table = new_table(out, stream, colors);
	line = scols_table_new_line(table, NULL);
	if (!line)
		die_out_of_memory();
	for (size_t i = 0; i < out->nr_chosen; i++) {
		if (scols_line_set_data(line, i, chosen_column(out, i)->name) < 0)
			die_out_of_memory();
		if (colors)
			scols_cell_set_color(scols_line_get_cell(line, i), "bold");
	}
	end_table(table);
}
