/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups, which FreeBSD's kernel has none of: computed as Linux would make them. */
#include "collect/freebsd/collectors.h"
#include "model/grouping.h"
#include "util/alloc.h"

/* Marks who takes part: for the grouping any group does. */
static void mark_covered(struct machine *machine, struct group *any)
{
	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct device *device = &machine->devices[i];

		device->group_known = device->unit_known;
		machine->groups_known = machine->groups_known && device->unit_known;
		if (device->unit)
			device->group = any;
	}
}

static void join_group(struct group *group, struct device *device)
{
	group->devices = xgrow(group->devices, group->nr_devices, sizeof(struct device *));
	group->devices[group->nr_devices++] = device;
	device->group = group;
}

/* A group begins with its first device, which is in it for sure. */
static void place(struct machine *machine, const struct grouping *grouping, struct device *device)
{
	const struct device *first = grouping_first(grouping, device);

	device->group = NULL;
	if (!grouping_sure(grouping, device) || (first != device && !first->group)) {
		device->group_known = false;
		machine->groups_known = false;
		machine_note(
			machine,
			"%s: its group cannot be computed: what its requests may pass on their "
			"way to the IOMMU is unknown",
			device->name);
		return;
	}
	if (first != device) {
		join_group(first->group, device);
		return;
	}
	machine->groups[machine->nr_groups] =
		(struct group){ .number = (uint32_t)machine->nr_groups };
	join_group(&machine->groups[machine->nr_groups++], device);
}

void freebsd_compute_groups(struct machine *machine)
{
	struct grouping *grouping;
	struct group any = { 0 };

	machine->groups_computed = true;
	machine->groups_known = true;
	machine->groups = xcalloc(machine->nr_devices, sizeof(*machine->groups));
	mark_covered(machine, &any);
	grouping = grouping_new(machine);
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].group)
			place(machine, grouping, &machine->devices[i]);
	grouping_free(grouping);
}
