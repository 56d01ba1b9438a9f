/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header that all ACPI tables share, ACPI specification 6.5 section 5.2.6; and dispatch. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "acpi/cursor.h"
#include "acpi/parser.h"
#include "util/alloc.h"

#define CHECKSUM_OFFSET 9
#define LENGTH_OFFSET 4

static bool sum_is_zero(const uint8_t *bytes, size_t length)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

/*
 *  0 signature[4]       4 u32 length         8 u8 revision   9 u8 checksum
 * 10 oem_id[6]         16 oem_table_id[8]   24 u32 oem_revision
 * 28 creator_id[4]     32 u32 creator_revision
 */
static void parse_header(struct acpi_table *table, struct cursor *cursor)
{
	cursor_bytes(cursor, table->signature, 4);
	table->length = cursor_u32(cursor);
	table->revision = cursor_u8(cursor);
	cursor_u8(cursor);
	cursor_bytes(cursor, table->oem_id, 6);
	cursor_bytes(cursor, table->oem_table_id, 8);
	table->oem_revision = cursor_u32(cursor);
	cursor_bytes(cursor, table->creator_id, 4);
	table->creator_revision = cursor_u32(cursor);
}

/* Return: where decoding has to stop. */
static size_t check_header(struct acpi_table *table)
{
	size_t given = table->nr_bytes;

	if (table->length > given) {
		acpi_problem(table, LENGTH_OFFSET,
			     "header says %" PRIu32 " bytes, but only %zu are there", table->length,
			     given);
		return given;
	}
	table->checksum_ok = sum_is_zero(table->bytes, table->length);
	if (table->length < ACPI_HEADER_LENGTH) {
		acpi_problem(table, LENGTH_OFFSET,
			     "header says %" PRIu32 " bytes, less than a header has",
			     table->length);
		return ACPI_HEADER_LENGTH;
	}
	if (table->length < given)
		acpi_problem(table, LENGTH_OFFSET,
			     "header says %" PRIu32 " bytes, but %zu are there", table->length,
			     given);
	if (!table->checksum_ok)
		acpi_problem(table, CHECKSUM_OFFSET, "wrong checksum");
	return table->length;
}

static int kind_of(const char *signature, enum acpi_kind *kind)
{
	if (strcmp(signature, "DMAR") == 0)
		*kind = ACPI_DMAR;
	else if (strcmp(signature, "IVRS") == 0)
		*kind = ACPI_IVRS;
	else if (strcmp(signature, "VIOT") == 0)
		*kind = ACPI_VIOT;
	else
		return -ENOTSUP;
	return 0;
}

static void parse_body(struct acpi_table *table, struct cursor *cursor)
{
	if (cursor->end < ACPI_FIXED_LENGTH) {
		acpi_problem(table, LENGTH_OFFSET, "%s of %zu bytes, at least %d are needed",
			     table->signature, cursor->end, ACPI_FIXED_LENGTH);
		acpi_take_rest(table, cursor);
		return;
	}
	switch (table->kind) {
	case ACPI_DMAR:
		dmar_parse(table, cursor);
		break;
	case ACPI_IVRS:
		ivrs_parse(table, cursor);
		break;
	case ACPI_VIOT:
		viot_parse(table, cursor);
		break;
	}
}

int acpi_parse(const uint8_t *bytes, size_t length, struct acpi_table **result)
{
	struct acpi_table *table;
	struct cursor cursor;
	int rc;

	if (length < ACPI_HEADER_LENGTH)
		return -EINVAL;
	table = xcalloc(1, sizeof(*table));
	table->bytes = xcalloc(length, 1);
	memcpy(table->bytes, bytes, length);
	table->nr_bytes = length;

	cursor = cursor_over(table->bytes, length);
	parse_header(table, &cursor);
	rc = kind_of(table->signature, &table->kind);
	if (rc) {
		free(table->bytes);
		free(table);
		return rc;
	}
	cursor.end = check_header(table);
	parse_body(table, &cursor);
	acpi_end(&cursor);

	cursor.end = length; /* what stands behind the table */
	acpi_take_rest(table, &cursor);
	*result = table;
	return 0;
}

void acpi_free(struct acpi_table *table)
{
	if (!table)
		return;
	switch (table->kind) {
	case ACPI_DMAR:
		dmar_release(&table->dmar);
		break;
	case ACPI_IVRS:
		ivrs_release(&table->ivrs);
		break;
	case ACPI_VIOT:
		viot_release(&table->viot);
		break;
	}
	free(table->problems);
	free(table->reserved);
	free(table->bytes);
	free(table);
}
