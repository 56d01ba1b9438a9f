/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether somebody has a disk: the kernel refuses to open it exclusively while it is mounted in
 * whatever namespace, is swap space, or is part of something that is stacked upon it.
 */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/child.h"
#include "util/cleanup.h"

#define TIMEOUT_MS 5000
#define NODES_MAX 1000 /* that one child opens; its answer has a byte for each */

/* O_NONBLOCK: the drawer of an optical drive stays open. */
#define OPEN_FLAGS (O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY)

/* What one child is asked. */
struct nodes {
	struct block *const *blocks;
	size_t nr;
};

static int check_node(const struct block *block, const struct stat *st)
{
	if (!S_ISBLK(st->st_mode) || !block->has_number ||
	    st->st_rdev != makedev(block->major, block->minor))
		return ENOTBLK; /* the node of something else */
	return 0;
}

/* Return: 0 or an errno. In the child: opening may block for ever. */
static int try_node(const struct block *block)
{
	char path[300];
	struct stat st;
	int fd, r;

	snprintf(path, sizeof(path), "/dev/%s", block->name);
	for (char *at = path; (at = strchr(at, '!'));) /* "cciss!c0d0" is /dev/cciss/c0d0 */
		*at = '/';
	if (lstat(path, &st) < 0)
		return errno;
	r = check_node(block, &st);
	if (r)
		return r;
	fd = open(path, OPEN_FLAGS);
	if (fd < 0)
		return errno;
	r = fstat(fd, &st) < 0 ? errno : check_node(block, &st);
	close(fd);
	return r;
}

static int try_nodes(const void *argument, struct child_answer *answer)
{
	const struct nodes *nodes = argument;

	for (size_t i = 0; i < nodes->nr; i++)
		answer->text[i] = (char)try_node(nodes->blocks[i]);
	answer->length = nodes->nr;
	return 0;
}

/* --- what the answers mean ------------------------------------------------------------------- */

static enum tristate claim_of(int code)
{
	switch (code) {
	case 0:
	case ENOMEDIUM: /* an empty card reader */
	case ENXIO:
		return TRI_NO;
	case EBUSY:
		return TRI_YES;
	default:
		return TRI_UNKNOWN;
	}
}

static void say_unknown(struct usage *usage, const struct block *block, int code)
{
	const char *why = strerror(code), *next = "";

	if (code == ENOENT || code == ENOTDIR)
		why = "there is no such node";
	else if (code == ENOTBLK)
		why = "the node is not that of this disk";
	else if (code == EACCES)
		next = "; run as root";
	else if (code == EPERM) /* a cgroup keeps root from it */
		next = "; run outside of containers";
	usage_unknown(usage, USAGE_CLAIMS, "/dev/%s: %s%s", block->name, why, next);
}

static void ask(struct usage *usage, const struct device *device, const struct nodes *nodes)
{
	struct child_answer answer = { 0 };
	pid_t stuck;
	int r = run_in_child(try_nodes, nodes, TIMEOUT_MS, &answer, &stuck);

	if (r < 0) {
		usage_unknown(usage, USAGE_CLAIMS, "%s: %s does not answer: %s", device->name,
			      nodes->blocks[0]->name,
			      r == -ETIMEDOUT || r == -EINTR
				      ? "opening it takes longer than 5 seconds"
				      : strerror(-r));
		return;
	}
	for (size_t i = 0; i < nodes->nr; i++) {
		int code = (unsigned char)answer.text[i];

		nodes->blocks[i]->claimed = claim_of(code);
		if (nodes->blocks[i]->claimed == TRI_UNKNOWN)
			say_unknown(usage, nodes->blocks[i], code);
	}
}

/* --- whom to ask ------------------------------------------------------------------------------ */

struct list {
	struct block **items;
	size_t nr;
	bool *has; /* one a block: whether it is in the list */
};

static void put(struct list *list, const struct storage *storage, const char *name)
{
	struct block *block = find_block(storage, name);

	if (!block || list->has[block - storage->blocks])
		return;
	list->has[block - storage->blocks] = true;
	list->items = xgrow(list->items, list->nr, sizeof(*list->items));
	list->items[list->nr++] = block;
}

/* A device that is dead keeps its child, and nobody else's. */
static void ask_device(const struct storage *storage, const struct device *device, bool all)
{
	struct usage *usage = storage->question->usage;
	_cleanup_free_ bool *has = xcalloc(storage->nr_blocks, sizeof(*has));
	struct list list = { .has = has };

	for (size_t i = 0; i < usage->nr_disks; i++) {
		const struct disk *disk = &usage->disks[i];

		if (disk->device != device)
			continue;
		put(&list, storage, disk->name);
		for (size_t k = 0; all && k < disk->stacked.nr; k++)
			put(&list, storage, disk->stacked.items[k]);
	}
	for (size_t i = 0; i < list.nr; i += NODES_MAX) {
		size_t left = list.nr - i;
		struct nodes nodes = { list.items + i, left < NODES_MAX ? left : NODES_MAX };

		ask(usage, device, &nodes);
	}
	free(list.items);
}

void mark_claims(struct storage *storage, bool all)
{
	struct usage *usage = storage->question->usage;
	const struct device *last = NULL;

	if (!storage->question->source->live) {
		usage_unknown(usage, USAGE_CLAIMS, "a capture does not tell");
		return;
	}
	for (size_t i = 0; i < usage->nr_disks; i++) { /* they are sorted by device */
		if (usage->disks[i].device != last)
			ask_device(storage, usage->disks[i].device, all);
		last = usage->disks[i].device;
	}
	for (size_t i = 0; i < usage->nr_disks; i++) {
		const struct block *block = find_block(storage, usage->disks[i].name);

		if (block)
			usage->disks[i].claimed = block->claimed;
	}
}
