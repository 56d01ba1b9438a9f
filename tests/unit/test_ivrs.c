/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IVRS: blocks as the AMD IOMMU specification draws them, good and bad. */
#include "acpi_bits.h"
#include "ivrs_bytes.h"

/* A line of bytes is a structure, or fields that belong together: */
/* clang-format off */

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
		cmocka_unit_test(test_ivmd),
		cmocka_unit_test(test_ivmd_segment_and_reserved),
		cmocka_unit_test(test_bad_ivmd),
		cmocka_unit_test(test_block_lengths),
		cmocka_unit_test(test_unknown_block_is_shown),
		cmocka_unit_test(test_every_bit_shows),
	};

	return cmocka_run_group_tests_name("ivrs", tests, NULL, NULL);
}
