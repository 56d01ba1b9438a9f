/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside bind/linux/guards/: what the guards share to look at the facts of the host's use. */
#ifndef IOMMUTOOL_BELOW_H
#define IOMMUTOOL_BELOW_H

#include "bind/finding.h"

/* --- what is below the device in question ------------------------------------------------ */

/* Return: the one behind @after (NULL: the first), or NULL. */
const struct disk *next_disk(const struct guard_question *question, const struct disk *after);
const struct node *next_node(const struct guard_question *question, enum node_kind kind,
			     const struct node *after);

/* --- drivers ------------------------------------------------------------------------------ */

/* Whether a driver of VFIO has the device now. */
bool on_vfio_driver(const struct device *device);

/* Whether a driver leaves the device's DMA to others, so that the kernel takes it beside VFIO. */
bool driver_is_harmless(const char *name);

/* Whether a driver that works for the host has the device, or might: else nothing is below it. */
bool may_serve_host(const struct device *device);

/* Whether the host gets back what it does not have: what the device is, is no reason against it. */
bool only_gives_back(const struct guard_question *question);

/* Whether the kernel says that somebody has a group open, and nobody is to be seen. */
bool opened_unseen(const struct group *group);

/* --- findings ----------------------------------------------------------------------------- */

/* Adds "812 (Xorg) has card0 open" for each process that has a node of that kind open. */
void see_users(const struct guard_question *question, enum node_kind kind, struct strings *seen);

/* What to do where a part of the usage is unknown, or a file of sysfs. */
const char *part_next(const struct guard_question *question, enum usage_part part);
struct guard_finding guard_unknown_file(const struct guard_question *question, const char *guard,
					char *fact, const struct device *device, const char *file);

#define PART(part) (1u << (part))

/**
 * guard_pass_if_known() - nothing was seen below the device: is that because there is nothing?
 * @parts: PART() of each part of the usage that had to be known for it
 * @fact: of a pass; may be NULL; belongs to the finding then
 *
 * Return: pass, also when nothing can be below the device; unknown, with the reason.
 */
struct guard_finding guard_pass_if_known(const struct guard_question *question, const char *guard,
					 unsigned parts, char *fact);

#endif
