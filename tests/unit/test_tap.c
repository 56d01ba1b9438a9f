/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TAP 14: every line as testanything.org has it. */
#include "out/tap.h"
#include "unit.h"

struct page {
	char *text;
	size_t length;
	FILE *stream;
};

static void page_open(struct page *page)
{
	*page = (struct page){ 0 };
	page->stream = open_memstream(&page->text, &page->length);
	assert_non_null(page->stream);
}

static void page_is(struct page *page, const char *wanted)
{
	assert_int_equal(fclose(page->stream), 0);
	assert_string_equal(page->text, wanted);
	free(page->text);
}

static void test_plan(void **state)
{
	struct page page;
	struct tap tap;

	(void)state;
	page_open(&page);
	tap_begin(&tap, page.stream, 2, NULL);
	page_is(&page, "TAP version 14\n1..2\n");
}

static void test_nothing_to_test(void **state)
{
	struct page page;
	struct tap tap;

	(void)state;
	page_open(&page);
	tap_begin(&tap, page.stream, 0, "no IOMMU");
	page_is(&page, "TAP version 14\n1..0 # SKIP no IOMMU\n");
	page_open(&page);
	tap_begin(&tap, page.stream, 0, NULL);
	page_is(&page, "TAP version 14\n1..0\n");
	/* A reason is for nothing, not for something. */
	page_open(&page);
	tap_begin(&tap, page.stream, 1, "no IOMMU");
	page_is(&page, "TAP version 14\n1..1\n");
}

static void test_points(void **state)
{
	const struct tap_point good = { .ok = true, .name = "first-page" };
	const struct tap_point bad = { .ok = false, .name = "last-page" };
	struct page page;
	struct tap tap;

	(void)state;
	page_open(&page);
	tap_begin(&tap, page.stream, 3, NULL);
	tap_show(&tap, &good);
	tap_show(&tap, &bad);
	tap_show(&tap, &good);
	assert_int_equal(tap.nr, 3);
	page_is(&page, "TAP version 14\n1..3\n"
		       "ok 1 - first-page\n"
		       "not ok 2 - last-page\n"
		       "ok 3 - first-page\n");
}

static void test_skip(void **state)
{
	const struct tap_point point = { .ok = true, .name = "huge", .skip = "no pages\nof 1 GiB" };
	struct page page;
	struct tap tap;

	(void)state;
	page_open(&page);
	tap_begin(&tap, page.stream, 1, NULL);
	tap_show(&tap, &point);
	page_is(&page, "TAP version 14\n1..1\nok 1 - huge # SKIP no pages?of 1 GiB\n");
}

/* What a hash sign begins would be a directive. */
static void test_names_are_escaped(void **state)
{
	const struct tap_point point = { .ok = true, .name = "a # TODO b \\ c\nd" };
	struct page page;
	struct tap tap;

	(void)state;
	page_open(&page);
	tap_begin(&tap, page.stream, 1, NULL);
	tap_show(&tap, &point);
	page_is(&page, "TAP version 14\n1..1\nok 1 - a \\# TODO b \\\\ c?d\n");
}

static void test_details(void **state)
{
	const struct tap_detail details[] = { { "observed", "EINVAL" },
					      { "left", NULL },
					      { "reason", "say \"no\": C:\\ #1\n\xff" },
					      { NULL, NULL } };
	const struct tap_detail none[] = { { "observed", NULL }, { NULL, NULL } };
	const struct tap_point point = { .ok = false, .name = "a", .details = details };
	const struct tap_point bare = { .ok = true, .name = "b", .details = none };
	struct page page;
	struct tap tap;

	(void)state;
	page_open(&page);
	tap_begin(&tap, page.stream, 2, NULL);
	tap_show(&tap, &point);
	tap_show(&tap, &bare);
	page_is(&page, "TAP version 14\n1..2\n"
		       "not ok 1 - a\n"
		       "  ---\n"
		       "  observed: \"EINVAL\"\n"
		       "  reason: \"say \\\"no\\\": C:\\\\ #1?\xef\xbf\xbd\"\n"
		       "  ...\n"
		       "ok 2 - b\n");
}

static void test_bail_out(void **state)
{
	struct page page;
	struct tap tap;

	(void)state;
	page_open(&page);
	tap_begin(&tap, page.stream, 5, NULL);
	tap_bail_out(&tap, "interrupted");
	page_is(&page, "TAP version 14\n1..5\nBail out! interrupted\n");
}

/* A reader sees a result while the next test runs. */
static void test_written_at_once(void **state)
{
	const struct tap_point point = { .ok = true, .name = "a" };
	struct page page;
	struct tap tap;

	(void)state;
	page_open(&page);
	tap_begin(&tap, page.stream, 1, NULL);
	assert_string_equal(page.text, "TAP version 14\n1..1\n");
	tap_show(&tap, &point);
	assert_string_equal(page.text, "TAP version 14\n1..1\nok 1 - a\n");
	tap_bail_out(&tap, "x");
	page_is(&page, "TAP version 14\n1..1\nok 1 - a\nBail out! x\n");
}

static void test_quiet(void **state)
{
	const struct tap_point point = { .ok = false, .name = "a" };
	struct tap tap;

	(void)state;
	tap_begin(&tap, NULL, 1, NULL);
	tap_show(&tap, &point);
	tap_bail_out(&tap, "interrupted");
	assert_int_equal(tap.nr, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_nothing_to_test),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_names_are_escaped),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_bail_out),
		cmocka_unit_test(test_written_at_once),
		cmocka_unit_test(test_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
