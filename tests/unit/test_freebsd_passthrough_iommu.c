/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands against a device in a VM of bhyve: rules about vmm, the IOMMU and the host. */
#include "passthrough_scene.h"

#define MIB (1ull << 20)

/* --- vmm and its knobs ------------------------------------------------------------------------ */

static void test_knobs(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.bhyve.enable = TRI_NO;
	expect(&it, "enable-knob", PRECHECK_FAIL, "hw.vmm.iommu.enable is 0", "/boot/loader.conf");
	assert_null(find(&it, "iommu")); /* said once */
	verdict_is(&it, TRI_NO);

	init(&it);
	it.bhyve.vmm_loaded = TRI_NO;
	it.bhyve.initialized = TRI_UNKNOWN;
	it.bhyve.enable = TRI_UNKNOWN;
	expect(&it, "vmm", PRECHECK_FAIL, "vmm is not loaded", "kldload vmm");
	assert_null(find(&it, "iommu"));
	assert_null(find(&it, "enable-knob"));
	verdict_is(&it, TRI_NO);
	it.bhyve.initialized = TRI_NO; /* its sysctls are there without it */
	expect(&it, "vmm", PRECHECK_FAIL, "vmm was loaded and did not start", "VT-x");
	assert_null(find(&it, "iommu"));
	verdict_is(&it, TRI_NO);
	it.bhyve.initialized = TRI_UNKNOWN;
	it.bhyve.vmm_loaded = TRI_UNKNOWN;
	ask(&it);
	assert_int_equal(find(&it, "vmm")->outcome, PRECHECK_UNKNOWN);
	assert_int_equal(find(&it, "iommu")->outcome, PRECHECK_UNKNOWN);
	verdict_is(&it, TRI_UNKNOWN);

	init(&it);
	it.bhyve.initialized = TRI_YES;
	it.bhyve.translating = TRI_NO;
	expect(&it, "iommu", PRECHECK_FAIL, "the start of the IOMMU failed", "restart the host");
	verdict_is(&it, TRI_NO);
	init(&it);
	it.bhyve.vendor = IOMMU_VENDOR_NONE;
	expect(&it, "iommu", PRECHECK_FAIL, "firmware describes no IOMMU", "firmware setup");
	verdict_is(&it, TRI_NO);
}

static void test_amd(void **state)
{
	static const char *const intels[] = { "drhd-first",   "drhd-limit", "coverage",
					      "caching-mode", "width",	    "reserved" };
	struct scene it;

	(void)state;
	init(&it);
	it.world.machine.dmar = (struct firmware_table){ .state = FILE_ABSENT };
	it.world.machine.nr_units = 0;
	world_ivrs(&it.world, IVRS_IVHD);
	bhyve_read_tables(&it.bhyve, &it.world.machine);
	it.bhyve.amdvi_count = 1;
	it.bhyve.amdvi_enable = TRI_NO;
	expect(&it, "amd-knob", PRECHECK_FAIL, "hw.vmm.amdvi.enable is 0, its default",
	       "put hw.vmm.amdvi.enable=1 into /boot/loader.conf; restart the host");
	for (size_t i = 0; i < COUNT(intels); i++)
		assert_null(find(&it, intels[i]));
	verdict_is(&it, TRI_NO);
	it.bhyve.amdvi_enable = TRI_YES;
	expect(&it, "amd-knob", PRECHECK_PASS, "hw.vmm.amdvi.enable is 1", NULL);
	it.port->routing = routing_of(PCIE_TO_PCI_BRIDGE); /* its table may have the alias */
	expect(&it, "alias", PRECHECK_WARN, "0000:00:1c.0 to conventional PCI", "PCI Express");
	verdict_is(&it, TRI_YES);
	it.port->routing = routing_of(PCIE_ROOT_PORT);
	it.bhyve.amdvi_enable = TRI_UNKNOWN;
	expect(&it, "iommu", PRECHECK_UNKNOWN, "hw.vmm.amdvi.enable cannot be read", "sysctl");
	assert_null(find(&it, "amd-knob"));
	verdict_is(&it, TRI_UNKNOWN);
}

/* --- Intel ------------------------------------------------------------------------------------ */

static void test_drhds(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.bhyve.nr_drhds = 8;
	it.bhyve.nr_leading_drhds = 8;
	expect(&it, "drhd-limit", PRECHECK_PASS, "8 units", NULL);
	it.bhyve.nr_drhds = 9;
	it.bhyve.nr_leading_drhds = 9;
	expect(&it, "drhd-limit", PRECHECK_WARN, "there are 9 units", "dmesg");
	verdict_is(&it, TRI_YES);
	it.bhyve.nr_drhds = 3;
	it.bhyve.nr_leading_drhds = 2;
	expect(&it, "drhd-first", PRECHECK_WARN, "vmm does not see 1 of 3 units", "firmware");
	it.bhyve.nr_leading_drhds = 0;
	expect(&it, "drhd-first", PRECHECK_FAIL, "vmm will find none", "firmware");
	assert_null(find(&it, "coverage"));
	verdict_is(&it, TRI_NO);
	it.bhyve.nr_drhds = 0;
	expect(&it, "drhd-first", PRECHECK_FAIL, "vmm will find none", "firmware");
	it.world.machine.dmar.state = FILE_BROKEN;
	it.bhyve.nr_drhds = -1;
	it.bhyve.nr_leading_drhds = -1;
	ask(&it);
	assert_int_equal(find(&it, "drhd-first")->outcome, PRECHECK_UNKNOWN);
	assert_int_equal(find(&it, "reserved")->outcome, PRECHECK_UNKNOWN);
	assert_null(find(&it, "drhd-limit"));
	assert_null(find(&it, "coverage"));
	verdict_is(&it, TRI_UNKNOWN);
}

/* The unit covers only what its one scope names. */
static void scope_only(struct scene *it, uint8_t type, uint8_t bus, uint8_t device,
		       uint8_t function)
{
	it->path[0] = (struct dmar_step){ device, function };
	it->scope = (struct dmar_scope){
		.type = type, .start_bus = bus, .path = it->path, .nr_path = 1
	};
	it->world.structures[0].flags = 0;
	it->world.structures[0].scopes = &it->scope;
	it->world.structures[0].nr_scopes = 1;
}

static void test_coverage(void **state)
{
	static const struct {
		int osreldate;
		enum precheck_outcome itself, other;
	} kernels[] = {
		{ -1, PRECHECK_FAIL, PRECHECK_WARN },
		{ 1201516, PRECHECK_UNKNOWN, PRECHECK_WARN },
		{ 1201517, PRECHECK_FAIL, PRECHECK_FAIL },
		{ 1402499, PRECHECK_FAIL, PRECHECK_FAIL },
		{ 1402500, PRECHECK_FAIL, PRECHECK_WARN },
	};
	struct scene it;

	(void)state;
	for (size_t i = 0; i < COUNT(kernels); i++) {
		init(&it);
		it.bhyve.osreldate = kernels[i].osreldate;
		scope_only(&it, DMAR_SCOPE_ENDPOINT, 0, 0x1c, 0);
		ask(&it);
		assert_int_equal(find(&it, "coverage")->outcome, kernels[i].itself);
		assert_non_null(
			strstr(find(&it, "coverage")->what, "no unit that vmm sees covers it"));
		scope_only(&it, DMAR_SCOPE_ENDPOINT, 1, 0, 0);
		ask(&it);
		assert_int_equal(find(&it, "coverage")->outcome, kernels[i].other);
		assert_non_null(strstr(find(&it, "coverage")->what,
				       "no unit that vmm sees covers 0000:00:1c.0: starting"));
		it.bhyve.initialized = TRI_YES; /* it did start */
		ask(&it);
		assert_int_equal(find(&it, "coverage")->outcome, PRECHECK_PASS);
		prechecks_free(&it.found);
	}
}

static void test_coverage_scopes(void **state)
{
	static const struct {
		uint8_t type, bus, device, function;
		bool covers;
	} scopes[] = {
		{ DMAR_SCOPE_ENDPOINT, 1, 0, 0, true },	  { DMAR_SCOPE_BRIDGE, 1, 0, 0, true },
		{ DMAR_SCOPE_IOAPIC, 1, 0, 0, false },	  { DMAR_SCOPE_ENDPOINT, 0, 0, 0, false },
		{ DMAR_SCOPE_ENDPOINT, 1, 1, 0, false },  { DMAR_SCOPE_ENDPOINT, 1, 0, 1, false },
		{ DMAR_SCOPE_BRIDGE, 0, 0x1c, 0, false }, /* bridges are not walked */
	};
	struct scene it;

	(void)state;
	for (size_t i = 0; i < COUNT(scopes); i++) {
		init(&it);
		it.port->bdf.domain = 1; /* only those of domain 0 are set up */
		scope_only(&it, scopes[i].type, scopes[i].bus, scopes[i].device,
			   scopes[i].function);
		ask(&it);
		assert_int_equal(find(&it, "coverage")->outcome,
				 scopes[i].covers ? PRECHECK_PASS : PRECHECK_FAIL);
		prechecks_free(&it.found);
	}
	/* A unit for all, but behind another structure, or the ninth. */
	init(&it);
	it.world.structures[0].flags = 0;
	world_dmar(&it.world, DMAR_RHSA);
	world_dmar(&it.world, DMAR_DRHD)->flags = DMAR_DRHD_INCLUDE_PCI_ALL;
	ask(&it);
	assert_int_equal(find(&it, "coverage")->outcome, PRECHECK_FAIL);
	it.world.structures[1].type = DMAR_DRHD;
	ask(&it);
	assert_int_equal(find(&it, "coverage")->outcome, PRECHECK_PASS);
	it.world.structures[2].flags = 0;
	for (int i = 3; i < 8; i++)
		world_dmar(&it.world, DMAR_DRHD);
	it.world.structures[7].flags = DMAR_DRHD_INCLUDE_PCI_ALL;
	ask(&it);
	assert_int_equal(find(&it, "coverage")->outcome, PRECHECK_PASS);
	it.world.structures[7].flags = 0;
	world_dmar(&it.world, DMAR_DRHD)->flags = DMAR_DRHD_INCLUDE_PCI_ALL;
	ask(&it);
	assert_int_equal(find(&it, "coverage")->outcome, PRECHECK_FAIL);
	prechecks_free(&it.found);
}

static void test_registers(void **state)
{
	struct scene it;
	struct unit units[2];

	(void)state;
	init(&it);
	it.world.unit.cap |= 0x80;
	expect(&it, "caching-mode", PRECHECK_FAIL, "panics the kernel", "no caching-mode=on");
	verdict_is(&it, TRI_NO);

	/* 39 bits reach to 512 GiB, and not one byte further. */
	init(&it);
	it.world.unit.cap = 0x200;
	/* Up to 256 GiB, of which a sixteenth is kept back as what nobody tells of. */
	it.bhyve.memory_end = 240ull << 30;
	expect(&it, "width", PRECHECK_PASS, "addresses of 39 bits, and vmm wants 39", NULL);
	it.bhyve.memory_end = 1ull << 38;
	expect(&it, "width", PRECHECK_UNKNOWN, "have 39 bits, and vmm may want 40", "verbose boot");
	it.bhyve.memory_end++;
	expect(&it, "width", PRECHECK_FAIL,
	       "vmm wants 40 bits for the host's memory, and all "
	       "units together have 39",
	       "start no VM");
	verdict_is(&it, TRI_NO);
	it.world.unit.cap = 0x1f00; /* the widest that there is; bit 4 is reserved */
	expect(&it, "width", PRECHECK_PASS, "57 bits", NULL);
	it.world.unit.cap = 0x100;
	expect(&it, "width", PRECHECK_FAIL, "have 30", "start no VM");
	it.world.unit.cap = 0;
	expect(&it, "width", PRECHECK_FAIL, "have 0", "start no VM");
	verdict_is(&it, TRI_NO);

	/* Of two units what both have; any with caching mode is one too many. */
	init(&it);
	units[0] = units[1] = it.world.unit;
	it.world.machine.units = units;
	it.world.machine.nr_units = 2;
	it.bhyve.memory_end = 1ull << 40;
	units[0].cap = 0x600;
	units[1].cap = 0xa00;
	expect(&it, "width", PRECHECK_FAIL, "have 39", "start no VM");
	units[1].cap = 0x480;
	expect(&it, "caching-mode", PRECHECK_FAIL, "a unit has caching mode", "caching-mode=on");

	/* Who cannot read them does not know; but where it started, it did not panic. */
	units[1] = units[0];
	units[1].has_registers = false;
	ask(&it);
	assert_int_equal(find(&it, "caching-mode")->outcome, PRECHECK_UNKNOWN);
	assert_int_equal(find(&it, "width")->outcome, PRECHECK_UNKNOWN);
	verdict_is(&it, TRI_UNKNOWN);
	it.bhyve.initialized = TRI_YES;
	ask(&it);
	assert_int_equal(find(&it, "caching-mode")->outcome, PRECHECK_PASS);
	assert_int_equal(find(&it, "width")->outcome, PRECHECK_PASS);
	verdict_is(&it, TRI_YES);
	it.world.machine.nr_units = 0;
	it.bhyve.initialized = TRI_NO;
	ask(&it);
	assert_int_equal(find(&it, "caching-mode")->outcome, PRECHECK_UNKNOWN);
	prechecks_free(&it.found);
	init(&it);
	it.bhyve.memory_end = 0;
	expect(&it, "width", PRECHECK_UNKNOWN, "vm.phys_segs does not tell where", "gaw");
	it.world.unit.has_registers = false;
	ask(&it);
	assert_non_null(strstr(find(&it, "width")->what, "cannot be read from their registers"));
	verdict_is(&it, TRI_UNKNOWN);
}

/* --- the host --------------------------------------------------------------------------------- */

static void test_host_driver(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.bhyve.host_dmar = TRI_YES; /* whether it is active is unknown before 13 */
	expect(&it, "host-driver", PRECHECK_WARN, "the host's own driver dmar", "hw.dmar.enable=1");
	verdict_is(&it, TRI_YES);
	it.bhyve.host_dmar_active = TRI_YES;
	expect(&it, "host-driver", PRECHECK_WARN, "dmar", "hw.dmar.enable=1");
	it.bhyve.host_dmar_active = TRI_NO; /* interrupts alone */
	expect(&it, "host-driver", PRECHECK_PASS, "does not use the IOMMU itself", NULL);
	it.bhyve.host_amdiommu = TRI_YES;
	expect(&it, "host-driver", PRECHECK_WARN, "amdiommu", "hw.amdiommu.enable=1");
	it.bhyve.host_amdiommu_active = TRI_NO;
	expect(&it, "host-driver", PRECHECK_PASS, "does not use the IOMMU itself", NULL);
	it.bhyve.host_amdiommu = TRI_UNKNOWN;
	expect(&it, "host-driver", PRECHECK_UNKNOWN, "unknown", "sysctl");
	verdict_is(&it, TRI_YES);
}

static void test_wired(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	expect(&it, "wired", PRECHECK_PASS, "8192 MiB may be", "-S");
	it.question.guest_memory = 8192 * MIB;
	expect(&it, "wired", PRECHECK_PASS, "8192 MiB may be", "-S");
	it.question.guest_memory++; /* one page more */
	expect(&it, "wired", PRECHECK_FAIL, "it has 8193 MiB, and at most 8192 MiB may be",
	       "sysctl vm.max_user_wired, which counts pages, to 2097153 at least");
	verdict_is(&it, TRI_NO);
	it.question.guest_memory = UINT64_MAX;
	expect(&it, "wired", PRECHECK_FAIL, "it has 17592186044416 MiB", "4503599627370496");
	it.question.guest_memory = 1;
	it.bhyve.max_wired = 0;
	expect(&it, "wired", PRECHECK_FAIL, "it has 1 MiB, and at most 0 MiB may be",
	       "to 1 at least");
	it.bhyve.max_wired = -1;
	expect(&it, "wired", PRECHECK_UNKNOWN, "unknown", "sysctl vm.max_user_wired");
	verdict_is(&it, TRI_UNKNOWN);
	prechecks_free(&it.found);
}

/* vm.max_wired, as it was called, was for mlock() alone. */
static void test_wired_releases(void **state)
{
	static const struct {
		int release;
		int64_t limit;
		enum precheck_outcome outcome;
		const char *next;
	} cases[] = {
		{ 1300024, 0, PRECHECK_PASS, "start bhyve with -S" },
		{ 1300024, -1, PRECHECK_PASS, "start bhyve with -S" },
		{ 1300025, -1, PRECHECK_UNKNOWN, "see sysctl vm.max_user_wired" },
		{ -1, -1, PRECHECK_UNKNOWN, "see sysctl vm.max_user_wired" },
		{ 1402000, INT64_MAX, PRECHECK_PASS, "start bhyve with -S" },
	};
	struct scene it;

	(void)state;
	init(&it);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct precheck *check;

		it.bhyve.osreldate = cases[i].release;
		it.bhyve.max_wired = cases[i].limit;
		ask(&it);
		check = find(&it, "wired");
		assert_int_equal(check->outcome, cases[i].outcome);
		assert_string_equal(check->next, cases[i].next);
		if (cases[i].outcome == PRECHECK_PASS)
			assert_string_equal(check->what, "all of the VM's memory has to be wired, "
							 "and nothing limits that");
	}
	prechecks_free(&it.found);
}

static void test_pr260178(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.bhyve.osreldate = 1203000;
	expect(&it, "pr260178", PRECHECK_WARN, "(PR 260178): up to 12.3", "update to 13.2");
	verdict_is(&it, TRI_YES);
	it.bhyve.osreldate = 1301000;
	expect(&it, "pr260178", PRECHECK_UNKNOWN, "13.1", "246c39814567");
	verdict_is(&it, TRI_YES); /* bhyve takes the device all the same */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_knobs),		cmocka_unit_test(test_amd),
		cmocka_unit_test(test_drhds),		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_coverage_scopes), cmocka_unit_test(test_registers),
		cmocka_unit_test(test_host_driver),	cmocka_unit_test(test_wired),
		cmocka_unit_test(test_wired_releases),	cmocka_unit_test(test_pr260178),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
