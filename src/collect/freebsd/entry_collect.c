/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the collectors that the asked facts need. */
#include <errno.h>
#include <string.h>

#include "collect/collect.h"
#include "collect/freebsd/acpi_root.h"
#include "collect/freebsd/collectors.h"
#include "collect/freebsd/guests.h"
#include "collect/freebsd/pci.h"
#include "collect/freebsd/units.h"
#include "model/freebsd/bhyve_host.h"
#include "model/system.h"
#include "model/usage.h"
#include "util/cleanup.h"

/* What everything else stands on: devices, and which unit and group they are in. */
static void list_devices(struct os *os, struct machine *machine, unsigned facts,
			 struct freebsd_function **functions)
{
	static const char prefix[] = ABI_PCI_NODE ": ";
	struct error err = { 0 };
	const char *text;

	if (freebsd_list_devices(os, facts | FACT_ACS, machine, functions, &err) == 0)
		return;
	text = err.text;
	if (strncmp(text, prefix, strlen(prefix)) == 0)
		text += strlen(prefix);
	machine_fault(machine, ABI_PCI_NODE, "%s", text);
}

/* Return: the last note behind @from that speaks of @word; NULL: none does. */
static const char *find_note(const struct machine *machine, size_t from, const char *word)
{
	for (size_t i = machine->notes.nr; i-- > from;)
		if (strstr(machine->notes.items[i], word))
			return machine->notes.items[i];
	return NULL;
}

/* Of tables that may be there the reason was said of the memory that was not to be read. */
static void list_tables(struct os *os, struct machine *machine)
{
	static const char *const names[] = { "DMAR", "IVRS", "VIOT" };
	struct firmware_table *const tables[] = { &machine->dmar, &machine->ivrs, &machine->viot };
	size_t before = machine->notes.nr, behind;

	freebsd_collect_tables(os, machine);
	behind = machine->notes.nr;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const char *own = find_note(machine, before, names[i]);
		const char *last = behind ? machine->notes.items[behind - 1] : NULL;

		if (tables[i]->state != FILE_UNASKED)
			continue;
		tables[i]->state = FILE_DENIED;
		strcpy(tables[i]->name, names[i]);
		machine_note(machine, "%s: whether this machine has one is unknown: %s", names[i],
			     own    ? own
			     : last ? last
				    : "it was not to be read");
	}
}

struct machine *collect(const struct source *source, unsigned facts)
{
	_cleanup_free_ struct freebsd_function *functions = NULL;
	struct machine *machine = machine_new();

	/* What bhyve looks at of a device. */
	if (facts & FACT_HOLDERS)
		facts |= FACT_RESOURCES;
	list_devices(source->os, machine, facts, &functions);
	list_tables(source->os, machine);
	freebsd_collect_units(source->os, machine);
	freebsd_compute_groups(machine);
	if (machine->nr_faults)
		machine->groups_known = false;
	for (size_t i = 0; i < machine->nr_groups && (facts & FACT_RESERVED); i++)
		freebsd_fill_regions(machine, &machine->groups[i]);
	if (facts & FACT_KERNEL)
		freebsd_collect_kernel(source->os, machine);
	if (facts & FACT_REMAPPING)
		freebsd_collect_remapping(source->os, machine);
	if (facts & FACT_GROUP_TYPE)
		machine_note(machine, "groups: FreeBSD has none; these are computed, and have no "
				      "type of domain");
	if ((facts & FACT_HOLDERS) && functions)
		freebsd_collect_bhyve(source->os, machine, functions);
	if ((facts & FACT_GUESTS) && machine->bhyve)
		freebsd_look_at_guests(source->os, machine);
	if (facts & FACT_RESET)
		machine_note(machine,
			     "devices: in which ways they can be reset is not looked at on "
			     "FreeBSD");
	return machine;
}

void collect_reserved(const struct source *source, struct machine *machine, const bool *wanted)
{
	(void)source;
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (wanted[i] && machine->devices[i].group)
			freebsd_fill_regions(machine, machine->devices[i].group);
}

/* --- for those who act ------------------------------------------------------------------------ */

/* There are no groups. But vmm, which tells of the IOMMU, may have been loaded since. */
void collect_group_users(const struct source *source, struct machine *machine, const bool *wanted,
			 bool may_open)
{
	(void)wanted;
	(void)may_open;
	if (machine->bhyve && machine->bhyve->bhyve.vmm_loaded != TRI_YES)
		freebsd_ask_bhyve(source->os, machine, &machine->bhyve->bhyve);
}

/* --- what is of VFIO, or not known yet -------------------------------------------------------- */

void collect_system(const struct source *source, struct machine *machine, struct system *system)
{
	(void)source;
	*system = (struct system){
		.vfio_node = TRI_UNKNOWN,
		.iommufd_node = TRI_UNKNOWN,
		.unsafe_interrupts = TRI_UNKNOWN,
		.iommufd_unsafe_interrupts = TRI_UNKNOWN,
		.small_pages_only = TRI_UNKNOWN,
		.entry_limit = -1,
	};
	machine_note(machine, "system: FreeBSD has no VFIO; nothing is known of its modules");
}

void collect_escalation(const struct source *source, struct strings *sentences)
{
	(void)source;
	strings_add(sentences, "what FreeBSD makes of an error of PCI Express is unknown");
}

struct usage *collect_usage(const struct source *source, const struct machine *machine,
			    const bool *wanted)
{
	struct usage *usage = usage_new();

	usage->captured = !source->live;
	freebsd_collect_usage(source->os, machine, wanted, usage);
	return usage;
}

char *read_serial(const struct source *source, const struct device *device)
{
	return freebsd_read_serial(source->os, &device->bdf);
}
