/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says about PCI devices while it happens. No privilege is needed to listen. */
#ifndef IOMMUTOOL_EVENTS_H
#define IOMMUTOOL_EVENTS_H

#include <stdbool.h>

#include "model/event.h"
#include "util/error.h"

struct events;

/**
 * events_open() - listen from now on
 * @events: set to what events_close() releases
 *
 * Return: 0 or negative errno.
 */
int events_open(struct events **events, struct error *err);
void events_close(struct events *events);

/* Return: the fd that is readable when events_next() may have something. */
int events_fd(const struct events *events);

/**
 * events_next() - take one event, without waiting
 *
 * What the kernel was only asked to say again (udevadm trigger) is left out.
 *
 * Return: 1; 0 when none waits; -ENOBUFS, once, when some were lost since they came too fast.
 */
int events_next(struct events *events, struct event *event);

/* Return: whether the kernel keeps its events from this process: it runs in a user namespace. */
bool events_kept_away(void);

#endif
