// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the second-level tables of a domain lead, in the memory of a model. */
#include "unit.h"

#include <errno.h>
#include <inttypes.h>

#include "collect/freebsd/second_level.h"
#include "freebsd/model/model.h"

#define TABLE 0x20000000ull
#define TABLES 0x20001000ull /* more of them */

#define PAGE 0x1000ull
#define LARGE 0x200000ull
#define HUGE_PAGE 0x40000000ull

/* Maps [0, end) to itself by pages of @page bytes. */
static struct model *tables_new(unsigned levels, uint64_t end, uint64_t page)
{
	struct model *model = model_new();
	uint64_t next = TABLES;

	model_write64(model, TABLE, 0);
	for (uint64_t at = 0; at < end; at += page)
		model_map(model, TABLE, levels, at, at, page, &next);
	return model;
}

/* Sets the entry of a page of the first GiB; those are in the third table of three levels. */
static void set_leaf(struct model *model, uint64_t at, uint64_t entry)
{
	model_write64(model, TABLES + PAGE * (1 + at / LARGE) + 8 * (at / PAGE % 512), entry);
}

static unsigned left;

static void open_tables(struct model *model, unsigned levels, struct freebsd_second_level *tables)
{
	left = 1000;
	assert_int_equal(freebsd_second_level_init(&model->os, TABLE, levels, &left, tables, NULL),
			 0);
}

static void assert_piece(struct freebsd_second_level *tables, uint64_t address, uint64_t start,
			 uint64_t size, bool is_mapped, uint64_t to)
{
	struct freebsd_piece piece;
	struct error err = { 0 };

	if (freebsd_second_level_find(tables, address, &piece, &err) < 0)
		fail_msg("0x%" PRIx64 ": %s", address, err.text);
	assert_int_equal(piece.start, start);
	assert_int_equal(piece.size, size);
	assert_int_equal(piece.is_mapped, is_mapped);
	if (is_mapped)
		assert_int_equal(piece.to, to);
}

static void assert_last(struct freebsd_second_level *tables, uint64_t start, uint64_t size)
{
	struct freebsd_piece piece;

	assert_int_equal(freebsd_second_level_last(tables, &piece, NULL), 0);
	assert_true(piece.is_mapped);
	assert_int_equal(piece.start, start);
	assert_int_equal(piece.size, size);
}

static void test_whole(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		struct model *model = tables_new(levels, 2 * LARGE + 2 * PAGE, PAGE);
		struct freebsd_second_level tables;

		open_tables(model, levels, &tables);
		assert_int_equal(freebsd_second_level_end(&tables), 1ull << (12 + 9 * levels));
		assert_piece(&tables, 0, 0, PAGE, true, 0);
		assert_piece(&tables, 0x1ff7, 0x1000, PAGE, true, 0x1000);
		assert_piece(&tables, 0x401fff, 0x401000, PAGE, true, 0x401000);
		/* Where there is a table, a page; where there is none, what it would be for. */
		assert_piece(&tables, 0x402000, 0x402000, PAGE, false, 0);
		assert_piece(&tables, 0x7ff000, 0x600000, LARGE, false, 0);
		assert_piece(&tables, 0x40001000, 0x40000000, HUGE_PAGE, false, 0);
		assert_last(&tables, 0x401000, PAGE);
		model_free(model);
	}
}

/* As a kernel with PR 260178 leaves them. */
static void test_hole(void **state)
{
	struct model *model = tables_new(3, 4 * LARGE, PAGE);
	struct freebsd_second_level tables;

	(void)state;
	for (uint64_t at = 0x1ff000; at < 0x402000; at += PAGE) /* over two ends of tables */
		set_leaf(model, at, 0);
	set_leaf(model, 0x7ff000, 0);
	open_tables(model, 3, &tables);
	assert_piece(&tables, 0x1fe000, 0x1fe000, PAGE, true, 0x1fe000);
	assert_piece(&tables, 0x1ff000, 0x1ff000, PAGE, false, 0);
	assert_piece(&tables, 0x300000, 0x300000, PAGE, false, 0);
	assert_piece(&tables, 0x402000, 0x402000, PAGE, true, 0x402000);
	assert_last(&tables, 0x7fe000, PAGE);
	/* Not even in the table that is there. */
	for (uint64_t at = 0x600000; at < 0x800000; at += PAGE)
		set_leaf(model, at, 0);
	open_tables(model, 3, &tables);
	assert_last(&tables, 0x5ff000, PAGE);
	model_free(model);
}

/* Either right makes a page; the other bits of an entry do not. */
static void test_rights(void **state)
{
	struct model *model = tables_new(3, LARGE, PAGE);
	struct freebsd_second_level tables;

	(void)state;
	set_leaf(model, 0x1000, 0x7001);
	set_leaf(model, 0x2000, 0x8002);
	set_leaf(model, 0x3000, 0x9ffc);
	set_leaf(model, 0x4000, 0xfff000000000a003); /* ignored above bit 51 */
	open_tables(model, 3, &tables);
	assert_piece(&tables, 0x1000, 0x1000, PAGE, true, 0x7000);
	assert_piece(&tables, 0x2000, 0x2000, PAGE, true, 0x8000);
	assert_piece(&tables, 0x3000, 0x3000, PAGE, false, 0);
	assert_piece(&tables, 0x4000, 0x4000, PAGE, true, 0xa000);
	model_free(model);
}

static void test_large(void **state)
{
	struct model *model = tables_new(4, 2 * HUGE_PAGE, HUGE_PAGE);
	uint64_t next = 0x28000000;
	struct freebsd_second_level tables;

	(void)state;
	model_map(model, TABLE, 4, 2 * HUGE_PAGE, 0x12600000, LARGE, &next);
	open_tables(model, 4, &tables);
	assert_piece(&tables, 0x40001000, 0x40000000, HUGE_PAGE, true, 0x40000000);
	assert_piece(&tables, 0x80001000, 0x80000000, LARGE, true, 0x12600000);
	/* Bits of the address that such a page does not have are ignored. */
	model_write64(model, TABLES, 0x7ffff083);
	open_tables(model, 4, &tables);
	assert_piece(&tables, 0, 0, HUGE_PAGE, true, 0x40000000);
	assert_last(&tables, 0x80000000, LARGE);
	model_free(model);
}

/* The bit that makes a page of an entry means nothing above 1 GiB. */
static void test_large_above(void **state)
{
	struct model *model = tables_new(4, LARGE, PAGE);
	struct freebsd_second_level tables;

	(void)state;
	model_write64(model, TABLE, TABLES | 0x83);
	open_tables(model, 4, &tables);
	assert_piece(&tables, 0x1000, 0x1000, PAGE, true, 0x1000);
	model_free(model);
}

static void test_ends(void **state)
{
	struct model *model = tables_new(3, 0, PAGE);
	struct freebsd_second_level tables;
	struct freebsd_piece piece;
	struct error err = { 0 };

	(void)state;
	open_tables(model, 3, &tables);
	assert_int_equal(freebsd_second_level_last(&tables, &piece, &err), -ENOENT);
	assert_string_equal(err.text, "");
	assert_piece(&tables, 0x7fffffffff, 0x7fc0000000, HUGE_PAGE, false, 0);
	assert_piece(&tables, 0x8000000000, 0x8000000000, UINT64_MAX - 0x8000000000, false, 0);
	assert_piece(&tables, UINT64_MAX - 1, 0x8000000000, UINT64_MAX - 0x8000000000, false, 0);
	model_free(model);
}

/* What was read last of each level is not read again; another table of the level is. */
static void test_kept(void **state)
{
	struct model *model = tables_new(3, 2 * LARGE, PAGE);
	struct freebsd_second_level tables;
	struct freebsd_piece piece;
	struct error err = { 0 };

	(void)state;
	open_tables(model, 3, &tables);
	left = 5;
	for (uint64_t at = 0; at < LARGE; at += PAGE)
		assert_piece(&tables, at, at, PAGE, true, at);
	assert_int_equal(model->nr_reads, 3);
	assert_piece(&tables, LARGE, LARGE, PAGE, true, LARGE);
	assert_int_equal(model->nr_reads, 4);
	assert_piece(&tables, 0, 0, PAGE, true, 0);
	assert_int_equal(left, 0);
	assert_int_equal(freebsd_second_level_find(&tables, LARGE, &piece, &err), -E2BIG);
	assert_int_equal(freebsd_second_level_last(&tables, &piece, &err), -E2BIG);
	assert_string_equal(err.text, "");
	assert_int_equal(model->nr_reads, 5);
	model_free(model);
}

static void test_fails(void **state)
{
	static const unsigned levels[] = { 0, 2, 6 };
	struct model *model = tables_new(3, LARGE, PAGE);
	struct freebsd_second_level tables;
	struct freebsd_piece piece;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(levels); i++)
		assert_int_equal(freebsd_second_level_init(&model->os, TABLE, levels[i], &left,
							   &tables, &err),
				 -EINVAL);
	assert_string_equal(err.text, "IOMMU's table 0x20000000: 0 levels, not 3 to 5");
	err = (struct error){ 0 };
	model_write64(model, TABLES + 8, 0x90000003); /* the second of 2 MiB */
	open_tables(model, 3, &tables);
	assert_int_equal(freebsd_second_level_find(&tables, LARGE, &piece, &err), -EBADMSG);
	assert_string_equal(err.text, "IOMMU's table: nothing is at 0x90000000");
	assert_int_equal(freebsd_second_level_last(&tables, &piece, NULL), -EBADMSG);
	assert_piece(&tables, 0, 0, PAGE, true, 0);
	model->is_root = false;
	open_tables(model, 3, &tables);
	assert_int_equal(freebsd_second_level_find(&tables, 0, &piece, NULL), -EACCES);
	model_free(model);
}

/* A table that leads to itself at each level. */
static void test_circle(void **state)
{
	struct model *model = tables_new(5, LARGE, PAGE);
	struct freebsd_second_level tables;

	(void)state;
	for (uint64_t i = 0; i < 512; i++)
		model_write64(model, TABLE + 8 * i, TABLE | 3);
	open_tables(model, 5, &tables);
	assert_piece(&tables, 0x123456789abcde, 0x123456789ab000, PAGE, true, TABLE);
	assert_last(&tables, 0x1fffffffffff000, PAGE);
	assert_int_equal(left, 995);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),	    cmocka_unit_test(test_hole),
		cmocka_unit_test(test_rights),	    cmocka_unit_test(test_large),
		cmocka_unit_test(test_large_above), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_kept),	    cmocka_unit_test(test_fails),
		cmocka_unit_test(test_circle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
