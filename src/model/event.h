/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Something that happened to a PCI device, and what is true right after it.
 *
 * The kernel tells of events one by one, but by the time the machine is read more of them may have
 * happened: a device that is removed has lost its driver a moment before, and its group with it.
 * So what an event itself says about its device goes before what was read later.
 */
#ifndef IOMMUTOOL_EVENT_H
#define IOMMUTOOL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/machine.h"

enum event_kind { EVENT_ADD, EVENT_REMOVE, EVENT_BIND, EVENT_UNBIND };

struct event {
	enum event_kind kind;
	struct bdf bdf;
	char driver[128]; /* EVENT_BIND: the driver; "" when the kernel did not name it */
};

const char *event_name(enum event_kind kind);
/* Return: 0; -EINVAL when the kernel's word for what happened is none of ours. */
int event_kind_parse(const char *word, enum event_kind *kind);

/* What was known of a device while it was there. */
struct past_device {
	struct bdf bdf;
	bool group_known;
	bool has_group;
	uint32_t group;
	int class; /* -1: unknown */
};

/* The devices that were there before an event, by address. */
struct roster {
	struct past_device *items;
	size_t nr;
};

/* Makes @roster the devices of @machine, whatever it held. */
void roster_fill(struct roster *roster, const struct machine *machine);
/* Follows an event; @machine was read after it. */
void roster_follow(struct roster *roster, const struct event *event, const struct machine *machine);
void roster_free(struct roster *roster);

struct aftermath {
	bool group_known;
	bool has_group; /* the device is in one, or was when it was removed */
	uint32_t group;
	bool driver_known;
	const char *driver; /* belongs to the event or the machine; NULL: none, or unknown */
	bool group_is_gone; /* no device is left in it */
	enum tristate viable;
};

/**
 * event_aftermath() - what is true right after an event
 * @machine: read after the event, with FACT_CLASS, FACT_DRIVER and FACT_VFIO
 * @roster: what was there before it
 *
 * The other devices of the group are taken as @machine has them.
 */
struct aftermath event_aftermath(const struct event *event, const struct machine *machine,
				 const struct roster *roster);

#endif
