/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loop devices are upon the disks that their files are on; sysfs does not say it as it does of dm.
 */
#include "collect/linux/usage/disks.h"

#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* Return: the mount that the loop device's file is on, or NULL. */
static const struct mount *mount_below(const struct storage *storage, const struct block *loop)
{
	const struct source *source = storage->question->source;
	_cleanup_free_ char *path = xasprintf("sys/class/block/%s/loop", loop->name);
	_cleanup_close_ int dir = source_open_dir(source, path);
	char file[4096];

	/* A loop device without a file has no such folder. */
	if (dir < 0 || read_attribute(source, dir, "backing_file", file, sizeof(file)) <= 0)
		return NULL;
	return mount_of_path(&storage->mounts, file);
}

static void mark_loop(struct storage *storage, struct block *loop)
{
	const struct mount *mount = mount_below(storage, loop);
	struct strings names = { 0 };

	if (!mount)
		return;
	blocks_of_mount(storage, mount, &names);
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
