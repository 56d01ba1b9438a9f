/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps a device from a VM of bhyve, and what to do about each of it. */
#include <stdlib.h>

#include "model/freebsd/bhyve_host.h"
#include "model/obstacles.h"
#include "util/alloc.h"

/* What bhyve takes without a word, and what does not decide, is at most a warning. */
static bool is_obstacle(const struct precheck *check, enum obstacle_kind *kind)
{
	switch (check->outcome) {
	case PRECHECK_PASS:
		return false;
	case PRECHECK_WARN:
		*kind = OBSTACLE_WARNS;
		return true;
	case PRECHECK_FAIL:
		*kind = OBSTACLE_BLOCKS;
		return true;
	case PRECHECK_UNKNOWN:
		*kind = check->decides ? OBSTACLE_UNKNOWN : OBSTACLE_WARNS;
		return true;
	}
	return false;
}

static void add(struct obstacles *obstacles, enum obstacle_kind kind, const char *what,
		const char *next)
{
	obstacles->items = xgrow(obstacles->items, obstacles->nr, sizeof(*obstacles->items));
	obstacles->items[obstacles->nr++] =
		(struct obstacle){ kind, xstrdup(what), xstrdup(next ? next : "see bhyve(8)") };
}

void find_obstacles(const struct machine *machine, const struct system *system,
		    const struct device *device, struct obstacles *obstacles)
{
	const struct bhyve_host *host = machine->bhyve;
	struct prechecks checks;

	(void)system;
	*obstacles = (struct obstacles){ 0 };
	if (!host) {
		add(obstacles, OBSTACLE_UNKNOWN, "what bhyve needs could not be looked at",
		    "run as root");
		return;
	}
	passthrough_check(
		&(struct passthrough){
			.machine = machine,
			.device = device,
			.bhyve = &host->bhyve,
			.config = host->devices[device - machine->devices].config,
			.ppt = host->devices[device - machine->devices].ppt,
		},
		&checks);
	for (size_t i = 0; i < checks.nr; i++) {
		enum obstacle_kind kind;

		if (is_obstacle(&checks.items[i], &kind))
			add(obstacles, kind, checks.items[i].what, checks.items[i].next);
	}
	prechecks_free(&checks);
}
