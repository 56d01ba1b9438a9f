/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernels have PR 260178. */
#include <limits.h>

#include "model/freebsd/pr260178.h"
#include "unit.h"

static void test_by_number(void **state)
{
	static const struct {
		int osreldate;
		enum pr260178_state state;
		const char *why;
	} cases[] = {
		{ -1, PR260178_UNKNOWN, "kern.osreldate, is unknown" },
		{ 0, PR260178_UNKNOWN, "kern.osreldate, is unknown" },
		{ 1100122, PR260178_AFFECTED, "up to 12.3" },
		{ 1104001, PR260178_AFFECTED, "up to 12.3" },
		{ 1201000, PR260178_AFFECTED, "up to 12.3" },
		{ 1203000, PR260178_AFFECTED, "up to 12.3" },
		{ 1203001, PR260178_UNKNOWN, "nothing is known" },
		{ 1203500, PR260178_UNKNOWN, "12-STABLE" },
		{ 1204000, PR260178_UNKNOWN, "12-STABLE" },
		{ 1204999, PR260178_UNKNOWN, "12-STABLE" },
		{ 1205000, PR260178_UNKNOWN, "nothing is known" },
		{ 1299999, PR260178_UNKNOWN, "nothing is known" },
		{ 1300000, PR260178_AFFECTED, "13.0" },
		{ 1300139, PR260178_AFFECTED, "13.0" },
		{ 1300526, PR260178_AFFECTED, "13.0" },
		{ 1300527, PR260178_UNKNOWN, "nothing is known" },
		{ 1301000, PR260178_UNKNOWN, "13.1 was branched before" },
		{ 1301001, PR260178_UNKNOWN, "nothing is known" },
		{ 1301500, PR260178_UNKNOWN, "while it had this number" },
		{ 1301501, PR260178_UNKNOWN, "while it had this number" },
		{ 1301502, PR260178_UNKNOWN, "probably" },
		{ 1301999, PR260178_UNKNOWN, "probably" },
		{ 1302000, PR260178_FIXED, "13.2 and later" },
		{ 1302001, PR260178_FIXED, "13.2 and later" },
		{ 1399999, PR260178_FIXED, "13.2 and later" },
		{ 1400000, PR260178_AFFECTED, "14-CURRENT until" },
		{ 1400052, PR260178_AFFECTED, "14-CURRENT until" },
		{ 1400053, PR260178_UNKNOWN, "while it had this number" },
		{ 1400054, PR260178_FIXED, "14.0 and later" },
		{ 1400097, PR260178_FIXED, "14.0 and later" },
		{ 1402000, PR260178_FIXED, "14.0 and later" },
		{ 1500000, PR260178_FIXED, "14.0 and later" },
		{ INT_MAX, PR260178_FIXED, "14.0 and later" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct pr260178_verdict *verdict = pr260178(cases[i].osreldate);
		char name[16];

		snprintf(name, sizeof(name), "%d", cases[i].osreldate);
		assert_case_equal(verdict->state, cases[i].state, name);
		assert_case(strstr(verdict->why, cases[i].why), name);
		/* Who is told that all is well needs no next step, anybody else does. */
		assert_case((verdict->next == NULL) == (verdict->state == PR260178_FIXED), name);
	}
	assert_null(pr260178_name(PR260178_UNKNOWN));
	assert_string_equal(pr260178_name(PR260178_AFFECTED), "affected");
	assert_string_equal(pr260178_name(PR260178_FIXED), "fixed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
