/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel, and what of interrupts its IOMMUs remap. */
#include <errno.h>
#include <string.h>

#include "collect/freebsd/collectors.h"
#include "collect/freebsd/units.h"
#include "util/alloc.h"

void freebsd_collect_kernel(struct os *os, struct machine *machine)
{
	char release[128];
	size_t size = sizeof(release) - 1;
	int r = os->ops->sysctl(os, "kern.osrelease", release, &size);

	if (r < 0) {
		machine_note(machine, "kern.osrelease: %s", strerror(-r));
		return;
	}
	release[size] = '\0';
	machine->release = xstrdup(release);
}

/* Return: by one unit; of AMD's it is in each entry of the device table. */
static enum tristate remaps(struct os *os, const struct unit *unit)
{
	struct error err = { 0 };
	struct freebsd_vtd vtd;

	if (unit->kind != UNIT_INTEL_VTD || !unit->has_registers ||
	    freebsd_read_vtd(os, unit->address, &vtd, &err) < 0)
		return TRI_UNKNOWN;
	return freebsd_vtd_remaps(&vtd) ? TRI_YES : TRI_NO;
}

void freebsd_collect_remapping(struct os *os, struct machine *machine)
{
	machine->remapping = machine->nr_units ? remaps(os, &machine->units[0]) : TRI_UNKNOWN;
	for (size_t i = 1; i < machine->nr_units; i++)
		if (remaps(os, &machine->units[i]) != machine->remapping)
			machine->remapping = TRI_UNKNOWN;
	if (machine->remapping == TRI_UNKNOWN)
		machine_note(machine,
			     "interrupt remapping: the registers of the IOMMUs do not tell "
			     "whether it is in use");
}
