/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool gaw: how wide an IOVA may be, a unit and a device. */
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "cmd/cells.h"
#include "cmd/reader.h"
#include "cmd/selection.h"
#include "collect/collect.h"
#include "command.h"
#include "model/bdf.h"
#include "model/width.h"
#include "util/alloc.h"
#include "util/option.h"

enum {
	UNIT,
	KIND,
	SEGMENT,
	ADDRESS,
	GAW,
	GAW_MAX,
	LAST_IOVA,
	MGAW,
	SAGAW,
	FIRST_STAGE,
	PAGE_SIZES,
	DOMAINS_SUPPORTED,
	DOMAINS_USED,
	INTERRUPT_REMAPPING,
	DEVICE,
	GROUP,
};

#define UNITS OUT_LEVEL(0)
#define DEVICES OUT_LEVEL(1)
#define WIDTH_FACTS (FACT_UNIT | FACT_REGISTERS | FACT_TABLES | FACT_KERNEL)

static const struct out_column columns[] = {
	[UNIT] = { "UNIT", UNITS, OUT_TYPE_STRING, true, FACT_UNIT, "Name of the IOMMU unit" },
	[KIND] = { "KIND", UNITS, OUT_TYPE_STRING, true, FACT_UNIT,
		   "intel-vtd, amd-vi, virtio or smmu" },
	[SEGMENT] = { "SEGMENT", UNITS, OUT_TYPE_NUMBER, false, WIDTH_FACTS,
		      "PCI segment that it serves" },
	[ADDRESS] = { "ADDRESS", UNITS, OUT_TYPE_ADDRESS, false, WIDTH_FACTS,
		      "Physical address of its registers" },
	[GAW] = { "GAW", UNITS | DEVICES, OUT_TYPE_NUMBER, true, WIDTH_FACTS,
		  "Bits of the highest IOVA that VFIO is sure to map" },
	[GAW_MAX] = { "GAW_MAX", UNITS, OUT_TYPE_NUMBER, false, WIDTH_FACTS,
		      "Bits that the hardware could do" },
	[LAST_IOVA] = { "LAST_IOVA", UNITS | DEVICES, OUT_TYPE_ADDRESS, true, WIDTH_FACTS,
			"The highest IOVA that VFIO is sure to map" },
	[MGAW] = { "MGAW", UNITS, OUT_TYPE_NUMBER, true, WIDTH_FACTS,
		   "Intel: maximum guest address width, in bits" },
	[SAGAW] = { "SAGAW", UNITS, OUT_TYPE_LIST, true, WIDTH_FACTS,
		    "Intel: widths of page tables supported, in bits" },
	[FIRST_STAGE] = { "FIRST_STAGE", UNITS, OUT_TYPE_BOOL, false, WIDTH_FACTS,
			  "Intel: scalable mode with first-stage tables" },
	[PAGE_SIZES] = { "PAGE_SIZES", UNITS, OUT_TYPE_LIST, false, WIDTH_FACTS,
			 "Page sizes that are sure to work, in bytes" },
	[DOMAINS_SUPPORTED] = { "DOMAINS_SUPPORTED", UNITS, OUT_TYPE_NUMBER, false, WIDTH_FACTS,
				"Domains that it can tell apart" },
	[DOMAINS_USED] = { "DOMAINS_USED", UNITS, OUT_TYPE_NUMBER, false, WIDTH_FACTS,
			   "Domains in use now" },
	[INTERRUPT_REMAPPING] = { "INTERRUPT_REMAPPING", UNITS, OUT_TYPE_BOOL, false,
				  WIDTH_FACTS | FACT_REMAPPING, "It remaps interrupts now" },
	[DEVICE] = { "DEVICE", DEVICES, OUT_TYPE_STRING, true, FACT_UNIT,
		     "Device that it translates for" },
	[GROUP] = { "GROUP", DEVICES, OUT_TYPE_NUMBER, true, 0, "IOMMU group of the device" },
};

static const struct out_level levels[] = { { "units", false }, { "devices", false } };

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

/* --common: one row, under the names that the units have for the same. */
enum { COMMON_GAW, COMMON_LAST_IOVA };

static const struct out_column common_columns[] = {
	[COMMON_GAW] = { "GAW", OUT_LEVEL(0), OUT_TYPE_NUMBER, true, WIDTH_FACTS,
			 "Bits that all of them have" },
	[COMMON_LAST_IOVA] = { "LAST_IOVA", OUT_LEVEL(0), OUT_TYPE_ADDRESS, true, WIDTH_FACTS,
			       "The highest IOVA that all of them have" },
};

static const struct out_level common_levels[] = { { "units", false } };

static const struct out_schema common_schema = {
	.levels = common_levels,
	.nr_levels = 1,
	.columns = common_columns,
	.nr_columns = sizeof(common_columns) / sizeof(common_columns[0]),
};

enum { KEY_COMMON = 0x100, KEY_REQUIRE };

struct gaw_arguments {
	struct arguments common; /* first: parse_shared() casts to it */
	bool only_common;
	unsigned require; /* bits, 0: not asked */
};

static const struct argp_option options[] = {
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
	case KEY_REQUIRE:
		if (parse_u64(arg, 10, 64, &bits) < 0 || bits == 0)
			return option_error(
				state, "--require: \"%s\" is no number of bits from 1 to 64", arg);
		arguments->require = (unsigned)bits;
		return 0;
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

static struct out_value width_cell(unsigned bits)
{
	return bits == WIDTH_UNKNOWN ? out_unknown() : out_number(bits);
}

static struct out_value last_cell(unsigned bits)
{
	return bits == WIDTH_UNKNOWN ? out_unknown() : out_address(width_last(bits));
}

static struct out_value count_cell(int64_t count)
{
	return count < 0 ? out_unknown() : out_number((uint64_t)count);
}

static void set_intel(struct out_row *row, const struct unit *unit)
{
	struct out_value sagaw = out_list();
	unsigned widths[5];
	size_t nr = unit->has_registers ? intel_sagaw(unit, widths) : 0;

	for (size_t i = 0; i < nr; i++)
		out_append(&sagaw, out_number(widths[i]));
	out_set(row, SAGAW, unit->has_registers ? sagaw : out_unknown());
	out_set(row, MGAW, unit->has_registers ? out_number(intel_mgaw(unit)) : out_unknown());
	out_set(row, FIRST_STAGE,
		unit->has_registers ? out_bool(intel_has_first_stage(unit)) : out_unknown());
}

static struct out_value segment_cell(const struct machine *machine, const struct unit *unit)
{
	const struct dmar_structure *drhd = unit_drhd(machine, unit);

	if (drhd)
		return out_number(drhd->segment);
	return unit->has_function ? out_number(unit->function.domain) : out_unknown();
}

static struct out_value address_cell(const struct machine *machine, const struct unit *unit)
{
	const struct ivrs_block *ivhd = unit_ivhd(machine, unit);

	if (unit->kind == UNIT_INTEL_VTD && unit->has_registers)
		return out_address(unit->address);
	return ivhd ? out_address(ivhd->address) : out_unknown();
}

/* What a unit cannot do is not in use, whatever other units do. */
static struct out_value remapping_cell(const struct machine *machine, const struct unit *unit)
{
	if (unit->kind == UNIT_INTEL_VTD && unit->has_registers && !intel_has_remapping(unit))
		return out_bool(false);
	return tristate_cell(machine->remapping);
}

static struct out_row *add_unit(struct out *out, const struct machine *machine,
				const struct unit *unit)
{
	struct out_row *row = out_row_add(out, NULL);
	struct width width = unit_width(machine, unit);
	struct out_value sizes = out_list();
	uint64_t page_sizes[3];
	size_t nr_sizes = unit_page_sizes(machine, unit, page_sizes);

	for (size_t i = 0; i < nr_sizes; i++)
		out_append(&sizes, out_number(page_sizes[i]));
	out_set(row, UNIT, out_string(unit->name));
	out_set(row, KIND, string_or_unknown(unit_kind_name(unit->kind)));
	out_set(row, SEGMENT, segment_cell(machine, unit));
	out_set(row, ADDRESS, address_cell(machine, unit));
	out_set(row, GAW, width_cell(width.gaw));
	out_set(row, GAW_MAX, width_cell(width.gaw_max));
	out_set(row, LAST_IOVA, last_cell(width.gaw));
	if (unit->kind == UNIT_INTEL_VTD)
		set_intel(row, unit);
	out_set(row, PAGE_SIZES, nr_sizes ? sizes : out_unknown());
	out_set(row, DOMAINS_SUPPORTED, count_cell(unit->domains_supported));
	out_set(row, DOMAINS_USED, count_cell(unit->domains_used));
	out_set(row, INTERRUPT_REMAPPING, remapping_cell(machine, unit));
	return row;
}

static void add_device(struct out *out, struct out_row *parent, const struct device *device,
		       struct width width)
{
	struct out_row *row = out_row_add(out, parent);

	out_set(row, DEVICE, out_string(device->name));
	out_set(row, GROUP, device->group ? out_number(device->group->number) : out_absent());
	out_set(row, GAW, width_cell(width.gaw));
	out_set(row, LAST_IOVA, last_cell(width.gaw));
}

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
	bool *units;
	struct selection selection; /* its devices; no group is one of the operands here */
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

/* Adds the chosen units and devices. Return: the width that all of them have. */
static struct width add_rows(struct out *out, const struct machine *machine,
			     const struct chosen *chosen, bool only_common, size_t *nr_units)
{
	struct width common = { 64, 64 };

	*nr_units = 0;
	for (size_t i = 0; i < machine->nr_units; i++) {
		const struct unit *unit = &machine->units[i];
		struct width width = unit_width(machine, unit);
		struct out_row *row = NULL;
		bool wanted = chosen->units[i];

		for (size_t k = 0; k < machine->nr_devices; k++)
			wanted |= chosen->selection.devices[k] && machine->devices[k].unit == unit;
		if (!wanted)
			continue;
		(*nr_units)++;
		common = width_common(common, width);
		if (only_common)
			continue;
		row = add_unit(out, machine, unit);
		for (size_t k = 0; k < machine->nr_devices && out_depth(out) > 0; k++)
			if (machine->devices[k].unit == unit &&
			    (chosen->units[i] || chosen->selection.devices[k]))
				add_device(out, row, &machine->devices[k], width);
	}
	return *nr_units ? common : (struct width){ WIDTH_UNKNOWN, WIDTH_UNKNOWN };
}

static void add_summary(struct out *out, const struct machine *machine, struct width common,
			const struct gaw_arguments *arguments)
{
	const struct acpi_table *dmar = machine->dmar.table, *ivrs = machine->ivrs.table;
	unsigned host = dmar ? dmar->dmar.host_address_width : ivrs ? ivrs->ivrs.pa_size : 0;
	struct out_value object = out_object("");
	struct out_row *row;

	out_document(out, "host_address_width", width_cell(host));
	out_member(&object, "gaw", width_cell(common.gaw));
	out_member(&object, "last_iova", last_cell(common.gaw));
	out_document(out, "common", object);
	out_document(out, "why_empty", out_string(why_empty(machine)));
	if (common.gaw != WIDTH_UNKNOWN && !arguments->only_common)
		out_footer(out, "common: gaw %u, last IOVA 0x%016llx", common.gaw,
			   (unsigned long long)width_last(common.gaw));
	if (!arguments->only_common || arguments->common.out.format == OUT_JSON)
		return;
	row = out_row_add(out, NULL);
	out_set(row, COMMON_GAW, width_cell(common.gaw));
	out_set(row, COMMON_LAST_IOVA, last_cell(common.gaw));
}

static int judge(const struct context *context, unsigned require, struct width common)
{
	if (require == 0 || (common.gaw != WIDTH_UNKNOWN && common.gaw >= require))
		return STATUS_OK;
	if (common.gaw_max != WIDTH_UNKNOWN && common.gaw_max < require)
		return STATUS_NO;
	complain(context,
		 "--require: %u bits could be there, but which width the kernel chose is "
		 "not to be seen here",
		 require);
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

static int show_widths(const void *own, const struct source *source, struct out *out)
{
	const struct gaw_arguments *arguments = own;
	const struct context *context = arguments->common.context;
	unsigned facts = out_facts(out) | WIDTH_FACTS | selection_facts(&arguments->common);
	struct machine *machine = collect(source, facts);
	struct chosen chosen;
	struct width common;
	size_t nr_units;
	int status = choose(arguments, machine, &chosen);

	if (status != STATUS_USAGE) {
		common = add_rows(out, machine, &chosen, arguments->only_common, &nr_units);
		if (nr_units > 0 || !arguments->only_common ||
		    arguments->common.out.format == OUT_JSON)
			add_summary(out, machine, common, arguments);
		if (nr_units > 0)
			status = status_worst(status, judge(context, arguments->require, common));
		else
			status = no_units(context, machine, status);
		status = status_worst(status, show_notes(context, machine, &chosen.selection));
		show(context, out);
	}
	free(chosen.units);
	selection_free(&chosen.selection);
	machine_free(machine);
	return status;
}

static const struct out_schema *choose_schema(const void *arguments)
{
	const struct gaw_arguments *own = arguments;

	return own->only_common ? &common_schema : &schema;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &schema,
	.choose = choose_schema,
	.work = show_widths,
};

static int run(struct context *context, int argc, char **argv)
{
	struct gaw_arguments arguments = { 0 };

	return run_reader(&reader, &arguments.common, context, argc, argv);
}

static const struct out_schema *const schemas[] = { &schema, &common_schema, NULL };

const struct command cmd_gaw = {
	.name = "gaw",
	.summary = "How wide an IOVA may be, a unit and a device",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
