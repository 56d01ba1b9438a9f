/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is true right after something happened to a device. */
#include "model/event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/bdf.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static const char *const names[] = {
	[EVENT_ADD] = "add",
	[EVENT_REMOVE] = "remove",
	[EVENT_BIND] = "bind",
	[EVENT_UNBIND] = "unbind",
};

const char *event_name(enum event_kind kind)
{
	return names[kind];
}

int event_kind_parse(const char *word, enum event_kind *kind)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], word) == 0) {
			*kind = (enum event_kind)i;
			return 0;
		}
	return -EINVAL;
}

/* --- what was there before --------------------------------------------------------------- */

static struct past_device past_of(const struct device *device)
{
	return (struct past_device){
		.bdf = device->bdf,
		.group_known = device->group_known,
		.has_group = device->group != NULL,
		.group = device->group ? device->group->number : 0,
		.class = device->class,
	};
}

/* Return: where the device is, or where it would have to be. */
static size_t position(const struct roster *roster, const struct bdf *bdf)
{
	size_t low = 0, high = roster->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bdf_compare(&roster->items[middle].bdf, bdf) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct past_device *look_up(const struct roster *roster, const struct bdf *bdf)
{
	size_t at = position(roster, bdf);

	if (at < roster->nr && bdf_compare(&roster->items[at].bdf, bdf) == 0)
		return &roster->items[at];
	return NULL;
}

static void forget(struct roster *roster, const struct bdf *bdf)
{
	struct past_device *past = look_up(roster, bdf);

	if (!past)
		return;
	roster->nr--;
	memmove(past, past + 1, (size_t)(roster->items + roster->nr - past) * sizeof(*past));
}

static void remember(struct roster *roster, const struct device *device)
{
	struct past_device *past = look_up(roster, &device->bdf);
	size_t at = position(roster, &device->bdf);

	if (!past) {
		roster->items = xgrow(roster->items, roster->nr, sizeof(*roster->items));
		past = &roster->items[at];
		memmove(past + 1, past, (roster->nr - at) * sizeof(*past));
		roster->nr++;
	}
	*past = past_of(device);
}

void roster_fill(struct roster *roster, const struct machine *machine)
{
	roster_free(roster);
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].is_pci)
			remember(roster, &machine->devices[i]);
}

/* A device that had no group may have got one, when a driver of an IOMMU was loaded. */
static bool has_news(const struct past_device *past, const struct device *now)
{
	return now->group_known && !(past && past->has_group);
}

/*
 * A group is only taken over from the machine when the device is new, or had none: later readings
 * may be those of a device that took its place.
 */
void roster_follow(struct roster *roster, const struct event *event, const struct machine *machine)
{
	const struct past_device *past = look_up(roster, &event->bdf);
	const struct device *now = find_device(machine, &event->bdf);

	if (event->kind == EVENT_REMOVE || (event->kind == EVENT_ADD && !now))
		forget(roster, &event->bdf);
	else if (now && (event->kind == EVENT_ADD || has_news(past, now)))
		remember(roster, now);
}

void roster_free(struct roster *roster)
{
	free(roster->items);
	*roster = (struct roster){ 0 };
}

/* --- what is true after it --------------------------------------------------------------- */

/* Return: group and class of the device at the time of the event. */
static struct past_device at_the_time(const struct event *event, const struct device *now,
				      const struct past_device *past)
{
	const struct past_device unknown = { .bdf = event->bdf, .class = -1 };

	if (event->kind == EVENT_ADD)
		past = NULL;
	/* What is being removed may be found, and gone before anything of it is read. */
	if (past && (event->kind == EVENT_REMOVE || !now || !has_news(past, now)))
		return *past;
	return now && event->kind != EVENT_REMOVE ? past_of(now) : unknown;
}

/* Return: the device as the event left it; only the kernel's word for a driver is taken from it. */
static struct device as_left(const struct event *event, const struct device *now,
			     const struct past_device *then)
{
	struct device device = {
		.is_pci = true,
		.bdf = event->bdf,
		.class = then->class,
		.driver_known = true, /* devices are added without one */
	};

	if (event->kind != EVENT_BIND)
		return device;
	if (!*event->driver) {
		device.driver_known = now && now->driver_known;
		device.driver = now ? now->driver : NULL;
	} else {
		device.driver = (char *)event->driver;
	}
	device.has_vfio_dev = now && now->driver && device.driver &&
			      strcmp(now->driver, device.driver) == 0 && now->has_vfio_dev;
	return device;
}

/* VFIO's variant drivers are told by the vfio-dev/ that they make: too late when it is gone. */
static bool driver_left_already(const struct device *device, const struct device *now)
{
	return device->driver && device_blocks(device) == TRI_YES &&
	       !(now && now->driver && strcmp(now->driver, device->driver) == 0);
}

/* Fills in the verdict on the group, with @device as it was left and the others as they are now. */
static void judge_group(const struct event *event, const struct machine *machine,
			struct device *device, struct aftermath *after)
{
	const struct group *now = find_group(machine, after->group);
	size_t others = now ? now->nr_devices : 0;
	_cleanup_free_ struct device **members = xcalloc(others + 1, sizeof(struct device *));
	struct group group = {
		.number = after->group,
		.devices = members,
		.has_strangers = now && now->has_strangers,
	};

	for (size_t i = 0; i < others; i++)
		if (!now->devices[i]->is_pci ||
		    bdf_compare(&now->devices[i]->bdf, &event->bdf) != 0)
			members[group.nr_devices++] = now->devices[i];
	if (event->kind != EVENT_REMOVE)
		members[group.nr_devices++] = device;
	after->group_is_gone = group.nr_devices == 0 && !group.has_strangers;
	after->viable = group_viable(&group);
}

struct aftermath event_aftermath(const struct event *event, const struct machine *machine,
				 const struct roster *roster)
{
	const struct device *now = find_device(machine, &event->bdf);
	const struct past_device *past = look_up(roster, &event->bdf);
	const struct past_device then = at_the_time(event, now, past);
	struct device device = as_left(event, now, &then);
	struct aftermath after = {
		.group_known = then.group_known,
		.has_group = then.has_group,
		.group = then.group,
		.driver_known = device.driver_known,
		.driver = device.driver,
		.viable = TRI_UNKNOWN,
	};

	if (driver_left_already(&device, now))
		device.driver_known = false;
	if (after.has_group)
		judge_group(event, machine, &device, &after);
	return after;
}
