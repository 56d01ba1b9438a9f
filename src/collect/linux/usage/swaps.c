/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block devices swap spaces are on, as partitions or as files. */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define SWAPS_MAX (1u << 20) /* bytes of /proc/swaps */

static void mark(struct block *block, const char *path)
{
	if (!strings_contain(&block->swaps, path))
		strings_add(&block->swaps, path);
}

static void mark_partition(const struct storage *storage, const char *path)
{
	struct block *block = find_block_of_node(storage, path);

	if (block)
		mark(block, path);
	else
		usage_unknown(storage->question->usage, USAGE_SWAPS,
			      "/proc/swaps: %s: there is no such block device in /sys/class/block",
			      path);
}

static void mark_file(struct storage *storage, const char *path)
{
	const struct mount *mount = mount_of_path(&storage->mounts, path);
	struct strings names = { 0 };

	if (mount)
		blocks_of_mount(storage, mount, &names);
	for (size_t i = 0; i < names.nr; i++) {
		struct block *block = find_block(storage, names.items[i]);

		if (block)
			mark(block, path);
	}
	if (!names.nr && !(mount && is_diskless(mount->type)))
		usage_unknown(storage->question->usage, USAGE_SWAPS,
			      "/proc/swaps: %s: the mounts do not tell which disk it is on", path);
	strings_free(&names);
}

/* "/swapfile                 file		4194300		0		-2" */
static void mark_line(struct storage *storage, char *line)
{
	char *path = strsep(&line, " \t");
	char *type;

	if (!line || *path != '/') /* the title, or nothing */
		return;
	line += strspn(line, " \t");
	type = strsep(&line, " \t");
	unescape_octal(path);
	if (strcmp(type, "partition") == 0)
		mark_partition(storage, path);
	else
		mark_file(storage, path);
}

void mark_swaps(struct storage *storage)
{
	const struct source *source = storage->question->source;
	_cleanup_free_ uint8_t *text = NULL;
	size_t length;
	int r = source_read(source, "proc/swaps", SWAPS_MAX, &text, &length);
	char *at, *line;

	if (r == -ENOENT && source->live)
		return; /* a kernel without swap */
	if (r < 0) {
		usage_unknown(storage->question->usage, USAGE_SWAPS, "/proc/swaps: %s",
			      r == -ENOENT ? "a capture does not have it" : strerror(-r));
		return;
	}
	at = (char *)text;
	while ((line = strsep(&at, "\n")))
		mark_line(storage, line);
}
