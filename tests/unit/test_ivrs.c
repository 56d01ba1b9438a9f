/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IVRS: blocks and device entries as the AMD IOMMU specification draws them, good and bad. */
#include "acpi_bits.h"

/* clang-format off: a line of bytes is a structure, or fields that belong together. */

#define BODY(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

/* Offsets 36 to 47: EFRSup, GVASize 010b, PASize 48, VASize 64. */
#define FIXED 0x41, 0x30, 0x20, 0x00, 0, 0, 0, 0, 0, 0, 0, 0

/* IVHD headers of an IOMMU 00:00.2 at 0xfeb80000; @size is that of the device entries. */
#define IVHD_10(size) \
	0x10, 0xb0, 24 + (size), 0, 0x02, 0x00, 0x40, 0x00, 0, 0, 0xb8, 0xfe, 0, 0, 0, 0, 0, 0, 0, \
		0, 0x6e, 0x8f, 0x04, 0x80
#define IVHD_LONG(kind, size) \
	(kind), 0xb0, 40 + (size), 0, 0x02, 0x00, 0x40, 0x00, 0, 0, 0xb8, 0xfe, 0, 0, 0, 0, \
		0, 0, 0, 0, 0x00, 0x02, 0x04, 0x00, 0xda, 0x4a, 0x29, 0x22, 0xef, 0x77, 0x4f, 0, \
		1, 2, 3, 4, 5, 6, 7, 8
/* IVMD with everything but the devices: 64 KiB at 0x7f000000. */
#define IVMD(kind, first, second) \
	(kind), 0x08, 32, 0, (first)&0xff, (first) >> 8, (second)&0xff, (second) >> 8, 0, 0, 0, 0, \
		0, 0, 0, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0

#define ENTRIES 72 /* offset of the entries of a first block of kind 10h */

#define IVRS(...) parse_body_of("IVRS", BODY(FIXED, __VA_ARGS__))
/* One block of kind 10h with these entries. */
#define ENTRY(...) IVRS(IVHD_10(sizeof((const uint8_t[]){ __VA_ARGS__ })), __VA_ARGS__)

static void test_fixed_part(void **state)
{
	struct acpi_table *t = IVRS(IVHD_10(0));

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->kind, ACPI_IVRS);
	assert_int_equal(t->ivrs.ivinfo, 0x00203041);
	assert_int_equal(t->ivrs.gva_size, 48);
	assert_int_equal(t->ivrs.pa_size, 48);
	assert_int_equal(t->ivrs.va_size, 64);
	acpi_free(t);
	/* PASize 52, HtAtsResv, a GVASize of the future; then reserved bytes that are set. */
	t = parse_body_of("IVRS", BODY(0x60, 0x34, 0x40, 0x00, 0, 0, 7, 0, 0, 0, 0, 0));
	assert_no_problem(t);
	assert_int_equal(t->ivrs.ivinfo & IVRS_HT_ATS_RESERVED, IVRS_HT_ATS_RESERVED);
	assert_int_equal(t->ivrs.gva_size, 0);
	assert_int_equal(t->ivrs.pa_size, 52);
	assert_int_equal(t->ivrs.va_size, 0);
	assert_reserved(t, 0, 40, 8);
	acpi_free(t);
}

static void test_ivhd_10(void **state)
{
	struct acpi_table *t = IVRS(
		0x10, 0x91, 24, 0, 0x02, 0x01, 0x40, 0x00, /* 01:00.2, cap 40h */
		0x00, 0x00, 0xb8, 0xfe, 0x01, 0x00, 0x00, 0x00, /* 0x1feb80000 */
		0x03, 0x00, 0x34, 0x12, 0x6e, 0x8f, 0x04, 0x80); /* segment, info, ... */
	const struct ivrs_block *b = &t->ivrs.blocks[0];

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->ivrs.nr_blocks, 1);
	assert_int_equal(b->type, IVRS_IVHD);
	assert_int_equal(b->kind, 0x10);
	assert_int_equal(b->flags, 0x91);
	assert_int_equal(b->offset, 48);
	assert_int_equal(b->length, 24);
	assert_int_equal(b->device_id, 0x0102);
	assert_int_equal(b->capability_offset, 0x40);
	assert_true(b->address == 0x1feb80000u);
	assert_int_equal(b->segment, 3);
	assert_int_equal(b->info, 0x1234);
	assert_int_equal(b->features, 0x80048f6e);
	assert_false(b->has_efr);
	assert_false(b->ignored);
	assert_int_equal(b->nr_entries, 0);
	acpi_free(t);
}

static void test_ivhd_11_and_40(void **state)
{
	static const uint8_t kinds[] = { 0x11, 0x40 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct acpi_table *t = IVRS(IVHD_LONG(kinds[i], 4), 1, 0, 0, 0xd7);
		const struct ivrs_block *b = &t->ivrs.blocks[0];

		assert_no_problem(t);
		assert_int_equal(b->type, IVRS_IVHD);
		assert_int_equal(b->kind, kinds[i]);
		assert_int_equal(b->length, 44);
		assert_int_equal(b->features, 0x00040200);
		assert_true(b->has_efr);
		assert_true(b->efr == 0x004f77ef22294adau);
		assert_true(b->efr2 == 0x0807060504030201u);
		assert_int_equal(b->nr_entries, 1);
		assert_int_equal(b->entries[0].offset, 88);
		assert_int_equal(b->entries[0].type, IVRS_ALL);
		assert_int_equal(b->entries[0].first, 0);
		assert_int_equal(b->entries[0].last, 0xffff);
		assert_int_equal(b->entries[0].data, 0xd7);
		acpi_free(t);
	}
}

static void test_ignored(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = IVRS(IVHD_10(0), IVHD_LONG(0x11, 0), IVMD(0x21, 0x0300, 0), IVHD_LONG(0x40, 0));
	assert_no_problem(t);
	assert_int_equal(t->ivrs.nr_blocks, 4);
	assert_true(t->ivrs.blocks[0].ignored);
	assert_true(t->ivrs.blocks[1].ignored);
	assert_false(t->ivrs.blocks[2].ignored); /* IVMDs of any kind are read */
	assert_false(t->ivrs.blocks[3].ignored);
	acpi_free(t);
	/* A second IOMMU, of a kind that the first does not have, is left out. */
	t = IVRS(
		IVHD_10(0),
		0x11, 0, 40, 0, 0x02, 0x60, 0x40, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_no_problem(t);
	assert_false(t->ivrs.blocks[0].ignored);
	assert_true(t->ivrs.blocks[1].ignored);
	acpi_free(t);
	/* Linux looks no further than a block of a kind above 40h. */
	t = IVRS(IVHD_10(0), 0x51, 0, 4, 0, IVHD_LONG(0x11, 0));
	assert_no_problem(t);
	assert_false(t->ivrs.blocks[0].ignored);
	assert_int_equal(t->ivrs.blocks[1].type, IVRS_BLOCK_UNKNOWN);
	assert_int_equal(t->ivrs.blocks[1].kind, 0x51);
	assert_true(t->ivrs.blocks[2].ignored);
	acpi_free(t);
	/* The last block of the IOMMU wins, not the highest kind. */
	t = IVRS(IVHD_LONG(0x40, 0), IVHD_10(0));
	assert_true(t->ivrs.blocks[0].ignored);
	assert_false(t->ivrs.blocks[1].ignored);
	acpi_free(t);
}

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

#define HID 'A', 'M', 'D', 'I', '0', '0', '2', '0'
#define NO_CID 0, 0, 0, 0, 0, 0, 0, 0
#define HID_ENTRY(...) \
	IVRS(IVHD_LONG(0x40, 20 + sizeof((const uint8_t[]){ __VA_ARGS__ })), \
	     0xf0, 0xa5, 0x00, 0x40, HID, NO_CID, __VA_ARGS__)

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

static void test_ivmd(void **state)
{
	struct acpi_table *t =
		IVRS(IVMD(0x20, 0, 0), IVMD(0x21, 0x0300, 0), IVMD(0x22, 0x0100, 0x01ff),
		     IVMD(0x22, 0x0400, 0x0400));
	const struct ivrs_block *b = t->ivrs.blocks;

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->ivrs.nr_blocks, 4);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(b[i].type, IVRS_IVMD);
		assert_int_equal(b[i].kind, 0x20 + i);
		assert_int_equal(b[i].flags, IVRS_IVMD_EXCLUSION);
		assert_int_equal(b[i].length, 32);
		assert_true(b[i].start == 0x7f000000);
		assert_true(b[i].end == 0x7f00ffff);
	}
	assert_int_equal(b[0].first, 0);
	assert_int_equal(b[0].last, 0xffff);
	assert_int_equal(b[1].first, 0x0300);
	assert_int_equal(b[1].last, 0x0300);
	assert_int_equal(b[2].first, 0x0100);
	assert_int_equal(b[2].last, 0x01ff);
	acpi_free(t);
}

static void test_ivmd_segment_and_reserved(void **state)
{
	struct acpi_table *t = IVRS(
		0x21, 0x07, 34, 0, 0x00, 0x03, 1, 0, 0x02, 0x01, 0, 0, 0, 0, 0, 9,
		0, 0, 0, 0x7f, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	const struct ivrs_block *b = t->ivrs.blocks;

	(void)state;
	assert_no_problem(t);
	assert_int_equal(b->flags, IVRS_IVMD_UNITY | IVRS_IVMD_IR | IVRS_IVMD_IW);
	assert_int_equal(b->segment, 0x0102);
	assert_true(b->end == b->start); /* one byte */
	assert_reserved(t, 0, 54, 2);	 /* auxiliary data, of no meaning for one device */
	assert_reserved(t, 1, 58, 6);
	assert_reserved(t, 2, 80, 2); /* behind the known fields */
	acpi_free(t);
	t = IVRS(IVMD(0x20, 0x0001, 0));
	assert_no_problem(t);
	assert_reserved(t, 0, 52, 4);
	acpi_free(t);
}

static void test_bad_ivmd(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = IVRS(
		0x20, 8, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, 72, "IVMD is for 0 bytes of memory");
	acpi_free(t);
	t = IVRS(
		0x20, 8, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x00, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x10, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, 72, "IVMD wraps: 0x1001 bytes from 0xfffffffffffff000");
	assert_true(t->ivrs.blocks[0].end == t->ivrs.blocks[0].start);
	acpi_free(t);
	t = IVRS(
		0x20, 8, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x00, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x10, 0, 0, 0, 0, 0, 0);
	assert_no_problem(t); /* up to the top, no further */
	assert_true(t->ivrs.blocks[0].end == UINT64_MAX);
	acpi_free(t);
	t = IVRS(IVMD(0x22, 0x0200, 0x01ff));
	assert_one_problem(t, 54, "IVMD ends at DeviceID 0x01ff, before its start 0x0200");
	acpi_free(t);
}

static void test_block_lengths(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = IVRS(0x10, 0, 0, 0, 1, 2, 3, 4);
	assert_one_problem(t, 48, "IVHD has length 0");
	assert_int_equal(t->ivrs.nr_blocks, 0);
	assert_reserved(t, 0, 48, 8);
	acpi_free(t);
	t = IVRS(
		0x11, 0, 24, 0, 0x02, 0x00, 0x40, 0x00, 0, 0, 0xb8, 0xfe,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, 48, "IVHD has length 24, at least 40 is needed");
	acpi_free(t);
	t = IVRS(
		0x40, 0, 24, 0, 0x02, 0x00, 0x40, 0x00, 0, 0, 0xb8, 0xfe,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, 48, "IVHD has length 24, at least 40 is needed");
	acpi_free(t);
	t = IVRS(
		IVHD_10(0),
		0x21, 0, 31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, 72, "IVMD has length 31, at least 32 is needed");
	assert_int_equal(t->ivrs.nr_blocks, 1);
	acpi_free(t);
	t = IVRS(IVHD_10(4));
	assert_one_problem(t, 48, "IVHD has length 28, but only 24 bytes are left");
	acpi_free(t);
	t = IVRS(IVHD_10(0), 0x51, 0, 3, 0);
	assert_one_problem(t, 72, "block has length 3, at least 4 is needed");
	acpi_free(t);
	t = IVRS(IVHD_10(0), 0x51, 0, 4);
	assert_one_problem(t, 72, "3 bytes are left, too few for a block");
	acpi_free(t);
	t = IVRS(0x10, 0, 24, 0, 2, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, 56, "IVHD has register base 0");
	acpi_free(t);
}

static void test_unknown_block_is_shown(void **state)
{
	struct acpi_table *t = IVRS(0x51, 0x08, 8, 0, 0x00, 0x03, 0, 0);

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->ivrs.blocks[0].type, IVRS_BLOCK_UNKNOWN);
	assert_int_equal(t->ivrs.blocks[0].kind, 0x51);
	assert_int_equal(t->ivrs.blocks[0].flags, 0x08);
	assert_int_equal(t->ivrs.blocks[0].length, 8);
	assert_false(t->ivrs.blocks[0].ignored);
	assert_int_equal(t->nr_reserved, 1);
	assert_reserved(t, 0, 52, 4);
	acpi_free(t);
}

/* Every kind of block and type of entry there is, some that there are not, and padding. */
static void test_every_bit_shows(void **state)
{
	(void)state;
	assert_every_bit_of_body_shows(
		"IVRS",
		BODY(FIXED, IVHD_10(76), 1, 0, 0, 0xd7, 0, 0, 0, 0, 2, 8, 0, 1, /* 12 */
		     3, 8, 0, 0, 4, 16, 0, 0, /* 20 */
		     0x42, 8, 1, 1, 0, 0xa4, 0, 0, /* 28 */
		     0x43, 0, 0xff, 2, 0, 0xa5, 0, 0, 0, 0, 0, 0, 4, 0xff, 0xff, 0, /* 44 */
		     0x46, 8, 1, 0, 0, 0, 0, 0x80, /* 52 */
		     0x47, 8, 2, 0, 0, 0, 0, 0x80, 4, 9, 2, 0, /* 64 */
		     0x48, 0, 0, 0xd7, 0x21, 0xa0, 0, 1, 5, 0, 0, 0, /* 76 */
		     IVHD_LONG(0x11, 8), 0x7f, 0, 0, 0, 0, 0, 0, 0,
		     IVHD_LONG(0x40, 77), 0xf0, 0xa5, 0, 0x40, HID, NO_CID, 2, 3, '\\', 'S', 0,
		     0xf0, 0xa5, 0, 0x40, HID, NO_CID, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8,
		     0xf0, 0xa5, 0, 0x40, HID, NO_CID, 0, 0,
		     IVMD(0x20, 0, 0), IVMD(0x21, 0x0300, 0), IVMD(0x22, 0x0100, 0x01ff),
		     0x51, 8, 6, 0, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed_part),
		cmocka_unit_test(test_ivhd_10),
		cmocka_unit_test(test_ivhd_11_and_40),
		cmocka_unit_test(test_ignored),
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
		cmocka_unit_test(test_ivmd),
		cmocka_unit_test(test_ivmd_segment_and_reserved),
		cmocka_unit_test(test_bad_ivmd),
		cmocka_unit_test(test_block_lengths),
		cmocka_unit_test(test_unknown_block_is_shown),
		cmocka_unit_test(test_every_bit_shows),
	};

	return cmocka_run_group_tests_name("ivrs", tests, NULL, NULL);
}
