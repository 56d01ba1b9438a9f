/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on block devices that come over the network and do not tell from where. */
#include <string.h>

#include "collect/linux/usage/disks.h"
#include "collect/linux/usage/network.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* "nbd0p1", "rbd3", "drbd1000" */
static bool is_remote(const struct block *block)
{
	static const char *const clients[] = { "nbd", "rbd", "drbd" };

	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		size_t length = strlen(clients[i]);

		if (strncmp(block->name, clients[i], length) == 0 && block->name[length] >= '0' &&
		    block->name[length] <= '9')
			return true;
	}
	return false;
}

static bool has_remote(const struct storage *storage)
{
	for (size_t i = 0; i < storage->nr_blocks; i++)
		if (is_remote(&storage->blocks[i]))
			return true;
	return false;
}

static void doubt(const struct storage *storage, const char *what, const char *remote)
{
	_cleanup_free_ char *text = xstrdup(what);

	flatten(text); /* a mount point may have any character */
	usage_unknown(storage->question->usage, USAGE_CARRIES,
		      "%s is on %s, whose server is not known", text, remote);
}

/* Looks at what is on @name, which is upon the remote block device or itself. */
static void look_at(const struct storage *storage, const char *name, const char *remote)
{
	const struct block *block = find_block(storage, name);

	if (!block)
		return;
	if (block->mounts.nr)
		doubt(storage, block->mounts.items[0], remote);
	if (block->is_root)
		doubt(storage, "the root file system", remote);
	if (block->swaps.nr)
		doubt(storage, "swap space", remote);
}

static void look_upon(struct storage *storage, struct block *remote)
{
	struct strings stacked = { 0 };

	look_at(storage, remote->name, remote->name);
	stack_upon(storage, remote, &stacked);
	for (size_t i = 0; i < stacked.nr; i++)
		look_at(storage, stacked.items[i], remote->name);
	strings_free(&stacked);
}

void find_remote_blocks(struct network *network)
{
	struct storage storage = { .question = network->question };

	if (blocks_load(&storage) == 0 && has_remote(&storage)) {
		mark_mounts(&storage);
		mark_swaps(&storage);
		for (size_t i = 0; i < storage.nr_blocks; i++)
			if (is_remote(&storage.blocks[i]))
				look_upon(&storage, &storage.blocks[i]);
	}
	storage_free(&storage);
}
