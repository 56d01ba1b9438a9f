/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands against a device in a VM of bhyve: the table of rules, and those about the device. */
#include "passthrough_scene.h"

/* --- all rules -------------------------------------------------------------------------------- */

static void test_nothing(void **state)
{
	/* Every rule passes but that for AMD, in the order of the table. */
	static const char *const rules[] = {
		"domain",      "bridge",	"vmm",	    "iommu",	    "enable-knob",
		"drhd-first",  "drhd-limit",	"coverage", "caching-mode", "width",
		"host-driver", "pr260178",	"reserved", "alias",	    "siblings",
		"msi",	       "bar-alignment", "reset",    "wired",	    "driver",
	};
	struct scene it;
	size_t nr = 0, named = 0;

	(void)state;
	init(&it);
	ask(&it);
	assert_int_equal(it.found.nr, COUNT(rules));
	for (size_t i = 0; i < it.found.nr; i++) {
		assert_string_equal(it.found.items[i].rule, rules[i]);
		assert_case_equal(it.found.items[i].outcome, PRECHECK_PASS, rules[i]);
	}
	for (; passthrough_rule_name(nr); nr++)
		if (strcmp(passthrough_rule_name(nr), "amd-knob") != 0)
			assert_string_equal(passthrough_rule_name(nr), rules[named++]);
	assert_int_equal(nr, COUNT(rules) + 1);
	verdict_is(&it, TRI_YES);
}

static void test_verdict(void **state)
{
	struct precheck items[] = {
		{ .rule = "a", .outcome = PRECHECK_PASS, .decides = true },
		{ .rule = "b", .outcome = PRECHECK_WARN, .decides = true },
		{ .rule = "c", .outcome = PRECHECK_UNKNOWN, .decides = false },
		{ .rule = "d", .outcome = PRECHECK_UNKNOWN, .decides = true },
		{ .rule = "e", .outcome = PRECHECK_FAIL, .decides = true },
	};
	struct prechecks checks = { items, 3 };

	(void)state;
	assert_int_equal(prechecks_verdict(&checks), TRI_YES);
	checks.nr = 4;
	assert_int_equal(prechecks_verdict(&checks), TRI_UNKNOWN);
	checks.nr = 5;
	assert_int_equal(prechecks_verdict(&checks), TRI_NO);
	assert_string_equal(precheck_outcome_name(PRECHECK_PASS), "pass");
	assert_string_equal(precheck_outcome_name(PRECHECK_WARN), "warn");
	assert_string_equal(precheck_outcome_name(PRECHECK_FAIL), "fail");
	assert_string_equal(precheck_outcome_name(PRECHECK_UNKNOWN), "unknown");
}

/* --- the device ------------------------------------------------------------------------------- */

static void test_kind(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.device->bdf.domain = 1;
	expect(&it, "domain", PRECHECK_FAIL,
	       "it is in PCI domain 1; ppt and bhyve know only "
	       "domain 0",
	       "another device");
	assert_int_equal(it.found.nr, 1); /* nothing is asked behind it */
	verdict_is(&it, TRI_NO);
	init(&it);
	it.device->is_pci = false;
	expect(&it, "domain", PRECHECK_FAIL, "not on a PCI bus", "another device");
	verdict_is(&it, TRI_NO);

	init(&it);
	it.question.config.header_type = 1;
	expect(&it, "bridge", PRECHECK_FAIL, "it is a bridge, to which ppt never attaches",
	       "another device");
	assert_int_equal(it.found.nr, 2);
	verdict_is(&it, TRI_NO);
	init(&it);
	it.question.config.header_type = -1;
	expect(&it, "bridge", PRECHECK_UNKNOWN, "its header type is unknown", "root");
	verdict_is(&it, TRI_UNKNOWN);
	it.question.device = it.port; /* its class tells */
	expect(&it, "bridge", PRECHECK_FAIL, "it is a bridge", "another device");
	verdict_is(&it, TRI_NO);
}

static void test_msi(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	expect(&it, "msi", PRECHECK_PASS, "it has MSI and MSI-X", NULL);
	it.question.config.msi = TRI_NO;
	expect(&it, "msi", PRECHECK_PASS, "it has MSI-X", NULL);
	it.question.config.msi = TRI_UNKNOWN; /* one is enough */
	expect(&it, "msi", PRECHECK_PASS, "it has MSI-X", NULL);
	it.question.config.msix = TRI_NO;
	expect(&it, "msi", PRECHECK_UNKNOWN, "cannot be read", "root");
	verdict_is(&it, TRI_UNKNOWN);
	it.question.config.msi = TRI_NO;
	expect(&it, "msi", PRECHECK_WARN, "INTx", "stray");
	verdict_is(&it, TRI_YES);
	it.question.config.list = TRI_NO;
	expect(&it, "msi", PRECHECK_FAIL, "no capabilities: bhyve cannot initialise MSI for it",
	       "another device");
	verdict_is(&it, TRI_NO);
}

static void test_bars(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.bars[5] = memory_bar(0xf7d3c000, 0x200);
	expect(&it, "bar-alignment", PRECHECK_FAIL,
	       "BAR 5 is not page aligned: 512 bytes at 0x00000000f7d3c000", "another device");
	verdict_is(&it, TRI_NO);
	it.bars[5] = memory_bar(0xf7d3c800, 0x1000); /* the base alone */
	expect(&it, "bar-alignment", PRECHECK_FAIL,
	       "BAR 5 is not page aligned: 4096 bytes at 0x00000000f7d3c800", "another device");
	it.bars[5] = memory_bar(0xf7d3c000, 0x1000);
	expect(&it, "bar-alignment", PRECHECK_PASS, "page aligned", NULL);
	it.bars[5] = port_bar(0xe100, 0x20); /* ports */
	expect(&it, "bar-alignment", PRECHECK_PASS, "page aligned", NULL);
	it.bars[5] = (struct resource){ 0, 0, 0 };
	it.bars[1] = memory_bar(0xf7d40000, 0x100);
	it.bars[4] = memory_bar(0xf7d41000, 0x800);
	ask(&it);
	assert_string_equal(find(&it, "bar-alignment")[0].what,
			    "BAR 1 is not page aligned: 256 bytes at 0x00000000f7d40000");
	assert_string_equal(find(&it, "bar-alignment")[1].what,
			    "BAR 4 is not page aligned: 2048 bytes at 0x00000000f7d41000");
	prechecks_free(&it.found);
	it.device->resources_known = false;
	expect(&it, "bar-alignment", PRECHECK_UNKNOWN, "cannot be read",
	       "iommutool -v explain 0000:01:00.0");
	verdict_is(&it, TRI_UNKNOWN);
}

static void test_reset(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.question.config.reset = TRI_NO;
	expect(&it, "reset", PRECHECK_WARN, "falls back on a power reset (D3)",
	       "restart of the VM");
	verdict_is(&it, TRI_YES);
	it.question.config.reset = TRI_UNKNOWN;
	expect(&it, "reset", PRECHECK_UNKNOWN, "cannot be read", "root");
	verdict_is(&it, TRI_YES); /* bhyve takes it all the same */
}

static void test_siblings(void **state)
{
	struct scene it;
	struct device *sibling;

	(void)state;
	init(&it);
	sibling = world_below(world_device(&it.world, 0, 1, 0, 1, 0x0c0330), it.port);
	sibling->routing = routing_of(PCIE_ENDPOINT);
	sibling->routing.multifunction = true;
	it.device->routing.multifunction = true;
	expect(&it, "siblings", PRECHECK_PASS, "uses no other function", NULL);
	sibling->driver = (char *)PPT_DRIVER;
	expect(&it, "siblings", PRECHECK_PASS, "uses no other function", NULL);
	sibling->driver = (char *)"xhci";
	expect(&it, "siblings", PRECHECK_WARN, "0000:01:00.1=xhci", "all its functions to ppt");
	verdict_is(&it, TRI_YES);
	it.device->routing.has_acs = true;
	it.device->routing.acs_capability = 0x7f;
	it.device->routing.acs_control = 0x1d; /* SV, RR, CR, UF */
	expect(&it, "siblings", PRECHECK_PASS, "ACS keeps its functions apart", NULL);
	it.device->routing.acs_known = false;
	it.device->routing.has_acs = false;
	expect(&it, "siblings", PRECHECK_UNKNOWN, "unknown", "root");
	verdict_is(&it, TRI_YES);
	it.device->routing.acs_known = true;
	sibling->driver_known = false;
	expect(&it, "siblings", PRECHECK_UNKNOWN, "unknown", "root");
	sibling->bdf.device = 1; /* another slot, bus, domain; not on PCI */
	expect(&it, "siblings", PRECHECK_PASS, "uses no other function", NULL);
	sibling->bdf = (struct bdf){ 0, 2, 0, 1 };
	expect(&it, "siblings", PRECHECK_PASS, "uses no other function", NULL);
	sibling->bdf = (struct bdf){ 1, 1, 0, 1 };
	expect(&it, "siblings", PRECHECK_PASS, "uses no other function", NULL);
	sibling->bdf = (struct bdf){ 0, 1, 0, 1 };
	sibling->is_pci = false;
	expect(&it, "siblings", PRECHECK_PASS, "uses no other function", NULL);
	prechecks_free(&it.found);
}

static void test_alias(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.port->routing = routing_of(PCIE_TO_PCI_BRIDGE);
	expect(&it, "alias", PRECHECK_FAIL, "0000:00:1c.0 to conventional PCI", "PCI Express");
	verdict_is(&it, TRI_NO);
	it.port->routing = routing_of(PCIE_NONE);
	expect(&it, "alias", PRECHECK_WARN, "0000:00:1c.0 to conventional PCI", "PCI Express");
	verdict_is(&it, TRI_YES);
	it.port->routing = (struct routing){ 0 };
	expect(&it, "alias", PRECHECK_UNKNOWN, "0000:00:1c.0 above it is unknown", "root");
	verdict_is(&it, TRI_UNKNOWN);
	it.device->parent = NULL; /* on a root bus */
	expect(&it, "alias", PRECHECK_PASS, "no bridge changes", NULL);
	it.device->root_bus = -1;
	expect(&it, "alias", PRECHECK_UNKNOWN, "bridges above it are unknown", "root");
	prechecks_free(&it.found);

	/* Two levels up. */
	init(&it);
	it.port->routing = routing_of(PCIE_TO_PCI_BRIDGE);
	it.device = world_below(world_device(&it.world, 0, 2, 0, 0, 0x020000), it.device);
	it.device->resources_known = true;
	it.device->parent->routing = routing_of(PCIE_DOWNSTREAM_PORT);
	it.question.device = it.device;
	expect(&it, "alias", PRECHECK_FAIL, "0000:00:1c.0 to conventional PCI", "PCI Express");
	prechecks_free(&it.found);
}

static void test_reserved(void **state)
{
	struct scene it;
	struct dmar_structure *rmrr;

	(void)state;
	init(&it);
	it.path[0] = (struct dmar_step){ 0x1c, 0 };
	it.scope =
		(struct dmar_scope){ .type = DMAR_SCOPE_ENDPOINT, .path = it.path, .nr_path = 2 };
	rmrr = world_dmar(&it.world, DMAR_RMRR);
	rmrr->start = 0x7b800000;
	rmrr->end = 0x7bffffff;
	rmrr->scopes = &it.scope;
	rmrr->nr_scopes = 1;
	expect(&it, "reserved", PRECHECK_WARN,
	       "0x000000007b800000-0x000000007bffffff (RMRR) mapped for it, which bhyve ignores",
	       "legacy USB");
	verdict_is(&it, TRI_YES);
	it.path[1].function = 1; /* somebody else's */
	expect(&it, "reserved", PRECHECK_PASS, "wants no memory", NULL);
	it.path[1].function = 0;
	rmrr->type = DMAR_SATC; /* no memory */
	expect(&it, "reserved", PRECHECK_PASS, "wants no memory", NULL);
	it.world.machine.dmar.state = FILE_DENIED;
	expect(&it, "reserved", PRECHECK_UNKNOWN, "cannot be read", "root");
	it.bhyve.vendor = IOMMU_VENDOR_AMD;
	expect_silence(&it, "reserved");
	prechecks_free(&it.found);
}

static void test_driver(void **state)
{
	struct scene it;

	(void)state;
	init(&it);
	it.device->driver = (char *)"igb";
	it.question.ppt = (struct ppt_status){ PPT_HOST, TRI_NO, "the host's driver has it" };
	expect(&it, "driver", PRECHECK_FAIL, "its driver is igb, not ppt",
	       "iommutool bind 0000:01:00.0");
	verdict_is(&it, TRI_NO);
	it.device->driver = NULL;
	it.question.ppt.why = "it has no driver";
	expect(&it, "driver", PRECHECK_FAIL,
	       "it has no driver; bhyve takes what ppt is attached to",
	       "iommutool bind 0000:01:00.0");
	it.question.ppt = (struct ppt_status){ PPT_ASSIGNED, TRI_NO, "a VM has it" };
	expect(&it, "driver", PRECHECK_FAIL, "a VM has it", "stop that VM first");
	it.question.ppt =
		(struct ppt_status){ PPT_STATE_UNKNOWN, TRI_UNKNOWN, "whether a VM does" };
	expect(&it, "driver", PRECHECK_UNKNOWN, "whether a VM does", "root");
	verdict_is(&it, TRI_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	 cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_kind),	 cmocka_unit_test(test_msi),
		cmocka_unit_test(test_bars),	 cmocka_unit_test(test_reset),
		cmocka_unit_test(test_siblings), cmocka_unit_test(test_alias),
		cmocka_unit_test(test_reserved), cmocka_unit_test(test_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
