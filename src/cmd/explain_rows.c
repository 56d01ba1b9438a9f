/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What explain shows of a device: columns, and the facts as sentences. */
#include "cmd/explain_rows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cells.h"
#include "cmd/explain_cells.h"
#include "cmd/explain_scope.h"
#include "cmd/words.h"
#include "model/width.h"
#include "util/alloc.h"
#include "util/cleanup.h"

enum {
	DEVICE,
	GROUP,
	ISOLATED,
	REASONS,
	UNIT,
	SCOPE,
	GAW,
	REGIONS,
	DRIVER,
	VIABLE,
	BLOCKERS,
	RESET,
	ASSIGNABLE,
	OBSTACLES,
	VMM,
	FACT,
	VALUE,
	NEXT,
};

#define DEVICES OUT_LEVEL(0)
#define FACTS OUT_LEVEL(1)

/* Nobody reads less for fewer columns: what stands in one is told by what stands in the others. */
static const struct out_column columns[] = {
	[DEVICE] = { "DEVICE", DEVICES, OUT_TYPE_STRING, true, 0, "Address of the device" },
	[GROUP] = { "GROUP", DEVICES, OUT_TYPE_NUMBER, false, 0, "Number of its IOMMU group" },
	[ISOLATED] = { "ISOLATED", DEVICES, OUT_TYPE_BOOL, false, 0,
		       "No other device can be reached without passing the IOMMU" },
	[REASONS] = { "REASONS", DEVICES, OUT_TYPE_OBJECTS, false, 0,
		      "Why it shares its group: alias, acs, quirk, bus-alias, multifunction" },
	[UNIT] = { "UNIT", DEVICES, OUT_TYPE_STRING, false, 0,
		   "IOMMU unit that translates for it" },
	[SCOPE] = { "SCOPE", DEVICES, OUT_TYPE_STRING, false, 0, scope_meaning },
	[GAW] = { "GAW", DEVICES, OUT_TYPE_NUMBER, false, 0, gaw_meaning },
	[REGIONS] = { "REGIONS", DEVICES, OUT_TYPE_OBJECTS, false, 0,
		      "Reserved regions of its group" },
	[DRIVER] = { "DRIVER", DEVICES, OUT_TYPE_STRING, false, 0, "Driver that it is bound to" },
	[VIABLE] = { "VIABLE", DEVICES, OUT_TYPE_BOOL, false, 0, viable_meaning },
	[BLOCKERS] = { "BLOCKERS", DEVICES, OUT_TYPE_LIST, false, 0,
		       "What keeps the group from being viable: DEVICE=DRIVER" },
	[RESET] = { "RESET", DEVICES, OUT_TYPE_LIST, false, 0, reset_meaning },
	[ASSIGNABLE] = { "ASSIGNABLE", DEVICES, OUT_TYPE_BOOL, false, 0, assignable_meaning },
	[OBSTACLES] = { "OBSTACLES", DEVICES, OUT_TYPE_OBJECTS, false, 0, "What blocks that" },
	[VMM] = { "VMM", DEVICES, OUT_TYPE_STRING, false, 0, vmm_meaning },
	[FACT] = { "FACT", FACTS, OUT_TYPE_STRING, true, 0, "What the line is about" },
	[VALUE] = { "VALUE", FACTS, OUT_TYPE_STRING, true, 0, "What was found" },
	[NEXT] = { "NEXT", DEVICES | FACTS, OUT_TYPE_STRING, true, 0,
		   "What to do about it; of a device the one thing to do next" },
};

static const struct out_level levels[] = { { "devices", false }, { "facts", false } };

const struct out_schema explain_schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

/* --- facts, a line each ----------------------------------------------------------------------- */

/* Where the lines go. */
struct lines {
	struct out *out;
	struct out_row *parent;
	const struct explained *it;
};

/* Return: what the column VALUE of many kinds of facts can hold: text, in JSON too. Takes it over.
 */
static struct out_value as_text(struct out_value value)
{
	_cleanup_free_ char *text = NULL;

	if (value.kind == OUT_UNKNOWN || value.kind == OUT_ABSENT || value.kind == OUT_STRING)
		return value;
	if (value.kind != OUT_LIST || value.nr_fields > 0)
		text = out_value_text(&value);
	out_value_free(&value);
	return out_string(text);
}

/* Takes @value over; @next may be NULL. */
static void add(const struct lines *lines, const char *fact, struct out_value value,
		const char *next)
{
	struct out_row *row = out_row_add(lines->out, lines->parent);

	out_set(row, FACT, out_string(fact));
	out_set(row, VALUE, as_text(value));
	out_set(row, NEXT, out_string(next));
}

static void add_group(const struct lines *lines)
{
	const struct device *device = lines->it->device;
	const struct group *group = device->group;
	struct strings others = { 0 };
	_cleanup_free_ char *names = NULL;

	for (size_t i = 0; group && i < group->nr_devices; i++)
		if (group->devices[i] != device)
			strings_add(&others, group->devices[i]->name);
	if (group && group->has_strangers)
		strings_add(&others, "a device that cannot be seen");
	names = strings_join(&others, ", ");
	strings_free(&others);
	if (!group)
		add(lines, "group", explained_group(device), NULL);
	else if (*names)
		add(lines, "group", out_format("%" PRIu32 ", with %s", group->number, names), NULL);
	else
		add(lines, "group", out_format("%" PRIu32 ", alone", group->number), NULL);
}

/* Return: whether our model has other devices in the group than the kernel. */
static bool differs(const struct explained *it)
{
	const struct device *mine = grouping_first(it->grouping, it->device);
	const struct group *group = it->device->group;

	for (size_t i = 0; i < it->machine->nr_devices; i++) {
		const struct device *other = &it->machine->devices[i];
		const struct device *first = grouping_first(it->grouping, other);

		if (first && grouping_sure(it->grouping, other) &&
		    (first == mine) != (other->group == group))
			return true;
	}
	return false;
}

static void add_reasons(const struct lines *lines)
{
	const struct explained *it = lines->it;

	if (!grouping_first(it->grouping, it->device))
		return;
	for (size_t i = 0; i < it->nr_reasons; i++) {
		_cleanup_free_ char *text = reason_text(&it->reasons[i]);

		add(lines, "because", out_string(text), NULL);
	}
	if (!grouping_sure(it->grouping, it->device))
		add(lines, "because", out_unknown(), "run as root, which may read config space");
	else if (differs(it))
		add(lines, "because",
		    out_string("the kernel's group is not what ACS and aliases call for"),
		    "iommutool groups --check-isolation says where and why");
}

static void add_isolated(const struct lines *lines)
{
	struct out_value cell = explained_isolated(lines->it);

	if (cell.kind == OUT_BOOL)
		cell = out_string(cell.boolean ? "yes: it reaches no other device without the IOMMU"
					       : "no: it may reach another device past the IOMMU");
	add(lines, "isolated", cell, NULL);
}

static void add_unit(const struct lines *lines)
{
	const struct device *device = lines->it->device;
	const struct unit *unit = device->unit;
	_cleanup_free_ char *scope = NULL;
	const char *kind;

	if (!unit) {
		add(lines, "unit", device_unit_cell(device), NULL);
		return;
	}
	scope = unit_scope(lines->it->machine, device);
	kind = unit_kind_name(unit->kind);
	add(lines, "unit", out_format("%s (%s), by %s", unit->name, kind ? kind : "other", scope),
	    NULL);
}

static void add_width(const struct lines *lines)
{
	struct width width = explained_width(lines->it);
	struct out_value cell = explained_gaw(lines->it);
	_cleanup_free_ char *ask = explained_ask_width(lines->it);

	if (cell.kind != OUT_NUMBER) {
		add(lines, "gaw", cell, cell.kind == OUT_UNKNOWN ? ask : NULL);
		return;
	}
	if (width.gaw_max != WIDTH_UNKNOWN && width.gaw_max > width.gaw)
		add(lines, "gaw",
		    out_format("%u bits for sure, %u perhaps", width.gaw, width.gaw_max), ask);
	else
		add(lines, "gaw",
		    out_format("%u bits, last IOVA 0x%016" PRIx64, width.gaw,
			       width_last(width.gaw)),
		    NULL);
}

static void add_regions(const struct lines *lines)
{
	struct out_value regions = explained_regions(lines->it);

	if (regions.kind != OUT_LIST)
		add(lines, "region", regions.kind == OUT_UNKNOWN ? out_unknown() : out_absent(),
		    NULL);
	else if (regions.nr_fields == 0)
		add(lines, "region", out_absent(), NULL);
	else
		for (size_t i = 0; i < regions.nr_fields; i++)
			add(lines, "region", out_string(regions.fields[i].value.string), NULL);
	out_value_free(&regions);
}

static void add_viable(const struct lines *lines)
{
	struct out_value blockers = explained_blockers(lines->it->device);
	struct out_value cell = explained_viable(lines->it->device);
	_cleanup_free_ char *names = out_value_text(&blockers);

	if (blockers.nr_fields > 0)
		cell = out_format("no: the host uses %s", names);
	out_value_free(&blockers);
	add(lines, "viable", cell, NULL);
}

static void add_obstacles(const struct lines *lines)
{
	static const char *const facts[] = {
		[OBSTACLE_BLOCKS] = "obstacle",
		[OBSTACLE_UNKNOWN] = "perhaps",
		[OBSTACLE_WARNS] = "warning",
	};
	const struct obstacles *obstacles = lines->it->obstacles;

	for (size_t i = 0; i < obstacles->nr; i++)
		add(lines, facts[obstacles->items[i].kind], out_string(obstacles->items[i].what),
		    obstacles->items[i].next);
}

static void add_facts(struct out *out, struct out_row *parent, const struct explained *it)
{
	const struct lines lines = { out, parent, it };
	_cleanup_free_ char *next = explained_next(it);

	add_group(&lines);
	add_reasons(&lines);
	add_isolated(&lines);
	add_unit(&lines);
	add_width(&lines);
	add_regions(&lines);
	add(&lines, "driver", device_driver_cell(it->device), NULL);
	add_viable(&lines);
	add(&lines, "reset", explained_reset(it->device), NULL);
	add_obstacles(&lines);
	add(&lines, "assignable", tristate_cell(device_assignable(it->obstacles)), next);
	add(&lines, "vmm", explained_vmm(it), NULL);
}

/* --- all of it -------------------------------------------------------------------------------- */

void add_explained(struct out *out, const struct explained *it)
{
	const struct device *device = it->device;
	struct out_row *row = out_row_add(out, NULL);
	_cleanup_free_ char *scope = device->unit ? unit_scope(it->machine, device) : NULL;
	_cleanup_free_ char *next = explained_next(it);

	out_set(row, DEVICE, out_string(device->name));
	out_set(row, GROUP, explained_group(device));
	out_set(row, ISOLATED, explained_isolated(it));
	out_set(row, REASONS, explained_reasons(it));
	out_set(row, UNIT, device_unit_cell(device));
	out_set(row, SCOPE, device->unit_known ? out_string(scope) : out_unknown());
	out_set(row, GAW, explained_gaw(it));
	out_set(row, REGIONS, explained_regions(it));
	out_set(row, DRIVER, device_driver_cell(device));
	out_set(row, VIABLE, explained_viable(device));
	out_set(row, BLOCKERS, explained_blockers(device));
	out_set(row, RESET, explained_reset(device));
	out_set(row, ASSIGNABLE, tristate_cell(device_assignable(it->obstacles)));
	out_set(row, OBSTACLES, explained_obstacles(it));
	out_set(row, VMM, explained_vmm(it));
	out_set(row, NEXT, out_string(next));
	if (out_depth(out) > 0)
		add_facts(out, row, it);
}
