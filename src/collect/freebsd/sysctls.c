/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bhyve has here, by sysctls, modules and the registers of the units. */
#include <errno.h>
#include <string.h>

#include "collect/freebsd/collectors.h"
#include "collect/freebsd/units.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/text.h"

#define UNITS_MAX 64		  /* dmarN that are asked for */
#define SEGMENTS_SIZE 8192	  /* of 63 segments at most, with a hundred bytes each */
#define PHYSICAL_MAX (1ull << 52) /* no processor has addresses beyond */

/* An int or long of the kernel as its bits. Return: how many bytes it has; -ENOENT: no such name;
 * -EPROTO: it is neither; other negative errno. */
static int ask_number(struct os *os, const char *name, uint64_t *bits)
{
	uint8_t bytes[8];
	size_t size = sizeof(bytes);
	int r = os->ops->sysctl(os, name, bytes, &size);

	if (r < 0 && r != -ENOMEM)
		return r;
	if (r < 0 || (size != sizeof(uint32_t) && size != sizeof(uint64_t)))
		return -EPROTO;
	*bits = 0;
	for (size_t i = size; i-- > 0;)
		*bits = *bits << 8 | bytes[i];
	return (int)size;
}

/* That a name is not there is a fact; that it has no sense is no healthy system's. */
static void explain_number(struct machine *machine, const char *name, int code)
{
	if (code == -EPROTO)
		machine_fault(machine, name, "it is no number that makes sense; see sysctl %s",
			      name);
	else if (code != -ENOENT)
		machine_note(machine, "%s: %s; see sysctl %s", name, strerror(-code), name);
}

/* Return: 0 to INT32_MAX; -1: unknown. */
static int ask_int(struct os *os, struct machine *machine, const char *name)
{
	uint64_t bits;
	int r = ask_number(os, name, &bits);

	if (r >= 0 && bits > INT32_MAX) /* and those below 0 */
		r = -EPROTO;
	if (r < 0)
		explain_number(machine, name, r);
	return r < 0 ? -1 : (int)bits;
}

static enum tristate ask_switch(struct os *os, struct machine *machine, const char *name)
{
	int value = ask_int(os, machine, name);

	return value < 0 ? TRI_UNKNOWN : value ? TRI_YES : TRI_NO;
}

static enum tristate is_there(int r)
{
	return r >= 0 ? TRI_YES : r == -ENOENT ? TRI_NO : TRI_UNKNOWN;
}

static enum tristate ask_device(struct os *os, const char *name)
{
	char value[128];
	size_t size = sizeof(value);
	int r = os->ops->sysctl(os, name, value, &size);

	return is_there(r == -ENOMEM ? 0 : r);
}

/* Whether a driver of the host translates: the first unit that does decides, all have to be known.
 */
static enum tristate ask_active(struct os *os, struct machine *machine, const char *driver,
				enum tristate is_attached)
{
	enum tristate active = is_attached;

	for (unsigned unit = 0; unit < UNITS_MAX && is_attached == TRI_YES; unit++) {
		_cleanup_free_ char *device = xasprintf("dev.%s.%u.%%driver", driver, unit);
		_cleanup_free_ char *name = xasprintf("dev.%s.%u.dma", driver, unit);
		enum tristate one;

		if (ask_device(os, device) != TRI_YES)
			break;
		one = ask_switch(os, machine, name);
		if (one == TRI_YES)
			return TRI_YES;
		if (unit == 0 || one == TRI_UNKNOWN)
			active = one;
	}
	return active;
}

/* In pages. The name has changed, and so has the type: of 4 bytes once. All bits are no limit. */
static int64_t ask_wired(struct os *os, struct machine *machine)
{
	static const char *const names[] = { "vm.max_user_wired", "vm.max_wired" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t bits;
		int r = ask_number(os, names[i], &bits);

		if (r >= 0)
			return bits > INT64_MAX ? INT64_MAX : (int64_t)bits;
		explain_number(machine, names[i], r);
	}
	return -1;
}

/* The highest "end:" of vm.phys_segs, a text with a few lines a segment. */
static uint64_t ask_memory_end(struct os *os, struct machine *machine)
{
	static const char name[] = "vm.phys_segs";
	char text[SEGMENTS_SIZE], *at = text, *line;
	size_t size = sizeof(text) - 1;
	int r = os->ops->sysctl(os, name, text, &size);
	uint64_t highest = 0;

	if (r < 0) {
		explain_number(machine, name, r);
		return 0;
	}
	text[size] = '\0';
	while ((line = strsep(&at, "\n"))) {
		uint64_t end;

		if (strncmp(line, "end:", 4) != 0)
			continue;
		line += 4 + strspn(line + 4, " ");
		if (parse_u64(line, 0, PHYSICAL_MAX, &end) == 0 && end > highest)
			highest = end;
	}
	return highest;
}

/* Every unit, or none. One that does not is enough for no. */
static enum tristate ask_translating(struct os *os, const struct machine *machine)
{
	enum tristate all = machine->nr_units ? TRI_YES : TRI_UNKNOWN;

	for (size_t i = 0; i < machine->nr_units; i++) {
		const struct unit *unit = &machine->units[i];
		struct freebsd_amdvi amdvi;
		struct freebsd_vtd vtd;
		struct error err = { 0 };
		bool is_vtd = unit->kind == UNIT_INTEL_VTD;
		int r = is_vtd ? freebsd_read_vtd(os, unit->address, &vtd, &err)
			       : freebsd_read_amdvi(os, unit->address, &amdvi, &err);

		if (r == 0 && !(is_vtd ? freebsd_vtd_translates(&vtd) : amdvi.is_on))
			return TRI_NO;
		if (r < 0)
			all = TRI_UNKNOWN;
	}
	return all;
}

void freebsd_ask_bhyve(struct os *os, struct machine *machine, struct bhyve *bhyve)
{
	char text[16]; /* whatever is in it */
	int forced = os->ops->kenv(os, "hw.vmm.force_iommu", text, sizeof(text));

	bhyve_init(bhyve);
	bhyve->osreldate = ask_int(os, machine, "kern.osreldate");
	bhyve->vmm_loaded = is_there(os->ops->find_module(os, "vmm"));
	bhyve->initialized = ask_switch(os, machine, "hw.vmm.iommu.initialized");
	bhyve->enable = ask_switch(os, machine, "hw.vmm.iommu.enable");
	bhyve->ppt_devices = ask_int(os, machine, "hw.vmm.ppt.devices");
	bhyve->amdvi_count = ask_int(os, machine, "hw.vmm.amdvi.count");
	bhyve->amdvi_enable = ask_switch(os, machine, "hw.vmm.amdvi.enable");
	bhyve->host_dmar = ask_device(os, "dev.dmar.0.%driver");
	bhyve->host_dmar_active = ask_active(os, machine, "dmar", bhyve->host_dmar);
	bhyve->host_amdiommu = ask_device(os, "dev.amdiommu.0.%driver");
	bhyve->host_amdiommu_active = ask_active(os, machine, "amdiommu", bhyve->host_amdiommu);
	bhyve->force_iommu = is_there(forced == -ENAMETOOLONG ? 0 : forced);
	bhyve->max_wired = ask_wired(os, machine);
	bhyve->memory_end = ask_memory_end(os, machine);
	bhyve->translating = ask_translating(os, machine);
	bhyve_read_tables(bhyve, machine);
}
