/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has a device on FreeBSD, and whether the IOMMU blocks it meanwhile. */
#include "model/freebsd/ppt.h"
#include "unit.h"

#define RELEASE_14_2 1402000

/* Attached to ppt on an Intel machine whose IOMMU runs, but for what a row changes. */
struct scene {
	struct ppt_facts facts;
	struct bhyve bhyve;
};

static struct scene scene(void)
{
	struct scene it = { .facts = { true, "ppt", TRI_YES, PPT_DOMAIN_UNKNOWN, false } };

	bhyve_init(&it.bhyve);
	it.bhyve.osreldate = RELEASE_14_2;
	it.bhyve.initialized = TRI_YES;
	it.bhyve.vendor = IOMMU_VENDOR_INTEL;
	return it;
}

static void expect(const char *name, const struct scene *it, enum ppt_state state,
		   enum tristate blocked, const char *part)
{
	struct ppt_status status = ppt_status(&it->facts, &it->bhyve);

	assert_case_equal(status.state, state, name);
	assert_case_equal(status.blocked, blocked, name);
	if (!strstr(status.why, part))
		fail_msg("case \"%s\": \"%s\" lacks \"%s\"", name, status.why, part);
}

static void test_names(void **state)
{
	(void)state;
	assert_null(ppt_state_name(PPT_STATE_UNKNOWN));
	assert_string_equal(ppt_state_name(PPT_HOST), "host");
	assert_string_equal(ppt_state_name(PPT_UNASSIGNED), "ppt-unassigned");
	assert_string_equal(ppt_state_name(PPT_ASSIGNED), "ppt-assigned");
}

static void test_driver(void **state)
{
	struct scene it = scene();

	(void)state;
	it.facts.driver = "igb";
	expect("igb", &it, PPT_HOST, TRI_NO, "the host's driver has it");
	it.facts.driver = "ppt2"; /* a class has no unit: that is another driver */
	expect("ppt2", &it, PPT_HOST, TRI_NO, "the host's driver has it");
	it.facts.driver = NULL;
	expect("none", &it, PPT_HOST, TRI_UNKNOWN, "it has no driver");
	it.facts.driver_known = false;
	expect("unknown", &it, PPT_STATE_UNKNOWN, TRI_UNKNOWN, "its driver is unknown");

	it = scene();
	it.facts.attached = TRI_NO; /* a failed "set driver" leaves the name */
	expect("detached", &it, PPT_HOST, TRI_UNKNOWN, "did not attach");
	it.facts.attached = TRI_UNKNOWN; /* whoever is not root */
	expect("maybe attached", &it, PPT_STATE_UNKNOWN, TRI_UNKNOWN, "whether that attached");
}

static void test_assigned(void **state)
{
	struct scene it = scene();

	(void)state;
	expect("nothing tells", &it, PPT_STATE_UNKNOWN, TRI_UNKNOWN, "whether a VM does");
	it.facts.domain = PPT_DOMAIN_OTHER;
	expect("other domain", &it, PPT_ASSIGNED, TRI_NO, "a VM has it");
	it.facts.in_no_vm = true; /* the tables know better */
	expect("other domain all the same", &it, PPT_ASSIGNED, TRI_NO, "a VM has it");
	it.bhyve.host_dmar_active = TRI_YES;
	expect("two drivers", &it, PPT_STATE_UNKNOWN, TRI_UNKNOWN, "need not be a VM's");
	it = scene();
	it.facts.domain = PPT_DOMAIN_OTHER;
	it.bhyve.vendor = IOMMU_VENDOR_AMD;
	expect("AMD", &it, PPT_STATE_UNKNOWN, TRI_UNKNOWN, "need not be a VM's");
	it.bhyve.vendor = IOMMU_VENDOR_INTEL;
	it.bhyve.initialized = TRI_UNKNOWN;
	expect("perhaps started", &it, PPT_STATE_UNKNOWN, TRI_UNKNOWN, "need not be a VM's");
	it.bhyve.initialized = TRI_NO;
	expect("not started", &it, PPT_UNASSIGNED, TRI_NO, "not started");
}

static void test_unassigned(void **state)
{
	struct scene it = scene();

	(void)state;
	it.facts.domain = PPT_DOMAIN_HOST;
	expect("host's domain", &it, PPT_UNASSIGNED, TRI_NO, "it is in the host's domain");
	it.bhyve.vendor = IOMMU_VENDOR_AMD;
	expect("host's domain of AMD", &it, PPT_UNASSIGNED, TRI_NO, "it is in the host's domain");

	it = scene();
	it.facts.domain = PPT_DOMAIN_NONE;
	it.bhyve.translating = TRI_YES;
	it.bhyve.osreldate = -1; /* what is seen does not need the kernel's number */
	expect("no domain", &it, PPT_UNASSIGNED, TRI_YES, "has no domain for it");
	it.bhyve.translating = TRI_NO;
	expect("no translation", &it, PPT_UNASSIGNED, TRI_NO, "does not translate");
	it.bhyve.translating = TRI_YES;
	it.bhyve.vendor = IOMMU_VENDOR_AMD;
	expect("no domain of AMD", &it, PPT_UNASSIGNED, TRI_UNKNOWN, "Intel's IOMMU only");

	it = scene();
	it.bhyve.initialized = TRI_NO;
	expect("not started", &it, PPT_UNASSIGNED, TRI_NO, "not started");
	it.bhyve.host_dmar_active = TRI_YES;
	expect("host's driver", &it, PPT_UNASSIGNED, TRI_UNKNOWN, "the host's own driver");
	it.bhyve.host_dmar_active = TRI_NO;
	expect("host's driver idle", &it, PPT_UNASSIGNED, TRI_NO, "not started");
	it.bhyve.host_amdiommu_active = TRI_YES;
	expect("host's of AMD", &it, PPT_UNASSIGNED, TRI_UNKNOWN, "the host's own driver");
	it = scene();
	it.facts.in_no_vm = true;
	it.bhyve.initialized = TRI_UNKNOWN;
	expect("perhaps started", &it, PPT_UNASSIGNED, TRI_UNKNOWN, "whether the IOMMU is started");
}

/* Bound just now, the IOMMU is started: what the kernel's number says. */
static void test_versions(void **state)
{
	static const struct {
		int osreldate;
		enum tristate takes, blocked;
	} cases[] = {
		{ -1, TRI_UNKNOWN, TRI_UNKNOWN },
		{ 1100122, TRI_UNKNOWN, TRI_UNKNOWN }, /* 11.0 */
		{ 1100999, TRI_UNKNOWN, TRI_UNKNOWN },
		{ 1101000, TRI_NO, TRI_NO }, /* 11.1 */
		{ 1101001, TRI_NO, TRI_NO },
		{ 1101499, TRI_NO, TRI_NO },
		{ 1101500, TRI_UNKNOWN, TRI_UNKNOWN }, /* 11-STABLE, r325900 is in between */
		{ 1101999, TRI_UNKNOWN, TRI_UNKNOWN },
		{ 1102000, TRI_YES, TRI_YES }, /* 11.2 */
		{ 1104001, TRI_YES, TRI_YES },
		{ 1200000, TRI_UNKNOWN, TRI_UNKNOWN },
		{ 1200052, TRI_UNKNOWN, TRI_UNKNOWN }, /* r325039 came with this number */
		{ 1200053, TRI_YES, TRI_YES },
		{ 1200086, TRI_YES, TRI_YES }, /* 12.0 */
		{ 1203000, TRI_YES, TRI_YES },
		{ 1302001, TRI_YES, TRI_YES },
		{ 1402000, TRI_YES, TRI_YES }, /* 14.2 */
		{ 1402499, TRI_YES, TRI_YES },
		{ 1402500, TRI_YES, TRI_UNKNOWN }, /* it takes it; the IOMMU may have failed */
		{ 1403000, TRI_YES, TRI_UNKNOWN },
		{ 1500000, TRI_YES, TRI_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene it = scene();
		char name[16];

		snprintf(name, sizeof(name), "%d", cases[i].osreldate);
		it.facts.in_no_vm = true;
		it.bhyve.osreldate = cases[i].osreldate;
		assert_case_equal(ppt_takes_from_host(cases[i].osreldate), cases[i].takes, name);
		expect(name, &it, PPT_UNASSIGNED, cases[i].blocked, "no VM has it");
		/* Where the registers say that it translates, a start cannot have failed. */
		it.bhyve.translating = TRI_YES;
		expect(name, &it, PPT_UNASSIGNED, cases[i].takes, "no VM has it");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	 cmocka_unit_test(test_driver),
		cmocka_unit_test(test_assigned), cmocka_unit_test(test_unassigned),
		cmocka_unit_test(test_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
