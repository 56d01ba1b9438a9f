/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps a device from a virtual machine now, and what to do about each of it. */
#ifndef IOMMUTOOL_OBSTACLES_H
#define IOMMUTOOL_OBSTACLES_H

#include "model/machine.h"
#include "model/system.h"

enum obstacle_kind {
	OBSTACLE_BLOCKS,  /* VFIO does not hand the device out */
	OBSTACLE_UNKNOWN, /* it might be one: what would tell is unknown */
	OBSTACLE_WARNS,	  /* VFIO hands it out all the same */
};

const char *obstacle_kind_name(enum obstacle_kind kind); /* "blocks", "unknown", "warns" */

struct obstacle {
	enum obstacle_kind kind;
	char *what;
	char *next; /* what to do about it */
};

struct obstacles {
	struct obstacle *items; /* in the order in which to remove them */
	size_t nr;
};

/**
 * find_obstacles() - what keeps @device from a virtual machine; of each system its own
 * @machine: collected with FACT_CLASS, FACT_DRIVER, FACT_VFIO, FACT_HOLDERS, FACT_RESET,
 *	     FACT_RESERVED, FACT_UNIT, FACT_TABLES, FACT_TOPOLOGY, FACT_KERNEL and FACT_REMAPPING
 * @obstacles: released with obstacles_free()
 *
 * Nothing behind a reason that cannot be removed is looked for: a device without a group, or one
 * that is no endpoint.
 */
void find_obstacles(const struct machine *machine, const struct system *system,
		    const struct device *device, struct obstacles *obstacles);
void obstacles_free(struct obstacles *obstacles);

/* Return: whether VFIO would hand the device out now. */
enum tristate device_assignable(const struct obstacles *obstacles);

/* Return: the first one to do something about, warnings aside; NULL: there is none. */
const struct obstacle *first_obstacle(const struct obstacles *obstacles);

#endif
