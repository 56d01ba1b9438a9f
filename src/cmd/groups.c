/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool groups: IOMMU groups, what is in them, and whether user space could own them. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cells.h"
#include "cmd/check_isolation.h"
#include "cmd/classes.h"
#include "cmd/reader.h"
#include "cmd/selection.h"
#include "cmd/words.h"
#include "collect/collect.h"
#include "command.h"
#include "model/acs.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/option.h"

enum {
	GROUP,
	TYPE,
	VIABLE,
	IN_USE,
	BLOCKERS,
	DEVICE,
	ID,
	CLASS,
	DRIVER,
	ROLE,
	ISOLATED,
	UNIT,
	RESET,
	NAME,
};

#define GROUPS OUT_LEVEL(0)
#define DEVICES OUT_LEVEL(1)

static const struct out_column columns[] = {
	[GROUP] = { "GROUP", GROUPS, OUT_TYPE_NUMBER, true, 0, "Number of the IOMMU group" },
	[TYPE] = { "TYPE", GROUPS, OUT_TYPE_STRING, true, FACT_GROUP_TYPE, group_type_meaning },
	[VIABLE] = { "VIABLE", GROUPS, OUT_TYPE_BOOL, true, FACT_DRIVER | FACT_VFIO | FACT_CLASS,
		     viable_meaning },
	[IN_USE] = { "IN_USE", GROUPS, OUT_TYPE_BOOL, false, FACT_DRIVER | FACT_VFIO | FACT_HOLDERS,
		     in_use_meaning },
	[BLOCKERS] = { "BLOCKERS", GROUPS, OUT_TYPE_LIST, false, FACT_DRIVER | FACT_VFIO,
		       "What keeps it from being viable: DEVICE=DRIVER" },
	[DEVICE] = { "DEVICE", DEVICES, OUT_TYPE_STRING, true, 0, "Address of the device" },
	[ID] = { "ID", DEVICES, OUT_TYPE_STRING, true, FACT_ID, "Vendor and device ID" },
	[CLASS] = { "CLASS", DEVICES, OUT_TYPE_STRING, true, FACT_CLASS,
		    "Class, subclass and programming interface: 0xCCSSPP" },
	[DRIVER] = { "DRIVER", DEVICES, OUT_TYPE_STRING, true, FACT_DRIVER,
		     "Driver that it is bound to" },
	[ROLE] = { "ROLE", DEVICES, OUT_TYPE_STRING, false, FACT_CLASS,
		   "endpoint, bridge, host-bridge, isa-bridge, iommu or platform" },
	[ISOLATED] = { "ISOLATED", DEVICES, OUT_TYPE_BOOL, false, FACT_ACS,
		       "No other device can be reached without passing the IOMMU" },
	[UNIT] = { "UNIT", DEVICES, OUT_TYPE_STRING, false, FACT_UNIT,
		   "IOMMU unit that translates for it" },
	[RESET] = { "RESET", DEVICES, OUT_TYPE_LIST, false, FACT_RESET, reset_meaning },
	[NAME] = { "NAME", DEVICES, OUT_TYPE_STRING, true, FACT_NAME | FACT_ID,
		   "Names of vendor and device" },
};

static const struct out_level levels[] = { { "groups", false }, { "devices", false } };

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

enum { KEY_CLASS = 0x100, KEY_DRIVER, KEY_VIABLE, KEY_ALL, KEY_CHECK };

struct groups_arguments {
	struct arguments common; /* first: parse_shared() casts to it */
	bool by_class;
	struct class_filter class;
	const char *driver;
	bool viable;
	bool all;
	bool check;
};

static const struct argp_option options[] = {
	{ "class", KEY_CLASS, "NAME|0xCC[SS]", 0,
	  "Only devices of this class: network, nvme, 0x0300", 0 },
	{ "driver", KEY_DRIVER, "NAME", 0, "Only devices bound to this driver", 0 },
	{ "viable", KEY_VIABLE, NULL, 0, viable_help, 0 },
	{ "all", KEY_ALL, NULL, 0, "Also devices that are in no group, last", 0 },
	{ "check-isolation", KEY_CHECK, NULL, 0, check_isolation_help, 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct groups_arguments *arguments = state->input;
	_cleanup_free_ char *names = NULL;

	switch (key) {
	case KEY_CLASS:
		arguments->by_class = class_parse(arg, &arguments->class);
		if (arguments->by_class)
			return 0;
		names = class_names();
		return option_error(state, "--class: \"%s\" is neither 0xCC, 0xCCSS nor one of %s",
				    arg, names);
	case KEY_DRIVER:
		arguments->driver = arg;
		return 0;
	case KEY_VIABLE:
		arguments->viable = true;
		return 0;
	case KEY_ALL:
		arguments->all = true;
		return 0;
	case KEY_CHECK:
		arguments->check = true;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (arguments->check && (arguments->by_class || arguments->driver ||
					 arguments->viable || arguments->all))
			return option_error(state, "--check-isolation goes with none of --class, "
						   "--driver, --viable, --all");
		return 0;
	default:
		return parse_shared(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[GROUP|DEVICE]...",
	.doc = groups_doc,
	.children = reading_children,
};

static bool keeps_device(const struct groups_arguments *arguments, const struct device *device)
{
	if (arguments->by_class && (device->class < 0 || (device->class & arguments->class.mask) !=
								 arguments->class.value))
		return false;
	return !arguments->driver ||
	       (device->driver && strcmp(device->driver, arguments->driver) == 0);
}

static struct out_value isolated_cell(const struct machine *machine, const struct device *device)
{
	return device->is_pci ? tristate_cell(device_isolated(machine, device)) : out_absent();
}

static void add_device(struct out *out, struct out_row *parent, const struct machine *machine,
		       const struct device *device, struct names *names)
{
	struct out_row *row = out_row_add(out, parent);

	out_set(row, DEVICE, out_string(device->name));
	out_set(row, ID, device_id_cell(device));
	out_set(row, CLASS, device_class_cell(device));
	out_set(row, DRIVER, device_driver_cell(device));
	out_set(row, ROLE, device_role_cell(device));
	if (out_wants(out, ISOLATED))
		out_set(row, ISOLATED, isolated_cell(machine, device));
	out_set(row, UNIT, device_unit_cell(device));
	out_set(row, RESET, device->resets_known ? out_strings(&device->resets) : out_unknown());
	if (names)
		out_set(row, NAME, device_name_cell(device, names));
}

static struct out_value blockers_cell(const struct group *group)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < group->nr_devices; i++) {
		const struct device *device = group->devices[i];

		if (device_blocks(device) == TRI_YES)
			out_append(&list, out_format("%s=%s", device->name, device->driver));
	}
	return list;
}

static struct out_row *add_group(struct out *out, const struct machine *machine,
				 const struct group *group)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, GROUP, out_number(group->number));
	out_set(row, TYPE,
		machine->groups_computed ? out_absent() : string_or_unknown(group->type));
	out_set(row, VIABLE, tristate_cell(group_viable(group)));
	out_set(row, IN_USE, tristate_cell(group_in_use(group)));
	if (out_wants(out, BLOCKERS))
		out_set(row, BLOCKERS, blockers_cell(group));
	return row;
}

/* A group is shown when it passes the filters and, where devices are filtered, keeps one. */
static void add_groups(struct out *out, const struct groups_arguments *arguments,
		       const struct machine *machine, const struct selection *selection,
		       struct names *names)
{
	bool filtered = arguments->by_class || arguments->driver;

	for (size_t i = 0; i < machine->nr_groups; i++) {
		const struct group *group = &machine->groups[i];
		struct out_row *row = NULL;

		if (!selects_group(selection, machine, group) ||
		    (arguments->viable && group_viable(group) != TRI_YES))
			continue;
		if (!filtered)
			row = add_group(out, machine, group);
		for (size_t k = 0; k < group->nr_devices; k++) {
			if (!keeps_device(arguments, group->devices[k]))
				continue;
			if (!row)
				row = add_group(out, machine, group);
			if (out_depth(out) > 0)
				add_device(out, row, machine, group->devices[k], names);
		}
	}
}

/*
 * All devices without a group share one row, as if they were in a group without number; those whose
 * group is unknown another.
 */
static void add_ungrouped(struct out *out, const struct groups_arguments *arguments,
			  const struct machine *machine, const struct selection *selection,
			  struct names *names, bool known)
{
	struct out_row *row = NULL;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];

		if (device->group || device->group_known != known || arguments->viable ||
		    !keeps_device(arguments, device) ||
		    !(selection->everything || selection->devices[i]))
			continue;
		if (!row)
			row = out_row_add(out, NULL);
		if (!known)
			out_set(row, GROUP, out_unknown());
		if (out_depth(out) > 0)
			add_device(out, row, machine, device, names);
	}
}

static bool undecided_device(const struct groups_arguments *arguments, const struct device *device)
{
	return (arguments->by_class && device->is_pci && device->class < 0) ||
	       (arguments->driver && !device->driver_known);
}

/* A filter that cannot be decided makes the answer rest on something unknown. */
static bool undecided(const struct groups_arguments *arguments, const struct machine *machine,
		      const struct selection *selection)
{
	for (size_t i = 0; i < machine->nr_groups; i++) {
		const struct group *group = &machine->groups[i];

		if (!selects_group(selection, machine, group))
			continue;
		if (arguments->viable && group_viable(group) == TRI_UNKNOWN)
			return true;
		for (size_t k = 0; k < group->nr_devices; k++)
			if (undecided_device(arguments, group->devices[k]))
				return true;
	}
	for (size_t i = 0; i < machine->nr_devices && arguments->all; i++)
		if (!machine->devices[i].group && undecided_device(arguments, &machine->devices[i]))
			return true;
	return false;
}

/* Return: STATUS_OK, or STATUS_FAILED with the reason on stderr. */
static int judge_filters(const struct groups_arguments *arguments, const struct machine *machine,
			 const struct selection *selection)
{
	if (selection->wrong_usage || !undecided(arguments, machine, selection))
		return STATUS_OK;
	complain(arguments->common.context,
		 "a filter asks for what is unknown of some device; see -v");
	return STATUS_FAILED;
}

static unsigned filter_facts(const struct groups_arguments *arguments)
{
	return (arguments->by_class ? (unsigned)FACT_CLASS : 0) |
	       (arguments->driver ? (unsigned)FACT_DRIVER : 0) |
	       (arguments->viable ? columns[VIABLE].facts : 0) |
	       selection_facts(&arguments->common);
}

static int list_groups(const struct groups_arguments *arguments, const struct source *source,
		       struct out *out)
{
	unsigned facts = out_facts(out) | filter_facts(arguments);
	struct machine *machine = collect(source, facts);
	struct names *names = facts & FACT_NAME ? names_open(source) : NULL;
	struct selection selection;
	int status = select_operands(&arguments->common, machine, arguments->all, &selection);

	add_groups(out, arguments, machine, &selection, names);
	for (int known = 1; known >= 0 && arguments->all; known--)
		add_ungrouped(out, arguments, machine, &selection, names, known);
	status = status_worst(status, judge_filters(arguments, machine, &selection));
	if (machine->groups_computed)
		out_document(out, "computed", out_bool(true));
	status = end_groups(&arguments->common, machine, &selection, out, status);
	selection_free(&selection);
	names_close(names);
	machine_free(machine);
	return status;
}

static const struct out_schema *choose_schema(const void *own)
{
	const struct groups_arguments *arguments = own;

	return arguments->check ? &check_isolation_schema : &schema;
}

static int work(const void *own, const struct source *source, struct out *out)
{
	const struct groups_arguments *arguments = own;

	return arguments->check ? check_isolation(&arguments->common, source, out)
				: list_groups(arguments, source, out);
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &schema,
	.choose = choose_schema,
	.work = work,
};

static int run(struct context *context, int argc, char **argv)
{
	struct groups_arguments arguments = { 0 };

	return run_reader(&reader, &arguments.common, context, argc, argv);
}

static const struct out_schema *const schemas[] = { &schema, &check_isolation_schema, NULL };

const struct command cmd_groups = {
	.name = "groups",
	.summary = "Groups, their devices, and whether a VM could have them",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
