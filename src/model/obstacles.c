/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps a device from a virtual machine: what follows from what each system's own finder
 * found. */
#include "model/obstacles.h"

#include <stdlib.h>

void obstacles_free(struct obstacles *obstacles)
{
	for (size_t i = 0; i < obstacles->nr; i++) {
		free(obstacles->items[i].what);
		free(obstacles->items[i].next);
	}
	free(obstacles->items);
	*obstacles = (struct obstacles){ 0 };
}

static const struct obstacle *first_of(const struct obstacles *obstacles, enum obstacle_kind kind)
{
	for (size_t i = 0; i < obstacles->nr; i++)
		if (obstacles->items[i].kind == kind)
			return &obstacles->items[i];
	return NULL;
}

enum tristate device_assignable(const struct obstacles *obstacles)
{
	if (first_of(obstacles, OBSTACLE_BLOCKS))
		return TRI_NO;
	return first_of(obstacles, OBSTACLE_UNKNOWN) ? TRI_UNKNOWN : TRI_YES;
}

const struct obstacle *first_obstacle(const struct obstacles *obstacles)
{
	const struct obstacle *blocks = first_of(obstacles, OBSTACLE_BLOCKS);

	return blocks ? blocks : first_of(obstacles, OBSTACLE_UNKNOWN);
}

const char *obstacle_kind_name(enum obstacle_kind kind)
{
	static const char *const names[] = {
		[OBSTACLE_BLOCKS] = "blocks",
		[OBSTACLE_UNKNOWN] = "unknown",
		[OBSTACLE_WARNS] = "warns",
	};

	return names[kind];
}
