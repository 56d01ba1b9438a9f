/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bridges and functions made by hand for the tests of ways and groups. All of it is in one struct,
 * nothing is on the heap: never give it to machine_free().
 */
#ifndef IOMMUTOOL_TEST_TOPOLOGY_H
#define IOMMUTOOL_TEST_TOPOLOGY_H

#include "acpi/acpi.h"
#include "model/acs.h"
#include "model/bdf.h"
#include "unit.h"

#define TOPOLOGY_MAX 32

#define FULL ACS_REQUIRED
#define NO_ACS (-1)
#define UNREAD (-2)

struct topology {
	struct machine machine;
	struct device devices[TOPOLOGY_MAX];
	char names[TOPOLOGY_MAX][BDF_TEXT_SIZE];
	struct group groups[TOPOLOGY_MAX]; /* one for each: who is in which is the question */
	struct device *members[TOPOLOGY_MAX];
	struct unit unit;
	struct acpi_table ivrs;
	struct ivrs_block block;
	struct ivrs_entry entries[4];
};

static inline void topology_init(struct topology *topology)
{
	*topology =
		(struct topology){ .unit = { .name = (char *)"unit0", .kind = UNIT_INTEL_VTD } };
	topology->machine.devices = topology->devices;
	topology->machine.groups = topology->groups;
	topology->machine.groups_known = true;
	topology->machine.units = &topology->unit;
	topology->machine.nr_units = 1;
	topology->machine.dmar.state = FILE_READ;
	topology->machine.ivrs.state = FILE_ABSENT;
}

/*
 * Adds a function of vendor ffff, of which no table speaks; they have to come in the order of their
 * addresses. @acs: the bits in force of a capability that has all; or NO_ACS; or UNREAD: nothing
 * of its config space is known.
 */
static inline struct device *function_add(struct topology *topology, const char *address,
					  struct device *above, int type, int acs)
{
	size_t i = topology->machine.nr_devices++;
	struct device *device = &topology->devices[i];
	struct bdf bdf;

	assert_true(i < TOPOLOGY_MAX);
	assert_int_equal(bdf_parse(address, &bdf), 0);
	assert_true(i == 0 || bdf_compare(&device[-1].bdf, &bdf) < 0);
	*device = (struct device){
		.is_pci = true,
		.bdf = bdf,
		.group_known = true,
		.group = &topology->groups[i],
		.unit_known = true,
		.unit = &topology->unit,
		.parent = above,
		.root_bus = above ? above->root_bus : bdf.bus,
		.vendor = 0xffff,
		.product = 0,
		.class = 0x020000,
	};
	if (type == PCIE_ROOT_PORT || type == PCIE_UPSTREAM_PORT || type == PCIE_DOWNSTREAM_PORT ||
	    type == PCIE_TO_PCI_BRIDGE || type == PCI_TO_PCIE_BRIDGE)
		device->class = 0x060400;
	if (acs != UNREAD)
		device->routing = (struct routing){
			.type_known = true,
			.type = (enum pcie_type)type,
			.acs_known = true,
			.has_acs = acs >= 0,
			.acs_capability = acs >= 0 ? 0x7f : 0,
			.acs_control = acs >= 0 ? (uint16_t)acs : 0,
		};
	bdf_format(&bdf, topology->names[i]);
	device->name = topology->names[i];
	topology->groups[i].number = (uint32_t)i;
	topology->members[i] = device;
	topology->groups[i].devices = &topology->members[i];
	topology->groups[i].nr_devices = 1;
	topology->machine.nr_groups = i + 1;
	return device;
}

/* The same as one of several functions. */
static inline struct device *part_add(struct topology *topology, const char *address,
				      struct device *above, int type, int acs)
{
	struct device *device = function_add(topology, address, above, type, acs);

	device->routing.multifunction = acs != UNREAD;
	return device;
}

static inline struct device *with_id(struct device *device, int vendor, int product)
{
	device->vendor = vendor;
	device->product = product;
	return device;
}

/* An AMD IOMMU whose table says that functions FIRST to LAST use the address ALIAS. */
static inline void alias_add(struct topology *topology, uint16_t first, uint16_t last,
			     uint16_t alias)
{
	struct ivrs_entry *entry = &topology->entries[topology->block.nr_entries++];

	*entry = (struct ivrs_entry){ .type = IVRS_ALIAS_RANGE,
				      .first = first,
				      .last = last,
				      .has_alias = true,
				      .alias = alias };
	topology->block.type = IVRS_IVHD;
	topology->block.entries = topology->entries;
	topology->ivrs.kind = ACPI_IVRS;
	topology->ivrs.ivrs.blocks = &topology->block;
	topology->ivrs.ivrs.nr_blocks = 1;
	topology->machine.ivrs =
		(struct firmware_table){ .state = FILE_READ, .table = &topology->ivrs };
	topology->unit.kind = UNIT_AMD_VI;
}

#endif
