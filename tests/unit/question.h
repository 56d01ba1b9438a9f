/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of collect_usage() are handed: a machine made by hand and a tree. */
#ifndef IOMMUTOOL_TEST_QUESTION_H
#define IOMMUTOOL_TEST_QUESTION_H

#include "collect/linux/usage/parts.h"
#include "live.h"
#include "world.h"

struct asked {
	struct world world;
	struct source source;
	bool wanted[WORLD_MAX];
	struct usage_question question;
};

/*
 * 0000:00:02.0 is a display, 0000:00:03.0 a network controller, 0000:00:04.0 a display that nobody
 * asks for. Released with asked_free().
 */
static inline void asked_init(struct asked *asked, const struct tree *tree, bool live)
{
	struct machine *machine = &asked->world.machine;

	world_init(&asked->world);
	world_device(&asked->world, 0, 0, 2, 0, 0x030000)->driver = (char *)"i915";
	world_device(&asked->world, 0, 0, 3, 0, 0x020000)->driver = (char *)"e1000e";
	world_device(&asked->world, 0, 0, 4, 0, 0x030000)->driver = (char *)"bochs-drm";
	if (live)
		live_open(tree, &asked->source);
	else
		tree_open(tree, &asked->source);
	memset(asked->wanted, 0, sizeof(asked->wanted));
	asked->wanted[0] = asked->wanted[1] = true;
	asked->question =
		(struct usage_question){ &asked->source, machine, asked->wanted, usage_new() };
}

static inline void asked_free(struct asked *asked)
{
	usage_free(asked->question.usage);
	source_close(&asked->source);
}

#endif
