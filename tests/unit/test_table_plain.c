/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables without libsmartcols: as they were worked out by hand, and the same bytes as with it, for
 * tables of cells that are hard to print and for what the commands colour.
 */
#include <locale.h>

/* Beside those that the program here was built with. */
#define print_table plain_table
#define print_heading plain_heading
#include "out/table_plain.c"
#undef print_table
#undef print_heading

#include "command.h"
#include "unit.h"

void print_table(const struct out *out, FILE *stream, bool colors);
void print_heading(const struct out *out, FILE *stream, bool colors);

typedef void printer(const struct out *out, FILE *stream, bool colors);

enum { NAME, COUNT_OF, STATE, NR_COLUMNS };

static const struct out_column columns[] = {
	[NAME] = { "NAME", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "Text" },
	[COUNT_OF] = { "COUNT_OF", OUT_LEVEL(0), OUT_TYPE_NUMBER, true, 0, "To the right" },
	[STATE] = { "STATE", OUT_LEVEL(0), OUT_TYPE_LIST, true, 0, "Coloured" },
};
static const struct out_level levels[] = { { "rows", false } };
static const struct out_paint paints[] = { { "ok", "green" }, { "bad", "red" }, { NULL, NULL } };
static const unsigned char widths[] = { 6, 10, 0 };
static struct out_schema schema = { .levels = levels,
				    .nr_levels = 1,
				    .columns = columns,
				    .nr_columns = NR_COLUMNS,
				    .paints = paints,
				    .widths = widths };

#define MAX_ROWS 8

/* The text of the cells, so that there are empty ones, too, which no value has. */
static const char *texts[MAX_ROWS][NR_COLUMNS];

char *__wrap_line_cell(const struct out *out, const struct out_row *row, size_t i);
char *__real_line_cell(const struct out *out, const struct out_row *row, size_t i);

char *__wrap_line_cell(const struct out *out, const struct out_row *row, size_t i)
{
	for (size_t k = 0; out->schema == &schema && k < out->root.nr_children; k++)
		if (out->root.children[k] == row)
			return xstrdup(texts[k][out->chosen[i]]);
	return __real_line_cell(out, row, i);
}

/* What is printed, and how. */
struct sample {
	enum out_format format;
	bool noheadings, colors;
	bool by_line; /* as out_print_lines() has it: widths of the schema, no heading */
	bool heading; /* only that */
	const char *columns;
	size_t nr_rows;
};

static char *print(const struct sample *sample, printer *print_rows, printer *print_names)
{
	const struct out_options options = { .format = sample->format,
					     .noheadings = sample->noheadings || sample->by_line,
					     .columns = sample->columns };
	char *problem, *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	struct out *out = out_new(&schema, &options, &problem);

	assert_non_null(out);
	assert_non_null(stream);
	out->widths = sample->by_line ? widths : NULL;
	for (size_t i = 0; i < sample->nr_rows; i++)
		out_row_add(out, NULL);
	out_footer(out, "of %zu rows", sample->nr_rows);
	(sample->heading ? print_names : print_rows)(out, stream, sample->colors);
	assert_int_equal(fclose(stream), 0);
	out_free(out);
	return text;
}

/* --- by hand ------------------------------------------------------------------------------ */

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RESET "\033[0m"

static void test_by_hand(void **state)
{
	static const char *const rows[][NR_COLUMNS] = {
		{ "a", "7", "ok" },
		{ "two words", "123456789", "" },
		{ "\xc3\xa9\xe6\xbc\xa2", "", "tab\there" },
		{ "\xff\\x41", "\"`$\\", "-" },
	};
	static const struct {
		const char *name;
		struct sample sample;
		const char *wanted;
	} cases[] = {
		{ "table",
		  { .format = OUT_TABLE, .nr_rows = 4 },
		  /* a wide character takes two columns; \xff\x5cx41 is 11 long */
		  "NAME         COUNT_OF STATE\n"
		  "a                   7 ok\n"
		  "two words   123456789 \n"
		  "\xc3\xa9\xe6\xbc\xa2                   tab\\x09here\n"
		  "\\xff\\x5cx41      \"`$\\ -\n"
		  "of 4 rows\n" },
		{ "no heading, which is as wide",
		  { .format = OUT_TABLE, .noheadings = true, .nr_rows = 1 },
		  "a           7 ok\n"
		  "of 1 rows\n" },
		{ "numbers last",
		  { .format = OUT_TABLE, .columns = "STATE,COUNT_OF", .nr_rows = 3 },
		  "STATE        COUNT_OF\n"
		  "ok                  7\n"
		  "            123456789\n"
		  "tab\\x09here \n"
		  "of 3 rows\n" },
		{ "colours",
		  { .format = OUT_TABLE, .colors = true, .nr_rows = 1 },
		  BOLD "NAME" RESET " " BOLD "COUNT_OF" RESET " " BOLD "STATE" RESET "\n"
		       "a           7 " GREEN "ok" RESET "\n"
		       "of 1 rows\n" },
		{ "colours go over the column",
		  { .format = OUT_TABLE, .colors = true, .columns = "STATE,NAME", .nr_rows = 1 },
		  BOLD "STATE" RESET " " BOLD "NAME" RESET "\n" GREEN "ok   " RESET " a\n"
		       "of 1 rows\n" },
		{ "raw",
		  { .format = OUT_RAW, .colors = true, .nr_rows = 4 },
		  "NAME COUNT_OF STATE\n"
		  "a 7 ok\n"
		  "two\\x20words 123456789 \n"
		  "\\xc3\\xa9\\xe6\\xbc\\xa2  tab\\x09here\n"
		  "\\xff\\x5cx41 \"`$\\x5c -\n" },
		{ "pairs",
		  { .format = OUT_PAIRS, .nr_rows = 4 },
		  "NAME=\"a\" COUNT_OF=\"7\" STATE=\"ok\"\n"
		  "NAME=\"two words\" COUNT_OF=\"123456789\" STATE=\"\"\n"
		  "NAME=\"\\xc3\\xa9\\xe6\\xbc\\xa2\" COUNT_OF=\"\" STATE=\"tab\\x09here\"\n"
		  "NAME=\"\\xff\\x5cx41\" COUNT_OF=\"\\x22\\x60\\x24\\x5c\" STATE=\"-\"\n" },
		{ "no rows, no heading", { .format = OUT_TABLE }, "of 0 rows\n" },
		{ "no rows, raw", { .format = OUT_RAW }, "" },
		{ "line by line",
		  { .format = OUT_TABLE, .by_line = true, .nr_rows = 1 },
		  "a               7 ok\nof 1 rows\n" },
		{ "heading of lines",
		  { .format = OUT_TABLE, .by_line = true, .heading = true },
		  "NAME     COUNT_OF STATE\n" },
	};

	(void)state;
	memcpy(texts, rows, sizeof(rows));
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = print(&cases[i].sample, plain_table, plain_heading);

		if (strcmp(text, cases[i].wanted) != 0)
			fail_msg("case \"%s\": printed\n%s, not\n%s", cases[i].name, text,
				 cases[i].wanted);
		free(text);
	}
}

/* --- beside libsmartcols ------------------------------------------------------------------ */

/* There only where the program is built with it. */
extern char scols_print_table __attribute__((weak));

static bool has_libsmartcols(void)
{
	if (!&scols_print_table)
		print_message("not here: libsmartcols; nothing to compare tables with\n");
	return &scols_print_table;
}

static void assert_same(const struct sample *sample)
{
	char *ours = print(sample, plain_table, plain_heading);
	char *theirs = print(sample, print_table, print_heading);

	if (strcmp(ours, theirs) != 0)
		fail_msg("format %d: printed\n%s, not\n%s", sample->format, ours, theirs);
	free(ours);
	free(theirs);
}

/* Return: a number below @end; always the same ones after each other. */
static size_t pick(uint32_t *seed, size_t end)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % end;
}

/* Up to four pieces, of which some are hard to print, or hard beside each other. */
static char *pick_text(uint32_t *seed)
{
	static const char *const pieces[] = {
		"a",
		"ok",
		"bad",
		"0000:00:1f.2",
		"-",
		"?",
		" ",
		"\\",
		"\\x",
		"\"",
		"`",
		"$",
		"\t",
		"\n",
		"\r",
		"\033[31m",
		"\x01",
		"\x7f",
		"\xc2\x80",
		"\xc2\xa0",
		"\xc2\xad",
		"\xc3\xa9",
		"\xe6\xbc\xa2",
		"\xf0\x9f\x98\x80",
		"\xcc\x81",
		"\xe2\x80\x8b",
		"\xe2\x80\xa8",
		"\xee\x80\x80",
		"\xef\xbf\xbd",
		"\xff",
		"\xc3",
		"\xe6\xbc",
		"\xed\xa0\x80",
		"\xf4\x90\x80\x80",
		"a text that is longer than any name of a column and than its width",
	};
	size_t nr = pick(seed, 5);
	char *text = xstrdup("");

	for (size_t i = 0; i < nr; i++) {
		char *longer = xasprintf("%s%s", text, pieces[pick(seed, COUNT(pieces))]);

		free(text);
		text = longer;
	}
	return text;
}

static void compare_tables(uint32_t seed)
{
	static const char *const chosen[] = { NULL, "STATE", "NAME", "COUNT_OF", "NAME,COUNT_OF" };
	static const enum out_format formats[] = { OUT_TABLE, OUT_TABLE, OUT_RAW, OUT_PAIRS };

	for (int round = 0; round < 1500; round++) {
		const struct sample sample = {
			.format = formats[pick(&seed, COUNT(formats))],
			.noheadings = pick(&seed, 3) == 0,
			.colors = pick(&seed, 2) == 0,
			.by_line = pick(&seed, 3) == 0,
			.columns = chosen[pick(&seed, COUNT(chosen))],
			.nr_rows = pick(&seed, MAX_ROWS + 1),
		};
		char *owned[MAX_ROWS][NR_COLUMNS];

		for (size_t i = 0; i < MAX_ROWS; i++)
			for (size_t k = 0; k < NR_COLUMNS; k++)
				texts[i][k] = owned[i][k] = pick_text(&seed);
		assert_same(&sample);
		for (size_t i = 0; i < MAX_ROWS; i++)
			for (size_t k = 0; k < NR_COLUMNS; k++)
				free(owned[i][k]);
	}
}

static void test_same(void **state)
{
	const struct sample headings[] = {
		{ .format = OUT_TABLE, .by_line = true, .heading = true },
		{ .format = OUT_TABLE, .by_line = true, .heading = true, .colors = true },
		{ .format = OUT_RAW, .by_line = true, .heading = true },
	};

	(void)state;
	if (!has_libsmartcols())
		return;
	compare_tables(1);
	for (size_t i = 0; i < COUNT(headings); i++)
		assert_same(&headings[i]);
	/* Where the locale is missing, bytes are no characters. */
	setlocale(LC_CTYPE, "C");
	compare_tables(2);
	setlocale(LC_CTYPE, "C.UTF-8");
}

/* Each colour that a command names is one that both know, and the same. */
static void test_colors(void **state)
{
	const struct sample sample = {
		.format = OUT_TABLE, .noheadings = true, .colors = true, .nr_rows = 1
	};
	size_t nr = 0;

	(void)state;
	for (size_t i = 0; commands[i]; i++)
		for (size_t k = 0; commands[i]->schemas && commands[i]->schemas[k]; k++) {
			const struct out_paint *paint = commands[i]->schemas[k]->paints;

			schema.paints = paint;
			for (; paint && paint->text; paint++, nr++) {
				char *text;

				texts[0][NAME] = texts[0][COUNT_OF] = texts[0][STATE] = paint->text;
				text = print(&sample, plain_table, plain_heading);
				assert_case(strncmp(text, "\033[", 2) == 0, paint->color);
				free(text);
				assert_same(&sample);
			}
		}
	schema.paints = paints;
	assert_true(nr > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_colors),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
