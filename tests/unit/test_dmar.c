/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DMAR: structures and scopes as the VT-d specification draws them, good and bad. */
#include "acpi_bits.h"

/* A line of bytes is a structure, or fields that belong together: */
/* clang-format off */

/* Offsets 36 to 47: 39 bits (stored less 1), INTR_REMAP and DMA_CTRL_OPT_IN. */
#define FIXED 38, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
/* A unit that is right, 16 bytes, register base 0xfed91000, INCLUDE_PCI_ALL. */
#define UNIT 0, 0, 16, 0, 1, 0, 0, 0, 0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0

#define FIRST 48  /* offset of the first structure */
#define SECOND 64 /* offset of what follows a UNIT */

#define DMAR(...) parse_body_of("DMAR", BODY(FIXED, __VA_ARGS__))

static void test_fixed_part(void **state)
{
	struct acpi_table *t = DMAR(UNIT);

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->kind, ACPI_DMAR);
	assert_int_equal(t->dmar.host_address_width, 39);
	assert_int_equal(t->dmar.flags, DMAR_INTR_REMAP | DMAR_DMA_CTRL_OPT_IN);
	assert_int_equal(t->dmar.nr_structures, 1);
	assert_int_equal(t->nr_reserved, 0);
	acpi_free(t);
}

static void test_drhd(void **state)
{
	struct acpi_table *t = DMAR(
		0, 0, 34, 0, /* DRHD, 34 bytes */
		0x00, 0x04, 0x01, 0x00, /* 16 pages, segment 1 */
		0x00, 0x00, 0xd9, 0xfe, 0x01, 0x00, 0x00, 0x00, /* 0x1fed90000 */
		1, 8, 0, 0, 0, 0x00, 0x02, 0x00, /* endpoint 00:02.0 */
		2, 10, 0, 0, 0, 0x80, 0x1c, 0x03, 0x00, 0x01); /* a bridge */
	const struct dmar_structure *s = &t->dmar.structures[0];

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->dmar.nr_structures, 1);
	assert_int_equal(s->type, DMAR_DRHD);
	assert_int_equal(s->number, 0);
	assert_int_equal(s->offset, FIRST);
	assert_int_equal(s->length, 34);
	assert_int_equal(s->flags, 0);
	assert_int_equal(s->size, 4);
	assert_int_equal(s->segment, 1);
	assert_true(s->address == 0x1fed90000u);
	assert_int_equal(s->nr_scopes, 2);
	assert_int_equal(s->scopes[0].offset, 64);
	assert_int_equal(s->scopes[0].type, DMAR_SCOPE_ENDPOINT);
	assert_int_equal(s->scopes[0].start_bus, 0);
	assert_int_equal(s->scopes[0].nr_path, 1);
	assert_int_equal(s->scopes[0].path[0].device, 2);
	assert_int_equal(s->scopes[0].path[0].function, 0);
	assert_int_equal(s->scopes[1].offset, 72);
	assert_int_equal(s->scopes[1].type, DMAR_SCOPE_BRIDGE);
	assert_int_equal(s->scopes[1].start_bus, 0x80);
	assert_int_equal(s->scopes[1].nr_path, 2);
	assert_int_equal(s->scopes[1].path[0].device, 0x1c);
	assert_int_equal(s->scopes[1].path[0].function, 3);
	assert_int_equal(s->scopes[1].path[1].device, 0);
	assert_int_equal(s->scopes[1].path[1].function, 1);
	acpi_free(t);
}

static void test_scope_types(void **state)
{
	struct acpi_table *t = DMAR(
		0, 0, 48, 0, 1, 0, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0, /* DRHD */
		3, 8, 0, 0, 0x02, 0xf0, 0x1f, 0x00, /* IOAPIC 2 */
		4, 8, 0, 0, 0x01, 0xf0, 0x0f, 0x00, /* HPET 1 */
		5, 8, 0, 0, 0x09, 0x00, 0x15, 0x01, /* ACPI device 9 */
		9, 8, 0x7f, 0, 0, 0, 0x55, 0x66, /* a type of the future */
		4, 0, 10, 0, 0, 0, 0, 9, 'A', 0); /* ANDD 9 */
	const struct dmar_structure *s = &t->dmar.structures[0];

	(void)state;
	assert_no_problem(t); /* what we do not know is no problem, whatever its path says */
	assert_int_equal(s->nr_scopes, 4);
	assert_int_equal(s->scopes[0].type, DMAR_SCOPE_IOAPIC);
	assert_int_equal(s->scopes[0].enumeration_id, 2);
	assert_int_equal(s->scopes[0].start_bus, 0xf0);
	assert_int_equal(s->scopes[1].type, DMAR_SCOPE_HPET);
	assert_int_equal(s->scopes[1].enumeration_id, 1);
	assert_int_equal(s->scopes[2].type, DMAR_SCOPE_NAMESPACE);
	assert_int_equal(s->scopes[2].enumeration_id, 9);
	assert_int_equal(s->scopes[3].type, 9);
	assert_int_equal(s->scopes[3].flags, 0x7f);
	assert_int_equal(s->scopes[3].path[0].device, 0x55);
	acpi_free(t);
}

static void test_rmrr(void **state)
{
	struct acpi_table *t = DMAR(
		UNIT,
		1, 0, 32, 0, 0, 0, 0x02, 0x00, /* segment 2 */
		0x00, 0x00, 0x80, 0x9b, 0x00, 0x00, 0x00, 0x00, /* 0x9b800000 */
		0xff, 0xff, 0x9f, 0x9f, 0x00, 0x00, 0x00, 0x00, /* 0x9f9fffff */
		1, 8, 0, 0, 0, 0, 2, 0);
	const struct dmar_structure *s = &t->dmar.structures[1];

	(void)state;
	assert_no_problem(t);
	assert_int_equal(s->type, DMAR_RMRR);
	assert_int_equal(s->offset, SECOND);
	assert_int_equal(s->length, 32);
	assert_int_equal(s->segment, 2);
	assert_true(s->start == 0x9b800000u);
	assert_true(s->end == 0x9f9fffffu);
	assert_int_equal(s->nr_scopes, 1);
	acpi_free(t);
}

static void test_rmrr_of_one_page_and_up_to_the_top(void **state)
{
	struct acpi_table *t = DMAR(
		UNIT,
		1, 0, 24, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0xff, 0x1f,
		0, 0, 0, 0, 0, 0, /* 0x1000-0x1fff */
		1, 0, 24, 0, 0, 0, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

	(void)state;
	assert_no_problem(t);
	assert_true(t->dmar.structures[1].end == 0x1fff);
	assert_true(t->dmar.structures[2].end == UINT64_MAX);
	acpi_free(t);
}

static void test_other_structures(void **state)
{
	struct acpi_table *t = DMAR(
		UNIT, 2, 0, 16, 0, 0x01, 0, 0x03, 0, 2, 8, 0, 0, 0, 0, 1, 0, /* ATSR at 64 */
		3, 0, 20, 0, 0, 0, 0, 0, 0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0, /* RHSA at 80 */
		0x04, 0x03, 0x02, 0x01, /* domain */
		4, 0, 16, 0, 0, 0, 0, 7, '\\', 'S', 'B', '.', 'X', 0, 0, 0, /* ANDD at 100 */
		5, 0, 16, 0, 0x01, 0, 0x04, 0, 1, 8, 0, 0, 0, 0, 2, 0, /* SATC at 116 */
		6, 0, 16, 0, 0, 0, 0x05, 0, 1, 8, 0x1f, 0, 0, 0, 0x0b, 0x00); /* SIDP at 132 */
	const struct dmar_structure *s = t->dmar.structures;

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->dmar.nr_structures, 6);
	assert_int_equal(t->nr_reserved, 0);
	assert_int_equal(s[1].type, DMAR_ATSR);
	assert_int_equal(s[1].flags, DMAR_ATSR_ALL_PORTS);
	assert_int_equal(s[1].segment, 3);
	assert_int_equal(s[1].nr_scopes, 1);
	assert_int_equal(s[2].type, DMAR_RHSA);
	assert_int_equal(s[2].offset, 80);
	assert_true(s[2].address == 0xfed91000u);
	assert_int_equal(s[2].proximity_domain, 0x01020304);
	assert_int_equal(s[3].type, DMAR_ANDD);
	assert_int_equal(s[3].device_number, 7);
	assert_string_equal(s[3].name, "\\SB.X");
	assert_int_equal(s[4].type, DMAR_SATC);
	assert_int_equal(s[4].flags, DMAR_SATC_ATC_REQUIRED);
	assert_int_equal(s[4].segment, 4);
	assert_int_equal(s[5].type, DMAR_SIDP);
	assert_int_equal(s[5].flags, 0);
	assert_int_equal(s[5].segment, 5);
	assert_int_equal(s[5].scopes[0].flags, 0x1f);
	acpi_free(t);
}

static void test_unknown_structure_is_shown(void **state)
{
	struct acpi_table *t = DMAR(UNIT, 7, 0, 7, 0, 0, 0, 0, 0xff, 0xff, 4, 0);

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->dmar.nr_structures, 3);
	assert_int_equal(t->dmar.structures[1].type, DMAR_UNKNOWN);
	assert_int_equal(t->dmar.structures[1].number, 7);
	assert_int_equal(t->dmar.structures[1].length, 7);
	assert_int_equal(t->dmar.structures[2].type, DMAR_UNKNOWN);
	assert_int_equal(t->dmar.structures[2].number, 0xffff);
	assert_int_equal(t->nr_reserved, 1); /* zero or not */
	assert_reserved(t, 0, SECOND + 4, 3);
	acpi_free(t);
}

static void test_reserved_bytes_are_shown(void **state)
{
	struct acpi_table *t = parse_body_of(
		"DMAR", BODY(38, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, /* 38: ten */
			     UNIT,
			     1, 0, 32, 0, 0, 1, 0, 0, /* 68: two */
			     0, 0, 1, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 0, 0, 0, 0, 0,
			     1, 8, 0, 5, 0, 0, 2, 0, /* 91: one */
			     3, 0, 22, 0, 0, 0, 0, 1, /* 100: four */
			     0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)); /* 116: two */

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->nr_reserved, 5);
	assert_reserved(t, 0, 38, 10);
	assert_int_equal(t->bytes[42], 9);
	assert_reserved(t, 1, 68, 2);
	assert_reserved(t, 2, 91, 1);
	assert_reserved(t, 3, 100, 4);
	assert_reserved(t, 4, 116, 2); /* behind the known fields: shown though zero */
	acpi_free(t);
}

static void test_width(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = parse_body_of("DMAR", BODY(11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UNIT));
	assert_no_problem(t);
	assert_int_equal(t->dmar.host_address_width, 12);
	acpi_free(t);
	t = parse_body_of("DMAR", BODY(10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UNIT));
	assert_one_problem(t, 36, "host address width is 11 bits");
	acpi_free(t);
	t = parse_body_of("DMAR", BODY(63, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UNIT));
	assert_no_problem(t);
	assert_int_equal(t->dmar.host_address_width, 64);
	acpi_free(t);
	t = parse_body_of("DMAR", BODY(64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UNIT));
	assert_one_problem(t, 36, "host address width is 65 bits");
	acpi_free(t);
	t = parse_body_of("DMAR", BODY(255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UNIT));
	assert_one_problem(t, 36, "host address width is 256 bits");
	acpi_free(t);
}

static void test_structure_lengths(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = DMAR(UNIT, 1, 0, 0, 0, 1, 2, 3, 4);
	assert_one_problem(t, SECOND, "RMRR has length 0");
	assert_int_equal(t->dmar.nr_structures, 1); /* what stands before it is decoded */
	assert_reserved(t, 0, SECOND, 8);	    /* and what follows is shown */
	acpi_free(t);
	t = DMAR(UNIT, 1, 0, 23, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, SECOND, "RMRR has length 23, at least 24 is needed");
	acpi_free(t);
	t = DMAR(UNIT, 3, 0, 19, 0, 0, 0, 0, 0, 0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0, 1, 2, 3);
	assert_one_problem(t, SECOND, "RHSA has length 19, at least 20 is needed");
	acpi_free(t);
	t = DMAR(UNIT, 9, 0, 3, 0);
	assert_one_problem(t, SECOND, "structure has length 3, at least 4 is needed");
	acpi_free(t);
	t = DMAR(UNIT, 9, 0, 9, 0, 0, 0, 0, 0);
	assert_one_problem(t, SECOND, "structure has length 9, but only 8 bytes are left");
	acpi_free(t);
	t = DMAR(UNIT, 9, 0, 0xff, 0xff, 0, 0, 0, 0);
	assert_one_problem(t, SECOND, "structure has length 65535, but only 8 bytes are left");
	acpi_free(t);
	t = DMAR(UNIT, 0, 0, 16);
	assert_one_problem(t, SECOND, "3 bytes are left, too few for a structure");
	assert_reserved(t, 0, SECOND, 3);
	acpi_free(t);
}

#define UNIT_WITH(size, ...) \
	DMAR(0, 0, 16 + (size), 0, 1, 0, 0, 0, 0, 0x10, 0xd9, 0xfe, 0, 0, 0, 0, __VA_ARGS__)

static void test_scope_lengths(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = UNIT_WITH(8, 1, 0, 0, 0, 0, 0, 2, 0);
	assert_one_problem(t, 64, "device scope has length 0");
	assert_int_equal(t->dmar.nr_structures, 1);
	assert_int_equal(t->dmar.structures[0].nr_scopes, 0);
	assert_reserved(t, 0, 64, 8);
	acpi_free(t);
	t = UNIT_WITH(8, 1, 6, 0, 0, 0, 0, 2, 0);
	assert_one_problem(t, 64, "device scope has length 6, at least 8 is needed");
	acpi_free(t);
	t = UNIT_WITH(9, 1, 9, 0, 0, 0, 0, 2, 0, 3);
	assert_one_problem(t, 64, "device scope has odd length 9");
	assert_reserved(t, 0, 64, 9); /* length and all */
	acpi_free(t);
	t = UNIT_WITH(8, 1, 10, 0, 0, 0, 0, 2, 0);
	assert_one_problem(t, 64, "device scope has length 10, but only 8 bytes are left");
	acpi_free(t);
	t = UNIT_WITH(9, 1, 8, 0, 0, 0, 0, 2, 0, 1);
	assert_one_problem(t, 72, "1 bytes are left, too few for a device scope");
	assert_int_equal(t->dmar.structures[0].nr_scopes, 1);
	acpi_free(t);
}

/* A scope that lies about its length does not reach into the next structure, which is decoded. */
static void test_scope_stays_in_its_structure(void **state)
{
	struct acpi_table *t = DMAR(
		0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0,
		1, 24, 0, 0, 0, 0, 2, 0, UNIT);

	(void)state;
	assert_one_problem(t, 64, "device scope has length 24, but only 8 bytes are left");
	assert_int_equal(t->dmar.nr_structures, 2);
	assert_true(t->dmar.structures[1].address == 0xfed91000u);
	acpi_free(t);
}

static void test_scope_path(void **state)
{
	struct acpi_table *t = UNIT_WITH(10, 2, 10, 0, 0, 0, 0, 0x20, 7, 0x1f, 8);

	(void)state;
	assert_problem(t, 0, 70, "device scope path has device 0x20");
	assert_problem(t, 1, 73, "device scope path has function 8");
	assert_int_equal(t->nr_problems, 2);
	acpi_free(t);
}

static void test_drhd_base(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = DMAR(0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, 56, "DRHD has register base 0");
	acpi_free(t);
	t = DMAR(0, 0, 16, 0, 1, 0, 0, 0, 0x00, 0x08, 0xd9, 0xfe, 0, 0, 0, 0);
	assert_one_problem(t, 56, "DRHD register base 0xfed90800 is not 4 KiB aligned");
	acpi_free(t);
}

static void test_rmrr_ranges(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = DMAR(
		UNIT, 1, 0, 24, 0, 0, 0, 0, 0, 0x00, 0x02, 0, 0, 0, 0, 0, 0, /* start 0x200 */
		0xff, 0x1f, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, SECOND + 8, "RMRR start 0x200 is not 4 KiB aligned");
	acpi_free(t);
	t = DMAR(
		UNIT, 1, 0, 24, 0, 0, 0, 0, 0, 0x00, 0x10, 0, 0, 0, 0, 0, 0,
		0x00, 0x20, 0, 0, 0, 0, 0, 0); /* end 0x2000 */
	assert_one_problem(t, SECOND + 16, "RMRR end 0x2000 is not the last byte of a 4 KiB page");
	acpi_free(t);
	t = DMAR(
		UNIT, 1, 0, 24, 0, 0, 0, 0, 0, 0x00, 0x20, 0, 0, 0, 0, 0, 0, /* start 0x2000 */
		0xff, 0x1f, 0, 0, 0, 0, 0, 0); /* end 0x1fff */
	assert_one_problem(t, SECOND + 16, "RMRR end 0x1fff is not above its start 0x2000");
	assert_true(t->dmar.structures[1].start == 0x2000); /* as the table has it */
	assert_true(t->dmar.structures[1].end == 0x1fff);
	acpi_free(t);
	t = DMAR(
		UNIT, 1, 0, 24, 0, 0, 0, 0, 0, 0xff, 0x1f, 0, 0, 0, 0, 0, 0, /* start 0x1fff */
		0xff, 0x1f, 0, 0, 0, 0, 0, 0); /* end 0x1fff */
	assert_problem(t, 0, SECOND + 8, "RMRR start 0x1fff is not 4 KiB aligned");
	assert_problem(t, 1, SECOND + 16, "RMRR end 0x1fff is not above its start 0x1fff");
	assert_int_equal(t->nr_problems, 2);
	acpi_free(t);
}

static void test_andd_name(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = DMAR(UNIT, 4, 0, 10, 0, 0, 0, 0, 1, 'A', 'B');
	assert_one_problem(t, SECOND + 8, "ANDD name has no end");
	assert_string_equal(t->dmar.structures[1].name, "AB");
	acpi_free(t);
	t = DMAR(UNIT, 4, 0, 8, 0, 0, 0, 0, 1);
	assert_one_problem(t, SECOND, "ANDD has length 8, at least 9 is needed");
	acpi_free(t);
	t = DMAR(UNIT, 4, 0, 9, 0, 0, 0, 0, 1, 0);
	assert_one_problem(t, SECOND + 8, "ANDD has no name");
	acpi_free(t);
	t = DMAR(UNIT, 4, 0, 13, 0, 0, 0, 0, 1, 'A', 0, 'B', 0, 0);
	assert_no_problem(t);
	assert_reserved(t, 0, SECOND + 9, 4); /* something behind the NUL */
	acpi_free(t);
}

static void test_between_structures(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = DMAR(2, 0, 8, 0, 1, 0, 0, 0);
	assert_one_problem(t, 36, "no DRHD in the table");
	acpi_free(t);
	t = DMAR(UNIT, 3, 0, 20, 0, 0, 0, 0, 0, 0, 0x20, 0xd9, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, SECOND + 8, "RHSA names a register base 0xfed92000 that no DRHD has");
	acpi_free(t);
	t = DMAR(UNIT, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0x20, 0xd9, 0xfe, 0, 0, 0, 0);
	assert_one_problem(t, SECOND, "DRHD follows the INCLUDE_PCI_ALL one of segment 0x0000");
	acpi_free(t);
	t = DMAR(UNIT, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0x20, 0xd9, 0xfe, 0, 0, 0, 0);
	assert_no_problem(t); /* another segment */
	acpi_free(t);
	t = DMAR(
		0, 0, 16, 0, 1, 0, 2, 1, 0, 0x10, 0xd9, 0xfe, 0, 0, 0, 0, /* all of 0x0102 */
		0, 0, 16, 0, 0, 0, 2, 1, 0, 0x20, 0xd9, 0xfe, 0, 0, 0, 0);
	assert_one_problem(t, SECOND, "DRHD follows the INCLUDE_PCI_ALL one of segment 0x0102");
	acpi_free(t);
	t = UNIT_WITH(8, 5, 8, 0, 0, 3, 0, 2, 0);
	assert_one_problem(t, 68, "device scope names ACPI device 3 that no ANDD has");
	acpi_free(t);
}

/* Behind a wrong length there may be anything, so nothing is said to be missing. */
static void test_no_conclusions_from_half_a_table(void **state)
{
	struct acpi_table *t = UNIT_WITH(8, 5, 8, 0, 0, 3, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 3, 'A', 0);

	(void)state;
	assert_one_problem(t, 72, "ANDD has length 0");
	acpi_free(t);
}

/* Every structure and scope type there is, one that there is not, and reserved bytes all over. */
static void test_every_bit_shows(void **state)
{
	(void)state;
	assert_every_bit_of_body_shows(
		"DMAR",
		BODY(FIXED, 0, 0, 50, 0, 0, 4, 1, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0, /* DRHD */
		     1, 8, 0, 0, 0, 0, 2, 0, 2, 10, 0, 0, 0, 0, 1, 0, 0, 0, /* scopes */
		     3, 8, 0, 0, 2, 0xf0, 0x1f, 0, 5, 8, 0, 0, 7, 0, 0x15, 1,
		     UNIT,
		     1, 0, 32, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0xff, 0xff, /* RMRR */
		     1, 0, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0, 2, 0,
		     2, 0, 16, 0, 0, 0, 3, 0, 2, 8, 0, 0, 0, 0, 1, 0, /* ATSR */
		     3, 0, 22, 0, 0, 0, 0, 0, 0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0, /* RHSA */
		     4, 3, 2, 1, 0, 0,
		     4, 0, 16, 0, 0, 0, 0, 7, '\\', 'S', 'B', '.', 'X', 0, 0, 0, /* ANDD */
		     5, 0, 16, 0, 1, 0, 4, 0, 1, 8, 0, 0, 0, 0, 2, 0, /* SATC */
		     6, 0, 16, 0, 0, 0, 5, 0, 1, 8, 0x1f, 0, 0, 0, 0x0b, 0, /* SIDP */
		     7, 0, 8, 0, 0, 1, 0, 0)); /* ? */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed_part),
		cmocka_unit_test(test_drhd),
		cmocka_unit_test(test_scope_types),
		cmocka_unit_test(test_rmrr),
		cmocka_unit_test(test_rmrr_of_one_page_and_up_to_the_top),
		cmocka_unit_test(test_other_structures),
		cmocka_unit_test(test_unknown_structure_is_shown),
		cmocka_unit_test(test_reserved_bytes_are_shown),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_structure_lengths),
		cmocka_unit_test(test_scope_lengths),
		cmocka_unit_test(test_scope_stays_in_its_structure),
		cmocka_unit_test(test_scope_path),
		cmocka_unit_test(test_drhd_base),
		cmocka_unit_test(test_rmrr_ranges),
		cmocka_unit_test(test_andd_name),
		cmocka_unit_test(test_between_structures),
		cmocka_unit_test(test_no_conclusions_from_half_a_table),
		cmocka_unit_test(test_every_bit_shows),
	};

	return cmocka_run_group_tests_name("dmar", tests, NULL, NULL);
}
