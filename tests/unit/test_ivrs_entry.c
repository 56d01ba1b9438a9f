/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device entries of an IVHD as the AMD IOMMU specification draws them, good and bad. */
#include "ivrs_bytes.h"

/* A line of bytes is a structure, or fields that belong together: */
/* clang-format off */

static void test_select_and_padding(void **state)
{
	struct acpi_table *t = ENTRY(0, 0, 0, 0, 2, 0xa0, 0x05, 0x30, 0, 0, 0, 0);
	const struct ivrs_block *b = &t->ivrs.blocks[0];

	(void)state;
	assert_no_problem(t);
	assert_int_equal(b->nr_entries, 1); /* padding is none */
	assert_int_equal(b->entries[0].type, IVRS_SELECT);
	assert_int_equal(b->entries[0].number, 2);
	assert_int_equal(b->entries[0].offset, ENTRIES + 4);
	assert_int_equal(b->entries[0].length, 4);
	assert_int_equal(b->entries[0].first, 0x05a0);
	assert_int_equal(b->entries[0].last, 0x05a0);
	assert_int_equal(b->entries[0].data, 0x30);
	assert_false(b->entries[0].has_alias);
	acpi_free(t);
}

static void test_ranges(void **state)
{
	struct acpi_table *t = ENTRY(
		3, 0x08, 0x00, 0x01, 4, 0xfe, 0xff, 0, /* plain */
		0x43, 0x00, 0xff, 0x02, 0, 0xa5, 0x00, 0, 0, 0, 0, 0, 4, 0xff, 0xff, 0, /* alias */
		0x47, 0x00, 0x01, 0x04, 0, 0, 0, 0x80, 4, 0x00, 0x01, 0); /* extended */
	const struct ivrs_entry *e = t->ivrs.blocks[0].entries;

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->ivrs.blocks[0].nr_entries, 3);
	assert_int_equal(e[0].type, IVRS_RANGE);
	assert_int_equal(e[0].length, 8);
	assert_int_equal(e[0].first, 0x0008);
	assert_int_equal(e[0].last, 0xfffe);
	assert_int_equal(e[0].data, 1);
	assert_int_equal(e[1].type, IVRS_ALIAS_RANGE);
	assert_int_equal(e[1].offset, ENTRIES + 8);
	assert_int_equal(e[1].length, 16); /* padding before the end counts */
	assert_int_equal(e[1].first, 0xff00);
	assert_int_equal(e[1].last, 0xffff);
	assert_true(e[1].has_alias);
	assert_int_equal(e[1].alias, 0x00a5);
	assert_int_equal(e[1].data, 2);
	assert_int_equal(e[2].type, IVRS_EXT_RANGE);
	assert_int_equal(e[2].length, 12);
	assert_int_equal(e[2].first, 0x0100);
	assert_int_equal(e[2].last, 0x0100);
	assert_true(e[2].extended == 0x80000000u);
	acpi_free(t);
}

static void test_eight_byte_entries(void **state)
{
	struct acpi_table *t = ENTRY(
		0x42, 0x10, 0x01, 0x01, 0, 0xa4, 0x00, 0, /* alias */
		0x46, 0x18, 0x01, 0x02, 0x04, 0x03, 0x02, 0x81, /* ext */
		0x48, 0x00, 0x00, 0xd7, 0x21, 0xa0, 0x00, 0x01, /* IOAPIC */
		0x48, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x00, 0x02); /* HPET */
	const struct ivrs_entry *e = t->ivrs.blocks[0].entries;

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->nr_reserved, 0);
	assert_int_equal(t->ivrs.blocks[0].nr_entries, 4);
	assert_int_equal(e[0].type, IVRS_ALIAS_SELECT);
	assert_int_equal(e[0].first, 0x0110);
	assert_int_equal(e[0].last, 0x0110);
	assert_true(e[0].has_alias);
	assert_int_equal(e[0].alias, 0x00a4);
	assert_int_equal(e[1].type, IVRS_EXT_SELECT);
	assert_int_equal(e[1].first, 0x0118);
	assert_int_equal(e[1].data, 2);
	assert_true(e[1].extended == 0x81020304u);
	assert_false(e[1].has_alias);
	assert_int_equal(e[2].type, IVRS_SPECIAL);
	assert_int_equal(e[2].data, 0xd7);
	assert_int_equal(e[2].handle, 0x21);
	assert_int_equal(e[2].first, 0x00a0);
	assert_int_equal(e[2].variety, 1);
	assert_int_equal(e[3].variety, 2);
	assert_int_equal(e[3].offset, ENTRIES + 24);
	acpi_free(t);
}

static void test_acpi_hid(void **state)
{
	struct acpi_table *t = HID_ENTRY(2, 5, '\\', 'F', 'U', 'R', '0', 2, 8, 0, 0);
	const struct ivrs_entry *e = t->ivrs.blocks[0].entries;

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->ivrs.blocks[0].nr_entries, 2);
	assert_int_equal(e[0].type, IVRS_ACPI_HID);
	assert_int_equal(e[0].number, 0xf0);
	assert_int_equal(e[0].length, 27);
	assert_int_equal(e[0].first, 0x00a5);
	assert_int_equal(e[0].data, 0x40);
	assert_memory_equal(e[0].hid, "AMDI0020", 9);
	assert_memory_equal(e[0].cid, "\0\0\0\0\0\0\0\0", 9);
	assert_int_equal(e[0].uid_format, 2);
	assert_string_equal(e[0].uid, "\\FUR0");
	assert_int_equal(e[1].offset, 88 + 27); /* the next entry, not aligned to anything */
	assert_int_equal(e[1].first, 0x0008);
	acpi_free(t);
}

static void test_uid_formats(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = HID_ENTRY(0, 0);
	assert_no_problem(t);
	assert_null(t->ivrs.blocks[0].entries[0].uid);
	acpi_free(t);
	t = HID_ENTRY(1, 8, 0x15, 0xcd, 0x5b, 0x07, 0, 0, 0, 0x80);
	assert_no_problem(t);
	assert_string_equal(t->ivrs.blocks[0].entries[0].uid, "9223372036978232597");
	acpi_free(t);
	t = HID_ENTRY(2, 4, 'A', 0, 'B', 0);
	assert_no_problem(t);
	assert_string_equal(t->ivrs.blocks[0].entries[0].uid, "A");
	assert_reserved(t, 0, 88 + 23, 3);
	acpi_free(t);
	t = HID_ENTRY(3, 2, 1, 2); /* a format that we do not know: no problem, bytes shown */
	assert_no_problem(t);
	assert_null(t->ivrs.blocks[0].entries[0].uid);
	assert_reserved(t, 0, 88 + 22, 2);
	acpi_free(t);
	t = HID_ENTRY(1, 4, 1, 2, 3, 4);
	assert_one_problem(t, 88 + 21, "integer UID of 4 bytes instead of 8");
	acpi_free(t);
	t = HID_ENTRY(1, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
	assert_one_problem(t, 88 + 21, "integer UID of 9 bytes instead of 8");
	assert_null(t->ivrs.blocks[0].entries[0].uid);
	assert_reserved(t, 0, 88 + 22, 9);
	acpi_free(t);
	t = HID_ENTRY(0, 1, 9);
	assert_one_problem(t, 88 + 21, "UID of 1 bytes where the format says none");
	acpi_free(t);
}

static void test_bad_acpi_hid(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = IVRS(IVHD_LONG(0x40, 21), 0xf0, 0xa5, 0x00, 0x40, HID, NO_CID, 0);
	assert_one_problem(t, 88, "device entry has length 22, but only 21 bytes are left");
	acpi_free(t);
	t = HID_ENTRY(2, 3, 'A', 'B');
	assert_one_problem(t, 88, "device entry has length 25, but only 24 bytes are left");
	assert_reserved(t, 0, 88, 24);
	acpi_free(t);
	t = IVRS(IVHD_LONG(0x11, 22), 0xf0, 0xa5, 0x00, 0x40, HID, NO_CID, 0, 0);
	assert_one_problem(t, 88, "ACPI HID entry in an IVHD of kind 0x11");
	acpi_free(t);
	t = IVRS(IVHD_LONG(0x40, 22), 0xf0, 0xa5, 0x00, 0x40, NO_CID, NO_CID, 0, 0);
	assert_one_problem(t, 92, "ACPI HID entry without a HID");
	acpi_free(t);
}

static void test_unknown_entries(void **state)
{
	struct acpi_table *t = ENTRY(
		0x3f, 1, 2, 3,
		0x40, 1, 2, 3, 4, 5, 6, 7,
		0x7f, 1, 2, 3, 4, 5, 6, 7,
		2, 8, 0, 0);
	const struct ivrs_block *b = &t->ivrs.blocks[0];

	(void)state;
	assert_no_problem(t);
	assert_int_equal(b->nr_entries, 4);
	assert_int_equal(b->entries[0].type, IVRS_ENTRY_UNKNOWN);
	assert_int_equal(b->entries[0].number, 0x3f);
	assert_int_equal(b->entries[0].length, 4);
	assert_int_equal(b->entries[1].number, 0x40);
	assert_int_equal(b->entries[1].length, 8);
	assert_int_equal(b->entries[2].number, 0x7f);
	assert_int_equal(b->entries[2].length, 8);
	assert_int_equal(b->entries[3].type, IVRS_SELECT);
	assert_reserved(t, 0, ENTRIES + 1, 3);
	assert_reserved(t, 1, ENTRIES + 5, 7);
	assert_reserved(t, 2, ENTRIES + 13, 7);
	acpi_free(t);
}

static void test_entry_lengths(void **state)
{
	static const uint8_t numbers[] = { 0x80, 0xbf, 0xef, 0xf1, 0xff };
	struct acpi_table *t;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers); i++) {
		char text[64];

		t = ENTRY(2, 8, 0, 0, numbers[i], 0, 0, 0);
		snprintf(text, sizeof(text), "device entry type 0x%02x has no defined length",
			 numbers[i]);
		assert_one_problem(t, ENTRIES + 4, text);
		assert_int_equal(t->ivrs.blocks[0].nr_entries, 1);
		assert_reserved(t, 0, ENTRIES + 4, 4);
		acpi_free(t);
	}
	t = ENTRY(2, 8, 0);
	assert_one_problem(t, ENTRIES, "device entry has length 4, but only 3 bytes are left");
	acpi_free(t);
	t = ENTRY(0x48, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, ENTRIES, "device entry has length 8, but only 7 bytes are left");
	acpi_free(t);
}

static void test_bad_ranges(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = ENTRY(4, 8, 0, 0);
	assert_one_problem(t, ENTRIES, "end of a range without a start");
	assert_int_equal(t->ivrs.blocks[0].nr_entries, 0);
	assert_reserved(t, 0, ENTRIES + 1, 3);
	acpi_free(t);
	t = ENTRY(3, 8, 0, 0, 2, 9, 0, 0);
	assert_one_problem(t, ENTRIES, "start of a range without an end");
	assert_int_equal(t->ivrs.blocks[0].nr_entries, 2); /* nothing is lost */
	assert_int_equal(t->ivrs.blocks[0].entries[0].type, IVRS_RANGE);
	assert_int_equal(t->ivrs.blocks[0].entries[0].last, 8);
	assert_int_equal(t->ivrs.blocks[0].entries[1].type, IVRS_SELECT);
	acpi_free(t);
	t = ENTRY(3, 8, 0, 0);
	assert_one_problem(t, ENTRIES, "start of a range without an end");
	acpi_free(t);
	t = ENTRY(3, 0x00, 0x02, 0, 4, 0xff, 0x01, 0);
	assert_one_problem(t, ENTRIES + 5,
			   "range ends at DeviceID 0x01ff, before its start 0x0200");
	assert_int_equal(t->ivrs.blocks[0].entries[0].first, 0x0200);
	assert_int_equal(t->ivrs.blocks[0].entries[0].last, 0x01ff);
	acpi_free(t);
	t = ENTRY(3, 0, 0, 0, 0, 0, 0, 0, 4, 0xff);
	assert_problem(t, 0, ENTRIES, "start of a range without an end");
	assert_problem(t, 1, ENTRIES + 8, "device entry has length 4, but only 2 bytes are left");
	assert_int_equal(t->nr_problems, 2);
	acpi_free(t);
}

static void test_reserved_in_entries(void **state)
{
	struct acpi_table *t = ENTRY(
		0, 1, 0, 0, /* padding */
		1, 0, 1, 0, /* all */
		0x42, 0, 0, 0, 1, 0, 0, 1, /* alias: two runs */
		0x48, 1, 0, 0, 0, 0, 0, 1, /* special */
		3, 0, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0xff); /* in a range: two */
	static const size_t offsets[] = { 1, 5, 12, 15, 17, 29, 35 };
	static const size_t lengths[] = { 3, 2, 1, 1, 2, 3, 1 };

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->nr_reserved, 7);
	for (size_t i = 0; i < 7; i++)
		assert_reserved(t, i, ENTRIES + offsets[i], lengths[i]);
	acpi_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_select_and_padding),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_eight_byte_entries),
		cmocka_unit_test(test_acpi_hid),
		cmocka_unit_test(test_uid_formats),
		cmocka_unit_test(test_bad_acpi_hid),
		cmocka_unit_test(test_unknown_entries),
		cmocka_unit_test(test_entry_lengths),
		cmocka_unit_test(test_bad_ranges),
		cmocka_unit_test(test_reserved_in_entries),
	};

	return cmocka_run_group_tests_name("ivrs entry", tests, NULL, NULL);
}
