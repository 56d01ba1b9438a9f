/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parsers of the three tables share; private to src/acpi. */
#ifndef IOMMUTOOL_ACPI_PARSER_H
#define IOMMUTOOL_ACPI_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/acpi.h"
#include "acpi/cursor.h"

#define ACPI_HEADER_LENGTH 36
#define ACPI_FIXED_LENGTH 48 /* header and fixed part, the same in all three tables */

/* Record that the table is wrong at @offset; a text that is too long is cut. */
void acpi_problem(struct acpi_table *table, size_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Take @length reserved bytes (at most those that are left); keep them if they are not all zero. */
void acpi_take_reserved(struct acpi_table *table, struct cursor *cursor, size_t length);

/* Take all that is left and keep it, zero or not: we do not know what it means. */
void acpi_take_rest(struct acpi_table *table, struct cursor *cursor);

/**
 * acpi_more() - the condition of a walk
 * @what: name of what is walked over, for the report
 * @header: bytes up to and with the one that says its length
 *
 * A rest that is too short for a header is reported and kept undecoded.
 *
 * Return: whether there is at least a header to look at.
 */
bool acpi_more(struct acpi_table *table, struct cursor *walk, const char *what, size_t header);

/**
 * acpi_take() - take a structure that says its own length
 * @table: where a wrong length is reported
 * @walk: stands at the structure
 * @what: its name for the report
 * @length: what it says
 * @least: fewest bytes that one of its type has
 * @structure: filled in: a cursor over the structure, at its first byte
 *
 * A wrong length ends the walk: nobody can tell where the next structure starts. It is reported and
 * all bytes from there on are kept undecoded.
 *
 * Return: whether the length is right.
 */
bool acpi_take(struct acpi_table *table, struct cursor *walk, const char *what, size_t length,
	       size_t least, struct cursor *structure);

/* A parser's promise: nothing of @structure was left out and nothing was read past its end. */
void acpi_end(const struct cursor *structure);

/*
 * Each decodes what follows the common header, which is at least the fixed part, and leaves @cursor
 * at its end, also on a problem.
 */
void dmar_parse(struct acpi_table *table, struct cursor *cursor);
void ivrs_parse(struct acpi_table *table, struct cursor *cursor);
void viot_parse(struct acpi_table *table, struct cursor *cursor);

/* Report what only shows between structures; for a table whose walk came to its end. */
void dmar_check(struct acpi_table *table);

/* Decode the device entries of an IVHD block; @cursor spans them. */
void ivrs_parse_entries(struct acpi_table *table, struct ivrs_block *block, struct cursor *cursor);

void dmar_release(struct dmar *dmar);
void ivrs_release(struct ivrs *ivrs);
void viot_release(struct viot *viot);

#endif
