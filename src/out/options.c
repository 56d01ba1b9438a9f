/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that every command with rows has. */
#include "out/out.h"

#include "util/option.h"

enum {
	KEY_NOHEADINGS = 0x1000, /* beyond any letter */
	KEY_LIST_COLUMNS,
};

static error_t set_format(struct argp_state *state, enum out_format format)
{
	struct out_options *options = state->input;

	if (options->format_given && options->format != format)
		return option_error(state,
				    "two output formats at once; choose one of -J, -r and -P");
	options->format = format;
	options->format_given = true;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct out_options *options = state->input;

	switch (key) {
	case 'J':
		return set_format(state, OUT_JSON);
	case 'r':
		return set_format(state, OUT_RAW);
	case 'P':
		return set_format(state, OUT_PAIRS);
	case 'n':
	case KEY_NOHEADINGS:
		options->noheadings = true;
		return 0;
	case 'o':
		options->columns = arg;
		return 0;
	case 'O':
		options->all_columns = true;
		return 0;
	case KEY_LIST_COLUMNS:
		options->list_columns = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

#define OUTPUT_OPTIONS(noheadings_key)                                                               \
	{                                                                                            \
		{ "json", 'J', NULL, 0, "JSON, with every key unless -o names fewer", 0 },           \
			{ "raw", 'r', NULL, 0, "One line a row, fields separated by one blank", 0 }, \
			{ "pairs", 'P', NULL, 0, "One line a row of KEY=\"value\"", 0 },             \
			{ "noheadings", noheadings_key, NULL, 0, "No line of column names", 0 },     \
			{ "output",                                                                  \
			  'o',                                                                       \
			  "COL[,COL...]",                                                            \
			  0,                                                                         \
			  "These columns; +COL adds to the default ones",                            \
			  0 },                                                                       \
			{ "output-all", 'O', NULL, 0, "All columns", 0 },                            \
			{ "list-columns",                                                            \
			  KEY_LIST_COLUMNS,                                                          \
			  NULL,                                                                      \
			  0,                                                                         \
			  "Describe the columns and end",                                            \
			  0 },                                                                       \
			{ 0 },                                                                       \
	}

static const struct argp_option reading_options[] = OUTPUT_OPTIONS('n');
static const struct argp_option acting_options[] = OUTPUT_OPTIONS(KEY_NOHEADINGS);

const struct argp out_argp = { .options = reading_options, .parser = parse };
const struct argp out_acting_argp = { .options = acting_options, .parser = parse };
