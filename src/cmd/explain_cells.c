/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What explain knows of a device, as cells and sentences. */
#include "cmd/explain_cells.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cells.h"
#include "model/acs.h"
#include "model/regions.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

struct width explained_width(const struct explained *it)
{
	if (!it->device->unit)
		return (struct width){ WIDTH_UNKNOWN, WIDTH_UNKNOWN };
	return unit_width(it->machine, it->device->unit);
}

/* Return: whether there is nothing to know: it is in no group, so that nothing translates. */
static bool is_ungrouped(const struct device *device)
{
	return device->group_known && !device->group;
}

struct out_value explained_group(const struct device *device)
{
	if (!device->group)
		return device->group_known ? out_absent() : out_unknown();
	return out_number(device->group->number);
}

struct out_value explained_isolated(const struct explained *it)
{
	if (!it->device->is_pci || is_ungrouped(it->device))
		return out_absent();
	return tristate_cell(device_isolated(it->machine, it->device));
}

struct out_value explained_gaw(const struct explained *it)
{
	unsigned gaw = explained_width(it).gaw;

	if (it->device->unit_known && !it->device->unit)
		return out_absent();
	return gaw == WIDTH_UNKNOWN ? out_unknown() : out_number(gaw);
}

struct out_value explained_viable(const struct device *device)
{
	if (!device->group)
		return device->group_known ? out_absent() : out_unknown();
	return tristate_cell(group_viable(device->group));
}

struct out_value explained_blockers(const struct device *device)
{
	struct out_value list = out_list();

	for (size_t i = 0; device->group && i < device->group->nr_devices; i++) {
		const struct device *other = device->group->devices[i];

		if (device_blocks(other) == TRI_YES)
			out_append(&list, out_format("%s=%s", other->name, other->driver));
	}
	return list;
}

struct out_value explained_reset(const struct device *device)
{
	return device->resets_known ? out_strings(&device->resets) : out_unknown();
}

/* --- why it is in its group ------------------------------------------------------------------- */

static struct out_value missing_list(const struct reason *reason)
{
	struct out_value list = out_list();

	for (unsigned bit = 1; bit <= reason->missing; bit <<= 1)
		if (reason->missing & bit && acs_bit_name(bit))
			out_append(&list, out_string(acs_bit_name(bit)));
	return list;
}

static struct out_value pulled_list(const struct reason *reason)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < reason->nr_pulled; i++)
		out_append(&list, out_string(reason->pulls_in[i]->name));
	return list;
}

char *reason_text(const struct reason *reason)
{
	static const char *const whys[] = {
		[BECAUSE_ALIAS] = "gives requests from below it one address",
		[BECAUSE_ACS] = "may pass requests on before they reach the IOMMU",
		[BECAUSE_QUIRK] = "may pass requests on, as Linux has in a table of its own",
		[BECAUSE_BUS_ALIAS] = "shares an address with another function of its bus",
		[BECAUSE_MULTIFUNCTION] = "may reach the other functions of its device",
	};
	struct out_value missing = missing_list(reason), pulled = pulled_list(reason);
	_cleanup_free_ char *bits = out_value_text(&missing), *names = out_value_text(&pulled);
	bool has_bits = missing.nr_fields > 0;

	out_value_free(&missing);
	out_value_free(&pulled);
	return xasprintf("%s: %s %s%s%s; pulls in %s", because_name(reason->because),
			 reason->at->name, whys[reason->because], has_bits ? ", ACS lacks " : "",
			 has_bits ? bits : "", names);
}

static struct out_value reason_object(const struct reason *reason)
{
	_cleanup_free_ char *text = reason_text(reason);
	struct out_value object = out_object(text);

	out_member(&object, "because", out_string(because_name(reason->because)));
	out_member(&object, "at", out_string(reason->at->name));
	out_member(&object, "missing", missing_list(reason));
	out_member(&object, "pulls_in", pulled_list(reason));
	return object;
}

struct out_value explained_reasons(const struct explained *it)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < it->nr_reasons; i++)
		out_append(&list, reason_object(&it->reasons[i]));
	return list;
}

/* --- regions and obstacles -------------------------------------------------------------------- */

static struct out_value region_object(const struct explained *it, const struct region *region)
{
	const struct group *group = it->device->group;
	enum region_meaning meaning = region_meaning(it->machine, group, region);
	const char *vfio = region_meaning_name(meaning);
	_cleanup_free_ const struct device **devices = NULL;
	_cleanup_free_ char *text = NULL;
	struct out_value object;
	const char *source;
	size_t nr;

	source = region_source(it->machine, group, region, &devices, &nr);
	text = xasprintf("0x%016" PRIx64 "-0x%016" PRIx64 " %s: %s %s %s, source %s", region->start,
			 region->end, region->word, vfio ? vfio : "?",
			 meaning == MEANING_IGNORED ? "by" : "to", explained_taker,
			 source ? source : "?");
	object = out_object(text);
	out_member(&object, "start", out_address(region->start));
	out_member(&object, "end", out_address(region->end));
	out_member(&object, "type", out_string(region->word));
	out_member(&object, "vfio", string_or_unknown(vfio));
	out_member(&object, "source", string_or_unknown(source));
	return object;
}

struct out_value explained_regions(const struct explained *it)
{
	const struct group *group = it->device->group;
	struct out_value list;

	if (!group)
		return it->device->group_known ? out_absent() : out_unknown();
	if (!group->regions_known)
		return out_unknown();
	list = out_list();
	for (size_t i = 0; i < group->nr_regions; i++)
		out_append(&list, region_object(it, &group->regions[i]));
	return list;
}

struct out_value explained_obstacles(const struct explained *it)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < it->obstacles->nr; i++) {
		const struct obstacle *obstacle = &it->obstacles->items[i];
		struct out_value object = out_object(obstacle->what);

		out_member(&object, "kind", out_string(obstacle_kind_name(obstacle->kind)));
		out_member(&object, "what", out_string(obstacle->what));
		out_member(&object, "next", out_string(obstacle->next));
		out_append(&list, object);
	}
	return list;
}
