/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resv-regions --fits and --plan. */
#include "cmd/conflicts.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cells.h"
#include "cmd/selection.h"
#include "model/regions.h"
#include "model/width.h"

enum { RANGE, GROUP, START, END, TYPE, SOURCE, LINE, NAME };

#define CONFLICTS OUT_LEVEL(0)
#define FACTS                                                                                      \
	(FACT_RESERVED | FACT_UNIT | FACT_KERNEL | FACT_REGISTERS | FACT_TABLES | FACT_TOPOLOGY |  \
	 FACT_CLASS)

static const struct out_column columns[] = {
	[RANGE] = { "RANGE", CONFLICTS, OUT_TYPE_STRING, true, FACTS, "Range that does not fit" },
	[GROUP] = { "GROUP", CONFLICTS, OUT_TYPE_NUMBER, true, FACTS, "Group where it does not" },
	[START] = { "START", CONFLICTS, OUT_TYPE_ADDRESS, true, FACTS,
		    "First address of what is in the way" },
	[END] = { "END", CONFLICTS, OUT_TYPE_ADDRESS, true, FACTS, "Its last address" },
	[TYPE] = { "TYPE", CONFLICTS, OUT_TYPE_STRING, true, FACTS,
		   "Type of the region, or aperture: beyond the address width" },
	[SOURCE] = { "SOURCE", CONFLICTS, OUT_TYPE_STRING, true, FACTS,
		     "Where it comes from; gaw for the aperture" },
	[LINE] = { "LINE", CONFLICTS, OUT_TYPE_NUMBER, false, FACTS, "Line of the plan file" },
	[NAME] = { "NAME", CONFLICTS, OUT_TYPE_STRING, false, FACTS,
		   "Name that the plan gives the range" },
};

static const struct out_level levels[] = { { "conflicts", false } };

const struct out_schema conflicts_schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

static void add_conflict(struct out *out, const struct plan_line *line, const struct group *group,
			 struct range obstacle, const char *type, const char *source)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, RANGE,
		out_format("0x%016" PRIx64 "-0x%016" PRIx64, line->range.start, line->range.end));
	out_set(row, LINE, line->number ? out_number(line->number) : out_absent());
	out_set(row, NAME, out_string(line->name));
	out_set(row, GROUP, out_number(group->number));
	out_set(row, START, out_address(obstacle.start));
	out_set(row, END, out_address(obstacle.end));
	out_set(row, TYPE, out_string(type));
	out_set(row, SOURCE, string_or_unknown(source));
}

static void add_region_conflict(struct out *out, const struct machine *machine,
				const struct group *group, const struct plan_line *line,
				const struct region *region)
{
	const struct device **devices;
	size_t nr;
	const char *source = region_source(machine, group, region, &devices, &nr);

	add_conflict(out, line, group, (struct range){ region->start, region->end }, region->word,
		     source);
	free(devices);
}

/* A group that the kernel refuses maps nothing at all, wherever its region lies. */
static bool is_in_the_way(const struct machine *machine, const struct group *group,
			  const struct region *region, struct range range)
{
	enum region_meaning meaning = region_meaning(machine, group, region);

	return meaning == MEANING_REFUSED ||
	       (meaning != MEANING_USABLE &&
		range_overlaps(range, (struct range){ region->start, region->end }));
}

/* A direct region may make the kernel refuse the group; an unknown type may mean anything. */
static bool is_undecided(const struct machine *machine, const struct group *group,
			 const struct region *region)
{
	return region_meaning(machine, group, region) == MEANING_UNKNOWN;
}

/* Return: whether the answer for this line is known. */
static bool check_line(struct out *out, const struct machine *machine, const struct group *group,
		       const struct plan_line *line)
{
	struct width width = group_width(machine, group);
	bool fits = width.gaw != WIDTH_UNKNOWN && line->range.end <= width_last(width.gaw);
	bool too_wide = width.gaw_max != WIDTH_UNKNOWN &&
			line->range.end > width_last(width.gaw_max);
	bool known = group->regions_known && (fits || too_wide);

	for (size_t i = 0; i < group->nr_regions; i++) {
		const struct region *region = &group->regions[i];

		if (is_in_the_way(machine, group, region, line->range))
			add_region_conflict(out, machine, group, line, region);
		else if (is_undecided(machine, group, region))
			known = false;
	}
	if (too_wide)
		add_conflict(out, line, group,
			     (struct range){ width_last(width.gaw_max) + 1, UINT64_MAX },
			     "aperture", "gaw");
	return known;
}

int show_conflicts(const struct arguments *arguments, const struct source *source,
		   const struct plan *plan, struct out *out)
{
	struct machine *machine = collect(source, FACTS | selection_facts(arguments));
	struct selection selection;
	bool known = true, any = false;
	int status = select_operands(arguments, machine, false, &selection);

	for (size_t i = 0; i < plan->nr_lines; i++) {
		for (size_t k = 0; k < machine->nr_groups; k++) {
			if (!selects_group(&selection, machine, &machine->groups[k]))
				continue;
			any = true;
			known &= check_line(out, machine, &machine->groups[k], &plan->lines[i]);
		}
	}
	if (status != STATUS_USAGE && !any) {
		status = nothing_to_show(arguments->context, machine, status);
	} else if (out_count(out) > 0) {
		status = status_worst(status, STATUS_NO);
	} else if (!known) {
		complain(arguments->context, "nothing known is in the way, but the regions or the "
					     "address width of a group are unknown here; see -v");
		status = status_worst(status, STATUS_FAILED);
	}
	status = status_worst(status, show_notes(arguments->context, machine, &selection));
	if (status != STATUS_USAGE)
		show(arguments->context, out);
	selection_free(&selection);
	machine_free(machine);
	return status;
}
