/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool resv-regions: what no VM can map, where it comes from, and what stays usable. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cells.h"
#include "cmd/conflicts.h"
#include "cmd/plan_file.h"
#include "cmd/reader.h"
#include "cmd/selection.h"
#include "cmd/words.h"
#include "model/regions.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/option.h"

enum { GROUP, START, END, TYPE, VFIO, SOURCE, DEVICES, USABLE };

#define GROUPS OUT_LEVEL(0)
#define REGIONS OUT_LEVEL(1)
#define VFIO_FACTS (FACT_RESERVED | FACT_UNIT | FACT_KERNEL)
#define SOURCE_FACTS (FACT_RESERVED | FACT_UNIT | FACT_TABLES | FACT_TOPOLOGY | FACT_CLASS)
#define USABLE_FACTS (VFIO_FACTS | FACT_REGISTERS | FACT_TABLES)

static const struct out_column columns[] = {
	[GROUP] = { "GROUP", GROUPS, OUT_TYPE_NUMBER, true, 0, "Number of the IOMMU group" },
	[START] = { "START", REGIONS, OUT_TYPE_ADDRESS, true, FACT_RESERVED, "First address" },
	[END] = { "END", REGIONS, OUT_TYPE_ADDRESS, true, FACT_RESERVED, "Last address" },
	[TYPE] = { "TYPE", REGIONS, OUT_TYPE_STRING, true, FACT_RESERVED,
		   "direct, direct-relaxable, reserved or msi" },
	[VFIO] = { "VFIO", REGIONS, OUT_TYPE_STRING, true, VFIO_FACTS, verdict_meaning },
	[SOURCE] = { "SOURCE", REGIONS, OUT_TYPE_STRING, true, SOURCE_FACTS,
		     "RMRR, IVMD, msi-window, ht-hole, isa or firmware" },
	[DEVICES] = { "DEVICES", REGIONS, OUT_TYPE_LIST, true, SOURCE_FACTS,
		      "Devices that bring it" },
	[USABLE] = { "USABLE", GROUPS, OUT_TYPE_OBJECTS, false, USABLE_FACTS, usable_meaning },
};

static const struct out_level levels[] = { { "groups", false }, { "regions", false } };

static const struct out_paint paints[] = { { "refused", "red" },
					   { "excluded", "yellow" },
					   { NULL, NULL } };

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
	.paints = paints,
};

/* --usable: the rows are what is left. */
enum { USABLE_GROUP, USABLE_START, USABLE_END };

static const struct out_column usable_columns[] = {
	[USABLE_GROUP] = { "GROUP", GROUPS, OUT_TYPE_NUMBER, true, 0, "Number of the IOMMU group" },
	[USABLE_START] = { "START", REGIONS, OUT_TYPE_ADDRESS, true, USABLE_FACTS,
			   "First address" },
	[USABLE_END] = { "END", REGIONS, OUT_TYPE_ADDRESS, true, USABLE_FACTS,
			 "Last address; unknown where the width is" },
};

static const struct out_level usable_levels[] = { { "groups", false }, { "usable", false } };

static const struct out_schema usable_schema = {
	.levels = usable_levels,
	.nr_levels = 2,
	.columns = usable_columns,
	.nr_columns = sizeof(usable_columns) / sizeof(usable_columns[0]),
};

enum { KEY_USABLE = 0x100, KEY_FITS, KEY_PLAN };

struct resv_arguments {
	struct arguments common; /* first: parse_shared() casts to it */
	bool usable;
	struct plan fits; /* of --fits */
	const char *plan; /* file */
};

static const struct argp_option options[] = {
	{ "usable", KEY_USABLE, NULL, 0, usable_help, 0 },
	{ "fits", KEY_FITS, "RANGE[,...]", 0,
	  "Status 0 when each START-END or START+SIZE can be mapped; else show the conflicts", 0 },
	{ "plan", KEY_PLAN, "FILE", 0, "The same for each line of a memory map", 0 },
	{ 0 },
};

static error_t parse_fits(struct plan *fits, const char *list, struct argp_state *state)
{
	_cleanup_free_ char *copy = xstrdup(list);
	char *at = copy, *text;

	while ((text = strsep(&at, ","))) {
		struct range range;

		if (parse_range(text, &range) < 0)
			return option_error(state,
					    "--fits: \"%s\" is neither START-END nor START+SIZE "
					    "within 64 bits",
					    text);
		plan_add(fits, range);
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct resv_arguments *arguments = state->input;

	switch (key) {
	case KEY_USABLE:
		arguments->usable = true;
		return 0;
	case KEY_FITS:
		return parse_fits(&arguments->fits, arg, state);
	case KEY_PLAN:
		if (arguments->plan)
			return option_error(state, "--plan: given twice; one memory map at a time");
		arguments->plan = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (arguments->usable && (arguments->plan || arguments->fits.nr_lines))
			return option_error(state, "--usable goes with neither --fits nor --plan");
		if (arguments->plan && arguments->fits.nr_lines)
			return option_error(state, "--fits and --plan: one of them");
		return 0;
	default:
		return parse_shared(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[GROUP|DEVICE]...",
	.doc = resv_regions_doc,
	.children = reading_children,
};

static struct out_value usable_list(const struct usable *usable)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < usable->ranges.nr; i++) {
		const struct range *range = &usable->ranges.items[i];

		out_append(&list, range_object(range->start, range->end,
					       usable->end_known || i + 1 < usable->ranges.nr));
	}
	return list;
}

static void add_region(struct out *out, struct out_row *parent, const struct machine *machine,
		       const struct group *group, const struct region *region)
{
	struct out_row *row = out_row_add(out, parent);
	enum region_meaning meaning = region_meaning(machine, group, region);
	struct out_value names = out_list();
	_cleanup_free_ const struct device **devices = NULL;
	const char *source;
	size_t nr;

	source = region_source(machine, group, region, &devices, &nr);
	for (size_t i = 0; i < nr; i++)
		out_append(&names, out_string(devices[i]->name));
	out_set(row, START, out_address(region->start));
	out_set(row, END, out_address(region->end));
	out_set(row, TYPE, out_string(region->word));
	out_set(row, VFIO, string_or_unknown(region_meaning_name(meaning)));
	out_set(row, SOURCE, string_or_unknown(source));
	if (!source)
		out_value_free(&names);
	out_set(row, DEVICES, source ? names : out_unknown());
}

/* A line of text has to say "?"; in JSON the array is empty and the status tells. */
static void add_unknown_region(struct out *out, struct out_row *parent)
{
	struct out_row *row = out_row_add(out, parent);

	for (size_t column = START; column <= DEVICES; column++)
		out_set(row, column, out_unknown());
}

static void add_group(struct out *out, const struct machine *machine, const struct group *group,
		      const struct usable *usable, bool as_text)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, GROUP, out_number(group->number));
	if (out_wants(out, USABLE))
		out_set(row, USABLE, usable->known ? usable_list(usable) : out_unknown());
	for (size_t i = 0; i < group->nr_regions && out_depth(out) > 0; i++)
		add_region(out, row, machine, group, &group->regions[i]);
	if (!group->regions_known && as_text && out_depth(out) > 0)
		add_unknown_region(out, row);
}

static void add_usable(struct out *out, const struct group *group, const struct usable *usable)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, USABLE_GROUP, out_number(group->number));
	for (size_t i = 0; i < usable->ranges.nr && out_depth(out) > 0; i++) {
		const struct range *range = &usable->ranges.items[i];
		struct out_row *line = out_row_add(out, row);

		out_set(line, USABLE_START, out_address(range->start));
		out_set(line, USABLE_END,
			usable->end_known || i + 1 < usable->ranges.nr ? out_address(range->end)
								       : out_unknown());
	}
}

static bool reads_regions(const struct out *out)
{
	return out_facts(out) & FACT_RESERVED;
}

/*
 * Adds the groups, and to the document what all of them have in common.
 *
 * Return: STATUS_OK; STATUS_FAILED when the regions of one cannot be read.
 */
static int add_groups(struct out *out, const struct resv_arguments *arguments,
		      const struct machine *machine, const struct selection *selection)
{
	struct usable common = { .known = true, .end_known = true };
	struct out_value object = out_object("");
	int status = STATUS_OK;
	bool first = true;

	for (size_t i = 0; i < machine->nr_groups; i++) {
		const struct group *group = &machine->groups[i];
		struct usable usable;

		if (!selects_group(selection, machine, group))
			continue;
		if (!group->regions_known && reads_regions(out)) {
			complain(arguments->common.context,
				 "group %u: its reserved regions cannot be read; see -v",
				 group->number);
			status = STATUS_FAILED;
		}
		group_usable(machine, group, &usable);
		if (arguments->usable)
			add_usable(out, group, &usable);
		else
			add_group(out, machine, group, &usable,
				  arguments->common.out.format != OUT_JSON);
		if (first)
			ranges_copy(&common.ranges, &usable.ranges);
		usable_intersect(&common, &usable);
		usable_free(&usable);
		first = false;
	}
	out_member(&object, "usable", common.known ? usable_list(&common) : out_list());
	out_document(out, "common", object);
	usable_free(&common);
	return status;
}

static int list_regions(const struct resv_arguments *arguments, const struct source *source,
			struct out *out)
{
	unsigned facts = out_facts(out) | selection_facts(&arguments->common);
	struct machine *machine;
	struct selection selection;
	int status;

	if (arguments->common.out.format == OUT_JSON) /* "common" is there whatever -o says */
		facts |= USABLE_FACTS;
	machine = collect(source, facts);
	status = select_operands(&arguments->common, machine, false, &selection);
	status = status_worst(status, add_groups(out, arguments, machine, &selection));
	status = end_groups(&arguments->common, machine, &selection, out, status);
	selection_free(&selection);
	machine_free(machine);
	return status;
}

static int check_plan(const struct resv_arguments *arguments, const struct source *source,
		      struct out *out)
{
	struct error err = { 0 };
	struct plan plan;
	int status;

	if (!arguments->plan)
		return show_conflicts(&arguments->common, source, &arguments->fits, out);
	if (read_plan(arguments->plan, &plan, &err) < 0)
		return complain_error(arguments->common.context, &err);
	status = show_conflicts(&arguments->common, source, &plan, out);
	plan_free(&plan);
	return status;
}

static bool checks(const struct resv_arguments *arguments)
{
	return arguments->plan || arguments->fits.nr_lines;
}

static const struct out_schema *choose_schema(const void *own)
{
	const struct resv_arguments *arguments = own;

	if (checks(arguments))
		return &conflicts_schema;
	return arguments->usable ? &usable_schema : &schema;
}

static int work(const void *own, const struct source *source, struct out *out)
{
	const struct resv_arguments *arguments = own;

	return checks(arguments) ? check_plan(arguments, source, out)
				 : list_regions(arguments, source, out);
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &schema,
	.choose = choose_schema,
	.work = work,
};

static int run(struct context *context, int argc, char **argv)
{
	struct resv_arguments arguments = { 0 };
	int status = run_reader(&reader, &arguments.common, context, argc, argv);

	plan_free(&arguments.fits);
	return status;
}

static const struct out_schema *const schemas[] = { &schema, &usable_schema, &conflicts_schema,
						    NULL };

const struct command cmd_resv_regions = {
	.name = "resv-regions",
	.summary = "What no VM can map, and why; what stays usable",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
