/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pptdevs of FreeBSD: made to the length, read as the kernel reads it, and linted. */
#include <errno.h>

#include "model/freebsd/pptdevs.h"
#include "world.h"

#define MANY 64

static struct pptdevs_wish wish(uint32_t domain, uint8_t bus, uint8_t slot, uint8_t function)
{
	return (struct pptdevs_wish){ { domain, bus, slot, function }, 0 };
}

/* --- making ----------------------------------------------------------------------------------- */

static void test_made(void **state)
{
	const struct pptdevs_wish wishes[] = {
		wish(0, 10, 0, 0),   wish(0, 6, 5, 0), wish(0, 10, 0, 0), /* again */
		wish(0, 10, 0, 129), /* ARI: another one, whatever its lowest bits are */
		wish(0, 255, 31, 7),
	};
	struct pptdevs made;
	struct error err = { 0 };
	char *line;

	(void)state;
	assert_int_equal(pptdevs_make(wishes, COUNT(wishes), &made, &err), 0);
	assert_int_equal(made.nr, 1);
	assert_string_equal(made.values[0], "10/0/0 6/5/0 10/0/129 255/31/7");
	assert_string_equal(made.values[1], "");
	line = pptdevs_line(&made, 0);
	assert_string_equal(line, "pptdevs=\"10/0/0 6/5/0 10/0/129 255/31/7\"");
	free(line);
	assert_int_equal(pptdevs_make(NULL, 0, &made, &err), 0);
	assert_int_equal(made.nr, 0);
}

/* 13 addresses of 8 characters and 12 blanks are 116; one more would be 125. */
static void test_split(void **state)
{
	struct pptdevs_wish wishes[MANY];
	struct pptdevs made;
	struct error err = { 0 };
	char *line;

	(void)state;
	for (uint8_t i = 0; i < MANY; i++)
		wishes[i] = wish(0, (uint8_t)(100 + i), 31, 7);
	assert_int_equal(pptdevs_make(wishes, 13, &made, &err), 0);
	assert_int_equal(made.nr, 1);
	assert_int_equal(strlen(made.values[0]), 116);
	assert_int_equal(pptdevs_make(wishes, 14, &made, &err), 0);
	assert_int_equal(made.nr, 2);
	assert_int_equal(strlen(made.values[0]), 116);
	assert_string_equal(made.values[1], "113/31/7");
	line = pptdevs_line(&made, 1);
	assert_string_equal(line, "pptdevs2=\"113/31/7\"");
	free(line);
	assert_int_equal(pptdevs_make(wishes, 39, &made, &err), 0);
	assert_int_equal(made.nr, 3);
	line = pptdevs_line(&made, 2);
	assert_non_null(strstr(line, "pptdevs3=\"126/31/7 "));
	assert_non_null(strstr(line, " 138/31/7\""));
	free(line);
	assert_null(err.code ? err.text : NULL);
	assert_int_equal(pptdevs_make(wishes, 40, &made, &err), -ENOSPC);
	assert_int_equal(made.nr, 0);
	assert_string_equal(made.values[0], "");
	assert_string_equal(err.text, "0000:8b:1f.7: does not fit into pptdevs, pptdevs2 and "
				      "pptdevs3, of 120 characters each; reserve fewer devices, "
				      "and bind the others at run time");
}

/* 19 addresses of 5 characters, one of 6 and 19 blanks are 120; with two of 6 it is 121. */
static void test_exact_length(void **state)
{
	struct pptdevs_wish wishes[20];
	struct pptdevs made;

	(void)state;
	for (uint8_t i = 0; i < 19; i++)
		wishes[i] = wish(0, i % 10, i / 10, 0);
	wishes[19] = wish(0, 10, 0, 0);
	assert_int_equal(pptdevs_make(wishes, 20, &made, NULL), 0);
	assert_int_equal(made.nr, 1);
	assert_int_equal(strlen(made.values[0]), 120);
	wishes[18] = wish(0, 11, 0, 0);
	assert_int_equal(pptdevs_make(wishes, 20, &made, NULL), 0);
	assert_int_equal(made.nr, 2);
	assert_string_equal(made.values[1], "10/0/0");
}

static void test_refused(void **state)
{
	struct pptdevs_wish wishes[] = { wish(0, 1, 0, 0), wish(1, 3, 0, 0) };
	struct pptdevs made = { .nr = 9 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(pptdevs_make(wishes, 2, &made, &err), -EINVAL);
	assert_string_equal(err.text, "0001:03:00.0: ppt and bhyve know only PCI domain 0; choose "
				      "a device of it");
	assert_int_equal(made.nr, 0);

	err = (struct error){ 0 };
	wishes[1] = (struct pptdevs_wish){ { 0, 0, 28, 0 }, 1 };
	assert_int_equal(pptdevs_make(wishes, 2, &made, &err), -EINVAL);
	assert_string_equal(err.text, "0000:00:1c.0: it is a bridge, to which ppt never attaches; "
				      "choose an endpoint");
	wishes[1].header_type = -1;
	assert_int_equal(pptdevs_make(wishes, 2, &made, NULL), 0);
	assert_string_equal(made.values[0], "1/0/0 0/28/0");
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Each is what the kernel makes of it with sscanf("%d/%d/%d"). */
static void test_kernel(void **state)
{
	static const struct {
		const char *value;
		struct bdf bdf;
		bool listed;
	} cases[] = {
		{ "10/0/0", { 0, 10, 0, 0 }, true },
		{ "10/0/0", { 0, 0x10, 0, 0 }, false },
		{ "255/31/7", { 0, 255, 31, 7 }, true },
		{ "9/19/7", { 0, 9, 19, 7 }, true },
		{ "10/0/0", { 1, 10, 0, 0 }, false }, /* no domain can be said */
		{ "6/5/0 10/0/0", { 0, 10, 0, 0 }, true },
		{ "6/5/0  10/0/0", { 0, 10, 0, 0 }, true },
		{ " 10/0/0 ", { 0, 10, 0, 0 }, true },
		{ "6/5/0,10/0/0", { 0, 6, 5, 0 }, true },
		{ "6/5/0,10/0/0", { 0, 10, 0, 0 }, false },
		{ "6/5/0\t10/0/0", { 0, 10, 0, 0 }, false },
		{ "010/00/0", { 0, 10, 0, 0 }, true },
		{ "10/0/0x", { 0, 10, 0, 0 }, true },
		{ "0a/0/0", { 0, 10, 0, 0 }, false },
		{ "0a/0/0", { 0, 0, 0, 0 }, false },
		{ "0x10/0/0", { 0, 16, 0, 0 }, false },
		{ "0000:0a:00.0", { 0, 10, 0, 0 }, false },
		{ "pci0:10:0:0", { 0, 10, 0, 0 }, false },
		{ "10/0", { 0, 10, 0, 0 }, false },
		{ "10-0-0", { 0, 10, 0, 0 }, false },
		{ "266/0/0", { 0, 10, 0, 0 }, false }, /* 266 is 10 in 8 bits */
		{ "10/1/8", { 0, 10, 1, 0 }, false },
		{ "10/1/8", { 0, 10, 2, 0 }, false },
		/* ARI */
		{ "10/0/129", { 0, 10, 0, 129 }, true },
		{ "10/0/1", { 0, 10, 0, 129 }, false },
		{ "10/0/129", { 0, 10, 0, 1 }, false },
		{ "10/0/256", { 0, 10, 0, 0 }, false },
		{ "-10/0/0", { 0, 10, 0, 0 }, false },
		{ "+10/+0/+0", { 0, 10, 0, 0 }, true },
		{ "", { 0, 0, 0, 0 }, false },
		{ "//", { 0, 0, 0, 0 }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const found[PPTDEVS_VALUES] = { NULL, cases[i].value };

		assert_case_equal(pptdevs_lists(found, &cases[i].bdf), cases[i].listed,
				  cases[i].value);
	}
}

static void test_parsed(void **state)
{
	const char *const found[PPTDEVS_VALUES] = { "1/0/0 0a/0/0 2/0/0", NULL, "3/1/2" };
	static const struct bdf wanted[] = { { 0, 1, 0, 0 }, { 0, 2, 0, 0 }, { 0, 3, 1, 2 } };
	struct bdf *bdfs;

	(void)state;
	assert_int_equal(pptdevs_parse(found, &bdfs), COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_int_equal(bdf_compare(&bdfs[i], &wanted[i]), 0);
	free(bdfs);
	assert_int_equal(pptdevs_parse((const char *const[PPTDEVS_VALUES]){ NULL }, &bdfs), 0);
	assert_null(bdfs);
}

/* --- linting ---------------------------------------------------------------------------------- */

/* @lines: the problems, each with a "\n"; the devices 0000:01:00.0 and the bridge 0000:00:1c.0. */
static void expect(const char *first, const char *second, const char *lines)
{
	const char *const found[PPTDEVS_VALUES] = { first, second, NULL };
	struct strings problems = { 0 };
	struct world world;
	char *text;

	world_init(&world);
	world_device(&world, 0, 0, 0x1c, 0, 0x060400);
	world_device(&world, 0, 1, 0, 0, 0x020000);
	pptdevs_lint(found, &world.machine, &problems);
	if (problems.nr)
		strings_add(&problems, "");
	text = strings_join(&problems, "\n");
	if (strcmp(text, lines) != 0)
		fail_msg("\"%s\": got\n%snot\n%s", first ? first : second, text, lines);
	free(text);
	strings_free(&problems);
}

static void test_linted(void **state)
{
	(void)state;
	expect(NULL, NULL, "");
	expect("", NULL, "");
	expect("1/0/0", NULL, "");
	expect(NULL, "1/0/0", "");
	expect("0a/00/0", NULL,
	       "pptdevs: \"0a/00/0\": the kernel passes it over; B/S/F is decimal: 0000:0a:00.0 is "
	       "10/0/0\n");
	expect(NULL, "0000:01:00.0",
	       "pptdevs2: \"0000:01:00.0\": the kernel passes it over; write 1/0/0\n");
	expect("pci0:1:0:0", NULL,
	       "pptdevs: \"pci0:1:0:0\": the kernel passes it over; write 1/0/0\n");
	expect("pci1:3:0:0", NULL,
	       "pptdevs: \"pci1:3:0:0\": the kernel passes it over; ppt knows only PCI domain 0\n");
	expect("1/0/0,2/0/0", NULL,
	       "pptdevs: \"1/0/0,2/0/0\": the kernel takes it for 1/0/0; between two devices there "
	       "is one blank, and nothing else\n");
	expect("1/0/0\t2/0/0", NULL,
	       "pptdevs: \"1/0/0\t2/0/0\": the kernel takes it for 1/0/0; between two devices "
	       "there is one blank, and nothing else\n");
	expect("01/00/0", NULL,
	       "pptdevs: \"01/00/0\": the kernel takes it for 1/0/0; decimal numbers have no "
	       "leading zeros: write 1/0/0\n");
	expect("1/1/8", NULL,
	       "pptdevs: \"1/1/8\": the kernel passes it over; out of range: the bus goes to 255, "
	       "the slot to 31, the function to 7, or in slot 0 to 255\n");
	expect("1/0/9", NULL,
	       "pptdevs: 1/0/9: no such device here (0000:01:01.1); iommutool groups --all lists "
	       "them\n");
	expect("nvme0", NULL,
	       "pptdevs: \"nvme0\": the kernel passes it over; write B/S/F in decimal\n");
	expect("1/0/0 ", NULL,
	       "pptdevs: blanks that separate nothing; leave one between two devices\n");
	expect(" 1/0/0", NULL,
	       "pptdevs: blanks that separate nothing; leave one between two devices\n");
	expect("1/0/0", "1/0/0", "pptdevs: 1/0/0 is there twice; leave one\n");
	expect("1/0/0 2/0/0", NULL,
	       "pptdevs: 2/0/0: no such device here (0000:02:00.0); iommutool groups --all lists "
	       "them\n");
	expect("0/28/0", NULL,
	       "pptdevs: 0/28/0 is a bridge (0000:00:1c.0), to which ppt never attaches; take it "
	       "out\n");
}

static void test_linted_length(void **state)
{
	char value[PPTDEVS_LENGTH + 2];
	const char *const found[PPTDEVS_VALUES] = { value };
	struct strings problems = { 0 };

	(void)state;
	/* 19 times "0/S/0 " and what fills it up; who is here is not asked. */
	for (int i = 0; i < 19; i++)
		sprintf(value + 6 * i, "%d/%d/0 ", i % 10, i / 10);
	strcpy(value + 114, "10/0/0");
	assert_int_equal(strlen(value), PPTDEVS_LENGTH);
	pptdevs_lint(found, NULL, &problems);
	assert_int_equal(problems.nr, 0);
	strcpy(value + 114, "100/0/0");
	pptdevs_lint(found, NULL, &problems);
	assert_int_equal(problems.nr, 0); /* what is there, the kernel took whole */
	strings_free(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),	     cmocka_unit_test(test_split),
		cmocka_unit_test(test_exact_length), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_kernel),	     cmocka_unit_test(test_parsed),
		cmocka_unit_test(test_linted),	     cmocka_unit_test(test_linted_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
