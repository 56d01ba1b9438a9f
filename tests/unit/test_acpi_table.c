/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of an ACPI table: length, checksum, names, what is refused. */
#include <errno.h>

#include "acpi_bytes.h"

/* Header and fixed part of a VIOT without nodes: the smallest whole table there is. */
static const uint8_t empty_viot[] = {
	0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* no nodes, they would be at 48 */
};

#define EMPTY_LENGTH (ACPI_BODY + sizeof(empty_viot))

static struct acpi_table *parse(const uint8_t *bytes, size_t length)
{
	struct acpi_table *table = NULL;

	assert_int_equal(acpi_parse(bytes, length, &table), 0);
	return table;
}

static void test_header_fields(void **state)
{
	struct acpi_table *t = parse_body_of("VIOT", empty_viot, sizeof(empty_viot));

	(void)state;
	assert_int_equal(t->kind, ACPI_VIOT);
	assert_string_equal(t->signature, "VIOT");
	assert_int_equal(t->length, 48);
	assert_int_equal(t->revision, 1);
	assert_string_equal(t->oem_id, "IOMMU "); /* as in the table, blank included */
	assert_string_equal(t->oem_table_id, "UNITTEST");
	assert_int_equal(t->oem_revision, 0x0201);
	assert_string_equal(t->creator_id, "ABCD");
	assert_int_equal(t->creator_revision, 0x0403);
	assert_no_problem(t);
	assert_int_equal(t->nr_reserved, 0);
	acpi_free(t);
}

static void test_refused(void **state)
{
	uint8_t *bytes = build_table("FACP", empty_viot, sizeof(empty_viot));
	struct acpi_table *table = NULL;

	(void)state;
	assert_int_equal(acpi_parse(bytes, EMPTY_LENGTH, &table), -ENOTSUP);
	assert_null(table);
	assert_int_equal(acpi_parse(bytes, 35, &table), -EINVAL);
	assert_int_equal(acpi_parse(bytes, 0, &table), -EINVAL);
	assert_null(table);
	free(bytes);
	acpi_free(NULL);
}

static void test_wrong_checksum(void **state)
{
	uint8_t *bytes = build_table("VIOT", empty_viot, sizeof(empty_viot));
	struct acpi_table *t;

	(void)state;
	bytes[9]++;
	t = parse(bytes, EMPTY_LENGTH);
	assert_false(t->checksum_ok);
	assert_one_problem(t, 9, "wrong checksum");
	acpi_free(t);
	free(bytes);
}

static void test_truncated(void **state)
{
	uint8_t *bytes = build_table("VIOT", empty_viot, sizeof(empty_viot));
	struct acpi_table *t;

	(void)state;
	t = parse(bytes, 47);
	assert_problem(t, 0, 4, "header says 48 bytes, but only 47 are there");
	assert_problem(t, 1, 4, "VIOT of 47 bytes, at least 48 are needed");
	assert_int_equal(t->nr_problems, 2);
	assert_false(t->checksum_ok);
	assert_reserved(t, 0, 36, 11); /* shown, not decoded */
	assert_int_equal(t->nr_reserved, 1);
	acpi_free(t);
	free(bytes);
}

static void test_bytes_behind(void **state)
{
	static const uint8_t body[] = {
		0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7,
	};
	uint8_t *bytes = build_table("VIOT", body, sizeof(body));
	struct acpi_table *t;

	(void)state;
	bytes[4] = 48;
	put_checksum(bytes, 48);
	t = parse(bytes, 49);
	assert_true(t->checksum_ok); /* it is over the table, not over what follows */
	assert_one_problem(t, 4, "header says 48 bytes, but 49 are there");
	assert_int_equal(t->nr_bytes, 49);
	assert_reserved(t, 0, 48, 1);
	assert_int_equal(t->bytes[48], 7);
	acpi_free(t);
	free(bytes);
}

static void test_length_below_header(void **state)
{
	uint8_t *bytes = build_table("VIOT", empty_viot, sizeof(empty_viot));
	struct acpi_table *t;

	(void)state;
	bytes[4] = 35;
	t = parse(bytes, EMPTY_LENGTH);
	assert_problem(t, 0, 4, "header says 35 bytes, less than a header has");
	assert_problem(t, 1, 4, "VIOT of 36 bytes, at least 48 are needed");
	assert_int_equal(t->nr_problems, 2);
	assert_reserved(t, 0, 36, 12);
	acpi_free(t);
	free(bytes);
}

static void test_huge_length(void **state)
{
	uint8_t *bytes = build_table("VIOT", empty_viot, sizeof(empty_viot));
	struct acpi_table *t;

	(void)state;
	memset(bytes + 4, 0xff, 4);
	t = parse(bytes, EMPTY_LENGTH);
	assert_int_equal(t->length, 0xffffffff);
	assert_one_problem(t, 4, "header says 4294967295 bytes, but only 48 are there");
	acpi_free(t);
	free(bytes);
}

/* Short fixed parts: a header that is right about a table which has nothing behind it. */
static void test_header_alone(void **state)
{
	static const char *const signatures[] = { "DMAR", "IVRS", "VIOT" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint8_t *bytes = build_table(signatures[i], (const uint8_t *)"", 0);
		struct acpi_table *t = parse(bytes, 36);
		char text[64];

		snprintf(text, sizeof(text), "%s of 36 bytes, at least 48 are needed",
			 signatures[i]);
		assert_one_problem(t, 4, text);
		assert_int_equal(t->nr_reserved, 0);
		acpi_free(t);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_fields),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_wrong_checksum), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_bytes_behind),   cmocka_unit_test(test_length_below_header),
		cmocka_unit_test(test_huge_length),    cmocka_unit_test(test_header_alone),
	};

	return cmocka_run_group_tests_name("acpi table", tests, NULL, NULL);
}
