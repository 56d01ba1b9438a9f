/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loop devices are upon the disks that their files are on; sysfs does not say it as it does of dm.
 */
#include "collect/linux/usage/disks.h"

#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* What the loop device reads and writes: a file, or the node of another block device. */
static char *backing_file(const struct storage *storage, const struct block *loop)
{
	const struct source *source = storage->question->source;
	_cleanup_free_ char *path = xasprintf("sys/class/block/%s/loop", loop->name);
	_cleanup_close_ int dir = source_open_dir(source, path);
	char file[4096];

	/* A loop device without a file has no such folder. */
	if (dir < 0 || read_attribute(source, dir, "backing_file", file, sizeof(file)) <= 0)
		return NULL;
	return xstrdup(file);
}

/* Adds the names of the block devices that a file is on, or that it is the node of. */
static void blocks_of_file(const struct storage *storage, const char *file, struct strings *names)
{
	const struct block *block = find_block_of_node(storage, file);
	const struct mount *mount = block ? NULL : mount_of_path(&storage->mounts, file);

	if (block)
		strings_add(names, block->name);
	else if (mount)
		blocks_of_mount(storage, mount, names);
}

static void mark_loop(struct storage *storage, struct block *loop)
{
	_cleanup_free_ char *file = backing_file(storage, loop);
	struct strings names = { 0 };

	if (!file)
		return;
	blocks_of_file(storage, file, &names);
	loop->is_traced = names.nr > 0;
	for (size_t i = 0; i < names.nr; i++) {
		struct block *lower = find_block(storage, names.items[i]);

		loop->is_traced = loop->is_traced && lower && is_on_hardware(storage, lower);
		if (lower)
			strings_add(&lower->loops, loop->name);
	}
	strings_free(&names);
}

void mark_loops(struct storage *storage)
{
	for (size_t i = 0; i < storage->nr_blocks; i++)
		if (strncmp(storage->blocks[i].name, "loop", 4) == 0 && !storage->blocks[i].whole)
			mark_loop(storage, &storage->blocks[i]);
}
