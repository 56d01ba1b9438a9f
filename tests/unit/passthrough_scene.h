/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device of a FreeBSD host that bhyve would take, for the tests of what stands against it. */
#ifndef IOMMUTOOL_TEST_PASSTHROUGH_SCENE_H
#define IOMMUTOOL_TEST_PASSTHROUGH_SCENE_H

#include "model/freebsd/passthrough.h"
#include "world.h"

/*
 * 0000:01:00.0 behind the root port 0000:00:1c.0 of an Intel machine with 16 GiB: with ppt, and
 * nothing stands against it.
 */
struct scene {
	struct world world;
	struct bhyve bhyve;
	struct passthrough question;
	struct prechecks found;
	struct device *port, *device;
	struct resource bars[NR_BARS];
	struct dmar_step path[2];
	struct dmar_scope scope;
};

static inline struct routing routing_of(enum pcie_type type)
{
	return (struct routing){ .type_known = true, .type = type, .acs_known = true };
}

static inline struct resource memory_bar(uint64_t start, uint64_t length)
{
	return (struct resource){ start, start + length - 1, RESOURCE_MEMORY };
}

static inline struct resource port_bar(uint64_t start, uint64_t length)
{
	return (struct resource){ start, start + length - 1, RESOURCE_IO };
}

static inline void init(struct scene *it)
{
	*it = (struct scene){ 0 };
	world_init(&it->world);
	it->port = world_device(&it->world, 0, 0, 0x1c, 0, 0x060400);
	it->port->routing = routing_of(PCIE_ROOT_PORT);
	it->port->driver = (char *)"pcib";
	it->device = world_below(world_device(&it->world, 0, 1, 0, 0, 0x020000), it->port);
	it->device->routing = routing_of(PCIE_ENDPOINT);
	it->device->vendor = 0xffff; /* of which no table of ACS speaks */
	it->device->product = 0;
	it->device->driver = (char *)PPT_DRIVER;
	it->device->resources_known = true;
	it->device->resources = it->bars;
	it->device->nr_resources = NR_BARS;
	it->bars[0] = memory_bar(0xf7d10000, 0x4000);
	it->bars[2] = port_bar(0xe000, 0x20);
	it->world.machine.ivrs.state = FILE_ABSENT;
	it->world.unit.kind = UNIT_INTEL_VTD;
	it->world.unit.has_registers = true;
	it->world.unit.cap = 0x400; /* 48 bits alone: bit 2 of those at 8 */
	world_dmar(&it->world, DMAR_DRHD)->flags = DMAR_DRHD_INCLUDE_PCI_ALL;

	bhyve_init(&it->bhyve);
	it->bhyve.osreldate = 1402000;
	it->bhyve.vmm_loaded = TRI_YES;
	it->bhyve.initialized = TRI_NO;
	it->bhyve.enable = TRI_YES;
	it->bhyve.host_dmar = TRI_NO;
	it->bhyve.host_amdiommu = TRI_NO;
	it->bhyve.max_wired = 8 << 18; /* 8 GiB */
	it->bhyve.memory_end = 16ull << 30;
	bhyve_read_tables(&it->bhyve, &it->world.machine);
	it->question = (struct passthrough){
		.machine = &it->world.machine,
		.device = it->device,
		.bhyve = &it->bhyve,
		.config = { 0, TRI_YES, TRI_YES, TRI_YES, TRI_YES, TRI_YES },
		.ppt = { PPT_UNASSIGNED, TRI_NO, "no VM has it" },
	};
}

static inline void ask(struct scene *it)
{
	prechecks_free(&it->found);
	passthrough_check(&it->question, &it->found);
}

static inline const struct precheck *find(const struct scene *it, const char *rule)
{
	for (size_t i = 0; i < it->found.nr; i++)
		if (strcmp(it->found.items[i].rule, rule) == 0)
			return &it->found.items[i];
	return NULL;
}

/* This rule says so, and no other has more than a pass. @next: part of it; NULL: there is none. */
static inline void expect(struct scene *it, const char *rule, enum precheck_outcome outcome,
			  const char *what, const char *next)
{
	const struct precheck *check;

	ask(it);
	check = find(it, rule);
	if (!check)
		fail_msg("rule \"%s\" says nothing", rule);
	if (check->outcome != outcome || !strstr(check->what, what))
		fail_msg("rule \"%s\": %s \"%s\", not %s \"%s\"", rule,
			 precheck_outcome_name(check->outcome), check->what,
			 precheck_outcome_name(outcome), what);
	assert_case((next == NULL) == (check->next == NULL), rule);
	if (next && !strstr(check->next, next))
		fail_msg("rule \"%s\": \"%s\" lacks \"%s\"", rule, check->next, next);
	for (size_t i = 0; i < it->found.nr; i++)
		if (strcmp(it->found.items[i].rule, rule) != 0 &&
		    it->found.items[i].outcome != PRECHECK_PASS)
			fail_msg("rule \"%s\" is not alone: \"%s\": %s", rule,
				 it->found.items[i].rule, it->found.items[i].what);
}

static inline void expect_silence(struct scene *it, const char *rule)
{
	ask(it);
	assert_null(find(it, rule));
}

static inline void verdict_is(struct scene *it, enum tristate verdict)
{
	assert_int_equal(prechecks_verdict(&it->found), verdict);
	prechecks_free(&it->found);
}

#endif
