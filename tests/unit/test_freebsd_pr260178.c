/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernels have PR 260178: by their number, by what the IOMMU has, and by both. */
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

/* --- by the IOMMU's tables -------------------------------------------------------------------- */

/* synthetic: a VM runs, and all can be read */
static struct bhyve running(void)
{
	struct bhyve bhyve;

	bhyve_init(&bhyve);
	bhyve.vmm_loaded = TRI_YES;
	bhyve.initialized = TRI_YES;
	bhyve.enable = TRI_YES;
	bhyve.translating = TRI_YES;
	bhyve.vendor = IOMMU_VENDOR_INTEL;
	bhyve.host_dmar_active = TRI_NO;
	return bhyve;
}

static void assert_obstacle(const struct bhyve *bhyve, size_t assigned, size_t unknown,
			    bool is_skipped, const char *part)
{
	const struct pr260178_obstacle *obstacle = pr260178_obstacle(bhyve, assigned, unknown);

	assert_non_null(obstacle);
	if (!strstr(obstacle->what, part))
		fail_msg("\"%s\" lacks \"%s\"", obstacle->what, part);
	assert_int_equal(obstacle->is_skipped, is_skipped);
}

static void test_obstacles(void **state)
{
	struct bhyve it = running();

	(void)state;
	assert_null(pr260178_obstacle(&it, 1, 0));
	assert_null(pr260178_obstacle(&it, 1, 1));
	assert_obstacle(&it, 0, 0, true, "no VM with a device is running");
	assert_obstacle(&it, 0, 1, false, "whether a VM has a device is unknown");
	it.host_dmar_active = TRI_UNKNOWN;
	assert_obstacle(&it, 1, 0, false, "dmar may have made");
	it.host_dmar_active = TRI_YES;
	assert_obstacle(&it, 1, 0, false, "dmar may have made");
	it.vendor = IOMMU_VENDOR_AMD;
	assert_obstacle(&it, 1, 0, true, "Intel's IOMMU only");
	it.vendor = IOMMU_VENDOR_UNKNOWN;
	it.host_dmar = TRI_NO;
	assert_obstacle(&it, 1, 0, false, "run as root");
	it = running();
	it.translating = TRI_UNKNOWN;
	assert_obstacle(&it, 1, 0, false, "run as root");
	it.translating = TRI_NO;
	assert_obstacle(&it, 1, 0, false, "not every IOMMU translates");
}

static void test_obstacles_idle(void **state)
{
	struct bhyve it = running();

	(void)state;
	it.initialized = TRI_NO;
	assert_obstacle(&it, 0, 0, true, "not started");
	it.vendor = IOMMU_VENDOR_UNKNOWN; /* not root: not started is known all the same */
	assert_obstacle(&it, 0, 0, true, "not started");
	it.enable = TRI_NO;
	assert_obstacle(&it, 0, 0, true, "switched off");
	it.vendor = IOMMU_VENDOR_NONE;
	assert_obstacle(&it, 0, 0, true, "no IOMMU");
	it = running();
	it.initialized = TRI_UNKNOWN;
	assert_obstacle(&it, 0, 0, false, "whether bhyve uses an IOMMU is unknown");
	it.vmm_loaded = TRI_NO;
	assert_obstacle(&it, 0, 0, true, "vmm does not run");
}

static void test_seen(void **state)
{
	static const struct {
		struct guest_memory memory;
		enum pr260178_state state;
		const char *why;
	} cases[] = {
		{ { 512, 0, 0, 0, true, false },
		  PR260178_FIXED,
		  "the host's domain has all 512 pages (4 KiB) of VMs' memory" },
		{ { 0, 512, 0, 0x200000, true, false },
		  PR260178_AFFECTED,
		  "512 of 512 pages (4 KiB) of VMs' memory are missing from the host's domain, the "
		  "first at 0x0000000000200000" },
		/* One is enough. */
		{ { 510, 1, 1, 0x203000, true, false },
		  PR260178_AFFECTED,
		  "1 of 512 pages (4 KiB) of VMs' memory are missing from the host's domain, the "
		  "first at 0x0000000000203000" },
		{ { 510, 1, 1, 0x203000, false, false },
		  PR260178_AFFECTED,
		  "at least 1 of 512 pages (4 KiB) of VMs' memory are missing from the host's "
		  "domain, the first at 0x0000000000203000" },
		{ { 511, 0, 1, 0, true, false },
		  PR260178_UNKNOWN,
		  "1 pages (4 KiB) of VMs' memory are above all that the host's domain has; where "
		  "memory ends is unknown" },
		{ { 512, 0, 0, 0, false, false },
		  PR260178_UNKNOWN,
		  "the host's domain has the first 512 pages (4 KiB) of VMs' memory; there is more "
		  "than is looked at" },
		{ { 0, 0, 0, 0, true, false },
		  PR260178_UNKNOWN,
		  "the domains of the VMs lead to no memory" },
		{ { 0, 512, 0, 0x200000, true, true },
		  PR260178_UNKNOWN,
		  "the domains are not as bhyve makes them" },
	};
	struct pr260178_look look = { 0 };
	char *why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		look = (struct pr260178_look){ .is_asked = true, .memory = cases[i].memory };
		why = pr260178_seen_why(&look);
		assert_string_equal(why, cases[i].why);
		assert_case(pr260178_seen(&look) == cases[i].state, cases[i].why);
		free(why);
	}
	look.memory = cases[0].memory;
	strcpy(look.obstacle, "no VM");
	why = pr260178_seen_why(&look);
	assert_string_equal(why, "no VM");
	assert_int_equal(pr260178_seen(&look), PR260178_UNKNOWN);
	free(why);
	look = (struct pr260178_look){ .memory = cases[0].memory };
	assert_int_equal(pr260178_seen(&look), PR260178_UNKNOWN);
}

/* --- by both ---------------------------------------------------------------------------------- */

static void test_answer(void **state)
{
	static const struct guest_memory fixed = { .there = 2, .is_whole = true };
	static const struct guest_memory affected = { .missing = 2,
						      .first_missing = 0x1000,
						      .is_whole = true };
	static const char sees_fixed[] = "the host's domain has all 2 pages (4 KiB) of VMs' memory";
	static const char sees_affected[] =
		"2 of 2 pages (4 KiB) of VMs' memory are missing from the host's domain, the "
		"first at 0x0000000000001000";
	static const struct {
		int osreldate;
		const struct guest_memory *memory; /* NULL: it was not looked at */
		enum pr260178_state state;
		const char *why, *more; /* how it begins, and goes on */
		bool has_next;
	} cases[] = {
		{ 1203000, NULL, PR260178_AFFECTED, "up to 12.3", "", true },
		{ 1301000, NULL, PR260178_UNKNOWN, "13.1 was", "", true },
		{ 1302001, NULL, PR260178_FIXED, "13.2 and later have the fix", NULL, false },
		{ 1203000, &affected, PR260178_AFFECTED, sees_affected, NULL, true },
		{ 1301000, &affected, PR260178_AFFECTED, sees_affected, NULL, true },
		{ 1301000, &fixed, PR260178_FIXED, sees_fixed, NULL, false },
		{ 1402000, &fixed, PR260178_FIXED, sees_fixed, NULL, false },
		/* A kernel that somebody mended, and one in which it came back. */
		{ 1203000, &fixed, PR260178_FIXED, sees_fixed,
		  "; by the number of the kernel it would be affected: up to 12.3 all kernels are "
		  "older than the fix",
		  false },
		{ 1402000, &affected, PR260178_AFFECTED, sees_affected,
		  "; by the number of the kernel it would be fixed: 14.0 and later have the fix",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pr260178_look look = { .is_asked = cases[i].memory != NULL };
		struct pr260178_answer answer;

		if (cases[i].memory)
			look.memory = *cases[i].memory;
		answer = pr260178_answer(cases[i].osreldate, &look);
		assert_int_equal(answer.state, cases[i].state);
		assert_memory_equal(answer.why, cases[i].why, strlen(cases[i].why));
		if (!cases[i].more)
			assert_string_equal(answer.why, cases[i].why);
		else if (cases[i].more[0])
			assert_string_equal(answer.why + strlen(cases[i].why), cases[i].more);
		assert_int_equal(answer.next != NULL, cases[i].has_next);
		free(answer.why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_number),      cmocka_unit_test(test_obstacles),
		cmocka_unit_test(test_obstacles_idle), cmocka_unit_test(test_seen),
		cmocka_unit_test(test_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
