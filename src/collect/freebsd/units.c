/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOMMU units: their registers, and which devices are behind them. */
#include "collect/freebsd/units.h"

#include <errno.h>
#include <inttypes.h>

#include "acpi/acpi.h"
#include "collect/freebsd/acpi_root.h"
#include "model/bdf.h"
#include "model/scope.h"
#include "util/alloc.h"

#define PAGE_MASK 0xfffull
#define ADDRESS_MASK 0x000ffffffffff000ull /* bits 51:12 */

/* VT-d 11.4: offsets, and bits in them. */
#define VTD_VERSION 0x00
#define VTD_CAP 0x08
#define VTD_ECAP 0x10
#define VTD_STATUS 0x1c
#define VTD_ROOT 0x20
#define STATUS_TRANSLATES 0x80000000u
#define STATUS_REMAPS 0x02000000u

/* AMD 3.4.1, 3.4.4 */
#define AMD_TABLE 0x00
#define AMD_CONTROL 0x18
#define AMD_TABLE_PAGES 0x1ffu /* pages of 4 KiB, less one */
#define AMD_ENTRY 32u
#define AMD_ON 0x1u

/* --- registers ---------------------------------------------------------------------------- */

bool freebsd_vtd_translates(const struct freebsd_vtd *vtd)
{
	return vtd->status & STATUS_TRANSLATES;
}

bool freebsd_vtd_remaps(const struct freebsd_vtd *vtd)
{
	return vtd->status & STATUS_REMAPS;
}

struct reg {
	unsigned at;
	size_t size; /* 4 or 8 */
	uint64_t *value;
};

static int no_unit(uint64_t address, struct error *err)
{
	return fail(err, -EBADMSG, "IOMMU at 0x%" PRIx64 ": no unit answers there", address);
}

/* Each by itself and as wide as it is: units need not answer anything else (VT-d 11.2). */
static int read_registers(struct os *os, uint64_t address, const struct reg *regs, size_t nr,
			  struct error *err)
{
	if (address == 0 || (address & PAGE_MASK))
		return no_unit(address, err);
	for (size_t i = 0; i < nr; i++) {
		uint8_t bytes[8];
		uint64_t value = 0;
		int r = os->ops->read_physical(os, address + regs[i].at, bytes, regs[i].size);

		if (r < 0)
			return freebsd_memory_error(r, "IOMMU", address, err);
		for (size_t k = regs[i].size; k-- > 0;)
			value = value << 8 | bytes[k];
		*regs[i].value = value;
	}
	return 0;
}

int freebsd_read_vtd(struct os *os, uint64_t address, struct freebsd_vtd *vtd, struct error *err)
{
	uint64_t version, status;
	const struct reg regs[] = {
		{ VTD_VERSION, 4, &version }, { VTD_CAP, 8, &vtd->cap },
		{ VTD_ECAP, 8, &vtd->ecap },  { VTD_STATUS, 4, &status },
		{ VTD_ROOT, 8, &vtd->root },
	};
	int r = read_registers(os, address, regs, sizeof(regs) / sizeof(regs[0]), err);

	if (r < 0)
		return r;
	vtd->version = (uint32_t)version;
	vtd->status = (uint32_t)status;
	return version == 0 || version == UINT32_MAX ? no_unit(address, err) : 0;
}

int freebsd_read_amdvi(struct os *os, uint64_t address, struct freebsd_amdvi *unit,
		       struct error *err)
{
	uint64_t base, control;
	const struct reg regs[] = { { AMD_TABLE, 8, &base }, { AMD_CONTROL, 8, &control } };
	int r = read_registers(os, address, regs, sizeof(regs) / sizeof(regs[0]), err);

	if (r < 0)
		return r;
	if (base == UINT64_MAX && control == UINT64_MAX)
		return no_unit(address, err);
	*unit = (struct freebsd_amdvi){
		.table = base & ADDRESS_MASK,
		.nr = (uint32_t)((base & AMD_TABLE_PAGES) + 1) * (4096u / AMD_ENTRY),
		.is_on = control & AMD_ON,
	};
	return 0;
}

/* --- units of the machine ----------------------------------------------------------------- */

static struct unit *add_unit(struct machine *machine, enum unit_kind kind, char *name)
{
	struct unit *unit;

	machine->units = xgrow(machine->units, machine->nr_units, sizeof(*machine->units));
	unit = &machine->units[machine->nr_units++];
	*unit = (struct unit){
		.name = name,
		.kind = kind,
		.domains_supported = -1,
		.domains_used = -1,
	};
	return unit;
}

static void add_vtd_units(struct os *os, struct machine *machine, const struct dmar *dmar)
{
	for (size_t i = 0, nr = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *drhd = &dmar->structures[i];
		struct error err = { 0 };
		struct freebsd_vtd vtd;
		struct unit *unit;

		if (drhd->type != DMAR_DRHD)
			continue;
		unit = add_unit(machine, UNIT_INTEL_VTD, xasprintf("dmar%zu", nr++));
		unit->address = drhd->address;
		unit->has_registers = freebsd_read_vtd(os, drhd->address, &vtd, &err) == 0;
		if (unit->has_registers) {
			unit->cap = vtd.cap;
			unit->ecap = vtd.ecap;
		} else {
			machine_note(machine, "%s", err.text);
		}
	}
}

/* The IVHD has an image of the two feature registers. */
static void add_amd_units(struct machine *machine, const struct ivrs *ivrs)
{
	for (size_t i = 0, nr = 0; i < ivrs->nr_blocks; i++) {
		const struct ivrs_block *ivhd = &ivrs->blocks[i];
		struct unit *unit;

		if (ivhd->type != IVRS_IVHD || ivhd->ignored)
			continue;
		unit = add_unit(machine, UNIT_AMD_VI, xasprintf("ivhd%zu", nr++));
		unit->address = ivhd->address;
		unit->has_function = true;
		unit->function = (struct bdf){ .domain = ivhd->segment,
					       .bus = (uint8_t)(ivhd->device_id >> 8),
					       .device = ivhd->device_id >> 3 & 31,
					       .function = ivhd->device_id & 7 };
		unit->has_features = ivhd->has_efr;
		unit->features[0] = ivhd->efr;
		unit->features[1] = ivhd->efr2;
	}
}

/* --- the unit of a device ----------------------------------------------------------------- */

static bool drhd_names(const struct machine *machine, const struct dmar_structure *drhd,
		       const struct device *device)
{
	for (size_t i = 0; i < drhd->nr_scopes; i++)
		if (scope_covers(machine, drhd->segment, &drhd->scopes[i], device))
			return true;
	return false;
}

/* The unit that names it, or else the one that has all that no other names. */
static struct unit *vtd_unit_of(struct machine *machine, const struct device *device)
{
	const struct dmar *dmar = &machine->dmar.table->dmar;
	struct unit *rest = NULL;

	for (size_t i = 0, nr = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *drhd = &dmar->structures[i];
		struct unit *unit;

		if (drhd->type != DMAR_DRHD)
			continue;
		unit = &machine->units[nr++];
		if (drhd->segment != device->bdf.domain)
			continue;
		if (drhd->flags & DMAR_DRHD_INCLUDE_PCI_ALL)
			rest = unit;
		else if (drhd_names(machine, drhd, device))
			return unit;
	}
	return rest;
}

static bool ivhd_has(const struct ivrs_block *ivhd, const struct device *device)
{
	for (size_t i = 0; i < ivhd->nr_entries; i++) {
		const struct ivrs_entry *entry = &ivhd->entries[i];

		if (entry->type != IVRS_SPECIAL && entry->type != IVRS_ACPI_HID &&
		    entry->type != IVRS_ENTRY_UNKNOWN &&
		    requester_in_range(ivhd->segment, entry->first, entry->last, device))
			return true;
	}
	return false;
}

static struct unit *amd_unit_of(struct machine *machine, const struct device *device)
{
	const struct ivrs *ivrs = &machine->ivrs.table->ivrs;

	for (size_t i = 0, nr = 0; i < ivrs->nr_blocks; i++) {
		const struct ivrs_block *ivhd = &ivrs->blocks[i];

		if (ivhd->type != IVRS_IVHD || ivhd->ignored)
			continue;
		if (ivhd_has(ivhd, device))
			return &machine->units[nr];
		nr++;
	}
	return NULL;
}

/* A unit does not translate for itself, whatever range it is in. */
static bool is_unit(const struct machine *machine, const struct device *device)
{
	for (size_t i = 0; i < machine->nr_units; i++)
		if (machine->units[i].has_function &&
		    bdf_compare(&machine->units[i].function, &device->bdf) == 0)
			return true;
	return false;
}

static void find_units(struct machine *machine)
{
	bool none = machine->dmar.state == FILE_ABSENT && machine->ivrs.state == FILE_ABSENT;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct device *device = &machine->devices[i];

		/* Scopes are ways down from a root bus. */
		if (machine->dmar.table && device->root_bus >= 0) {
			device->unit_known = true;
			device->unit = vtd_unit_of(machine, device);
		} else if (machine->ivrs.table && !machine->dmar.table) {
			device->unit_known = true;
			if (!is_unit(machine, device))
				device->unit = amd_unit_of(machine, device);
		} else {
			device->unit_known = none;
		}
	}
}

void freebsd_collect_units(struct os *os, struct machine *machine)
{
	if (machine->dmar.table)
		add_vtd_units(os, machine, &machine->dmar.table->dmar);
	else if (machine->ivrs.table)
		add_amd_units(machine, &machine->ivrs.table->ivrs);
	find_units(machine);
}
