/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI addresses: every form that is read and written, and everything that is refused. */
#include <errno.h>

#include "model/bdf.h"
#include "unit.h"

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		struct bdf bdf;
	} cases[] = {
		{ "0000:00:00.0", { 0, 0, 0, 0 } },
		{ "0000:03:00.0", { 0, 3, 0, 0 } },
		{ "0000:ff:1f.7", { 0, 255, 31, 7 } },
		{ "0000:FF:1F.7", { 0, 255, 31, 7 } },
		{ "abcd:12:03.4", { 0xabcd, 0x12, 3, 4 } },
		{ "10000:e1:00.0", { 0x10000, 0xe1, 0, 0 } }, /* VMD */
		{ "ffffffff:ff:1f.7", { 0xffffffff, 255, 31, 7 } },
		{ "0:3:0.0", { 0, 3, 0, 0 } }, /* no leading zeros */
		{ "03:00.0", { 0, 3, 0, 0 } },
		{ "e1:1f.7", { 0, 0xe1, 31, 7 } },
		/* FreeBSD: decimal */
		{ "pci0:3:0:0", { 0, 3, 0, 0 } },
		{ "pci2:255:31:7", { 2, 255, 31, 7 } },
		{ "pci10:16:16:1", { 10, 16, 16, 1 } }, /* not 0x10 */
		{ "pci65536:0:0:0", { 65536, 0, 0, 0 } },
		{ "pci3:0:0", { 0, 3, 0, 0 } },
		{ "pci17:20:3", { 0, 17, 20, 3 } },
		{ "3/0/0", { 0, 3, 0, 0 } },
		{ "255/31/7", { 0, 255, 31, 7 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bdf bdf = { 1, 1, 1, 1 };

		assert_case_equal(bdf_parse(cases[i].text, &bdf), 0, cases[i].text);
		assert_case_equal(bdf.domain, cases[i].bdf.domain, cases[i].text);
		assert_case_equal(bdf.bus, cases[i].bdf.bus, cases[i].text);
		assert_case_equal(bdf.device, cases[i].bdf.device, cases[i].text);
		assert_case_equal(bdf.function, cases[i].bdf.function, cases[i].text);
	}
}

/* FreeBSD's domains have 32 bits too, and their decimal needs up to ten digits. */
static void test_parse_widest_decimal_domain(void **state)
{
	struct bdf bdf = { 0 };

	(void)state;
	assert_int_equal(bdf_parse("pci4294967295:0:0:0", &bdf), 0);
	assert_int_equal(bdf.domain, 0xffffffff);
	assert_int_equal(bdf_parse("pci4294967296:0:0:0", &bdf), -EINVAL);
}

static void test_refuse(void **state)
{
	static const char *const cases[] = {
		"",
		".",
		":",
		"::",
		":.",
		"::.",
		"0",
		"0.0",
		"03",
		"0000:03:00",
		"03:00",
		"0000:03:00.",
		"0000:03:.0",
		"0000::00.0",
		":03:00.0",
		"03:00.0.0",
		"0000:03:00.8",
		"0000:03:20.0",
		"0000:100:00.0",
		"100000000:03:00.0",
		"000000000:03:00.0",
		"0000:0000:03:00.0",
		"10de:2330",
		"0000:03:00:0",
		"0000.03.00.0",
		"0000:03:00.0 ",
		" 0000:03:00.0",
		"0000:03:00.0\n",
		"+0000:03:00.0",
		"-1:03:00.0",
		"0000:-3:00.0",
		"0x0000:03:00.0",
		"0000:0x3:00.0",
		"0000:03:00.0x0",
		"g000:03:00.0",
		"0000:3g:00.0",
		"0000:03:00.f",
		"0000:03:00.00000",
		"0000:03:00.0:0000:03:00.0:0000:03:00.0",
		"00000000000000000000000000:03:00.0",
		"0000000000000000000000000:03:00.0",
		"000000000000000000000000:03:00.0",
		"pci",
		"pci0",
		"pci0:0",
		"pci0:0:0:0:0",
		"pci0:256:0:0",
		"pci0:0:32:0",
		"pci0:0:0:8",
		"pci0:0:0:a",
		"pci0a:0:0:0",
		"pci0:0:0.0",
		"pci:0:0:0",
		"pci0:0:0:",
		"pci-1:0:0:0",
		"pci 0:0:0:0",
		"PCI0:0:0:0",
		"pci0x1:0:0:0",
		"/",
		"//",
		"0/0",
		"0/0/",
		"/0/0",
		"0/0/0/0",
		"256/0/0",
		"0/32/0",
		"0/0/8",
		"a/0/0",
		"0/0/0 ",
		"eth0",
		"03:00.0/..",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bdf bdf = { 9, 9, 9, 1 };

		assert_case_equal(bdf_parse(cases[i], &bdf), -EINVAL, cases[i]);
		assert_case(bdf.domain == 9 && bdf.bus == 9, cases[i]); /* untouched */
	}
}

static void test_format(void **state)
{
	static const struct {
		struct bdf bdf;
		const char *text;
	} cases[] = {
		{ { 0, 0, 0, 0 }, "0000:00:00.0" },
		{ { 0, 3, 31, 7 }, "0000:03:1f.7" },
		{ { 0xabc, 0xab, 10, 2 }, "0abc:ab:0a.2" },
		{ { 0x10000, 0xe1, 0, 0 }, "10000:e1:00.0" },
		{ { 0xffffffff, 255, 31, 7 }, "ffffffff:ff:1f.7" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[BDF_TEXT_SIZE];
		struct bdf back;

		bdf_format(&cases[i].bdf, text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(bdf_parse(text, &back), 0);
		assert_int_equal(bdf_compare(&back, &cases[i].bdf), 0);
	}
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

static void test_order(void **state)
{
	/* Each is before the next. */
	static const struct bdf order[] = {
		{ 0, 0, 0, 0 },		 { 0, 0, 0, 1 },       { 0, 0, 1, 0 },
		{ 0, 0, 31, 7 },	 { 0, 1, 0, 0 },       { 0, 255, 0, 0 },
		{ 1, 0, 0, 0 },		 { 0x10000, 0, 0, 0 }, { 0x80000000, 0, 0, 0 },
		{ 0xffffffff, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(order); i++)
		for (size_t k = 0; k < COUNT(order); k++)
			assert_int_equal(sign(bdf_compare(&order[i], &order[k])),
					 sign((int)i - (int)k));
}

static void test_requester(void **state)
{
	(void)state;
	assert_int_equal(bdf_requester(&(struct bdf){ 0, 0, 0, 0 }), 0);
	assert_int_equal(bdf_requester(&(struct bdf){ 0, 0x12, 0x1f, 7 }), 0x12ff);
	assert_int_equal(bdf_requester(&(struct bdf){ 5, 3, 1, 0 }), 0x0308); /* no domain in it */
	assert_int_equal(bdf_requester(&(struct bdf){ 0, 255, 31, 7 }), 0xffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),  cmocka_unit_test(test_parse_widest_decimal_domain),
		cmocka_unit_test(test_refuse), cmocka_unit_test(test_format),
		cmocka_unit_test(test_order),  cmocka_unit_test(test_requester),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
