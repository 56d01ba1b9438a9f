/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of addresses: the edges by hand, the algebra against a bitmap. */
#include "model/iova.h"
#include "unit.h"

/* Compares with ranges written out: pairs of start and end. */
static void assert_ranges(const struct ranges *set, const struct range *wanted, size_t nr)
{
	assert_int_equal(set->nr, nr);
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(set->items[i].start, wanted[i].start);
		assert_int_equal(set->items[i].end, wanted[i].end);
	}
}

#define assert_set(set, ...)                                                                       \
	do {                                                                                       \
		const struct range wanted_[] = { __VA_ARGS__ };                                    \
		assert_ranges(set, wanted_, COUNT(wanted_));                                       \
	} while (0)

static void take(struct ranges *set, uint64_t start, uint64_t end)
{
	ranges_subtract(set, (struct range){ start, end });
}

static void test_all_addresses(void **state)
{
	struct ranges set = { 0 };

	(void)state;
	ranges_set(&set, (struct range){ 0, LAST });
	assert_set(&set, { 0, LAST });
	take(&set, 0, LAST);
	assert_int_equal(set.nr, 0);
	take(&set, 0, 0); /* from nothing */
	assert_int_equal(set.nr, 0);
	ranges_free(&set);
}

static void test_ends(void **state)
{
	struct ranges set = { 0 };

	(void)state;
	ranges_set(&set, (struct range){ 0, LAST });
	take(&set, 0, 0);
	assert_set(&set, { 1, LAST });
	take(&set, LAST, LAST);
	assert_set(&set, { 1, LAST - 1 });
	take(&set, 0, 0); /* the neighbour outside takes nothing */
	take(&set, LAST, LAST);
	assert_set(&set, { 1, LAST - 1 });
	ranges_free(&set);
}

/* What facts/linux.md 2.6 says of AMD on 6.x: the MSI window, and the HyperTransport hole. */
static void test_amd(void **state)
{
	struct ranges set = { 0 };

	(void)state;
	ranges_set(&set, (struct range){ 0, LAST });
	take(&set, 0xfee00000, 0xfeefffff);
	take(&set, 0xfd00000000, 0xffffffffff);
	assert_set(&set, { 0, 0xfedfffff }, { 0xfef00000, 0xfcffffffff }, { 0x10000000000, LAST });
	ranges_free(&set);
}

static void test_holes(void **state)
{
	struct ranges set = { 0 };

	(void)state;
	ranges_set(&set, (struct range){ 10, 29 });
	take(&set, 30, 40);
	take(&set, 0, 9);
	assert_set(&set, { 10, 29 });
	take(&set, 15, 15);
	take(&set, 20, 24);
	assert_set(&set, { 10, 14 }, { 16, 19 }, { 25, 29 });
	take(&set, 14, 16); /* the last of one and the first of the next */
	assert_set(&set, { 10, 13 }, { 17, 19 }, { 25, 29 });
	take(&set, 12, 26); /* over two and a hole */
	assert_set(&set, { 10, 11 }, { 27, 29 });
	take(&set, 10, 11); /* one whole */
	assert_set(&set, { 27, 29 });
	take(&set, 0, 100);
	assert_int_equal(set.nr, 0);
	ranges_free(&set);
}

static void test_set_replaces(void **state)
{
	struct ranges set = { 0 };

	(void)state;
	ranges_set(&set, (struct range){ 1, 2 });
	ranges_set(&set, (struct range){ 5, 5 });
	assert_set(&set, { 5, 5 });
	ranges_free(&set);
	assert_null(set.items);
	assert_int_equal(set.nr, 0);
}

static void test_copy(void **state)
{
	struct ranges a = { 0 }, b = { 0 };

	(void)state;
	ranges_set(&a, (struct range){ 0, LAST });
	take(&a, 7, 8);
	ranges_set(&b, (struct range){ 99, 99 });
	ranges_copy(&b, &a);
	take(&a, 0, LAST);
	assert_set(&b, { 0, 6 }, { 9, LAST });
	ranges_copy(&b, &a); /* of nothing */
	assert_int_equal(b.nr, 0);
	ranges_free(&a);
	ranges_free(&b);
}

static void test_intersect(void **state)
{
	struct ranges a = { 0 }, b = { 0 };

	(void)state;
	ranges_set(&a, (struct range){ 0, LAST });
	take(&a, 10, 19);
	ranges_set(&b, (struct range){ 5, LAST });
	take(&b, 30, LAST - 1);
	ranges_intersect(&a, &b);
	assert_set(&a, { 5, 9 }, { 20, 29 }, { LAST, LAST });
	assert_set(&b, { 5, 29 }, { LAST, LAST }); /* as it was */

	ranges_set(&b, (struct range){ 10, 19 }); /* touches on both sides, shares nothing */
	ranges_intersect(&a, &b);
	assert_int_equal(a.nr, 0);
	ranges_intersect(&b, &a); /* with nothing */
	assert_int_equal(b.nr, 0);
	ranges_free(&a);
	ranges_free(&b);
}

static void test_overlaps(void **state)
{
	const struct range top = { LAST, LAST }, bottom = { 0, 0 }, all = { 0, LAST };

	(void)state;
	assert_true(range_overlaps(top, all));
	assert_true(range_overlaps(all, bottom));
	assert_true(range_overlaps(top, top));
	assert_false(range_overlaps(top, bottom));
	assert_true(range_overlaps((struct range){ 1, 5 }, (struct range){ 5, 9 }));
	assert_true(range_overlaps((struct range){ 5, 9 }, (struct range){ 1, 5 }));
	assert_false(range_overlaps((struct range){ 1, 4 }, (struct range){ 5, 9 }));
	assert_true(range_overlaps((struct range){ 1, 9 }, (struct range){ 4, 5 }));
}

/* --- against a bitmap: 64 addresses at the bottom, or the last 64 there are --------------- */

static uint64_t seed = 20240229;

static unsigned random_below(unsigned limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % limit;
}

static uint64_t bits_of(unsigned first, unsigned last)
{
	return (LAST << first) & (LAST >> (63 - last));
}

/* The set as a bitmap; fails when it is not sorted, not disjoint or outside. */
static uint64_t bitmap_of(const struct ranges *set, uint64_t base)
{
	uint64_t map = 0;

	for (size_t i = 0; i < set->nr; i++) {
		struct range item = set->items[i];

		assert_true(item.start <= item.end);
		assert_true(item.start >= base && item.end - base <= 63);
		assert_true(i == 0 || set->items[i - 1].end < item.start);
		map |= bits_of((unsigned)(item.start - base), (unsigned)(item.end - base));
	}
	return map;
}

static uint64_t random_set(struct ranges *set, uint64_t base)
{
	uint64_t map = LAST;

	ranges_set(set, (struct range){ base, base + 63 });
	for (unsigned i = random_below(6); i > 0; i--) {
		unsigned first = random_below(64), last = first + random_below(64 - first);

		take(set, base + first, base + last);
		map &= ~bits_of(first, last);
	}
	return map;
}

static void check_property(uint64_t base)
{
	struct ranges a = { 0 }, b = { 0 };

	for (unsigned round = 0; round < 20000; round++) {
		uint64_t map_a = random_set(&a, base), map_b = random_set(&b, base);

		assert_int_equal(bitmap_of(&a, base), map_a);
		ranges_intersect(&a, &b);
		assert_int_equal(bitmap_of(&a, base), map_a & map_b);
		assert_int_equal(bitmap_of(&b, base), map_b);
	}
	ranges_free(&a);
	ranges_free(&b);
}

static void test_bitmap_at_the_bottom(void **state)
{
	(void)state;
	check_property(0);
}

static void test_bitmap_at_the_top(void **state)
{
	(void)state;
	check_property(LAST - 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_addresses),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_amd),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_set_replaces),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_intersect),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_bitmap_at_the_bottom),
		cmocka_unit_test(test_bitmap_at_the_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
