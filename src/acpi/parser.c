/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parsers of the three tables share: problems, walks, bytes that are kept undecoded. */
#include "acpi/parser.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/alloc.h"

void acpi_problem(struct acpi_table *table, size_t offset, const char *format, ...)
{
	struct acpi_problem *problem;
	va_list ap;

	table->problems = xgrow(table->problems, table->nr_problems, sizeof(*table->problems));
	problem = &table->problems[table->nr_problems++];
	problem->offset = offset;
	va_start(ap, format);
	vsnprintf(problem->what, sizeof(problem->what), format, ap);
	va_end(ap);
}

static void keep(struct acpi_table *table, size_t offset, size_t length)
{
	if (length == 0)
		return;
	table->reserved = xgrow(table->reserved, table->nr_reserved, sizeof(*table->reserved));
	table->reserved[table->nr_reserved++] = (struct acpi_reserved){ offset, length };
}

void acpi_take_reserved(struct acpi_table *table, struct cursor *cursor, size_t length)
{
	size_t left = cursor_left(cursor);
	size_t from = cursor->at;
	bool set = false;

	for (size_t i = 0; i < length && i < left; i++)
		if (cursor_u8(cursor) != 0)
			set = true;
	if (set)
		keep(table, from, cursor->at - from);
}

void acpi_take_rest(struct acpi_table *table, struct cursor *cursor)
{
	keep(table, cursor->at, cursor_left(cursor));
	cursor->at = cursor->end;
}

bool acpi_more(struct acpi_table *table, struct cursor *walk, const char *what, size_t header)
{
	size_t left = cursor_left(walk);

	if (left >= header)
		return true;
	if (left > 0)
		acpi_problem(table, walk->at, "%zu bytes are left, too few for a %s", left, what);
	acpi_take_rest(table, walk);
	return false;
}

bool acpi_take(struct acpi_table *table, struct cursor *walk, const char *what, size_t length,
	       size_t least, struct cursor *structure)
{
	size_t left = cursor_left(walk);

	if (length >= least && length <= left) {
		*structure = cursor_sub(walk, length);
		return true;
	}
	if (length == 0)
		acpi_problem(table, walk->at, "%s has length 0", what);
	else if (length < least)
		acpi_problem(table, walk->at, "%s has length %zu, at least %zu is needed", what,
			     length, least);
	else
		acpi_problem(table, walk->at, "%s has length %zu, but only %zu bytes are left",
			     what, length, left);
	acpi_take_rest(table, walk);
	return false;
}

void acpi_end(const struct cursor *structure)
{
	assert(cursor_left(structure) == 0 && !structure->past_end);
}
