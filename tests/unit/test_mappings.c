/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of what is mapped: order, overlap, and ranges at both ends of the address space. */
#include "unit.h"
#include "vfio/mappings.h"

#define PAGE 4096ull
#define TOP_PAGE 0xfffffffffffff000ull

static struct iova at(uint64_t value)
{
	return (struct iova){ value };
}

static void test_valid_ranges(void **state)
{
	static const struct {
		const char *name;
		uint64_t start, size;
		bool is_valid;
		uint64_t last;
	} cases[] = {
		{ "nothing", 0, 0, false, 0 },
		{ "nothing, at the end", LAST, 0, false, 0 },
		{ "first byte", 0, 1, true, 0 },
		{ "last byte", LAST, 1, true, LAST },
		{ "one beyond the last byte", LAST, 2, false, 0 },
		{ "top page", TOP_PAGE, PAGE, true, LAST },
		{ "a byte beyond the top page", TOP_PAGE, PAGE + 1, false, 0 },
		{ "two pages at the top page", TOP_PAGE, 2 * PAGE, false, 0 },
		{ "all but the last byte", 0, LAST, true, LAST - 1 },
		{ "all but the first byte", 1, LAST, true, LAST },
		{ "one too many", 2, LAST, false, 0 },
		{ "the largest size at the last byte", LAST, LAST, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool is_valid = iova_range_is_valid(at(cases[i].start), cases[i].size);

		assert_case_equal(is_valid, cases[i].is_valid, cases[i].name);
		if (is_valid)
			assert_case_equal(iova_last(at(cases[i].start), cases[i].size),
					  cases[i].last, cases[i].name);
	}
}

/* Three mappings: [1000, 1fff], [3000, 5fff], and the top page. */
static struct mappings three(void)
{
	struct mappings mappings = { 0 };

	mappings_add(&mappings, at(0x3000), 0x3000);
	mappings_add(&mappings, at(TOP_PAGE), PAGE);
	mappings_add(&mappings, at(0x1000), 0x1000);
	return mappings;
}

static void test_order(void **state)
{
	struct mappings mappings = three();

	(void)state;
	assert_int_equal(mappings.nr, 3);
	assert_int_equal(mappings.items[0].iova.value, 0x1000);
	assert_int_equal(mappings.items[0].size, 0x1000);
	assert_int_equal(mappings.items[1].iova.value, 0x3000);
	assert_int_equal(mappings.items[1].size, 0x3000);
	assert_int_equal(mappings.items[2].iova.value, TOP_PAGE);
	assert_int_equal(mappings.items[2].size, PAGE);
	mappings_free(&mappings);
	assert_null(mappings.items);
	assert_int_equal(mappings.nr, 0);
}

static void test_from(void **state)
{
	static const struct {
		uint64_t iova;
		size_t index;
	} cases[] = {
		{ 0, 0 },      { 0xfff, 0 },	    { 0x1000, 0 },   { 0x1fff, 0 },
		{ 0x2000, 1 }, { 0x2fff, 1 },	    { 0x3000, 1 },   { 0x5fff, 1 },
		{ 0x6000, 2 }, { TOP_PAGE - 1, 2 }, { TOP_PAGE, 2 }, { LAST, 2 },
	};
	struct mappings mappings = three(), none = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(mappings_from(&mappings, at(cases[i].iova)), cases[i].index);
	mappings_remove(&mappings, 2);
	assert_int_equal(mappings_from(&mappings, at(0x5fff)), 1);
	assert_int_equal(mappings_from(&mappings, at(0x6000)), 2); /* .nr: none */
	assert_int_equal(mappings_from(&none, at(0)), 0);
	mappings_free(&mappings);
}

static void test_overlap(void **state)
{
	static const struct {
		const char *name;
		uint64_t start, size;
		bool overlaps;
	} cases[] = {
		{ "below the first", 0, 0x1000, false },
		{ "last byte before and first byte of the first", 0xfff, 2, true },
		{ "just the first byte", 0x1000, 1, true },
		{ "just the last byte", 0x1fff, 1, true },
		{ "the gap", 0x2000, 0x1000, false },
		{ "the gap and a byte behind", 0x2000, 0x1001, true },
		{ "the gap and a byte before", 0x1fff, 0x1001, true },
		{ "inside", 0x4000, 0x1000, true },
		{ "around", 0x2000, 0x5000, true },
		{ "several", 0, 0x10000, true },
		{ "all of the gap below the top page", 0x6000, TOP_PAGE - 0x6000, false },
		{ "and a byte of the top page", 0x6000, TOP_PAGE - 0x6000 + 1, true },
		{ "last byte of all", LAST, 1, true },
		{ "all but the first byte", 1, LAST, true },
	};
	struct mappings mappings = three(), none = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_case_equal(mappings_overlap(&mappings, at(cases[i].start), cases[i].size),
				  cases[i].overlaps, cases[i].name);
		assert_false(mappings_overlap(&none, at(cases[i].start), cases[i].size));
	}
	mappings_free(&mappings);
}

static void test_remove(void **state)
{
	struct mappings mappings = three();

	(void)state;
	mappings_remove(&mappings, 1);
	assert_int_equal(mappings.nr, 2);
	assert_int_equal(mappings.items[0].iova.value, 0x1000);
	assert_int_equal(mappings.items[1].iova.value, TOP_PAGE);
	assert_false(mappings_overlap(&mappings, at(0x3000), 0x3000));
	mappings_remove(&mappings, 1);
	mappings_remove(&mappings, 0);
	assert_int_equal(mappings.nr, 0);
	mappings_add(&mappings, at(0), LAST);
	assert_true(mappings_overlap(&mappings, at(LAST - 1), 1));
	assert_false(mappings_overlap(&mappings, at(LAST), 1));
	mappings_free(&mappings);
}

/* 10,000 in an order that is neither up nor down: 7919 is prime to 10,000. */
static void test_many(void **state)
{
	enum { NR = 10000 };
	struct mappings mappings = { 0 };

	(void)state;
	for (uint64_t i = 0; i < NR; i++)
		mappings_add(&mappings, at(i * 7919 % NR * 2 * PAGE), PAGE);
	assert_int_equal(mappings.nr, NR);
	for (uint64_t i = 0; i < NR; i++) {
		assert_int_equal(mappings.items[i].iova.value, i * 2 * PAGE);
		assert_int_equal(mappings_from(&mappings, at(i * 2 * PAGE + PAGE - 1)), i);
		assert_int_equal(mappings_from(&mappings, at(i * 2 * PAGE + PAGE)), i + 1);
		assert_false(mappings_overlap(&mappings, at(i * 2 * PAGE + PAGE), PAGE));
	}
	for (uint64_t i = NR; i > 0; i -= 2)
		mappings_remove(&mappings, i - 1);
	assert_int_equal(mappings.nr, NR / 2);
	for (uint64_t i = 0; i < NR / 2; i++)
		assert_int_equal(mappings.items[i].iova.value, i * 4 * PAGE);
	mappings_free(&mappings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_ranges), cmocka_unit_test(test_order),
		cmocka_unit_test(test_from),	     cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_remove),	     cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
