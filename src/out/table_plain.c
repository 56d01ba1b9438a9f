/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Table, raw and pair lines where libsmartcols is not: what table.c prints, byte for byte. */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "out/rows.h"
#include "util/alloc.h"

struct cell {
	char *text;
	size_t width; /* columns of a terminal that it takes, in a table */
	const char *color;
};

/* The lines, one cell a chosen column. */
struct sheet {
	const struct out *out;
	bool colors;
	struct cell *cells;
	size_t nr_cells;
};

/* --- what is not printed as it is --------------------------------------------------------- */

static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

static char *put_hex(char *to, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = 'x';
	*to++ = digits[byte >> 4];
	*to++ = digits[byte & 0xf];
	return to;
}

/* Return: @text with all bytes but plain ones, and those in @special, in hexadecimal. */
static char *escape(const char *text, const char *special)
{
	char *escaped = xcalloc(strlen(text) + 1, 4);
	char *to = escaped;

	for (; *text; text++) {
		if (is_plain((unsigned char)*text) && !strchr(special, *text))
			*to++ = *text;
		else
			to = put_hex(to, (unsigned char)*text);
	}
	return escaped;
}

/* Return: how many bytes at @text are one character that can be shown, in @width columns; or 0. */
static size_t shown_character(const char *text, size_t *width)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t length = mbrtowc(&wide, text, strlen(text), &state);

	if (length == (size_t)-1 || length == (size_t)-2 || !iswprint((wint_t)wide))
		return 0;
	*width = (size_t)wcwidth(wide);
	return length;
}

/* Return: @text as a terminal may have it: nothing in it moves the cursor or reads as an escape. */
static char *for_terminal(const char *text, size_t *width)
{
	char *shown = xcalloc(strlen(text) + 1, 4);
	char *to = shown;

	for (*width = 0; *text;) {
		size_t columns, length = shown_character(text, &columns);

		if (strncmp(text, "\\x", 2) == 0)
			length = 0;
		if (length == 0) {
			to = put_hex(to, (unsigned char)*text++);
			*width += 4;
			continue;
		}
		memcpy(to, text, length);
		to += length;
		text += length;
		*width += columns;
	}
	return shown;
}

/* --- lines -------------------------------------------------------------------------------- */

/* Takes @text over. @color is a name of libsmartcols', or NULL. */
static void add_cell(struct sheet *sheet, char *text, const char *color)
{
	static const char *const sequences[][2] = {
		{ "bold", "\033[1m" }, { "brown", "\033[33m" },	   { "green", "\033[32m" },
		{ "red", "\033[31m" }, { "yellow", "\033[1;33m" },
	};
	struct cell cell = { 0 };

	switch (sheet->out->format) {
	case OUT_RAW:
		cell.text = escape(text, " \\");
		break;
	case OUT_PAIRS:
		cell.text = escape(text, "\"\\`$");
		break;
	default:
		cell.text = for_terminal(text, &cell.width);
	}
	free(text);
	for (size_t i = 0; color && sheet->colors && i < sizeof(sequences) / sizeof(sequences[0]);
	     i++)
		if (strcmp(sequences[i][0], color) == 0)
			cell.color = sequences[i][1];
	sheet->cells = xgrow(sheet->cells, sheet->nr_cells, sizeof(*sheet->cells));
	sheet->cells[sheet->nr_cells++] = cell;
}

static void add_line(void *context, const struct out_row *row)
{
	struct sheet *sheet = context;
	const struct out *out = sheet->out;

	for (size_t i = 0; i < out->nr_chosen; i++) {
		char *text = line_cell(out, row, i);

		add_cell(sheet, text, paint_for(out->schema, text));
	}
}

static void add_names(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->out->nr_chosen; i++)
		add_cell(sheet, xstrdup(chosen_column(sheet->out, i)->name), "bold");
}

/* A column is at least as wide as its name, even where that is not shown. */
static size_t *find_widths(const struct sheet *sheet)
{
	const struct out *out = sheet->out;
	size_t *widths = xcalloc(out->nr_chosen, sizeof(*widths));

	for (size_t i = 0; i < sheet->nr_cells; i++) {
		size_t *width = &widths[i % out->nr_chosen];

		if (sheet->cells[i].width > *width)
			*width = sheet->cells[i].width;
	}
	for (size_t i = 0; i < out->nr_chosen; i++) {
		size_t least = out->widths ? out->widths[out->chosen[i]]
					   : strlen(chosen_column(out, i)->name);

		/* One of no name and no text has no width either. */
		if (widths[i] < least && (widths[i] > 0 || !out->widths))
			widths[i] = least;
	}
	return widths;
}

static void fill(FILE *stream, size_t columns)
{
	while (columns-- > 0)
		fputc(' ', stream);
}

/* Colour goes over the whole column, but behind the text of the last one there is nothing. */
static void print_cell(const struct cell *cell, size_t width, bool right, bool last, FILE *stream)
{
	size_t left = width - cell->width;

	if (cell->width == 0) {
		fill(stream, last ? 0 : width);
		return;
	}
	if (cell->color)
		fputs(cell->color, stream);
	fill(stream, right ? left : 0);
	fputs(cell->text, stream);
	fill(stream, right || last ? 0 : left);
	if (cell->color)
		fputs("\033[0m", stream);
}

static void print_lines(const struct sheet *sheet, FILE *stream)
{
	const struct out *out = sheet->out;
	size_t *widths = find_widths(sheet);

	for (size_t i = 0; i < sheet->nr_cells; i++) {
		const struct cell *cell = &sheet->cells[i];
		size_t column = i % out->nr_chosen;
		const struct out_column *meaning = chosen_column(out, column);
		bool last = column == out->nr_chosen - 1;

		if (out->format == OUT_RAW)
			fputs(cell->text, stream);
		else if (out->format == OUT_PAIRS)
			fprintf(stream, "%s=\"%s\"", meaning->name, cell->text);
		else
			print_cell(cell, widths[column], meaning->type == OUT_TYPE_NUMBER, last,
				   stream);
		fputc(last ? '\n' : ' ', stream);
	}
	free(widths);
}

static void sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->nr_cells; i++)
		free(sheet->cells[i].text);
	free(sheet->cells);
}

void print_table(const struct out *out, FILE *stream, bool colors)
{
	struct sheet sheet = { .out = out, .colors = colors && out->format == OUT_TABLE };

	if (!out->noheadings && out->format != OUT_PAIRS && out_count(out) > 0)
		add_names(&sheet);
	each_line(out, add_line, &sheet);
	print_lines(&sheet, stream);
	sheet_free(&sheet);

	if (out->format == OUT_TABLE)
		for (size_t i = 0; i < out->footers.nr; i++)
			fprintf(stream, "%s\n", out->footers.items[i]);
}

void print_heading(const struct out *out, FILE *stream, bool colors)
{
	struct sheet sheet = { .out = out, .colors = colors && out->format == OUT_TABLE };

	add_names(&sheet);
	print_lines(&sheet, stream);
	sheet_free(&sheet);
}
