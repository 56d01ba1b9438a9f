// SPDX-License-Identifier: GPL-2.0-or-later
/* Computed groups, reserved regions, and what bhyve has, on a FreeBSD that is a model. */
#include "topology.h"
#include "world.h"

#include <errno.h>

#include "collect/collect.h"
#include "collect/freebsd/collectors.h"
#include "collect/freebsd/pci.h"
#include "freebsd/model/model.h"
#include "model/freebsd/bhyve_host.h"

/* --- groups ------------------------------------------------------------------------------- */

/* Of a topology, whose own groups are of no use here. */
static void compute(struct topology *topology)
{
	topology->machine.groups = NULL;
	topology->machine.nr_groups = 0;
	for (size_t i = 0; i < topology->machine.nr_devices; i++)
		topology->devices[i].group = NULL;
	freebsd_compute_groups(&topology->machine);
}

static void release(struct topology *topology)
{
	for (size_t i = 0; i < topology->machine.nr_groups; i++)
		free(topology->machine.groups[i].devices);
	free(topology->machine.groups);
	strings_free(&topology->machine.notes);
}

static struct device *covered(struct topology *topology, const char *address, int acs)
{
	return function_add(topology, address, NULL, PCIE_ENDPOINT, acs);
}

static void test_groups(void **state)
{
	struct topology topology;
	struct machine *machine = &topology.machine;
	struct device *two, *function, *last;

	(void)state;
	topology_init(&topology);
	covered(&topology, "0000:00:01.0", NO_ACS);
	two = covered(&topology, "0000:00:02.0", NO_ACS);
	two->routing.multifunction = true;
	function = covered(&topology, "0000:00:02.1", NO_ACS);
	covered(&topology, "0000:00:03.0", NO_ACS)->unit = NULL;
	last = covered(&topology, "0000:00:04.0", NO_ACS);
	compute(&topology);
	assert_true(machine->groups_computed);
	assert_true(machine->groups_known);
	assert_int_equal(machine->nr_groups, 3);
	assert_ptr_equal(two->group, &machine->groups[1]);
	assert_ptr_equal(function->group, &machine->groups[1]);
	assert_int_equal(machine->groups[1].number, 1);
	assert_int_equal(machine->groups[1].nr_devices, 2);
	assert_ptr_equal(machine->groups[1].devices[1], function);
	assert_null(topology.devices[3].group); /* no unit translates for it: that is known */
	assert_true(topology.devices[3].group_known);
	assert_ptr_equal(last->group, &machine->groups[2]);
	assert_true(last->group_known);
	assert_int_equal(machine->notes.nr, 0);
	release(&topology);
}

/* Functions beside each other, of which nothing is known: they may be in one group or in two. */
static void test_groups_unsure(void **state)
{
	struct topology topology;
	struct machine *machine = &topology.machine;

	(void)state;
	topology_init(&topology);
	covered(&topology, "0000:00:02.0", UNREAD);
	covered(&topology, "0000:00:02.1", UNREAD);
	compute(&topology);
	assert_false(machine->groups_known);
	assert_null(topology.devices[1].group);
	assert_false(topology.devices[1].group_known);
	assert_int_equal(machine->notes.nr, 1);
	assert_string_equal(
		machine->notes.items[0],
		"0000:00:02.1: its group cannot be computed: what its requests may pass "
		"on their way to the IOMMU is unknown");
	release(&topology);
}

static void test_groups_unknown_unit(void **state)
{
	struct topology topology;

	(void)state;
	topology_init(&topology);
	covered(&topology, "0000:00:01.0", NO_ACS);
	covered(&topology, "0000:00:02.0", NO_ACS)->unit_known = false;
	topology.devices[1].unit = NULL;
	compute(&topology);
	assert_false(topology.machine.groups_known);
	assert_int_equal(topology.machine.nr_groups, 1);
	assert_false(topology.devices[1].group_known);
	release(&topology);
}

/* --- regions ------------------------------------------------------------------------------ */

static void no_regions(struct world *world)
{
	world->group.regions = NULL;
	world->group.nr_regions = 0;
	world->group.regions_known = false;
}

static void assert_region(const struct group *group, size_t index, uint64_t start, uint64_t end,
			  const char *word)
{
	assert_true(index < group->nr_regions);
	assert_int_equal(group->regions[index].start, start);
	assert_int_equal(group->regions[index].end, end);
	assert_string_equal(group->regions[index].word, word);
}

static struct dmar_structure *add_rmrr(struct world *world, uint64_t start, uint64_t end,
				       size_t scope, size_t nr)
{
	struct dmar_structure *rmrr = world_dmar(world, DMAR_RMRR);

	rmrr->start = start;
	rmrr->end = end;
	rmrr->scopes = world->scopes + scope;
	rmrr->nr_scopes = nr;
	return rmrr;
}

static void test_rmrrs(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_join(&world, world_device(&world, 0, 0, 2, 0, 0x020000));
	world_join(&world, world_device(&world, 0, 0, 2, 1, 0x020000));
	world_join(&world, world_device(&world, 0, 0, 3, 0, 0x0c0330));
	for (uint8_t i = 0; i < 3; i++) {
		static struct dmar_step steps[3] = { { 2, 0 }, { 2, 1 }, { 3, 0 } };

		world.scopes[i] = (struct dmar_scope){ .type = DMAR_SCOPE_ENDPOINT,
						       .path = &steps[i],
						       .nr_path = 1 };
	}
	add_rmrr(&world, 0xfff00000, 0xffffffff, 0, 2); /* for both: one region */
	add_rmrr(&world, 0x3e000000, 0x3e00ffff, 2, 1);
	add_rmrr(&world, 0x2000, 0x1fff, 0, 1);		     /* ends before it begins */
	add_rmrr(&world, 0x5000, 0x5fff, 0, 1)->segment = 1; /* of another segment */
	no_regions(&world);
	freebsd_fill_regions(&world.machine, &world.group);
	assert_true(world.group.regions_known);
	assert_int_equal(world.group.nr_regions, 3);
	assert_region(&world.group, 0, 0x3e000000, 0x3e00ffff, "direct-relaxable");
	assert_region(&world.group, 1, 0xfee00000, 0xfeefffff, "msi");
	assert_region(&world.group, 2, 0xfff00000, 0xffffffff, "direct");
	assert_int_equal(world.machine.notes.nr, 1);
	assert_non_null(strstr(world.machine.notes.items[0], "bhyve ignores"));
	freebsd_fill_regions(&world.machine, &world.group);
	assert_int_equal(world.group.nr_regions, 3); /* once */
	strings_free(&world.machine.notes);
	free(world.group.regions);
}

static void add_ivmd(struct world *world, uint8_t flags, uint16_t first, uint16_t last,
		     uint64_t start, uint64_t end)
{
	struct ivrs_block *ivmd = world_ivrs(world, IVRS_IVMD);

	ivmd->flags = flags;
	ivmd->first = first;
	ivmd->last = last;
	ivmd->start = start;
	ivmd->end = end;
}

static void test_ivmds(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_join(&world, world_device(&world, 0, 0, 2, 0, 0x020000)); /* 0010h */
	add_ivmd(&world, IVRS_IVMD_UNITY, 0x10, 0x10, 0x1000, 0x1fff);
	add_ivmd(&world, IVRS_IVMD_EXCLUSION, 0, 0xffff, 0x3000, 0x3fff);
	add_ivmd(&world, IVRS_IVMD_UNITY, 0x11, 0x20, 0x5000, 0x5fff);
	add_ivmd(&world, IVRS_IVMD_IR, 0x10, 0x10, 0x7000, 0x7fff);
	add_ivmd(&world, IVRS_IVMD_UNITY, 0x10, 0x10, 0x9000, 0x9000); /* of no length */
	no_regions(&world);
	freebsd_fill_regions(&world.machine, &world.group);
	assert_int_equal(world.group.nr_regions, 4);
	assert_region(&world.group, 0, 0x1000, 0x1fff, "direct");
	assert_region(&world.group, 1, 0x3000, 0x3fff, "direct");
	assert_region(&world.group, 2, 0xfee00000, 0xfeefffff, "msi");
	assert_region(&world.group, 3, 0xfd00000000, 0xffffffffff, "reserved");
	strings_free(&world.machine.notes);
	free(world.group.regions);
}

static void test_regions_unknown(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_join(&world, world_device(&world, 0, 0, 2, 0, 0x020000));
	no_regions(&world);
	freebsd_fill_regions(&world.machine, &world.group);
	assert_false(world.group.regions_known);
	assert_int_equal(world.group.nr_regions, 0);
}

/* --- bhyve -------------------------------------------------------------------------------- */

static struct machine *collect_bhyve(struct model *model)
{
	struct machine *machine = machine_new();
	struct freebsd_function *functions = NULL;

	assert_int_equal(freebsd_list_devices(&model->os, 0, machine, &functions, NULL), 0);
	freebsd_collect_bhyve(&model->os, machine, functions);
	free(functions);
	return machine;
}

#define UNKNOWN TRI_UNKNOWN

/* What profiles say; what they do not have is unknown, or known not to be there. */
static void test_bhyve(void **state)
{
	static const struct {
		const char *name;
		int osreldate;
		enum tristate vmm, initialized, enable, amdvi, dmar, active;
		int ppt;
	} cases[] = {
		{ "intel-idle", 1402000, TRI_YES, TRI_NO, TRI_YES, UNKNOWN, TRI_NO, TRI_NO, 1 },
		{ "intel-active", 1402000, TRI_YES, TRI_YES, TRI_YES, UNKNOWN, TRI_NO, TRI_NO, 1 },
		{ "intel-disabled", 1402000, TRI_YES, TRI_NO, TRI_NO, UNKNOWN, TRI_NO, TRI_NO, 0 },
		{ "amd-disabled", 1402000, TRI_YES, TRI_NO, TRI_YES, TRI_NO, TRI_NO, TRI_NO, 0 },
		{ "vmm-not-loaded", 1402000, TRI_NO, UNKNOWN, UNKNOWN, UNKNOWN, TRI_NO, TRI_NO,
		  -1 },
		{ "host-dmar-on", 1402000, TRI_YES, TRI_NO, TRI_YES, UNKNOWN, TRI_YES, TRI_YES, 1 },
		{ "affected", 1203000, TRI_YES, TRI_YES, TRI_YES, UNKNOWN, TRI_NO, TRI_NO, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct machine *machine;
		const struct bhyve *bhyve;
		char path[128];

		snprintf(path, sizeof(path), "tests/freebsd/profiles/%s", cases[i].name);
		model_profile(model, path);
		machine = collect_bhyve(model);
		bhyve = &machine->bhyve->bhyve;
		assert_case_equal(bhyve->osreldate, cases[i].osreldate, cases[i].name);
		assert_case(bhyve->vmm_loaded == cases[i].vmm, cases[i].name);
		assert_case(bhyve->initialized == cases[i].initialized, cases[i].name);
		assert_case(bhyve->enable == cases[i].enable, cases[i].name);
		assert_case(bhyve->amdvi_enable == cases[i].amdvi, cases[i].name);
		assert_case(bhyve->host_dmar == cases[i].dmar, cases[i].name);
		assert_case(bhyve->host_dmar_active == cases[i].active, cases[i].name);
		assert_case(bhyve->ppt_devices == cases[i].ppt, cases[i].name);
		assert_case(bhyve->translating == TRI_UNKNOWN, cases[i].name);
		assert_case(bhyve->force_iommu == TRI_NO, cases[i].name);
		assert_case(bhyve->max_wired == -1, cases[i].name);
		machine_free(machine);
		model_free(model);
	}
}

static void test_bhyve_values(void **state)
{
	static const struct {
		const char *name, *type, *value;
		int64_t wired;
	} cases[] = {
		{ "vm.max_user_wired", "ulong", "0x100000000", 0x100000000 },
		{ "vm.max_wired", "int", "4000", 4000 },
		{ "vm.max_wired", "uint", "0x80000000", 0x80000000 },
		{ "vm.max_user_wired", "ulong", "0xffffffffffffffff", INT64_MAX }, /* no limit */
		{ "vm.max_wired", "u16", "4000", -1 }, /* of no size that it has */
		{ "vm.max_wired", "string", "4000", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct machine *machine;

		model_set(model, cases[i].name, cases[i].type, cases[i].value);
		model_set(model, "hw.vmm.force_iommu", "kenv", "1");
		machine = collect_bhyve(model);
		assert_case_equal(machine->bhyve->bhyve.max_wired, cases[i].wired, cases[i].value);
		assert_int_equal(machine->bhyve->bhyve.force_iommu, TRI_YES);
		assert_int_equal(machine->bhyve->bhyve.osreldate, -1);
		machine_free(machine);
		model_free(model);
	}
}

#define SEGMENT(start, end)                                                                        \
	"\nSEGMENT 0:\n\nstart:     " start "\nend:       " end                                    \
	"\ndomain:    0\nfree list: 0xffffffff81e7a8c0\n"

static void test_memory_end(void **state)
{
	static const struct {
		const char *segments;
		uint64_t end;
	} cases[] = {
		{ SEGMENT("0x1000", "0x9f000") SEGMENT("0x100000000", "0x43f000000"), 0x43f000000 },
		{ SEGMENT("0x100000000", "0x43f000000") SEGMENT("0x1000", "0x9f000"), 0x43f000000 },
		{ SEGMENT("0", "0x10000000000000"), 1ull << 52 },
		/* What no processor has, and what is no number. */
		{ SEGMENT("0x1000", "0x9f000") SEGMENT("0", "0x10000000000001"), 0x9f000 },
		{ SEGMENT("0x1000", "-1") SEGMENT("0x1000", ""), 0 },
		{ "", 0 },
		{ "the end: 0x1000", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct machine *machine;

		model_set(model, "vm.phys_segs", "string", cases[i].segments);
		machine = collect_bhyve(model);
		assert_int_equal(machine->bhyve->bhyve.memory_end, cases[i].end);
		machine_free(machine);
		model_free(model);
	}
}

/* What makes no sense is unknown and a fault; what may not be asked for is unknown and a note. */
static void test_bhyve_nonsense(void **state)
{
	static const struct {
		const char *type, *value;
		enum tristate wanted;
	} cases[] = {
		{ "int", "-1", UNKNOWN },
		{ "long", "-1", UNKNOWN },
		{ "uint", "0x80000000", UNKNOWN },
		{ "u64", "0x100000000", UNKNOWN },
		{ "u8", "1", UNKNOWN },
		{ "u16", "1", UNKNOWN },
		{ "string", "", UNKNOWN },
		{ "string", "123456789", UNKNOWN },
		{ "long", "1", TRI_YES },
		{ "uint", "0x7fffffff", TRI_YES },
	};
	struct model *model = model_new();
	struct machine *machine;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		model_set(model, "hw.vmm.iommu.enable", cases[i].type, cases[i].value);
		machine = collect_bhyve(model);
		assert_case(machine->bhyve->bhyve.enable == cases[i].wanted, cases[i].type);
		assert_int_equal(machine->nr_faults, cases[i].wanted == UNKNOWN);
		freebsd_ask_bhyve(&model->os, machine, &machine->bhyve->bhyve);
		assert_int_equal(machine->nr_faults, cases[i].wanted == UNKNOWN); /* once */
		if (machine->nr_faults)
			assert_string_equal(
				machine->faults[0].text,
				"hw.vmm.iommu.enable: it is no number that makes sense; "
				"see sysctl hw.vmm.iommu.enable");
		machine_free(machine);
	}
	model_fails(model, "sysctl hw.vmm.iommu.enable", 0, -EPERM);
	machine = collect_bhyve(model);
	assert_int_equal(machine->bhyve->bhyve.enable, TRI_UNKNOWN);
	assert_int_equal(machine->nr_faults, 0);
	assert_true(strings_contain(&machine->notes,
				    "hw.vmm.iommu.enable: Operation not permitted; see sysctl "
				    "hw.vmm.iommu.enable"));
	machine_free(machine);
	model_free(model);
}

/* One unit that translates is enough; where one does not tell nothing is known without that. */
static void test_bhyve_host_driver(void **state)
{
	static const struct {
		const char *first, *second; /* .dma; NULL: it has none */
		enum tristate wanted;
	} cases[] = {
		{ "1", "0", TRI_YES }, { "0", "1", TRI_YES },  { NULL, "1", TRI_YES },
		{ "0", "0", TRI_NO },  { "0", NULL, UNKNOWN }, { NULL, "0", UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct machine *machine;

		model_set(model, "dev.dmar.0.%driver", "string", "dmar");
		model_set(model, "dev.dmar.1.%driver", "string", "dmar");
		if (cases[i].first)
			model_set(model, "dev.dmar.0.dma", "int", cases[i].first);
		if (cases[i].second)
			model_set(model, "dev.dmar.1.dma", "int", cases[i].second);
		machine = collect_bhyve(model);
		assert_int_equal(machine->bhyve->bhyve.host_dmar, TRI_YES);
		assert_int_equal(machine->bhyve->bhyve.host_dmar_active, cases[i].wanted);
		assert_int_equal(machine->bhyve->bhyve.host_amdiommu_active, TRI_NO);
		machine_free(machine);
		model_free(model);
	}
}

/* A device whose driver was only set has none; who is not told cannot know. */
static void test_bhyve_states(void **state)
{
	struct model *model = model_new();
	struct machine *machine;

	(void)state;
	model_set(model, "hw.vmm.iommu.initialized", "int", "0");
	model_attach(model_add_function(model, "0000:00:01.0", 0x8086, 0x1533, 0x020000), "igb", 0);
	model_attach(model_add_function(model, "0000:00:02.0", 0x8086, 0x1533, 0x020000), "ppt", 0);
	model_attach(model_add_function(model, "0000:00:03.0", 0x8086, 0x1533, 0x020000), "ppt", 1);
	model->functions[2].is_attached = false;
	model_add_function(model, "0000:00:04.0", 0x8086, 0x1533, 0x020000);
	machine = collect_bhyve(model);
	assert_int_equal(machine->bhyve->devices[0].ppt.state, PPT_HOST);
	assert_int_equal(machine->bhyve->devices[1].ppt.state, PPT_UNASSIGNED);
	assert_int_equal(machine->bhyve->devices[2].ppt.state, PPT_HOST);
	assert_int_equal(machine->bhyve->devices[3].ppt.state, PPT_HOST);
	assert_int_equal(machine->bhyve->devices[3].entry, BHYVE_ENTRY_UNKNOWN);
	machine_free(machine);

	model->is_root = false;
	machine = collect_bhyve(model);
	assert_int_equal(machine->bhyve->devices[2].ppt.state, PPT_STATE_UNKNOWN);
	assert_int_equal(machine->bhyve->devices[1].config.header_type, 0);
	assert_int_equal(machine->bhyve->devices[1].config.msi, TRI_UNKNOWN);
	machine_free(machine);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_groups_unsure),
		cmocka_unit_test(test_groups_unknown_unit),
		cmocka_unit_test(test_rmrrs),
		cmocka_unit_test(test_ivmds),
		cmocka_unit_test(test_regions_unknown),
		cmocka_unit_test(test_bhyve),
		cmocka_unit_test(test_bhyve_values),
		cmocka_unit_test(test_memory_end),
		cmocka_unit_test(test_bhyve_nonsense),
		cmocka_unit_test(test_bhyve_host_driver),
		cmocka_unit_test(test_bhyve_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
