/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the tests of the ACPI parsers: a right header around hand-written bytes. */
#ifndef IOMMUTOOL_TEST_ACPI_BYTES_H
#define IOMMUTOOL_TEST_ACPI_BYTES_H

#include "acpi/acpi.h"
#include "unit.h"

/* Bytes and how many they are, as two arguments. */
#define BODY(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

#define ACPI_BODY 36 /* offset of the first byte behind the header */

static inline void put_checksum(uint8_t *table, size_t length)
{
	uint8_t sum = 0;

	table[9] = 0;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)(0x100 - sum);
}

/* Return: header and @body as one table, to be freed. */
static inline uint8_t *build_table(const char *signature, const uint8_t *body, size_t length)
{
	static const uint8_t header[ACPI_BODY] = {
		0,   0,	  0,   0,   0,	 0,   0,   0,	1, 0, /* signature, length, rev, sum */
		'I', 'O', 'M', 'M', 'U', ' ',		      /* OEM ID */
		'U', 'N', 'I', 'T', 'T', 'E', 'S', 'T',	      /* OEM table ID */
		1,   2,	  0,   0,   'A', 'B', 'C', 'D', 3, 4, 0, 0, /* revision, creator */
	};
	size_t total = length + ACPI_BODY;
	uint8_t *table = calloc(total, 1);

	assert_non_null(table);
	memcpy(table, header, sizeof(header));
	memcpy(table, signature, 4);
	table[4] = (uint8_t)total;
	table[5] = (uint8_t)(total >> 8);
	memcpy(table + ACPI_BODY, body, length);
	put_checksum(table, total);
	return table;
}

/* Parse @body behind a right header. The bytes given are exactly as long as they are: ASan looks.
 */
static inline struct acpi_table *parse_body_of(const char *signature, const uint8_t *body,
					       size_t length)
{
	uint8_t *bytes = build_table(signature, body, length);
	struct acpi_table *table = NULL;

	assert_int_equal(acpi_parse(bytes, length + ACPI_BODY, &table), 0);
	assert_non_null(table);
	assert_true(table->checksum_ok);
	free(bytes);
	return table;
}

static inline void assert_no_problem(const struct acpi_table *table)
{
	if (table->nr_problems)
		fail_msg("problem at %zu: %s", table->problems[0].offset, table->problems[0].what);
}

static inline void assert_problem(const struct acpi_table *table, size_t index, size_t offset,
				  const char *what)
{
	assert_true(index < table->nr_problems);
	assert_string_equal(table->problems[index].what, what);
	assert_int_equal(table->problems[index].offset, offset);
}

static inline void assert_one_problem(const struct acpi_table *table, size_t offset,
				      const char *what)
{
	assert_problem(table, 0, offset, what);
	assert_int_equal(table->nr_problems, 1);
}

static inline void assert_reserved(const struct acpi_table *table, size_t index, size_t offset,
				   size_t length)
{
	assert_true(index < table->nr_reserved);
	assert_int_equal(table->reserved[index].offset, offset);
	assert_int_equal(table->reserved[index].length, length);
}

#endif
