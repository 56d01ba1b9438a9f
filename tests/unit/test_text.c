/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strict numbers, repaired UTF-8, suggestions, lists; growing arrays and errors beside them. */
#include <errno.h>

#include "unit.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/text.h"

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		int base;
		uint64_t value;
	} cases[] = {
		{ "0", 10, 0 },
		{ "00012", 10, 12 },
		{ "18446744073709551615", 10, LAST },
		{ "0", 16, 0 },
		{ "ff", 16, 0xff },
		{ "FF", 16, 0xff },
		{ "0xfF", 16, 0xff },
		{ "a", 16, 10 },
		{ "A", 16, 10 },
		{ "0123456789abcdef", 16, 0x0123456789abcdef },
		{ "ABCDEF", 16, 0xabcdef },
		{ "0Xff", 16, 0xff },
		{ "10", 16, 16 },
		{ "0xffffffffffffffff", 16, LAST },
		{ "00000000000000000000000001", 16, 1 },
		{ "10", 0, 10 },
		{ "010", 0, 10 },
		{ "0x10", 0, 16 },
		{ "0", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t value = 77;

		assert_case_equal(parse_u64(cases[i].text, cases[i].base, LAST, &value), 0,
				  cases[i].text);
		assert_case_equal(value, cases[i].value, cases[i].text);
	}
}

static void test_no_numbers(void **state)
{
	static const struct {
		const char *text;
		int base;
		uint64_t max;
		int code;
	} cases[] = {
		{ "", 10, LAST, -EINVAL },
		{ "", 16, LAST, -EINVAL },
		{ "", 0, LAST, -EINVAL },
		{ "0x", 16, LAST, -EINVAL },
		{ "0x", 0, LAST, -EINVAL },
		{ "0x10", 10, LAST, -EINVAL },
		{ "x10", 16, LAST, -EINVAL },
		{ "0x0x1", 16, LAST, -EINVAL },
		{ "a", 10, LAST, -EINVAL },
		{ "a", 0, LAST, -EINVAL },
		{ "g", 16, LAST, -EINVAL },
		{ "-1", 10, LAST, -EINVAL },
		{ "+1", 10, LAST, -EINVAL },
		{ " 1", 10, LAST, -EINVAL },
		{ "1 ", 10, LAST, -EINVAL },
		{ "1\n", 10, LAST, -EINVAL },
		{ "1.0", 10, LAST, -EINVAL },
		{ "1_000", 10, LAST, -EINVAL },
		{ ":", 10, LAST, -EINVAL },
		{ "/", 10, LAST, -EINVAL },
		{ "@", 16, LAST, -EINVAL },
		{ "`", 16, LAST, -EINVAL },
		{ "G", 16, LAST, -EINVAL },
		{ "\xb2", 10, LAST, -EINVAL },
		{ "18446744073709551616", 10, LAST, -ERANGE },
		{ "18446744073709551620", 10, LAST, -ERANGE },
		{ "99999999999999999999", 10, LAST, -ERANGE },
		{ "10000000000000000", 16, LAST, -ERANGE },
		{ "256", 10, 255, -ERANGE },
		{ "1", 10, 0, -ERANGE },
		{ "0x100", 16, 0xff, -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t value = 77;

		assert_case(parse_u64(cases[i].text, cases[i].base, cases[i].max, &value) ==
				    cases[i].code,
			    cases[i].text);
		assert_case_equal(value, 77, cases[i].text); /* untouched */
	}
}

static void test_number_at_the_maximum(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_int_equal(parse_u64("255", 10, 255, &value), 0);
	assert_int_equal(value, 255);
	assert_int_equal(parse_u64("0", 10, 0, &value), 0);
	assert_int_equal(value, 0);
}

#define R "\xef\xbf\xbd" /* U+FFFD */

static void test_utf8(void **state)
{
	/* What is valid and what is not: the Unicode Standard, table 3-7. */
	static const struct {
		const char *text, *repaired;
	} cases[] = {
		{ "", "" },
		{ "plain ASCII ~", "plain ASCII ~" },
		{ "\x01\t\n\x1b\x7f", "\x01\t\n\x1b\x7f" }, /* control characters stay */
		/* the first and the last of each length */
		{ "\xc2\x80 \xdf\xbf", "\xc2\x80 \xdf\xbf" },
		{ "\xe0\xa0\x80 \xef\xbf\xbf", "\xe0\xa0\x80 \xef\xbf\xbf" },
		{ "\xed\x9f\xbf \xee\x80\x80", "\xed\x9f\xbf \xee\x80\x80" },
		{ "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf" },
		{ "Stra\xc3\x9f"
		  "e",
		  "Stra\xc3\x9f"
		  "e" },
		/* continuation bytes alone */
		{ "\x80", R },
		{ "\xbf", R },
		{ "a\x80"
		  "b",
		  "a" R "b" },
		{ "\xc3\x9f\x9f", "\xc3\x9f" R },
		/* overlong */
		{ "\xc0\x80", R R },
		{ "\xc1\xbf", R R },
		{ "\xe0\x80\x80", R R R },
		{ "\xe0\x9f\xbf", R R R },
		{ "\xf0\x80\x80\x80", R R R R },
		{ "\xf0\x8f\xbf\xbf", R R R R },
		/* surrogates */
		{ "\xed\xa0\x80", R R R },
		{ "\xed\xbf\xbf", R R R },
		/* beyond U+10FFFF, and bytes that are in no sequence */
		{ "\xf4\x90\x80\x80", R R R R },
		{ "\xf5\x80\x80\x80", R R R R },
		{ "\xf8\x88\x80\x80\x80", R R R R R },
		{ "\xfe", R },
		{ "\xff\xff", R R },
		/* cut at the end */
		{ "\xc3", R },
		{ "\xe2", R },
		{ "\xe2\x82", R R },
		{ "\xf0", R },
		{ "\xf0\x9f", R R },
		{ "\xf0\x9f\x98", R R R },
		/* cut by something else */
		{ "\xc3"
		  "a",
		  R "a" },
		{ "\xe2\x82"
		  "a",
		  R R "a" },
		{ "\xe2"
		  "ab",
		  R "ab" },
		{ "\xf0\x9f\x98"
		  "a",
		  R R R "a" },
		{ "\xf0\x9f"
		  "ab",
		  R R "ab" },
		{ "\xc3\xc3\x9f", R "\xc3\x9f" },
		{ "\xe2\x82\xe2\x82\xac", R R "\xe2\x82\xac" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *repaired = utf8_repair(cases[i].text);

		assert_case(strcmp(repaired, cases[i].repaired) == 0, cases[i].text);
		free(repaired);
	}
}

static void test_nearest(void **state)
{
	static const char *const names[] = { "status",	"groups",	"gaw",
					     "domains", "resv-regions", NULL };
	static const char *const none[] = { NULL };
	char longer[66];

	(void)state;
	assert_string_equal(nearest("group", names), "groups");
	assert_string_equal(nearest("gruops", names), "groups");
	assert_string_equal(nearest("grps", names), "groups");
	assert_string_equal(nearest("groups", names), "groups");
	assert_string_equal(nearest("statsu", names), "status");
	assert_string_equal(nearest("resv-region", names), "resv-regions");
	assert_string_equal(nearest("gsw", names), "gaw");
	assert_null(nearest("", names));
	assert_null(nearest("xyzzy", names));
	assert_null(nearest("q", names));
	assert_null(nearest("groups", none));
	memset(longer, 'g', 64);
	longer[64] = '\0';
	{
		const char *const same[] = { longer, NULL };

		assert_ptr_equal(nearest(longer, same), longer); /* as long as is looked at */
	}
	memset(longer, 'g', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_null(nearest(longer, names));
}

/* How near is near: half the word's letters may be wrong, missing or too many. */
static void test_distance(void **state)
{
	static const struct {
		const char *word, *name;
		bool found;
	} cases[] = {
		{ "ab", "abc", true },		{ "ab", "a", true },
		{ "ab", "xycd", false },	{ "abcd", "ab", true },
		{ "abcd", "a", false },		{ "abcd", "abcdef", true },
		{ "abcd", "cd", true },		{ "abcd", "xyabcd", true },
		{ "abcd", "abcdefghij", true }, /* begins with it */
		{ "abcd", "xbcdefg", false },	{ "a", "abc", false },
		{ "abcd", "xxcd", true },	{ "abcd", "xxxd", false },
		{ "abcd", "bacd", true },	{ "abcd", "cdab", false },
		{ "abcdef", "adef", true },	{ "abcdef", "xyzdef", true },
		{ "abcdef", "wxyzef", false },	{ "a", "b", false },
		{ "abc", "xbz", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const names[] = { cases[i].name, NULL };

		assert_case((nearest(cases[i].word, names) != NULL) == cases[i].found,
			    cases[i].name);
	}
}

static void test_flatten(void **state)
{
	char text[] = "a\nb\tc\x1b[2J\x01\x1f \x7f~\xc3\x9f", none[] = "";

	(void)state;
	flatten(text);
	assert_string_equal(text, "a?b?c?[2J?? ?~\xc3\x9f");
	flatten(none);
	assert_string_equal(none, "");
}

static void test_strings(void **state)
{
	struct strings list = { 0 };
	char *joined = strings_join(&list, ",");

	(void)state;
	assert_string_equal(joined, "");
	free(joined);
	assert_false(strings_contain(&list, ""));
	strings_add(&list, "a");
	joined = strings_join(&list, ",");
	assert_string_equal(joined, "a");
	free(joined);
	strings_take(&list, xstrdup(""));
	strings_add(&list, "a");
	joined = strings_join(&list, ", ");
	assert_string_equal(joined, "a, , a");
	free(joined);
	assert_int_equal(list.nr, 3);
	assert_true(strings_contain(&list, ""));
	assert_true(strings_contain(&list, "a"));
	assert_false(strings_contain(&list, "A"));
	strings_free(&list);
	assert_int_equal(list.nr, 0);
	assert_null(list.items);
}

/* A list grows through several powers of two. */
static void test_many_strings(void **state)
{
	struct strings list = { 0 };
	char text[16];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		strings_add(&list, text);
	}
	assert_int_equal(list.nr, 1000);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_string_equal(list.items[i], text);
	}
	strings_free(&list);
}

static void test_error(void **state)
{
	struct error err = { 0 };
	char longer[400];

	(void)state;
	assert_int_equal((fail)(&err, -ENOENT, "%s: not there", "x"), -ENOENT);
	assert_int_equal((fail)(&err, -EIO, "later"), -EIO); /* the first is kept */
	assert_int_equal(err.code, -ENOENT);
	assert_string_equal(err.text, "x: not there");
	assert_int_equal((fail)(NULL, -EIO, "nobody listens"), -EIO);

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	err = (struct error){ 0 };
	(fail)(&err, -EIO, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_no_numbers),
		cmocka_unit_test(test_number_at_the_maximum),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_flatten),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_many_strings),
		cmocka_unit_test(test_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
