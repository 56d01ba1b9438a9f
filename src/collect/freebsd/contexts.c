/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By which entry of a unit's tables the requests of a device go. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "acpi/acpi.h"
#include "collect/freebsd/acpi_root.h"
#include "collect/freebsd/units.h"
#include "model/bdf.h"
#include "model/scope.h"
#include "model/width.h"
#include "util/alloc.h"

#define ADDRESS_MASK 0xfffffffffffff000ull
#define PRESENT 1u

/* VT-d 9.1, 9.3, 11.4.5: entries of 16 bytes; mode 0 of the root table is legacy. */
#define ROOT_MODE(root) ((root) >> 10 & 3)
#define TRANSLATION(low) ((low) >> 2 & 3)
#define TRANSLATION_PASS 2
#define TRANSLATION_NONE 3 /* reserved */
#define WIDTH(high) ((high)&7)
#define VTD_DOMAIN(high) ((uint16_t)((high) >> 8))

/* AMD 2.2.2.1: entries of 32 bytes, of which the first two qwords matter here. */
#define AMD_VALID 1u
#define AMD_TRANSLATION_VALID 2u
#define AMD_LEVELS(low) ((unsigned)((low) >> 9 & 7))
#define AMD_MAY_READ (1ull << 61)
#define AMD_MAY_WRITE (1ull << 62)
#define AMD_ADDRESS 0x000ffffffffff000ull
#define AMD_DOMAIN(second) ((uint16_t)(second))

/* Reads an entry's first two qwords. */
static int read_entry(struct os *os, uint64_t address, uint64_t entry[2], struct error *err)
{
	uint8_t bytes[16];
	int r = os->ops->read_physical(os, address, bytes, sizeof(bytes));

	if (r < 0)
		return freebsd_memory_error(r, "IOMMU's table", address, err);
	entry[0] = entry[1] = 0;
	for (size_t i = sizeof(bytes); i-- > 0;)
		entry[i / 8] = entry[i / 8] << 8 | bytes[i];
	return 0;
}

/* --- VT-d --------------------------------------------------------------------------------- */

static void decode_vtd(const uint64_t entry[2], struct freebsd_context *context)
{
	unsigned width = WIDTH(entry[1]);

	context->is_present = entry[0] & PRESENT;
	context->way = FREEBSD_WAY_BLOCKED;
	if (!context->is_present)
		return;
	context->domain = VTD_DOMAIN(entry[1]);
	context->passes_through = TRANSLATION(entry[0]) == TRANSLATION_PASS;
	context->way = FREEBSD_WAY_UNTRANSLATED;
	if (context->passes_through)
		return;
	context->way = FREEBSD_WAY_BLOCKED; /* the unit refuses what is reserved */
	if (TRANSLATION(entry[0]) == TRANSLATION_NONE)
		return;
	context->way = FREEBSD_WAY_UNKNOWN;
	if (width < 1 || width > 3)
		return;
	context->way = FREEBSD_WAY_TRANSLATED;
	context->levels = width + 2;
	context->table = entry[0] & ADDRESS_MASK;
}

int freebsd_vtd_context(struct os *os, const struct freebsd_vtd *vtd, uint16_t requester,
			struct freebsd_context *context, struct error *err)
{
	uint64_t root = vtd->root & ADDRESS_MASK, entry[2];
	int r;

	*context = (struct freebsd_context){ .unit_is_on = freebsd_vtd_translates(vtd) };
	if (!context->unit_is_on) {
		context->way = FREEBSD_WAY_UNTRANSLATED;
		return 0;
	}
	if (ROOT_MODE(vtd->root) != 0)
		return fail(err, -ENOTSUP,
			    "IOMMU: its root table at 0x%" PRIx64
			    " is not of the mode that FreeBSD knows",
			    root);
	r = read_entry(os, root + 16u * (requester >> 8), entry, err);
	if (r < 0)
		return r;
	if (!(entry[0] & PRESENT)) {
		context->way = FREEBSD_WAY_BLOCKED;
		return 0;
	}
	r = read_entry(os, (entry[0] & ADDRESS_MASK) + 16u * (requester & 0xff), entry, err);
	if (r == 0)
		decode_vtd(entry, context);
	return r;
}

/* --- AMD-Vi ------------------------------------------------------------------------------- */

static void decode_amdvi(const uint64_t entry[2], struct freebsd_context *context)
{
	bool may = entry[0] & (AMD_MAY_READ | AMD_MAY_WRITE);

	context->is_present = entry[0] & AMD_VALID;
	context->way = FREEBSD_WAY_UNTRANSLATED; /* without an entry they pass */
	if (!context->is_present)
		return;
	context->domain = AMD_DOMAIN(entry[1]);
	context->way = FREEBSD_WAY_UNKNOWN;
	if (!(entry[0] & AMD_TRANSLATION_VALID))
		return;
	context->levels = AMD_LEVELS(entry[0]);
	context->passes_through = context->levels == 0 && may;
	if (!may)
		context->way = FREEBSD_WAY_BLOCKED;
	else if (context->levels == 0)
		context->way = FREEBSD_WAY_UNTRANSLATED;
	else if (context->levels < 7)
		context->way = FREEBSD_WAY_TRANSLATED;
	if (context->way == FREEBSD_WAY_TRANSLATED)
		context->table = entry[0] & AMD_ADDRESS;
}

int freebsd_amdvi_context(struct os *os, const struct freebsd_amdvi *unit, uint16_t requester,
			  struct freebsd_context *context, struct error *err)
{
	uint64_t entry[2];
	int r;

	*context = (struct freebsd_context){ .unit_is_on = unit->is_on };
	if (!unit->is_on) {
		context->way = FREEBSD_WAY_UNTRANSLATED;
		return 0;
	}
	if (requester >= unit->nr)
		return 0;
	r = read_entry(os, unit->table + 32ull * requester, entry, err);
	if (r == 0)
		decode_amdvi(entry, context);
	return r;
}

/* --- all devices -------------------------------------------------------------------------- */

/* The registers of a unit, read once for all of its devices. */
struct open_unit {
	bool is_read;
	struct freebsd_vtd vtd;
	struct freebsd_amdvi amdvi;
};

static void read_unit(struct os *os, struct machine *machine, const struct unit *unit,
		      struct open_unit *open)
{
	struct error err = { 0 };
	int r = unit->kind == UNIT_INTEL_VTD
			? freebsd_read_vtd(os, unit->address, &open->vtd, &err)
			: freebsd_read_amdvi(os, unit->address, &open->amdvi, &err);

	open->is_read = r == 0;
	if (r < 0)
		machine_note(machine, "%s", err.text);
}

/* The DeviceID that the unit looks up: the last entry of its IVHD for a device says. */
static uint16_t amd_requester(const struct machine *machine, const struct unit *unit,
			      const struct device *device)
{
	const struct ivrs_block *ivhd = unit_ivhd(machine, unit);
	uint16_t requester = bdf_requester(&device->bdf);

	for (size_t i = 0; ivhd && i < ivhd->nr_entries; i++) {
		const struct ivrs_entry *entry = &ivhd->entries[i];

		if (entry->has_alias &&
		    requester_in_range(ivhd->segment, entry->first, entry->last, device))
			requester = entry->alias;
	}
	return requester;
}

struct freebsd_context *freebsd_collect_contexts(struct os *os, struct machine *machine)
{
	struct freebsd_context *contexts = xcalloc(machine->nr_devices, sizeof(*contexts));
	struct open_unit *open = xcalloc(machine->nr_units, sizeof(*open));

	for (size_t i = 0; i < machine->nr_units; i++)
		read_unit(os, machine, &machine->units[i], &open[i]);
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];
		const struct unit *unit = device->unit;
		const struct open_unit *at = unit ? &open[unit - machine->units] : NULL;
		struct error err = { 0 };
		int r = 0;

		if (!unit)
			contexts[i].way = device->unit_known ? FREEBSD_WAY_UNTRANSLATED
							     : FREEBSD_WAY_UNKNOWN;
		else if (at->is_read && unit->kind == UNIT_INTEL_VTD)
			r = freebsd_vtd_context(os, &at->vtd, bdf_requester(&device->bdf),
						&contexts[i], &err);
		else if (at->is_read)
			r = freebsd_amdvi_context(os, &at->amdvi,
						  amd_requester(machine, unit, device),
						  &contexts[i], &err);
		if (r < 0)
			machine_note(machine, "%s: %s", device->name, err.text);
	}
	free(open);
	return contexts;
}
