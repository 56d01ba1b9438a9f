/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IOMMU units as they are in memory: registers, and the tables by which a unit knows devices. No
 * sysctl of FreeBSD tells of them; tools/tools/dmardump reads them in the same way.
 *
 * All of it only reads, through /dev/mem, which is for root. What is read may change meanwhile.
 * Sources: VT-d specification, chapters 9 and 11; AMD IOMMU specification, 2.2.2 and 3.4.
 */
#ifndef IOMMUTOOL_FREEBSD_UNITS_H
#define IOMMUTOOL_FREEBSD_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "collect/freebsd/os.h"
#include "model/machine.h"
#include "util/error.h"

/* --- registers ---------------------------------------------------------------------------- */

struct freebsd_vtd {
	uint32_t version; /* major in bits 7:4, minor in 3:0 */
	uint64_t cap, ecap;
	uint32_t status; /* GSTS */
	uint64_t root;	 /* RTADDR */
};

bool freebsd_vtd_translates(const struct freebsd_vtd *vtd); /* GSTS.TES */
bool freebsd_vtd_remaps(const struct freebsd_vtd *vtd);	    /* interrupts: GSTS.IRES */

struct freebsd_amdvi {
	uint64_t table; /* of devices */
	uint32_t nr;	/* entries in it */
	bool is_on;
};

/**
 * freebsd_read_vtd() - the registers of a unit
 * @address: of its DRHD
 *
 * Return: 0; -EACCES, -EPERM: not permitted; -ENODEV: there is no /dev/mem; -EBADMSG: no unit
 * answers there; other negative errno.
 */
int freebsd_read_vtd(struct os *os, uint64_t address, struct freebsd_vtd *vtd, struct error *err);
/* @address: of its IVHD */
int freebsd_read_amdvi(struct os *os, uint64_t address, struct freebsd_amdvi *unit,
		       struct error *err);

/**
 * freebsd_collect_units() - machine.units, device.unit, from the tables and the registers
 * @machine: with devices, their topology, and tables (freebsd_collect_tables())
 *
 * Units are numbered as FreeBSD numbers them, whether or not its driver for them runs: dmar0 is the
 * first DRHD. unit.address is there for units of both kinds; only of those of VT-d registers are
 * read here, and where they cannot be read the unit has none.
 */
void freebsd_collect_units(struct os *os, struct machine *machine);

/* --- what becomes of a device's requests (contexts.c) ------------------------------------- */

enum freebsd_way {
	FREEBSD_WAY_UNKNOWN,
	FREEBSD_WAY_UNTRANSLATED, /* they reach all of memory: by the unit being off, by an entry
				     that lets them pass, or by having no unit */
	FREEBSD_WAY_BLOCKED,
	FREEBSD_WAY_TRANSLATED,
};

struct freebsd_context {
	enum freebsd_way way;
	bool unit_is_on;
	bool is_present;     /* there is an entry for it; the others are said by the entry */
	bool passes_through; /* by the entry */
	uint16_t domain;     /* the unit's number for it */
	unsigned levels;     /* of the tables; VT-d: 3, 4, 5 for 39, 48, 57 bits */
	uint64_t table;	     /* the first of them */
};

/**
 * freebsd_vtd_context() - what a unit's context table has for a requester
 * @requester: bdf_requester()
 *
 * Return: 0; -ENOTSUP when the unit is used in a mode that FreeBSD does not know (extended,
 * scalable); negative errno as freebsd_read_vtd(). @context says that the way is unknown then.
 */
int freebsd_vtd_context(struct os *os, const struct freebsd_vtd *vtd, uint16_t requester,
			struct freebsd_context *context, struct error *err);
/* The same by the device table; unknown for a requester behind its end. */
int freebsd_amdvi_context(struct os *os, const struct freebsd_amdvi *unit, uint16_t requester,
			  struct freebsd_context *context, struct error *err);

/**
 * freebsd_collect_contexts() - what becomes of the requests of all devices
 * @machine: as of freebsd_collect_units(); what cannot be read gets a note
 *
 * By their own requester IDs, as bhyve sets entries (sys/amd64/vmm/intel/vtd.c), on AMD by those
 * that the IVRS has for them. Requests of a device behind a bridge to conventional PCI may carry
 * others (model/aliases.h).
 *
 * Return: one a device, to be freed.
 */
struct freebsd_context *freebsd_collect_contexts(struct os *os, struct machine *machine);

#endif
