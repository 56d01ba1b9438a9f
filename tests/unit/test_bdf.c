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
		{ "10/31/7", { 0, 10, 31, 7 } },
		{ "pci0:10:31:7", { 0, 10, 31, 7 } },
		{ "pci1:3:0:0", { 1, 3, 0, 0 } },
		/* ARI: 9 is device 1, function 1 */
		{ "pci0:3:0:9", { 0, 3, 1, 1 } },
		{ "3/0/255", { 0, 3, 31, 7 } },
		{ "pci3:0:129", { 0, 3, 16, 1 } },
		/* as pciconf -l has it */
		{ "pci0:1:0:0:", { 0, 1, 0, 0 } },
		{ "pci4294967295:255:31:7:", { 0xffffffff, 255, 31, 7 } },
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
		"pci0:0:1:8",
		"pci0:0:0:256",
		"pci0:0:0:a",
		"pci0a:0:0:0",
		"pci0:0:0.0",
		"pci:0:0:0",
		"pci0:0:0:",
		"pci-1:0:0:0",
		"pci 0:0:0:0",
		"PCI0:0:0:0",
		"pci0x1:0:0:0",
		/* which world is meant? */
		"pci0:01:00.0",
		"pci0:01:00:0",
		"pci00:1:0:0",
		"pci0:1:0:00",
		"pci0:0a:0:0",
		"01/0/0",
		"0a/00/0",
		"10/00/0",
		"01/00.0",
		"0/1/0/0",
		/* a ":" behind fewer than four numbers, or two of them */
		"pci1:0:0:",
		"pci0:1:0:0::",
		"pci0:1:0:0:0:",
		":pci0:1:0:0",
		"0000:01:00.0:",
		"1/0/0:",
		"pci0:1:0:0: ",
		"pci0: 1:0:0",
		"igb0@pci0:1:0:0:",
		"/",
		"//",
		"0/0",
		"0/0/",
		"/0/0",
		"0/0/0/0",
		"256/0/0",
		"0/32/0",
		"0/1/8",
		"0/0/256",
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

/* The vectors of FreeBSD: the same function in three ways of writing, and its requester ID. */
static void test_two_worlds(void **state)
{
	static const struct {
		const char *linux, *freebsd, *bhyve; /* NULL: it cannot be expressed */
		uint16_t requester;
	} cases[] = {
		{ "0000:01:00.0", "pci0:1:0:0", "1/0/0", 0x0100 },
		{ "0000:0a:1f.7", "pci0:10:31:7", "10/31/7", 0x0aff },
		{ "0000:ff:00.0", "pci0:255:0:0", "255/0/0", 0xff00 },
		{ "0001:03:00.0", "pci1:3:0:0", NULL, 0x0300 },
		{ "ffffffff:ff:1f.7", "pci4294967295:255:31:7", NULL, 0xffff },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char freebsd[BDF_FREEBSD_SIZE], bhyve[BDF_BHYVE_SIZE];
		struct bdf bdf, back;

		assert_int_equal(bdf_parse(cases[i].linux, &bdf), 0);
		bdf_format_freebsd(&bdf, freebsd);
		assert_string_equal(freebsd, cases[i].freebsd);
		assert_int_equal(bdf_parse(freebsd, &back), 0);
		assert_int_equal(bdf_compare(&bdf, &back), 0);
		assert_int_equal(bdf_format_bhyve(&bdf, bhyve), cases[i].bhyve != NULL);
		assert_string_equal(bhyve, cases[i].bhyve ? cases[i].bhyve : "");
		if (cases[i].bhyve) {
			assert_int_equal(bdf_parse(bhyve, &back), 0);
			assert_int_equal(bdf_compare(&bdf, &back), 0);
		}
		assert_int_equal(bdf_requester(&bdf), cases[i].requester);
	}
}

static void test_problem(void **state)
{
	static const char out_of_decimal[] = "out of range: the bus goes to 255, the slot to 31, "
					     "the function to 7, or in slot 0 to 255";
	static const char out_of_hexadecimal[] =
		"out of range: the bus goes to ff, the device to 1f, the function to 7";
	static const char missing[] = "a number is missing behind the last \":\"";
	const struct {
		const char *text, *problem;
	} cases[] = {
		{ "pci0:01:00.0",
		  "with a \".\" an address is hexadecimal and has only \":\" before it, else it is "
		  "decimal: 0000:01:00.0 is pci0:1:0:0" },
		{ "pci0:0a:1f.7",
		  "with a \".\" an address is hexadecimal and has only \":\" before it, else it is "
		  "decimal: 0000:0a:1f.7 is pci0:10:31:7" },
		{ "0a/00.0",
		  "with a \".\" an address is hexadecimal and has only \":\" before it, else it is "
		  "decimal: 0000:0a:00.0 is 10/0/0" },
		{ "pci0:0a:0:0", "pciD:B:S:F is decimal: 0000:0a:00.0 is pci0:10:0:0" },
		{ "pci0:ff:1F:7", "pciD:B:S:F is decimal: 0000:ff:1f.7 is pci0:255:31:7" },
		{ "0a/00/0", "B/S/F is decimal: 0000:0a:00.0 is 10/0/0" },
		{ "a/0/0", "B/S/F is decimal: 0000:0a:00.0 is 10/0/0" },
		/* the same in both worlds */
		{ "01/00/0", "decimal numbers have no leading zeros: write 1/0/0" },
		{ "pci0:01:00:0", "decimal numbers have no leading zeros: write pci0:1:0:0" },
		{ "pci0000:03:00:0", "decimal numbers have no leading zeros: write pci0:3:0:0" },
		/* not the same: 10h is 16 */
		{ "10/00/0", "with leading zeros it may be meant as hexadecimal: 0000:0a:00.0 is "
			     "10/0/0, and 0000:10:00.0 is 16/0/0" },
		{ "pci0:10:00:0", "with leading zeros it may be meant as hexadecimal: 0000:0a:00.0 "
				  "is pci0:10:0:0, and 0000:10:00.0 is pci0:16:0:0" },
		/* only one of the readings is an address: 31h is beyond 1fh */
		{ "01/31/0", "decimal numbers have no leading zeros: write 1/31/0" },
		{ "0/1/0/0", "B/S/F has no domain: write pci0:1:0:0" },
		{ "2/10/0/0", "B/S/F has no domain: write pci2:10:0:0" },
		{ "0:10:0:0", "write 0000:10:00.0 if it is hexadecimal, or pci0:10:0:0 if it is "
			      "decimal" },
		{ "3:0:0", "write 0000:03:00.0 if it is hexadecimal, or pci0:3:0:0 if it is "
			   "decimal" },
		{ "0000:0a:00:0", "write 0000:0a:00.0" },
		{ "0:200:31:0", "write pci0:200:31:0" },
		{ "PCI0:1:0:0", "write pci0:1:0:0" },
		{ "igb0@pci0:1:0:0:", "leave out the driver: pci0:1:0:0" },
		{ "pci0:256:0:0", out_of_decimal },
		{ "pci0:0:32:0", out_of_decimal },
		{ "0/1/8", out_of_decimal },
		{ "0/0/256", out_of_decimal },
		{ "256/0/0", out_of_decimal },
		{ "0000:03:20.0", out_of_hexadecimal },
		{ "0000:03:00.8", out_of_hexadecimal },
		{ "100:00.0", out_of_hexadecimal },
		{ "pci0:1:0:", missing },
		{ "pci0:1:", missing },
		{ " 03:00.0", "write 03:00.0, without blanks" },
		{ "pci0: 1:0:0", "write pci0:1:0:0, without blanks" },
		{ "1/0/0\n", "write 1/0/0, without blanks" },
		/* addresses, and what nobody meant as one */
		{ "0000:03:00.0", NULL },
		{ "pci0:1:0:0:", NULL },
		{ "10/0/0", NULL },
		{ "", NULL },
		{ "eth0", NULL },
		{ "my device", NULL },
		{ "ppt0", NULL },
		{ "pci", NULL },
		{ "pci0", NULL },
		{ "PCI", NULL },
		{ "10de:2330", NULL },
		{ "/dev/pci", NULL },
		{ "a@b", NULL },
		{ ":::", NULL },
		{ "0000::00.0", NULL },
		{ "03:00.0.0", NULL },
		{ "00000000000000000000000000000000000000:03:00.9", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *problem = bdf_problem(cases[i].text);

		if (!cases[i].problem && problem)
			fail_msg("case \"%s\": \"%s\"", cases[i].text, problem);
		if (cases[i].problem && (!problem || strcmp(problem, cases[i].problem) != 0))
			fail_msg("case \"%s\": \"%s\", not \"%s\"", cases[i].text,
				 problem ? problem : "nothing", cases[i].problem);
		free(problem);
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
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_widest_decimal_domain),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_two_worlds),
		cmocka_unit_test(test_problem),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_requester),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
