/* SPDX-License-Identifier: GPL-2.0-or-later */
/* groups --check-isolation. */
#include "cmd/check_isolation.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/cells.h"
#include "cmd/selection.h"
#include "model/grouping.h"
#include "util/alloc.h"
#include "util/cleanup.h"

enum { DEVICE, GROUP, KERNEL, OTHER, OTHER_GROUP, BECAUSE, AT, CAUSE };

#define DIFFERENCES OUT_LEVEL(0)
#define FACTS (FACT_ACS | FACT_UNIT | FACT_TABLES | FACT_KERNEL | FACT_VFIO)

static const struct out_column columns[] = {
	[DEVICE] = { "DEVICE", DIFFERENCES, OUT_TYPE_STRING, true, FACTS, "Address of a device" },
	[GROUP] = { "GROUP", DIFFERENCES, OUT_TYPE_NUMBER, true, FACTS, "Its group" },
	[KERNEL] = { "KERNEL", DIFFERENCES, OUT_TYPE_STRING, true, FACTS,
		     "together or apart: how the kernel has it and the other, unlike iommutool" },
	[OTHER] = { "OTHER", DIFFERENCES, OUT_TYPE_STRING, true, FACTS,
		    "The other: the first device of the group in question" },
	[OTHER_GROUP] = { "OTHER_GROUP", DIFFERENCES, OUT_TYPE_NUMBER, true, FACTS, "Its group" },
	[BECAUSE] = { "BECAUSE", DIFFERENCES, OUT_TYPE_STRING, true, FACTS,
		      "Why they belong together: alias, acs, quirk, bus-alias, multifunction" },
	[AT] = { "AT", DIFFERENCES, OUT_TYPE_STRING, true, FACTS,
		 "The bridge or function where that is so" },
	[CAUSE] = { "CAUSE", DIFFERENCES, OUT_TYPE_STRING, true, FACTS,
		    "What the difference is likely to come from" },
};

static const struct out_level levels[] = { { "differences", false } };

const struct out_schema check_isolation_schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

struct check {
	const struct machine *machine;
	const struct grouping *grouping;
	const struct selection *selection;
	const struct device **first; /* of each of the kernel's groups */
};

static bool is_selected(const struct check *check, const struct device *device)
{
	return selects_group(check->selection, check->machine, device->group);
}

static const struct device *kernel_first(const struct check *check, const struct device *device)
{
	return check->first[device->group - check->machine->groups];
}

static const char *likely_cause(const struct check *check, bool together)
{
	const char *words = check->machine->command_line;

	if (together)
		return "ACS was turned on after the groups were made, or the kernel knows of an "
		       "alias that config space and tables do not show";
	if (words && strstr(words, "pcie_acs_override"))
		return "pcie_acs_override: this kernel makes groups which the hardware does not "
		       "isolate";
	return "ACS was turned off after the groups were made, or this kernel knows of "
	       "isolation which config space does not show";
}

static void add_difference(struct out *out, const struct check *check, const struct device *device,
			   const struct device *other, bool together)
{
	struct out_row *row = out_row_add(out, NULL);
	enum because because;
	const struct device *at;
	bool reason = !together && (grouping_why(check->grouping, device, &because, &at) ||
				    grouping_why(check->grouping, other, &because, &at));

	out_set(row, DEVICE, out_string(device->name));
	out_set(row, GROUP, out_number(device->group->number));
	out_set(row, KERNEL, out_string(together ? "together" : "apart"));
	out_set(row, OTHER, out_string(other->name));
	out_set(row, OTHER_GROUP, out_number(other->group->number));
	out_set(row, BECAUSE, reason ? out_string(because_name(because)) : out_absent());
	out_set(row, AT, reason ? out_string(at->name) : out_absent());
	out_set(row, CAUSE, out_string(likely_cause(check, together)));
}

/*
 * Two ways to part devices into groups are the same when each device is, in both, with the first
 * one of its group in the other. A difference is one of both groups.
 */
static void check_device(struct out *out, const struct check *check, const struct device *device)
{
	const struct device *mine = grouping_first(check->grouping, device);
	const struct device *theirs = kernel_first(check, device);

	if (!mine || !grouping_first(check->grouping, theirs))
		return; /* not on a PCI bus: groups of such are the driver's own */
	if (!grouping_sure(check->grouping, device) || !grouping_sure(check->grouping, theirs))
		return;
	if (grouping_first(check->grouping, theirs) != mine && is_selected(check, device))
		add_difference(out, check, device, theirs, true);
	if (mine->group != device->group &&
	    (is_selected(check, device) || is_selected(check, mine)))
		add_difference(out, check, device, mine, false);
}

/* Groups grow by what is on the way up, and by what is on the buses that it passes. */
static bool may_join(const struct device *unsure, const struct device *device)
{
	const struct device *const starts[] = { unsure, unsure->carrier };

	if (!way_known(unsure) || (unsure->carrier && !way_known(unsure->carrier)))
		return true;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		for (const struct device *at = starts[i]; at; at = at->parent)
			if (at->bdf.domain == device->bdf.domain && at->bdf.bus == device->bdf.bus)
				return true;
	return false;
}

/* Return: whether a device that may belong anywhere may belong to a selected group. */
static bool leaves_open(const struct check *check, const struct device *unsure)
{
	for (size_t i = 0; i < check->machine->nr_devices; i++) {
		const struct device *device = &check->machine->devices[i];

		if (device->is_pci && device->group && is_selected(check, device) &&
		    may_join(unsure, device))
			return true;
	}
	return false;
}

/* Return: false when what is unknown might be a difference. */
static bool check_devices(struct out *out, const struct check *check)
{
	bool known = true;

	for (size_t i = 0; i < check->machine->nr_devices; i++) {
		const struct device *device = &check->machine->devices[i];

		if (!grouping_first(check->grouping, device))
			continue;
		check_device(out, check, device);
		if (known && !grouping_sure(check->grouping, device))
			known = !leaves_open(check, device);
	}
	return known;
}

/* Return: whether anything is selected; @strangers: devices that could not be read are in it. */
static bool any_selected(const struct check *check, bool *strangers)
{
	bool any = false;

	for (size_t i = 0; i < check->machine->nr_groups; i++) {
		const struct group *group = &check->machine->groups[i];

		if (!selects_group(check->selection, check->machine, group))
			continue;
		any = true;
		*strangers |= group->has_strangers;
	}
	return any;
}

static const struct device **first_devices(const struct machine *machine)
{
	const struct device **first = xcalloc(machine->nr_groups, sizeof(*first));

	for (size_t i = 0; i < machine->nr_groups; i++)
		if (machine->groups[i].nr_devices > 0)
			first[i] = machine->groups[i].devices[0];
	return first;
}

int check_isolation(const struct arguments *arguments, const struct source *source, struct out *out)
{
	struct machine *machine = collect(source, FACTS | selection_facts(arguments));
	struct grouping *grouping = grouping_new(machine);
	_cleanup_free_ const struct device **first = first_devices(machine);
	struct selection selection;
	const struct check check = { machine, grouping, &selection, first };
	int status = select_operands(arguments, machine, false, &selection);
	bool strangers = false, any = any_selected(&check, &strangers);
	bool known = check_devices(out, &check) && !strangers;

	if (status != STATUS_USAGE && !any) {
		status = nothing_to_show(arguments->context, machine, status);
	} else if (machine->groups_computed) {
		complain(arguments->context,
			 "this kernel has no groups: those shown here are computed, "
			 "and there are no others to hold against them");
		status = status_worst(status, STATUS_SKIPPED);
	} else if (out_count(out) > 0) {
		status = status_worst(status, STATUS_NO);
	} else if (!known) {
		complain(arguments->context,
			 "no difference is known, but config space or a table that would decide "
			 "is unknown here; run as root, and see -v");
		status = status_worst(status, STATUS_FAILED);
	}
	status = status_worst(status, show_notes(arguments->context, machine, &selection));
	if (status != STATUS_USAGE)
		show(arguments->context, out);
	selection_free(&selection);
	grouping_free(grouping);
	machine_free(machine);
	return status;
}
