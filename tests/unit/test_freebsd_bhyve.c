/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bhyve's IOMMU is in, by sysctls and tables. */
#include "model/freebsd/bhyve.h"
#include "world.h"

static struct bhyve unknown(void)
{
	struct bhyve bhyve;

	bhyve_init(&bhyve);
	return bhyve;
}

static void test_init(void **state)
{
	struct bhyve it;

	(void)state;
	memset(&it, 1, sizeof(it));
	bhyve_init(&it);
	assert_int_equal(it.osreldate, -1);
	assert_int_equal(it.vmm_loaded, TRI_UNKNOWN);
	assert_int_equal(it.initialized, TRI_UNKNOWN);
	assert_int_equal(it.enable, TRI_UNKNOWN);
	assert_int_equal(it.translating, TRI_UNKNOWN);
	assert_int_equal(it.ppt_devices, -1);
	assert_int_equal(it.amdvi_count, -1);
	assert_int_equal(it.amdvi_enable, TRI_UNKNOWN);
	assert_int_equal(it.host_dmar, TRI_UNKNOWN);
	assert_int_equal(it.host_dmar_active, TRI_UNKNOWN);
	assert_int_equal(it.host_amdiommu, TRI_UNKNOWN);
	assert_int_equal(it.host_amdiommu_active, TRI_UNKNOWN);
	assert_int_equal(it.force_iommu, TRI_UNKNOWN);
	assert_int_equal(it.max_wired, -1);
	assert_int_equal(it.memory_end, 0);
	assert_int_equal(it.vendor, IOMMU_VENDOR_UNKNOWN);
	assert_int_equal(it.nr_drhds, -1);
	assert_int_equal(it.nr_leading_drhds, -1);
}

/* synthetic: vmm loaded, nothing assigned yet */
static struct bhyve intel_idle(void)
{
	struct bhyve bhyve = unknown();

	bhyve.osreldate = 1402000;
	bhyve.vmm_loaded = TRI_YES;
	bhyve.initialized = TRI_NO;
	bhyve.enable = TRI_YES;
	bhyve.ppt_devices = 1;
	bhyve.vendor = IOMMU_VENDOR_INTEL;
	return bhyve;
}

/* synthetic: AMD-Vi found, its knob set */
static struct bhyve amd_idle(void)
{
	struct bhyve bhyve = intel_idle();

	bhyve.vendor = IOMMU_VENDOR_AMD;
	bhyve.amdvi_count = 1;
	bhyve.amdvi_enable = TRI_YES;
	return bhyve;
}

/* @next: part of it; NULL: there is none. */
static void expect(const char *name, const struct bhyve *bhyve, enum bhyve_iommu_state state,
		   const char *word, const char *what, const char *next)
{
	const struct bhyve_iommu_verdict *verdict = bhyve_iommu_state(bhyve);

	assert_case_equal(verdict->state, state, name);
	assert_case((word == NULL) == (verdict->word == NULL), name);
	if (word)
		assert_string_equal(verdict->word, word);
	if (!strstr(verdict->what, what))
		fail_msg("case \"%s\": \"%s\" lacks \"%s\"", name, verdict->what, what);
	assert_case((next == NULL) == (verdict->next == NULL), name);
	if (next && !strstr(verdict->next, next))
		fail_msg("case \"%s\": \"%s\" lacks \"%s\"", name, verdict->next, next);
}

static void test_intel(void **state)
{
	struct bhyve it = intel_idle();

	(void)state;
	expect("idle", &it, BHYVE_IOMMU_NOT_STARTED, "not-started",
	       "not started, which is normal: bhyve starts it when a VM gets its first device",
	       "if a VM was refused");
	it.enable = TRI_NO;
	expect("off", &it, BHYVE_IOMMU_OFF_BY_TUNABLE, "off-by-tunable", "hw.vmm.iommu.enable is 0",
	       "take hw.vmm.iommu.enable=0 out of /boot/loader.conf; restart the host");

	it = intel_idle();
	it.initialized = TRI_YES;
	expect("started", &it, BHYVE_IOMMU_RUNNING, "running", "was not looked at", NULL);
	it.translating = TRI_YES;
	expect("proven", &it, BHYVE_IOMMU_RUNNING, "running", "translates for bhyve", NULL);
	it.translating = TRI_NO;
	expect("failed", &it, BHYVE_IOMMU_FAILED, "failed", "the start of the IOMMU failed",
	       "restart the host");
	/* Before it is started the units may be off, or the host's own driver's. */
	it.initialized = TRI_NO;
	expect("units off", &it, BHYVE_IOMMU_NOT_STARTED, "not-started", "normal", "dmesg");
	it.translating = TRI_YES;
	expect("host's driver", &it, BHYVE_IOMMU_NOT_STARTED, "not-started", "normal", "dmesg");
}

static void test_amd(void **state)
{
	struct bhyve it = amd_idle();

	(void)state;
	expect("idle", &it, BHYVE_IOMMU_NOT_STARTED, "not-started", "normal", "dmesg");
	it.amdvi_enable = TRI_NO;
	expect("off", &it, BHYVE_IOMMU_OFF_BY_TUNABLE, "off-by-tunable", "hw.vmm.amdvi.enable is 0",
	       "put hw.vmm.amdvi.enable=1 into /boot/loader.conf; restart the host");
	it.vendor = IOMMU_VENDOR_UNKNOWN; /* the sysctls alone tell */
	expect("off, tables unread", &it, BHYVE_IOMMU_OFF_BY_TUNABLE, "off-by-tunable",
	       "hw.vmm.amdvi.enable is 0", "hw.vmm.amdvi.enable=1");
	it.enable = TRI_NO;
	expect("both off", &it, BHYVE_IOMMU_OFF_BY_TUNABLE, "off-by-tunable",
	       "hw.vmm.iommu.enable is 0", "hw.vmm.iommu.enable=0");

	it = amd_idle();
	it.amdvi_enable = TRI_UNKNOWN;
	expect("knob unknown", &it, BHYVE_IOMMU_UNKNOWN, NULL, "hw.vmm.amdvi.enable cannot be read",
	       "sysctl hw.vmm.amdvi");
	it = amd_idle();
	it.amdvi_count = 0;
	expect("none found", &it, BHYVE_IOMMU_ABSENT, "absent", "hw.vmm.amdvi.count is 0", "dmesg");
	it = amd_idle();
	it.initialized = TRI_YES;
	it.amdvi_enable = TRI_UNKNOWN; /* it runs whatever the knob is */
	expect("running", &it, BHYVE_IOMMU_RUNNING, "running", "was not looked at", NULL);
	/* On a machine of Intel the knob is 0, too. */
	it = intel_idle();
	it.amdvi_count = 0;
	it.amdvi_enable = TRI_NO;
	expect("Intel's", &it, BHYVE_IOMMU_NOT_STARTED, "not-started", "normal", "dmesg");
}

static void test_without(void **state)
{
	struct bhyve it = unknown();

	(void)state;
	expect("nothing known", &it, BHYVE_IOMMU_UNKNOWN, NULL, "hw.vmm.iommu cannot be read",
	       "sysctl hw.vmm.iommu");
	it.vmm_loaded = TRI_NO; /* synthetic: every hw.vmm.* is ENOENT */
	expect("no vmm", &it, BHYVE_IOMMU_NO_VMM, "no-vmm", "vmm is not loaded",
	       "kldload vmm, and for the next start vmm_load=\"YES\" in /boot/loader.conf");
	assert_false(bhyve_vmm_gave_up(&it));
	it.initialized = TRI_NO; /* its sysctls are there, as those of ppt, and it is not */
	assert_true(bhyve_vmm_gave_up(&it));
	expect("vmm gave up", &it, BHYVE_IOMMU_NO_VMM, "no-vmm", "was loaded and did not start",
	       "see dmesg; bhyve wants VT-x");
	it.initialized = TRI_UNKNOWN;
	it.vendor = IOMMU_VENDOR_INTEL;
	expect("no vmm on Intel", &it, BHYVE_IOMMU_NO_VMM, "no-vmm", "vmm is not loaded",
	       "kldload vmm");
	it.vendor = IOMMU_VENDOR_NONE; /* vmm would not help */
	expect("no table", &it, BHYVE_IOMMU_ABSENT, "absent", "firmware describes no IOMMU",
	       "firmware setup");
	it = intel_idle();
	it.vendor = IOMMU_VENDOR_NONE;
	expect("no table, vmm loaded", &it, BHYVE_IOMMU_ABSENT, "absent",
	       "firmware describes no IOMMU", "firmware setup");
	it = intel_idle();
	it.vendor = IOMMU_VENDOR_UNKNOWN;
	expect("tables unread", &it, BHYVE_IOMMU_UNKNOWN, NULL,
	       "not started, which is normal before a VM has a device; whether there is one",
	       "root");
	it.host_dmar = TRI_YES; /* there is no dmar0 without a DMAR */
	expect("host-dmar-on", &it, BHYVE_IOMMU_NOT_STARTED, "not-started", "normal", "dmesg");
	it = intel_idle();
	it.enable = TRI_UNKNOWN;
	expect("knob unknown", &it, BHYVE_IOMMU_UNKNOWN, NULL, "cannot be read", "sysctl");
	it = intel_idle();
	it.initialized = TRI_UNKNOWN;
	expect("start unknown", &it, BHYVE_IOMMU_UNKNOWN, NULL, "cannot be read", "sysctl");
}

static void test_vendor(void **state)
{
	struct bhyve it = unknown();

	(void)state;
	assert_int_equal(bhyve_vendor(&it), IOMMU_VENDOR_UNKNOWN);
	it.amdvi_count = 0;
	it.host_dmar = TRI_NO;
	it.host_amdiommu = TRI_NO;
	assert_int_equal(bhyve_vendor(&it), IOMMU_VENDOR_UNKNOWN);
	it.host_amdiommu = TRI_YES;
	assert_int_equal(bhyve_vendor(&it), IOMMU_VENDOR_AMD);
	it.host_amdiommu = TRI_UNKNOWN;
	it.amdvi_count = 2;
	assert_int_equal(bhyve_vendor(&it), IOMMU_VENDOR_AMD);
	it.vendor = IOMMU_VENDOR_INTEL;
	assert_int_equal(bhyve_vendor(&it), IOMMU_VENDOR_INTEL);
	it.vendor = IOMMU_VENDOR_NONE;
	assert_int_equal(bhyve_vendor(&it), IOMMU_VENDOR_NONE);
}

/* --- the tables ------------------------------------------------------------------------------- */

static void test_tables(void **state)
{
	static const struct {
		enum availability dmar, ivrs;
		enum iommu_vendor vendor;
	} cases[] = {
		{ FILE_BROKEN, FILE_ABSENT, IOMMU_VENDOR_INTEL },
		{ FILE_BROKEN, FILE_UNASKED, IOMMU_VENDOR_INTEL },
		{ FILE_ABSENT, FILE_BROKEN, IOMMU_VENDOR_AMD },
		{ FILE_ABSENT, FILE_ABSENT, IOMMU_VENDOR_NONE },
		{ FILE_ABSENT, FILE_UNASKED, IOMMU_VENDOR_UNKNOWN },
		{ FILE_DENIED, FILE_ABSENT, IOMMU_VENDOR_UNKNOWN },
		{ FILE_ABSENT, FILE_DENIED, IOMMU_VENDOR_UNKNOWN },
		{ FILE_UNASKED, FILE_UNASKED, IOMMU_VENDOR_UNKNOWN },
		{ FILE_BROKEN, FILE_BROKEN, IOMMU_VENDOR_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine machine = { .dmar.state = cases[i].dmar,
					   .ivrs.state = cases[i].ivrs };
		struct bhyve it = { .nr_drhds = 7, .nr_leading_drhds = 7 };

		bhyve_read_tables(&it, &machine);
		assert_int_equal(it.vendor, cases[i].vendor);
		assert_int_equal(it.nr_drhds, -1);
		assert_int_equal(it.nr_leading_drhds, -1);
	}
}

static void test_drhds(void **state)
{
	struct world world;
	struct bhyve it = unknown();

	(void)state;
	world_init(&world);
	world.machine.ivrs.state = FILE_ABSENT;
	world_dmar(&world, DMAR_DRHD);
	world_dmar(&world, DMAR_DRHD);
	bhyve_read_tables(&it, &world.machine);
	assert_int_equal(it.vendor, IOMMU_VENDOR_INTEL);
	assert_int_equal(it.nr_drhds, 2);
	assert_int_equal(it.nr_leading_drhds, 2);
	world_dmar(&world, DMAR_RMRR);
	world_dmar(&world, DMAR_DRHD);
	bhyve_read_tables(&it, &world.machine);
	assert_int_equal(it.nr_drhds, 3);
	assert_int_equal(it.nr_leading_drhds, 2);
	world.structures[0].type = DMAR_RMRR;
	bhyve_read_tables(&it, &world.machine);
	assert_int_equal(it.nr_drhds, 2);
	assert_int_equal(it.nr_leading_drhds, 0);
	world.dmar.dmar.nr_structures = 0;
	bhyve_read_tables(&it, &world.machine);
	assert_int_equal(it.nr_drhds, 0);
	assert_int_equal(it.nr_leading_drhds, 0);
}

/* --- the kernel's number ---------------------------------------------------------------------- */

static void test_obsolete(void **state)
{
	static const struct {
		int osreldate;
		const char *part; /* NULL: it has its meaning */
	} cases[] = {
		{ 1100122, NULL },
		{ 1100999, NULL },
		{ 1101000, "take it out of /boot/loader.conf" },
		{ 1199999, "take it out of /boot/loader.conf" },
		{ 1200005, NULL },
		{ 1200006, "take it out of /boot/loader.conf" },
		{ 1402000, "take it out of /boot/loader.conf" },
		{ -1, "whether this kernel is older is unknown" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bhyve it = unknown();
		const char *hint;

		it.osreldate = cases[i].osreldate;
		it.force_iommu = TRI_YES;
		hint = bhyve_obsolete_setting(&it);
		assert_int_equal(hint != NULL, cases[i].part != NULL);
		if (hint)
			assert_non_null(strstr(hint, cases[i].part));
		it.force_iommu = TRI_NO;
		assert_null(bhyve_obsolete_setting(&it));
		it.force_iommu = TRI_UNKNOWN;
		assert_null(bhyve_obsolete_setting(&it));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),   cmocka_unit_test(test_intel),
		cmocka_unit_test(test_amd),    cmocka_unit_test(test_without),
		cmocka_unit_test(test_vendor), cmocka_unit_test(test_tables),
		cmocka_unit_test(test_drhds),  cmocka_unit_test(test_obsolete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
