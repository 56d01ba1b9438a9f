/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of columns, and the tree of rows. */
#include "out/out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "out/rows.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static void choose(struct out *out, size_t column)
{
	if (out->slot[column] != SIZE_MAX)
		return;
	out->slot[column] = out->nr_chosen;
	out->chosen[out->nr_chosen++] = column;
}

static void choose_default(struct out *out, bool all)
{
	for (size_t i = 0; i < out->schema->nr_columns; i++)
		if (all || out->schema->columns[i].is_default)
			choose(out, i);
}

static char *unknown_column(const struct out_schema *schema, const char *name)
{
	struct strings names = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < schema->nr_columns; i++)
		strings_add(&names, schema->columns[i].name);
	joined = strings_join(&names, ",");
	strings_free(&names);
	return xasprintf("--output: no column \"%s\"; there are %s", name, joined);
}

static char *choose_named(struct out *out, const char *list)
{
	_cleanup_free_ char *copy = NULL;
	char *at, *name;

	if (*list == '+') {
		choose_default(out, out->format == OUT_JSON);
		list++;
	}
	copy = xstrdup(list);
	at = copy;
	while ((name = strsep(&at, ","))) {
		size_t i;

		for (i = 0; i < out->schema->nr_columns; i++)
			if (strcasecmp(out->schema->columns[i].name, name) == 0)
				break;
		if (i == out->schema->nr_columns)
			return unknown_column(out->schema, name);
		choose(out, i);
	}
	return NULL;
}

static size_t shallowest(unsigned levels)
{
	return (size_t)__builtin_ctz(levels);
}

struct out *out_new(const struct out_schema *schema, const struct out_options *options,
		    char **problem)
{
	struct out *out = xcalloc(1, sizeof(*out));

	*problem = NULL;
	out->schema = schema;
	out->format = options->format;
	out->noheadings = options->noheadings;
	out->chosen = xcalloc(schema->nr_columns, sizeof(*out->chosen));
	out->slot = xcalloc(schema->nr_columns, sizeof(*out->slot));
	memset(out->slot, 0xff, schema->nr_columns * sizeof(*out->slot));
	out->root.out = out;

	if (options->all_columns)
		choose_default(out, true);
	else if (options->columns)
		*problem = choose_named(out, options->columns);
	else
		choose_default(out, options->format == OUT_JSON);
	if (*problem) {
		out_free(out);
		return NULL;
	}
	for (size_t i = 0; i < out->nr_chosen; i++) {
		size_t level = shallowest(schema->columns[out->chosen[i]].levels);

		if (level > out->depth)
			out->depth = level;
	}
	return out;
}

static void row_free(struct out_row *row)
{
	for (size_t i = 0; i < row->nr_children; i++) {
		row_free(row->children[i]);
		free(row->children[i]);
	}
	free(row->children);
	if (row->cells)
		for (size_t i = 0; i < row->out->nr_chosen; i++)
			out_value_free(&row->cells[i]);
	free(row->cells);
}

void out_free(struct out *out)
{
	if (!out)
		return;
	row_free(&out->root);
	for (size_t i = 0; i < out->nr_document; i++)
		out_value_free(&out->document[i].value);
	free(out->document);
	strings_free(&out->footers);
	free(out->chosen);
	free(out->slot);
	free(out);
}

bool out_wants(const struct out *out, size_t column)
{
	return out->slot[column] != SIZE_MAX;
}

unsigned out_facts(const struct out *out)
{
	unsigned facts = 0;

	for (size_t i = 0; i < out->nr_chosen; i++)
		facts |= out->schema->columns[out->chosen[i]].facts;
	return facts;
}

size_t out_depth(const struct out *out)
{
	return out->depth;
}

struct out_row *out_row_add(struct out *out, struct out_row *parent)
{
	struct out_row *row = xcalloc(1, sizeof(*row));

	row->out = out;
	row->parent = parent;
	row->level = parent ? parent->level + 1 : 0;
	row->cells = xcalloc(out->nr_chosen, sizeof(*row->cells));
	if (!parent)
		parent = &out->root;
	parent->children = xgrow(parent->children, parent->nr_children, sizeof(*parent->children));
	parent->children[parent->nr_children++] = row;
	return row;
}

void out_set(struct out_row *row, size_t column, struct out_value value)
{
	size_t slot = row->out->slot[column];

	if (slot == SIZE_MAX) {
		out_value_free(&value);
		return;
	}
	out_value_free(&row->cells[slot]);
	row->cells[slot] = value;
}

void out_document(struct out *out, const char *key, struct out_value value)
{
	out->document = xgrow(out->document, out->nr_document, sizeof(*out->document));
	out->document[out->nr_document++] = (struct out_field){ key, value };
}

void out_footer(struct out *out, const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		die_out_of_memory();
	va_end(ap);
	flatten(text);
	strings_take(&out->footers, text);
}

size_t out_count(const struct out *out)
{
	return out->root.nr_children;
}

const struct out_row *row_owning(const struct out_row *row, const struct out_column *column)
{
	while (row && !(column->levels & OUT_LEVEL(row->level)))
		row = row->parent;
	return row;
}

char *column_key(const struct out_column *column)
{
	char *key = xstrdup(column->name);

	for (char *at = key; *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return key;
}

void out_print(const struct out *out, FILE *stream, bool colors)
{
	if (out->format == OUT_JSON)
		print_json(out, stream);
	else
		print_table(out, stream, colors);
}

/* The same rows, to be printed without a heading and in columns that do not follow the rows. */
static struct out line_by_line(const struct out *out)
{
	struct out lines = *out;

	lines.noheadings = true;
	lines.widths = out->schema->widths;
	return lines;
}

void out_print_heading(const struct out *out, FILE *stream, bool colors)
{
	struct out heading = line_by_line(out);

	if (!out->noheadings && (out->format == OUT_TABLE || out->format == OUT_RAW))
		print_heading(&heading, stream, colors);
}

void out_print_lines(struct out *out, FILE *stream, bool colors)
{
	struct out lines = line_by_line(out);

	if (out->format == OUT_JSON)
		print_json_lines(&lines, stream);
	else
		print_table(&lines, stream, colors);
	row_free(&out->root);
	out->root.children = NULL;
	out->root.nr_children = 0;
}
