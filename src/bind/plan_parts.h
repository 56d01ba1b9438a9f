/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside bind/: the parts of a plan, in the order in which they are made for each device. */
#ifndef IOMMUTOOL_PLAN_PARTS_H
#define IOMMUTOOL_PLAN_PARTS_H

#include "bind/bind.h"

/* known.c: what is written down about a device, before anything looks at the device itself.
 * Return: whether it may be looked at; else the change says why not. */
bool read_notes(const struct bind_plan *plan, const struct journal *journal, struct change *change);
/* known.c: its identity, driver and override. */
void read_now(const struct bind_plan *plan, struct change *change);

/* aim.c: where it goes, and by which steps. */
void aim(const struct bind_plan *plan, struct change *change);

/* ask.c: what the guards say to that. */
void ask_guards(const struct bind_plan *plan, struct change *change);

#endif
