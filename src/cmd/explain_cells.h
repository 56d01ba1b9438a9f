/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What explain knows of a device, as cells and sentences. */
#ifndef IOMMUTOOL_EXPLAIN_CELLS_H
#define IOMMUTOOL_EXPLAIN_CELLS_H

#include "model/grouping.h"
#include "model/obstacles.h"
#include "model/width.h"
#include "out/out.h"

/* What is known of one device; the pointers are somebody else's. */
struct explained {
	const struct machine *machine;
	const struct grouping *grouping;
	const struct device *device;
	const struct reason *reasons;
	size_t nr_reasons;
	const struct obstacles *obstacles;
};

/* Cells: absent where there is nothing to know, for want of a group or unit. */
struct out_value explained_group(const struct device *device);
struct out_value explained_isolated(const struct explained *it);
struct out_value explained_reasons(const struct explained *it);
struct out_value explained_gaw(const struct explained *it);
struct out_value explained_regions(const struct explained *it);
struct out_value explained_viable(const struct device *device);
struct out_value explained_blockers(const struct device *device);
struct out_value explained_reset(const struct device *device);
struct out_value explained_obstacles(const struct explained *it);

/* Return: the width of its unit, unknown without one. */
struct width explained_width(const struct explained *it);

/* Return: the reason as a sentence, to be freed. */
char *reason_text(const struct reason *reason);

/* --- of each system its own (linux/, freebsd/) --------------------------------------------- */

extern const char explained_taker[]; /* who hands devices to VMs */

/* What the VMM is told. */
struct out_value explained_vmm(const struct explained *it);
/* Return: the one thing to do next, to be freed. */
char *explained_next(const struct explained *it);
/* Return: who knows the width better, to be freed. */
char *explained_ask_width(const struct explained *it);

#endif
