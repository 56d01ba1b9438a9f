/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes, ranges and memory maps as people write them. */
#include <errno.h>

#include "model/plan.h"
#include "unit.h"

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t size;
	} cases[] = {
		{ "1", 1 },
		{ "4096", 4096 },
		{ "0x1000", 0x1000 },
		{ "0X1000", 0x1000 },
		{ "010", 10 }, /* not octal */
		{ "4K", 4096 },
		{ "4k", 4096 },
		{ "2M", 0x200000 },
		{ "2m", 0x200000 },
		{ "1G", 0x40000000 },
		{ "1T", 0x10000000000 },
		{ "0x10G", 0x400000000 },
		{ "0xabcK", 0x2af000 },
		{ "16777215T", 0xffffff0000000000 }, /* the last that fits */
		{ "18446744073709551615", LAST },
		{ "0xffffffffffffffff", LAST },
		{ "18014398509481983K", 0xfffffffffffffc00 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t size = 0;

		assert_case_equal(parse_size(cases[i].text, &size), 0, cases[i].text);
		assert_case_equal(size, cases[i].size, cases[i].text);
	}
}

static void test_no_sizes(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{ "", -EINVAL },
		{ "K", -EINVAL },
		{ "4KB", -EINVAL },
		{ "4KiB", -EINVAL },
		{ "4KK", -EINVAL },
		{ "4P", -EINVAL },
		{ "-1", -EINVAL },
		{ "+1", -EINVAL },
		{ " 1", -EINVAL },
		{ "1 ", -EINVAL },
		{ "1 K", -EINVAL },
		{ "1.5G", -EINVAL },
		{ "0x", -EINVAL },
		{ "0xK", -EINVAL },
		{ "xK", -EINVAL },
		{ "ten", -EINVAL },
		{ "1e3", -EINVAL },
		{ "0x0x1", -EINVAL },
		{ "0", -ERANGE },
		{ "0K", -ERANGE },
		{ "0x0", -ERANGE },
		{ "16777216T", -ERANGE }, /* 2^64 */
		{ "17179869184G", -ERANGE },
		{ "18446744073709551616", -ERANGE },
		{ "0x10000000000000000", -ERANGE },
		{ "99999999999999999999999999", -ERANGE },
		{ "0xffffffffffffffffK", -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t size = 77;

		assert_case(parse_size(cases[i].text, &size) == cases[i].code, cases[i].text);
		assert_case_equal(size, 77, cases[i].text);
	}
}

static void test_ranges(void **state)
{
	static const struct {
		const char *text;
		struct range range;
	} cases[] = {
		{ "0-0", { 0, 0 } },
		{ "0x1000-0x1fff", { 0x1000, 0x1fff } },
		{ "0x1000+0x1000", { 0x1000, 0x1fff } },
		{ "4096+4K", { 0x1000, 0x1fff } },
		{ "0+1T", { 0, 0xffffffffff } },
		{ "4G-5G", { 0x100000000, 0x140000000 } }, /* the end is an address */
		{ "4G+1G", { 0x100000000, 0x13fffffff } },
		{ "5+1", { 5, 5 } },
		{ "0-0xffffffffffffffff", { 0, LAST } },
		{ "0xffffffffffffffff-0xffffffffffffffff", { LAST, LAST } },
		{ "0xffffffffffffffff+1", { LAST, LAST } },
		{ "0xfffffffffffff000+4K", { 0xfffffffffffff000, LAST } },
		{ "1+0xffffffffffffffff", { 1, LAST } },
		{ "0+0xffffffffffffffff", { 0, LAST - 1 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct range range = { 7, 7 };

		assert_case_equal(parse_range(cases[i].text, &range), 0, cases[i].text);
		assert_case_equal(range.start, cases[i].range.start, cases[i].text);
		assert_case_equal(range.end, cases[i].range.end, cases[i].text);
	}
}

/* Zero with a unit is an address like any other. */
static void test_range_from_zero_with_a_unit(void **state)
{
	struct range range;

	(void)state;
	assert_int_equal(parse_range("0G-4G", &range), 0);
	assert_int_equal(range.start, 0);
	assert_int_equal(range.end, 0x100000000);
	assert_int_equal(parse_range("0M+4K", &range), 0);
	assert_int_equal(range.end, 0xfff);
}

static void test_no_ranges(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{ "", -EINVAL },
		{ "-", -EINVAL },
		{ "+", -EINVAL },
		{ "0x1000", -EINVAL },
		{ "0-", -EINVAL },
		{ "-0", -EINVAL },
		{ "0+", -EINVAL },
		{ "+1", -EINVAL },
		{ "5-4", -EINVAL },
		{ "0x2000-0x1fff", -EINVAL },
		{ "0--1", -EINVAL },
		{ "0+-1", -EINVAL },
		{ "0-1-2", -EINVAL },
		{ "0+1+2", -EINVAL },
		{ "0-1+2", -EINVAL },
		{ "0 - 1", -EINVAL },
		{ "a-b", -EINVAL },
		{ "0..1", -EINVAL },
		{ "0+0", -ERANGE },		     /* holds nothing */
		{ "0xffffffffffffffff+2", -ERANGE }, /* wraps */
		{ "0xfffffffffffff000+8K", -ERANGE },
		{ "2+0xffffffffffffffff", -ERANGE },
		{ "0x8000000000000000+0x8000000000000001", -ERANGE },
		{ "0-0x10000000000000000", -ERANGE },
		{ "0x10000000000000000-0x10000000000000001", -ERANGE },
		{ "0+16777216T", -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct range range = { 7, 7 };

		assert_case(parse_range(cases[i].text, &range) == cases[i].code, cases[i].text);
		assert_case(range.start == 7 && range.end == 7, cases[i].text);
	}
}

static int parse_text(const char *text, struct plan *plan, struct error *err)
{
	char copy[512];

	assert_true(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	*err = (struct error){ 0 };
	return plan_parse(copy, "guest.plan", plan, err);
}

static void assert_line(const struct plan *plan, size_t index, unsigned number, uint64_t start,
			uint64_t end, bool writable, const char *name)
{
	const struct plan_line *line = &plan->lines[index];

	assert_true(index < plan->nr_lines);
	assert_int_equal(line->number, number);
	assert_int_equal(line->range.start, start);
	assert_int_equal(line->range.end, end);
	assert_int_equal(line->writable, writable);
	if (name)
		assert_string_equal(line->name, name);
	else
		assert_null(line->name);
}

static void test_plan(void **state)
{
	struct plan plan;
	struct error err;

	(void)state;
	assert_int_equal(parse_text("# a guest\n"
				    "\n"
				    "0 640K\n"
				    "\t0xc0000-0xfffff ro bios  # below 1 MiB\n"
				    "0x100000\t\t0x7ff00000 rw ram\r\n"
				    "4G 4G ram-high\n"
				    "0xfffffffffffff000 4K rw rw\n"
				    "   # only a comment\n"
				    "1T-2T ro", /* no newline at the end */
				    &plan, &err),
			 0);
	assert_int_equal(plan.nr_lines, 6);
	assert_line(&plan, 0, 3, 0, 0x9ffff, true, NULL);
	assert_line(&plan, 1, 4, 0xc0000, 0xfffff, false, "bios");
	assert_line(&plan, 2, 5, 0x100000, 0x7fffffff, true, "ram");
	assert_line(&plan, 3, 6, 0x100000000, 0x1ffffffff, true, "ram-high");
	assert_line(&plan, 4, 7, 0xfffffffffffff000, LAST, true, "rw");
	assert_line(&plan, 5, 9, 0x10000000000, 0x20000000000, false, NULL);
	plan_free(&plan);
	assert_int_equal(plan.nr_lines, 0);
	assert_null(plan.lines);
}

static void test_bad_plans(void **state)
{
	static const struct {
		const char *text;
		const char *where; /* what the message begins with */
	} cases[] = {
		{ "0", "guest.plan:1: " },
		{ "0 4K\nbad", "guest.plan:2: " },
		{ "0 4K\n\n# c\n0 0", "guest.plan:4: " },
		{ "0 -4K", "guest.plan:1: " },
		{ "0 - 4K", "guest.plan:1: " },
		{ "0-4K wr name", "guest.plan:1: " }, /* two words behind it, no ro or rw */
		{ "0-4K rw a b", "guest.plan:1: " },
		{ "0 4K rw a b", "guest.plan:1: " },
		{ "5-4", "guest.plan:1: " },
		{ "0xfffffffffffff000 8K", "guest.plan:1: " }, /* wraps */
		{ "0xfffffffffffff000+8K", "guest.plan:1: " },
		{ "0x10000000000000000 4K", "guest.plan:1: " },
		{ "0 4Q", "guest.plan:1: " },
		{ "", "guest.plan: " },
		{ "\n \n# nothing\n", "guest.plan: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct plan plan = { 0 };
		struct error err;

		assert_case(parse_text(cases[i].text, &plan, &err) == -EINVAL, cases[i].text);
		assert_case(strncmp(err.text, cases[i].where, strlen(cases[i].where)) == 0,
			    cases[i].text);
		assert_case(!strchr(err.text, '\n'), cases[i].text);
		assert_case(plan.nr_lines == 0 && !plan.lines, cases[i].text);
	}
}

static void test_add(void **state)
{
	struct plan plan = { 0 };

	(void)state;
	plan_add(&plan, (struct range){ 0, LAST });
	plan_add(&plan, (struct range){ 5, 5 });
	assert_int_equal(plan.nr_lines, 2);
	assert_line(&plan, 0, 0, 0, LAST, true, NULL);
	assert_line(&plan, 1, 0, 5, 5, true, NULL);
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_no_sizes),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_range_from_zero_with_a_unit),
		cmocka_unit_test(test_no_ranges),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_bad_plans),
		cmocka_unit_test(test_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
