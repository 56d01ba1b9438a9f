/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool gaw: how wide an IOVA may be, a unit and a device. */
#include <stdlib.h>
#include <string.h>

#include "cmd/gaw_attach.h"
#include "cmd/gaw_rows.h"
#include "cmd/reader.h"
#include "cmd/selection.h"
#include "cmd/words.h"
#include "collect/collect.h"
#include "command.h"
#include "model/bdf.h"
#include "model/width.h"
#include "util/alloc.h"
#include "util/option.h"

enum { KEY_COMMON = 0x100, KEY_REQUIRE, KEY_ATTACH };

struct gaw_arguments {
	struct arguments common; /* first: parse_shared() casts to it */
	bool only_common;
	bool attach;
	unsigned require; /* bits, 0: not asked */
};

static const struct argp_option options[] = {
	{ "attach", KEY_ATTACH, NULL, 0, attach_help, 0 },
	{ "common", KEY_COMMON, NULL, 0, "Only the width that all of them have", 0 },
	{ "require", KEY_REQUIRE, "BITS", 0,
	  "Status 0 when the common width reaches BITS, 1 when the hardware does not, else 2", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct gaw_arguments *arguments = state->input;
	uint64_t bits;

	switch (key) {
	case KEY_COMMON:
		arguments->only_common = true;
		return 0;
	case KEY_ATTACH:
		arguments->attach = true;
		return 0;
	case KEY_REQUIRE:
		if (parse_u64(arg, 10, 64, &bits) < 0 || bits == 0)
			return option_error(
				state, "--require: \"%s\" is no number of bits from 1 to 64", arg);
		arguments->require = (unsigned)bits;
		return 0;
	case ARGP_KEY_END:
		if (arguments->attach && arguments->common.context->sysroot)
			return option_error(state, "--attach asks VFIO of this machine; a "
						   "capture cannot be asked");
		return parse_shared(key, arg, state);
	default:
		return parse_shared(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[DEVICE|UNIT]...",
	.doc = "Show the guest address width (gaw) of each IOMMU unit and device: how many bits an "
	       "IOVA may have.",
	.children = reading_children,
};

/* The unit of virtio-iommu is named as its function, which people write in several ways. */
static const struct unit *find_operand_unit(const struct machine *machine, const char *text)
{
	char name[BDF_TEXT_SIZE];
	struct bdf bdf;

	if (bdf_parse(text, &bdf) < 0)
		return find_unit(machine, text);
	bdf_format(&bdf, name);
	return find_unit(machine, name);
}

/* What the operands mean: units by name, and devices (not their whole groups). */
struct chosen {
	bool *units;		    /* that were named, or all */
	struct selection selection; /* its devices; no group is one of the operands here */
	bool *shown;		    /* units that have a row: those, and those of the devices */
};

static int choose(const struct gaw_arguments *arguments, const struct machine *machine,
		  struct chosen *chosen)
{
	const struct arguments *common = &arguments->common;
	int status = STATUS_OK;

	chosen->units = xcalloc(machine->nr_units, sizeof(bool));
	chosen->selection = (struct selection){
		.everything = common->nr_operands == 0,
		.groups = xcalloc(machine->nr_groups, sizeof(bool)),
		.devices = xcalloc(machine->nr_devices, sizeof(bool)),
	};
	for (size_t i = 0; i < common->nr_operands; i++) {
		const struct unit *unit = find_operand_unit(machine, common->operands[i]);
		const struct device *device = NULL;

		if (!unit)
			status = status_worst(status,
					      find_operand_device(common->context, machine,
								  common->operands[i], &device));
		if (device && device->unit)
			chosen->selection.devices[device - machine->devices] = true;
		else if (device && !device->unit_known) {
			complain(common->context,
				 "%s: which IOMMU unit translates for it is unknown; see -v",
				 device->name);
			status = status_worst(status, STATUS_FAILED);
		} else if (device && machine->nr_units > 0) {
			complain(common->context, "%s: no IOMMU unit translates for it",
				 device->name);
			status = status_worst(status, STATUS_NO);
		}
		if (unit)
			chosen->units[unit - machine->units] = true;
	}
	for (size_t i = 0; i < machine->nr_units && common->nr_operands == 0; i++)
		chosen->units[i] = true;
	return status;
}

/* Return: how many units are shown. */
static size_t find_shown(const struct machine *machine, struct chosen *chosen)
{
	size_t nr = 0;

	chosen->shown = xcalloc(machine->nr_units, sizeof(bool));
	for (size_t i = 0; i < machine->nr_units; i++)
		chosen->shown[i] = chosen->units[i];
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (chosen->selection.devices[i])
			chosen->shown[machine->devices[i].unit - machine->units] = true;
	for (size_t i = 0; i < machine->nr_units; i++)
		nr += chosen->shown[i];
	return nr;
}

static void free_chosen(struct chosen *chosen)
{
	free(chosen->units);
	free(chosen->shown);
	selection_free(&chosen->selection);
}

/* Return: what registers tell of each unit. */
static struct known_width *read_widths(const struct machine *machine)
{
	struct known_width *known = xcalloc(machine->nr_units, sizeof(*known));

	for (size_t i = 0; i < machine->nr_units; i++) {
		known[i].width = unit_width(machine, &machine->units[i]);
		if (known[i].width.gaw != WIDTH_UNKNOWN)
			known[i].last = width_last(known[i].width.gaw);
	}
	return known;
}

/*
 * Return: what all units that are shown have. What VFIO told is what this kernel chose, so that no
 * more is to be had of that unit: its gaw is the gaw_max here.
 */
static struct known_width find_common(const struct machine *machine, const struct chosen *chosen,
				      const struct known_width *known)
{
	struct known_width common = { .width = { 64, 64 }, .last = UINT64_MAX };
	bool any = false;

	for (size_t i = 0; i < machine->nr_units; i++) {
		struct width width = known[i].width;

		if (!chosen->shown[i])
			continue;
		any = true;
		if (known[i].attached)
			width.gaw_max = width.gaw;
		common.width = width_common(common.width, width);
		if (known[i].last < common.last)
			common.last = known[i].last;
	}
	return any ? common : (struct known_width){ .width = { WIDTH_UNKNOWN, WIDTH_UNKNOWN } };
}

static void add_rows(struct out *out, const struct machine *machine, const struct chosen *chosen,
		     const struct known_width *known)
{
	for (size_t i = 0; i < machine->nr_units; i++) {
		const struct unit *unit = &machine->units[i];
		struct out_row *row;

		if (!chosen->shown[i])
			continue;
		row = add_unit_row(out, machine, unit, &known[i]);
		for (size_t k = 0; k < machine->nr_devices && out_depth(out) > 0; k++)
			if (machine->devices[k].unit == unit &&
			    (chosen->units[i] || chosen->selection.devices[k]))
				add_device_row(out, row, &machine->devices[k], &known[i]);
	}
}

static void add_summary(struct out *out, const struct machine *machine,
			const struct known_width *common, const struct gaw_arguments *arguments)
{
	add_common_keys(out, machine, common);
	if (common->width.gaw != WIDTH_UNKNOWN && !arguments->only_common)
		out_footer(out, "common: gaw %u, last IOVA 0x%016llx", common->width.gaw,
			   (unsigned long long)common->last);
	if (arguments->only_common && arguments->common.out.format != OUT_JSON)
		add_common_row(out, common);
}

static int judge(const struct gaw_arguments *arguments, struct width common)
{
	const struct context *context = arguments->common.context;
	unsigned require = arguments->require;

	if (require == 0 || (common.gaw != WIDTH_UNKNOWN && common.gaw >= require))
		return STATUS_OK;
	if (common.gaw_max != WIDTH_UNKNOWN && common.gaw_max < require)
		return STATUS_NO;
	complain(context,
		 "--require: %u bits could be there, but which width the kernel chose is "
		 "not to be seen here%s",
		 require, arguments->attach || context->sysroot ? "" : width_advice);
	return STATUS_FAILED;
}

static int no_units(const struct context *context, const struct machine *machine, int status)
{
	if (machine->nr_groups == 0 || machine->nr_units > 0)
		return nothing_to_show(context, machine, status);
	complain(context, "there are groups but no IOMMU unit in /sys/class/iommu: the widths are "
			  "unknown");
	return status_worst(status, STATUS_FAILED);
}

static int show_units(const struct gaw_arguments *arguments, const struct source *source,
		      struct machine *machine, struct chosen *chosen, struct out *out, int status)
{
	const struct context *context = arguments->common.context;
	size_t nr_units = find_shown(machine, chosen);
	struct known_width *known = read_widths(machine);
	struct known_width common;

	if (arguments->attach)
		status = status_worst(status, attach_units(context, source, machine, chosen->shown,
							   chosen->selection.devices, known));
	common = find_common(machine, chosen, known);
	if (!arguments->only_common)
		add_rows(out, machine, chosen, known);
	if (nr_units > 0 || !arguments->only_common || arguments->common.out.format == OUT_JSON)
		add_summary(out, machine, &common, arguments);
	if (nr_units > 0)
		status = status_worst(status, judge(arguments, common.width));
	free(known);
	return nr_units > 0 ? status : no_units(context, machine, status);
}

static int show_widths(const void *own, const struct source *source, struct out *out)
{
	const struct gaw_arguments *arguments = own;
	const struct context *context = arguments->common.context;
	unsigned facts = out_facts(out) | WIDTH_FACTS | selection_facts(&arguments->common) |
			 (arguments->attach ? ATTACH_FACTS : 0u);
	struct machine *machine = collect(source, facts);
	struct chosen chosen = { 0 };
	int status = choose(arguments, machine, &chosen);

	if (status != STATUS_USAGE) {
		status = show_units(arguments, source, machine, &chosen, out, status);
		status = status_worst(status, show_notes(context, machine, &chosen.selection));
		show(context, out);
	}
	free_chosen(&chosen);
	machine_free(machine);
	return status;
}

static const struct out_schema *choose_schema(const void *arguments)
{
	const struct gaw_arguments *own = arguments;

	return own->only_common ? &gaw_common_schema : &gaw_schema;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &gaw_schema,
	.choose = choose_schema,
	.work = show_widths,
};

static int run(struct context *context, int argc, char **argv)
{
	struct gaw_arguments arguments = { 0 };

	return run_reader(&reader, &arguments.common, context, argc, argv);
}

static const struct out_schema *const schemas[] = { &gaw_schema, &gaw_common_schema, NULL };

const struct command cmd_gaw = {
	.name = "gaw",
	.summary = "How wide an IOVA may be, a unit and a device",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
