/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The argument of p2p-test --target: DEVICE[:BAR[:OFFSET]]. */
#include <errno.h>

#include "cmd/linux/p2p_test.h"
#include "unit.h"

static void test_good(void **state)
{
	static const struct {
		const char *text, *device;
		int bar;
		uint64_t offset;
	} cases[] = {
		{ "0000:03:00.0", "0000:03:00.0", -1, 0 },
		{ "03:00.0", "03:00.0", -1, 0 },
		{ "0000:03:00.0:0", "0000:03:00.0", 0, 0 },
		{ "03:00.0:2", "03:00.0", 2, 0 },
		{ "03:00.0:5", "03:00.0", 5, 0 },
		{ "03:00.0:002", "03:00.0", 2, 0 },
		{ "10000:03:00.0:5:0x1000", "10000:03:00.0", 5, 0x1000 },
		{ "0000:03:00.0:2:0", "0000:03:00.0", 2, 0 },
		{ "0000:03:00.0:2:8", "0000:03:00.0", 2, 8 },
		{ "0000:03:00.0:2:4096", "0000:03:00.0", 2, 4096 },
		{ "0000:03:00.0:2:0xfffffffffffffff8", "0000:03:00.0", 2, LAST - 7 },
		/* No dot, so that there is no BAR: decimal addresses, and names of other buses. */
		{ "pci0:3:0:0", "pci0:3:0:0", -1, 0 },
		{ "3/0/0", "3/0/0", -1, 0 },
		{ "AMDI0020:00", "AMDI0020:00", -1, 0 },
		{ "AMDI0020:00:2", "AMDI0020:00:2", -1, 0 },
		{ "2", "2", -1, 0 },
		{ ":", ":", -1,
		  0 }, /* whether a device is so called is seen when it is looked up */
		{ "fe000000.serial", "fe000000.serial", -1, 0 },
		{ "fe000000.serial:1:16", "fe000000.serial", 1, 16 },
		{ "fe000000.bus:serial.1", "fe000000.bus:serial.1", -1, 0 },
	};
	struct target_argument target;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		memset(&target, 0xaa, sizeof(target));
		assert_case_equal(parse_target(cases[i].text, &target), 0, cases[i].text);
		assert_string_equal(target.device, cases[i].device);
		assert_case_equal(target.bar, cases[i].bar, cases[i].text);
		assert_case_equal(target.offset, cases[i].offset, cases[i].text);
		free(target.device);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{ "", -EINVAL },
		{ "0000:03:00.0:", -EINVAL },
		{ "0000:03:00.0::", -EINVAL },
		{ "0000:03:00.0::8", -EINVAL },
		{ "0000:03:00.0:2:", -EINVAL },
		{ "0000:03:00.0:x", -EINVAL },
		{ "0000:03:00.0:2x", -EINVAL },
		{ "0000:03:00.0:0x2", -EINVAL },
		{ "0000:03:00.0:-1", -EINVAL },
		{ "0000:03:00.0:+1", -EINVAL },
		{ "0000:03:00.0: 1", -EINVAL },
		{ "0000:03:00.0:1 ", -EINVAL },
		{ "0000:03:00.0:2:x", -EINVAL },
		{ "0000:03:00.0:2:8x", -EINVAL },
		{ "0000:03:00.0:2:-8", -EINVAL },
		{ "0000:03:00.0:2:0x", -EINVAL },
		{ "0000:03:00.0:2:1f8", -EINVAL },
		{ "0000:03:00.0:2:0x1000:", -EINVAL },
		{ "0000:03:00.0:2:0x1000:8", -EINVAL },
		{ "0000:03:00.0:2:0x10000000000000000", -EINVAL },  /* 2^64 */
		{ "0000:03:00.0:2:18446744073709551616", -EINVAL }, /* the same */
		{ "0000:03:00.0:18446744073709551618", -ERANGE },   /* 2 modulo 2^64 */
		{ "0000:03:00.0:6", -ERANGE },
		{ "0000:03:00.0:4294967298", -ERANGE }, /* 2 modulo 2^32 */
		{ "0000:03:00.0:6:0x1000", -ERANGE },
		{ "0000:03:00.0:2:7", -EDOM },
		{ "0000:03:00.0:2:4", -EDOM },
		{ "0000:03:00.0:2:0xffffffffffffffff", -EDOM },
	};
	struct target_argument target;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_case_equal(parse_target(cases[i].text, &target), cases[i].code,
				  cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
