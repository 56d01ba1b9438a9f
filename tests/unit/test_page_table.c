/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page tables that Intel's debugfs shows: texts recorded from Linux 7.3 on an emulated unit,
 * and texts in the formats of drivers/iommu/intel/debugfs.c of 6.1 and 6.12.
 */
#include <errno.h>

#include "probe/page_table.h"
#include "unit.h"

#define HEAD                                                                                       \
	"IOVA_PFN         \tPML5E             \tPML4E             \tPDPE              \tPDE      " \
	"         \tPTE\n"

/* Linux 7.3: a page of 4 KiB, mapped for reads and writes. */
#define RECORDED_4K                                                                                \
	"Device 0000:00:02.0 @0xfaa000\n" HEAD                                                     \
	"0x0000000004000 |\t0x0000000000000000\t0x0000000000fb2403\t0x0000000000fba403"            \
	"\t0x0000000000fcc403\t0x00000000015b0003\n"

/* The same machine: two pages, for reads only. */
#define RECORDED_READ_ONLY                                                                         \
	"Device 0000:00:02.0 @0xfaa000\n" HEAD                                                     \
	"0x0000000044000 |\t0x0000000000000000\t0x0000000000fb2403\t0x0000000000f9f403"            \
	"\t0x0000000000f98403\t0x00000000015a7001\n"                                               \
	"0x0000000044001 |\t0x0000000000000000\t0x0000000000fb2403\t0x0000000000f9f403"            \
	"\t0x0000000000f98403\t0x00000000015a6001\n"

/* The same machine: a page of 2 MiB; the line ends with its entry. */
#define RECORDED_2M                                                                                \
	"Device 0000:00:02.0 @0xfaa000\n" HEAD                                                     \
	"0x000000004c000 |\t0x0000000000000000\t0x0000000000fb2403\t0x0000000000f9f403"            \
	"\t0x0000000003800083\n"

/* As 7.3 writes a page of 1 GiB, and 6.12 all of them: filled up with zeros. */
#define SHORT_1G                                                                                   \
	"Device 0000:00:02.0 @0xfaa000\n" HEAD                                                     \
	"0x0000000080000 |\t0x0000000000000000\t0x0000000000fb2403\t0x0000000080000083\n"
#define LONG_1G                                                                                    \
	"Device 0000:00:02.0 @0x1fb2000\n" HEAD                                                    \
	"0x0000000080000 |\t0x0000000000000000\t0x0000000000fb2003\t0x0000000080000083"            \
	"\t0x0000000000000000\t0x0000000000000000\n"
#define LONG_2M                                                                                    \
	"Device 0000:00:02.0 @0x1fb2000\n" HEAD                                                    \
	"0x000000004c000 |\t0x0000000000000000\t0x0000000000fb2003\t0x0000000000f9f003"            \
	"\t0x0000000003800083\t0x0000000000000000\n"

/* Five levels, with the address in the upper half of them. */
#define FIVE_LEVELS                                                                                \
	"Device 0000:00:02.0 @0xfaa000\n" HEAD                                                     \
	"0x1000000000000 |\t0x0000000000fb1003\t0x0000000000fb2003\t0x0000000000fb3003"            \
	"\t0x0000000000fb4003\t0x00000000015b0003\n"

/* Linux 6.1: all groups in one file, each by its first device, an empty line behind each. */
#define GLOBAL_HEAD "IOVA_PFN\t\tPML5E\t\t\tPML4E\t\t\tPDPE\t\t\tPDE\t\t\tPTE\n"
#define GLOBAL                                                                                     \
	"Device 0000:00:01.0 @0x111000\n" GLOBAL_HEAD                                              \
	"0x0000000004000 |\t0x0000000000000000\t0x0000000000fb2003\t0x0000000000fba003"            \
	"\t0x0000000000fcc083\t0x0000000000000000\n\n"                                             \
	"Device 0000:00:02.0 @0x222000\n" GLOBAL_HEAD                                              \
	"0x0000000004000 |\t0x0000000000000000\t0x0000000000fb2003\t0x0000000000fba003"            \
	"\t0x0000000000fcc003\t0x00000000015b0001\n\n"                                             \
	"Device 0000:00:020.0 @0x333000\n" GLOBAL_HEAD "\n"

/* Scalable mode: the table of DMA without a PASID is that of PASID 0. */
#define PASID(number)                                                                              \
	"Device 0000:00:02.0 with pasid " number " @0xfaa000\n" HEAD                               \
	"0x0000000004000 |\t0x0000000000000000\t0x0000000000fb2403\t0x0000000000fba403"            \
	"\t0x0000000000fcc403\t0x00000000015b0003\n"

#define NONE                                                                                       \
	{                                                                                          \
		0, false                                                                           \
	}
#define SMALL                                                                                      \
	{                                                                                          \
		4096, true                                                                         \
	}
#define SMALL_READ_ONLY                                                                            \
	{                                                                                          \
		4096, false                                                                        \
	}
#define LARGE                                                                                      \
	{                                                                                          \
		2 << 20, true                                                                      \
	}
#define HUGE                                                                                       \
	{                                                                                          \
		1 << 30, true                                                                      \
	}

static const struct {
	const char *name, *text;
	uint64_t iova;
	int code;
	struct leaf leaf;
} cases[] = {
	{ "4 KiB", RECORDED_4K, 0x4000000, 0, SMALL },
	{ "4 KiB, its last byte", RECORDED_4K, 0x4000fff, 0, SMALL },
	{ "below it", RECORDED_4K, 0x3ffffff, -ENODATA, NONE },
	{ "above it", RECORDED_4K, 0x4001000, -ENODATA, NONE },
	{ "read only", RECORDED_READ_ONLY, 0x44000000, 0, SMALL_READ_ONLY },
	{ "read only, the second", RECORDED_READ_ONLY, 0x44001000, 0, SMALL_READ_ONLY },
	{ "2 MiB", RECORDED_2M, 0x4c000000, 0, LARGE },
	{ "2 MiB, its last page", RECORDED_2M, 0x4c1ff000, 0, LARGE },
	{ "2 MiB, behind it", RECORDED_2M, 0x4c200000, -ENODATA, NONE },
	{ "2 MiB with zeros", LONG_2M, 0x4c000000, 0, LARGE },
	{ "1 GiB", SHORT_1G, 0x80000000, 0, HUGE },
	{ "1 GiB, its last page", SHORT_1G, 0xbffff000, 0, HUGE },
	{ "1 GiB, behind it", SHORT_1G, 0xc0000000, -ENODATA, NONE },
	{ "1 GiB with zeros", LONG_1G, 0x80000000, 0, HUGE },
	{ "five levels", FIVE_LEVELS, 0x1000000000000000, 0, SMALL },
	{ "one of several tables", GLOBAL, 0x4000000, 0, SMALL_READ_ONLY },
	{ "in another one only", GLOBAL, 0x4001000, -ENODATA, NONE },
	{ "PASID 0", PASID("0"), 0x4000000, 0, SMALL },
	{ "PASID 1", PASID("1"), 0x4000000, -ENOENT, NONE },
	{ "no text", "", 0x4000000, -ENOENT, NONE },
	{ "off", "DMA Remapping is not enabled on dmar0\n", 0x4000000, -ENOENT, NONE },
	{ "heading only", "Device 0000:00:02.0 @0xfaa000\n" HEAD, 0, -ENODATA, NONE },
	{ "heading torn", "Device ", 0, -ENOENT, NONE },
	{ "line torn", "Device 0000:00:02.0 @0xfaa000\n0x0000000004000 |", 0x4000000, -ENODATA,
	  NONE },
	{ "entries of 0", "Device 0000:00:02.0 @0xfaa000\n0x0000000004000 |\t0x0\t0x0\n", 0x4000000,
	  -ENODATA, NONE },
};

static void test_cases(void **state)
{
	struct device device = { .name = (char *)"0000:00:02.0" };
	struct device *members[] = { &device };
	struct group group = { .devices = members, .nr_devices = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = strdup(cases[i].text);
		struct leaf leaf = { 0 };
		int code = page_table_leaf(text, &group, (struct iova){ cases[i].iova }, &leaf);

		assert_case_equal(code, cases[i].code, cases[i].name);
		if (code == 0) {
			assert_case_equal(leaf.page_size, cases[i].leaf.page_size, cases[i].name);
			assert_case(leaf.is_writable == cases[i].leaf.is_writable, cases[i].name);
		}
		free(text);
	}
}

/* 6.1 shows the table by the first device of the group, whichever was asked for. */
static void test_group(void **state)
{
	struct device first = { .name = (char *)"0000:00:02.0" };
	struct device second = { .name = (char *)"0000:00:02.1" };
	struct device *members[] = { &first, &second };
	struct group group = { .devices = members, .nr_devices = 2 };
	struct group rest = { .devices = members + 1, .nr_devices = 1 };
	char text[] = RECORDED_4K, again[] = RECORDED_4K;
	struct leaf leaf;

	(void)state;
	assert_int_equal(page_table_leaf(text, &group, (struct iova){ 0x4000000 }, &leaf), 0);
	assert_int_equal(page_table_leaf(again, &rest, (struct iova){ 0x4000000 }, &leaf), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
