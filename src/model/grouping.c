/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups that Linux should make, by its own algorithm. */
#include "model/grouping.h"

#include <stdlib.h>

#include "model/aliases.h"
#include "util/alloc.h"

#define FUNCTIONS 256 /* on a bus */

/* What is known of a device, and where it was put. */
struct place {
	struct acs acs;
	struct table_alias alias;
	bool placed;
	bool sure;
	const struct device *first; /* of its group */
	bool joined;		    /* the rest says why; else it was the first */
	enum because because;
	const struct device *at;
	unsigned missing;
};

struct grouping {
	const struct machine *machine;
	struct place *places; /* one a device */
};

/* One device on its search for a group. What may lead to one is followed as if it did. */
struct search {
	const struct grouping *grouping;
	bool seen[FUNCTIONS]; /* on the bus that the search has come to */
	bool unsure;	      /* it came to a group by what is unknown */
};

static struct place *place_of(const struct grouping *grouping, const struct device *device)
{
	return &grouping->places[device - grouping->machine->devices];
}

static unsigned function_number(const struct device *device)
{
	return (unsigned)device->bdf.device << 3 | device->bdf.function;
}

static bool same_bus(const struct device *a, const struct device *b)
{
	return b->is_pci && a->bdf.domain == b->bdf.domain && a->bdf.bus == b->bdf.bus;
}

/* The devices of @device's bus, which stand together. */
static const struct device *bus_begin(const struct machine *machine, const struct device *device)
{
	while (device > machine->devices && same_bus(device, device - 1))
		device--;
	return device;
}

static const struct device *bus_end(const struct machine *machine, const struct device *device)
{
	const struct device *end = device;

	while (end < machine->devices + machine->nr_devices && same_bus(device, end))
		end++;
	return end;
}

static bool join(struct place *place, const struct grouping *grouping, const struct device *with,
		 enum because because, const struct device *at, unsigned missing)
{
	const struct place *other = place_of(grouping, with);

	if (!other->placed)
		return false;
	place->first = other->first;
	place->sure = other->sure;
	place->joined = true;
	place->because = because;
	place->at = at;
	place->missing = missing;
	return true;
}

/* --- the four steps ----------------------------------------------------------------------- */

/* Return: whether requests that pass the bridge get its address (or that of its bus). */
static enum tristate gives_address(const struct device *bridge)
{
	if (!bridge->routing.type_known)
		return TRI_UNKNOWN;
	switch (port_type(bridge)) {
	case PCIE_NONE:
	case PCIE_TO_PCI_BRIDGE:
	case PCI_TO_PCIE_BRIDGE:
		return TRI_YES;
	default:
		return TRI_NO;
	}
}

/*
 * Up to the last bridge that gives its address, or to a group on the way.
 *
 * Return: TRI_YES when a group was found; @device is where the search stands else.
 */
static enum tristate search_aliases(const struct grouping *grouping, struct place *place,
				    const struct device **device)
{
	const struct device *from = *device;

	if (from->carrier) {
		*device = from = from->carrier;
		if (join(place, grouping, from, BECAUSE_ALIAS, from, 0))
			return TRI_YES;
	}
	for (const struct device *bridge = from->parent; bridge; bridge = bridge->parent) {
		enum tristate gives = gives_address(bridge);

		if (gives == TRI_UNKNOWN)
			return TRI_UNKNOWN;
		if (gives == TRI_NO)
			continue;
		*device = bridge;
		if (join(place, grouping, bridge, BECAUSE_ALIAS, bridge, 0))
			return TRI_YES;
	}
	return TRI_NO;
}

/* Return: whether all from @bridge up are enough; @weak is set to the first that is not. */
static enum tristate way_up(const struct grouping *grouping, const struct device *bridge,
			    const struct device **weak)
{
	enum tristate enough = TRI_YES;

	for (; bridge; bridge = bridge->parent) {
		enum tristate one = place_of(grouping, bridge)->acs.enough;

		if (one == TRI_NO) {
			*weak = bridge;
			return TRI_NO;
		}
		if (one == TRI_UNKNOWN)
			enough = TRI_UNKNOWN;
	}
	return enough;
}

/* Up to where all further bridges keep requests to the IOMMU. Return: as search_aliases(). */
static enum tristate search_up(const struct grouping *grouping, struct place *place,
			       const struct device **device)
{
	for (const struct device *bridge = (*device)->parent; bridge; bridge = bridge->parent) {
		const struct device *weak = NULL;
		enum tristate enough = way_up(grouping, bridge, &weak);
		const struct acs *acs;

		if (enough != TRI_NO)
			return enough == TRI_YES ? TRI_NO : TRI_UNKNOWN;
		*device = bridge;
		acs = &place_of(grouping, weak)->acs;
		if (join(place, grouping, bridge, acs->by_quirk ? BECAUSE_QUIRK : BECAUSE_ACS, weak,
			 acs->missing))
			return TRI_YES;
	}
	return TRI_NO;
}

static const struct device *search_functions(struct search *search, const struct device *device);

/* Return: a device with a group that @device shares an address with, or itself; NULL for none. */
static const struct device *search_bus(struct search *search, const struct device *device)
{
	const struct grouping *grouping = search->grouping;
	const struct device *end = bus_end(grouping->machine, device);
	const struct place *place = place_of(grouping, device);

	if (search->seen[function_number(device)])
		return NULL;
	search->seen[function_number(device)] = true;
	if (place->placed)
		return device;
	for (const struct device *at = bus_begin(grouping->machine, device); at < end; at++) {
		enum tristate are = at == device ? TRI_NO
						 : are_aliases(device, place->alias, at,
							       place_of(grouping, at)->alias);
		const struct device *found;

		if (are == TRI_NO)
			continue;
		found = search_bus(search, at);
		if (!found)
			found = search_functions(search, at);
		search->unsure |= found && are == TRI_UNKNOWN;
		if (found)
			return found;
	}
	return NULL;
}

/* The functions beside @device that, as itself, may reach each other. Return: as search_bus(). */
static const struct device *search_functions(struct search *search, const struct device *device)
{
	const struct grouping *grouping = search->grouping;
	const struct device *end = bus_end(grouping->machine, device);
	enum tristate enough = place_of(grouping, device)->acs.enough;
	bool known = device->routing.type_known || is_multifunction(device);

	if (!has_siblings(grouping->machine, device) || enough == TRI_YES ||
	    (known && !is_multifunction(device)))
		return NULL;
	known &= enough == TRI_NO;
	for (const struct device *at = bus_begin(grouping->machine, device); at < end; at++) {
		const struct device *found;

		enough = place_of(grouping, at)->acs.enough;
		if (at == device || at->bdf.device != device->bdf.device || enough == TRI_YES)
			continue;
		found = search_bus(search, at);
		search->unsure |= found && !(known && enough == TRI_NO);
		if (found)
			return found;
	}
	return NULL;
}

static void put(const struct grouping *grouping, const struct device *device)
{
	struct place *place = place_of(grouping, device);
	const struct place alone = { .acs = place->acs, .alias = place->alias, .first = device };
	struct search search = { .grouping = grouping };
	const struct device *at = device, *found = NULL;
	enum tristate joined = TRI_UNKNOWN;

	*place = alone;
	if (way_known(device) && (!device->carrier || way_known(device->carrier)))
		joined = search_aliases(grouping, place, &at);
	if (joined == TRI_NO)
		joined = search_up(grouping, place, &at);
	if (joined == TRI_NO && (found = search_bus(&search, at)))
		join(place, grouping, found, BECAUSE_BUS_ALIAS, found, 0);
	else if (joined == TRI_NO && (found = search_functions(&search, at)))
		join(place, grouping, found, BECAUSE_MULTIFUNCTION, found,
		     place_of(grouping, at)->acs.missing);
	if (joined == TRI_UNKNOWN || search.unsure)
		*place = alone; /* what may be is no reason */
	else if (!place->joined)
		place->sure = true;
	place->placed = true;
}

struct grouping *grouping_new(const struct machine *machine)
{
	struct grouping *grouping = xcalloc(1, sizeof(*grouping));

	grouping->machine = machine;
	grouping->places = xcalloc(machine->nr_devices, sizeof(*grouping->places));
	for (size_t i = 0; i < machine->nr_devices && machine->devices[i].is_pci; i++) {
		grouping->places[i].acs = function_acs(machine, &machine->devices[i]);
		grouping->places[i].alias = table_alias(machine, &machine->devices[i]);
	}
	/* By address, so a bridge comes before what is below it, as it does in Linux. */
	for (size_t i = 0; i < machine->nr_devices && machine->devices[i].is_pci; i++)
		if (machine->devices[i].group)
			put(grouping, &machine->devices[i]);
	return grouping;
}

void grouping_free(struct grouping *grouping)
{
	if (!grouping)
		return;
	free(grouping->places);
	free(grouping);
}

/* --- what came out -------------------------------------------------------------------------- */

const char *because_name(enum because because)
{
	static const char *const names[] = {
		[BECAUSE_ALIAS] = "alias",
		[BECAUSE_ACS] = "acs",
		[BECAUSE_QUIRK] = "quirk",
		[BECAUSE_BUS_ALIAS] = "bus-alias",
		[BECAUSE_MULTIFUNCTION] = "multifunction",
	};

	return names[because];
}

const struct device *grouping_first(const struct grouping *grouping, const struct device *device)
{
	const struct place *place = place_of(grouping, device);

	return place->placed ? place->first : NULL;
}

bool grouping_sure(const struct grouping *grouping, const struct device *device)
{
	return place_of(grouping, device)->sure;
}

bool grouping_why(const struct grouping *grouping, const struct device *device,
		  enum because *because, const struct device **at)
{
	const struct place *place = place_of(grouping, device);

	if (!place->joined)
		return false;
	*because = place->because;
	*at = place->at;
	return true;
}

static struct reason *find_reason(struct reason *reasons, size_t nr, const struct place *place)
{
	for (size_t i = 0; i < nr; i++)
		if (reasons[i].because == place->because && reasons[i].at == place->at)
			return &reasons[i];
	return NULL;
}

size_t grouping_reasons(const struct grouping *grouping, const struct device *device,
			struct reason **reasons)
{
	const struct device *first = grouping_first(grouping, device);
	size_t nr = 0;

	*reasons = NULL;
	for (size_t i = 0; i < grouping->machine->nr_devices && first; i++) {
		const struct place *place = &grouping->places[i];
		struct reason *reason;

		if (place->first != first || !place->joined)
			continue;
		reason = find_reason(*reasons, nr, place);
		if (!reason) {
			*reasons = xgrow(*reasons, nr, sizeof(**reasons));
			reason = &(*reasons)[nr++];
			*reason = (struct reason){ .because = place->because, .at = place->at };
		}
		reason->missing |= place->missing;
		reason->pulls_in =
			xgrow(reason->pulls_in, reason->nr_pulled, sizeof(*reason->pulls_in));
		reason->pulls_in[reason->nr_pulled++] = &grouping->machine->devices[i];
	}
	return nr;
}

void reasons_free(struct reason *reasons, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(reasons[i].pulls_in);
	free(reasons);
}
