/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine made by hand for the tests of the model. All of it is in one struct, nothing is on the
 * heap: never give it to machine_free().
 */
#ifndef IOMMUTOOL_TEST_WORLD_H
#define IOMMUTOOL_TEST_WORLD_H

#include "acpi/acpi.h"
#include "model/bdf.h"
#include "model/machine.h"
#include "unit.h"

#define WORLD_MAX 16

struct world {
	struct machine machine;
	struct device devices[WORLD_MAX];
	char names[WORLD_MAX][BDF_TEXT_SIZE];
	struct device *members[WORLD_MAX];
	struct group group; /* the one group; world_join() puts devices into it */
	struct unit unit;
	struct region regions[WORLD_MAX];
	struct acpi_table dmar, ivrs;
	struct dmar_structure structures[WORLD_MAX];
	struct dmar_scope scopes[WORLD_MAX];
	struct ivrs_block blocks[WORLD_MAX];
	struct ivrs_entry entries[WORLD_MAX];
};

static inline void world_init(struct world *world)
{
	*world = (struct world){ 0 };
	world->machine.devices = world->devices;
	world->machine.groups = &world->group;
	world->machine.nr_groups = 1;
	world->machine.units = &world->unit;
	world->machine.nr_units = 1;
	world->machine.remapping = TRI_UNKNOWN;
	world->machine.command_line = (char *)"";
	world->group.number = 8;
	world->group.devices = world->members;
	world->group.regions = world->regions;
	world->group.regions_known = true;
	world->unit.name = (char *)"unit0";
	world->dmar = (struct acpi_table){ .kind = ACPI_DMAR, .signature = "DMAR" };
	world->dmar.dmar.structures = world->structures;
	world->ivrs = (struct acpi_table){ .kind = ACPI_IVRS, .signature = "IVRS" };
	world->ivrs.ivrs.blocks = world->blocks;
}

/* Adds a PCI function; they have to come in the order of their addresses. */
static inline struct device *world_device(struct world *world, uint32_t domain, uint8_t bus,
					  uint8_t slot, uint8_t function, int class)
{
	size_t i = world->machine.nr_devices++;
	struct device *device = &world->devices[i];

	assert_true(i < WORLD_MAX);
	*device = (struct device){
		.is_pci = true,
		.bdf = { domain, bus, slot, function },
		.root_bus = bus,
		.vendor = -1,
		.product = -1,
		.class = class,
		.driver_known = true,
	};
	bdf_format(&device->bdf, world->names[i]);
	device->name = world->names[i];
	return device;
}

/* Puts @device below the bridge @parent. */
static inline struct device *world_below(struct device *device, struct device *parent)
{
	device->parent = parent;
	device->root_bus = parent->root_bus;
	return device;
}

static inline struct device *world_join(struct world *world, struct device *device)
{
	world->members[world->group.nr_devices++] = device;
	device->group = &world->group;
	device->unit = &world->unit;
	return device;
}

static inline struct region *world_region(struct world *world, uint64_t start, uint64_t end,
					  enum region_type type)
{
	struct region *region = &world->regions[world->group.nr_regions++];

	*region = (struct region){ .start = start, .end = end, .type = type };
	return region;
}

static inline struct dmar_structure *world_dmar(struct world *world, enum dmar_type type)
{
	struct dmar_structure *s = &world->structures[world->dmar.dmar.nr_structures++];

	*s = (struct dmar_structure){ .type = type };
	world->machine.dmar = (struct firmware_table){ .state = FILE_READ, .table = &world->dmar };
	return s;
}

static inline struct ivrs_block *world_ivrs(struct world *world, enum ivrs_block_type type)
{
	struct ivrs_block *block = &world->blocks[world->ivrs.ivrs.nr_blocks++];

	*block = (struct ivrs_block){ .type = type };
	world->machine.ivrs = (struct firmware_table){ .state = FILE_READ, .table = &world->ivrs };
	return block;
}

#endif
