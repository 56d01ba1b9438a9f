/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool domains: the default domain of each group, and who owns the group now. */
#include <stdio.h>
#include <string.h>

#include "cmd/cells.h"
#include "cmd/reader.h"
#include "cmd/selection.h"
#include "model/viability.h"

enum { GROUP, TYPE, STRICT, OWNER, HOLDERS, UNIT };

#define GROUPS OUT_LEVEL(0)
#define OWNER_FACTS (FACT_DRIVER | FACT_VFIO | FACT_HOLDERS)

static const struct out_column columns[] = {
	[GROUP] = { "GROUP", GROUPS, OUT_TYPE_NUMBER, true, 0, "Number of the IOMMU group" },
	[TYPE] = { "TYPE", GROUPS, OUT_TYPE_STRING, true, FACT_GROUP_TYPE,
		   "Type of the default domain: DMA, DMA-FQ, identity, blocked" },
	[STRICT] = { "STRICT", GROUPS, OUT_TYPE_BOOL, true, FACT_GROUP_TYPE,
		     "Unmapped addresses are invalidated at once, not lazily" },
	[OWNER] = { "OWNER", GROUPS, OUT_TYPE_STRING, true, OWNER_FACTS,
		    "kernel, vfio, iommufd or none" },
	[HOLDERS] = { "HOLDERS", GROUPS, OUT_TYPE_OBJECTS, true, OWNER_FACTS,
		      "Processes that have it open: PID:COMMAND" },
	[UNIT] = { "UNIT", GROUPS, OUT_TYPE_STRING, true, FACT_UNIT,
		   "IOMMU unit that translates for it" },
};

static const struct out_level levels[] = { { "domains", false } };

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

static const struct argp argp = {
	.parser = parse_shared,
	.args_doc = "[GROUP|DEVICE]...",
	.doc = "Show the default domain of each group, and who owns the group now.",
	.children = reading_children,
};

/* Only lazy and strict translation have an answer. */
static struct out_value strict_cell(const struct group *group)
{
	if (!group->type)
		return out_unknown();
	if (strcmp(group->type, "DMA") == 0)
		return out_bool(true);
	if (strcmp(group->type, "DMA-FQ") == 0)
		return out_bool(false);
	return out_absent();
}

static struct out_value owner_cell(const struct group *group)
{
	bool driven = false, unknown = false;

	for (size_t i = 0; i < group->nr_holders; i++)
		if (strncmp(group->holders[i].node, "/dev/vfio/devices/", 18) == 0)
			return out_string("iommufd");
	if (group->nr_holders > 0)
		return out_string("vfio");
	for (size_t i = 0; i < group->nr_devices; i++) {
		driven |= device_blocks(group->devices[i]) == TRI_YES;
		unknown |= device_blocks(group->devices[i]) == TRI_UNKNOWN;
	}
	if (driven) /* then VFIO cannot own it, whatever could not be looked at */
		return out_string("kernel");
	if (unknown || group->has_strangers || !group->holders_complete)
		return out_unknown();
	return out_string("none");
}

static struct out_value holders_cell(const struct group *group)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < group->nr_holders; i++) {
		const struct holder *holder = &group->holders[i];
		struct out_value object;
		char text[64];

		snprintf(text, sizeof(text), "%d:%s", holder->pid, holder->command);
		object = out_object(text);
		out_member(&object, "pid", out_number((uint64_t)holder->pid));
		out_member(&object, "command", out_string(holder->command));
		out_member(&object, "node", out_string(holder->node));
		out_append(&list, object);
	}
	if (group->nr_holders == 0 && !group->holders_complete)
		return out_unknown();
	return list;
}

static struct out_value unit_cell(const struct group *group)
{
	return group->nr_devices ? device_unit_cell(group->devices[0]) : out_absent();
}

static int list_domains(const void *own, const struct source *source, struct out *out)
{
	const struct arguments *arguments = own;
	struct machine *machine = collect(source, out_facts(out) | selection_facts(arguments));
	struct selection selection;
	int status = select_operands(arguments, machine, false, &selection);

	for (size_t i = 0; i < machine->nr_groups && status != STATUS_USAGE; i++) {
		const struct group *group = &machine->groups[i];
		struct out_row *row;

		if (!selects_group(&selection, machine, group))
			continue;
		row = out_row_add(out, NULL);
		out_set(row, GROUP, out_number(group->number));
		out_set(row, TYPE, string_or_unknown(group->type));
		out_set(row, STRICT, strict_cell(group));
		out_set(row, OWNER, owner_cell(group));
		out_set(row, HOLDERS, holders_cell(group));
		out_set(row, UNIT, unit_cell(group));
	}
	status = end_groups(arguments, machine, &selection, out, status);
	selection_free(&selection);
	machine_free(machine);
	return status;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &schema,
	.work = list_domains,
};

static int run(struct context *context, int argc, char **argv)
{
	struct arguments arguments = { 0 };

	return run_reader(&reader, &arguments, context, argc, argv);
}

static const struct out_schema *const schemas[] = { &schema, NULL };

const struct command cmd_domains = {
	.name = "domains",
	.summary = "Default domain of each group, and who owns it now",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
