/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree that the collectors take for this machine, processes included. */
#ifndef IOMMUTOOL_TEST_LIVE_H
#define IOMMUTOOL_TEST_LIVE_H

#include "tree.h"

static inline void live_open(const struct tree *tree, struct source *source)
{
	*source = (struct source){ .live = true, .path = tree->path };
	source->root = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(source->root >= 0);
}

/* What /proc has where all processes are to be seen. */
static inline void live_proc(const struct tree *tree)
{
	tree_dir(tree, "proc/1/fd");
	tree_link(tree, "proc/self/ns/pid", "pid:[4026531836]");
}

static inline void live_process(const struct tree *tree, int pid, const char *command)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/fd", pid);
	tree_dir(tree, path);
	snprintf(path, sizeof(path), "proc/%d/comm", pid);
	tree_text(tree, path, command);
}

/* The process has @target open as @number. */
static inline void live_file(const struct tree *tree, int pid, int number, const char *target)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/fd/%d", pid, number);
	tree_link(tree, path, target);
}

#endif
