/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bounds-checked reader. */
#include "acpi/cursor.h"
#include "unit.h"

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88,
				 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };

static void test_little_endian(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(cursor_left(&c), 15);
	assert_int_equal(cursor_u8(&c), 0x01);
	assert_int_equal(cursor_u16(&c), 0x0302);
	assert_int_equal(cursor_u32(&c), 0x07060504);
	assert_int_equal(c.at, 7);
	assert_true(cursor_u64(&c) == 0xffeeddccbbaa9988u);
	assert_int_equal(cursor_left(&c), 0);
	assert_false(c.past_end);
}

static void test_past_end_is_zero_and_sticky(void **state)
{
	struct cursor c = cursor_over(bytes, 5);

	(void)state;
	assert_true(cursor_u64(&c) == 0);
	assert_true(c.past_end);
	/* The bytes that are there are not read out of step afterwards. */
	assert_int_equal(cursor_u8(&c), 0);
	assert_int_equal(cursor_left(&c), 0);
	assert_true(c.past_end);
}

static void test_last_byte(void **state)
{
	struct cursor c = cursor_over(bytes, 3);

	(void)state;
	assert_int_equal(cursor_u16(&c), 0x0201);
	assert_int_equal(cursor_u16(&c), 0); /* one byte is left, two are wanted */
	assert_true(c.past_end);
}

static void test_nothing_at_all(void **state)
{
	struct cursor c = cursor_over(NULL, 0);
	char none;

	(void)state;
	cursor_bytes(&c, &none, 0);
	assert_false(c.past_end);
	assert_int_equal(cursor_u8(&c), 0);
	assert_true(c.past_end);
}

static void test_copy(void **state)
{
	struct cursor c = cursor_over(bytes, 6);
	uint8_t copy[4] = { 9, 9, 9, 9 };
	static const uint8_t first[4] = { 0x01, 0x02, 0x03, 0x04 };
	static const uint8_t zero[4];

	(void)state;
	cursor_bytes(&c, copy, 4);
	assert_memory_equal(copy, first, 4);
	cursor_bytes(&c, copy, 4);
	assert_memory_equal(copy, zero, 4);
	assert_true(c.past_end);
}

static void test_sub(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));
	struct cursor sub;

	(void)state;
	cursor_u8(&c);
	sub = cursor_sub(&c, 3);
	assert_int_equal(c.at, 4);
	assert_int_equal(sub.at, 1); /* still an offset in the whole */
	assert_int_equal(cursor_left(&sub), 3);
	assert_int_equal(cursor_u32(&sub), 0);
	assert_true(sub.past_end);
	assert_false(c.past_end);
	assert_int_equal(cursor_u8(&c), 0x05);
}

static void test_sub_too_long(void **state)
{
	static const size_t lengths[] = { 6, SIZE_MAX, SIZE_MAX - 9, SIZE_MAX / 2 + 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct cursor c = cursor_over(bytes, 15);
		struct cursor sub;

		cursor_sub(&c, 10);
		sub = cursor_sub(&c, lengths[i]);
		assert_true(c.past_end);
		assert_true(sub.past_end);
		assert_int_equal(cursor_left(&c), 0);
		assert_int_equal(cursor_left(&sub), 0);
		assert_int_equal(cursor_u8(&sub), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little_endian),
		cmocka_unit_test(test_past_end_is_zero_and_sticky),
		cmocka_unit_test(test_last_byte),
		cmocka_unit_test(test_nothing_at_all),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_sub),
		cmocka_unit_test(test_sub_too_long),
	};

	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
