/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which disks are mounted in other mount namespaces than that of process 1. */
#include "collect/linux/usage/disks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define NAMESPACES_MAX 256
#define MOUNTS_MAX 8 /* that are named for a block device */

/* Return: whether the process is in a namespace that no process was in before. */
static bool is_new(int proc, const char *pid, struct strings *seen)
{
	_cleanup_free_ char *path = xasprintf("%s/ns/mnt", pid);
	char name[64];

	if (read_link_name(proc, path, name, sizeof(name)) < 0 || strings_contain(seen, name))
		return false;
	strings_add(seen, name);
	return true;
}

static void note_mount(struct storage *storage, const struct mount *mount, const char *pid,
		       const char *command)
{
	struct strings names = { 0 };

	blocks_of_mount(storage, mount, &names);
	for (size_t i = 0; i < names.nr; i++) {
		struct block *block = find_block(storage, names.items[i]);

		/* Most namespaces are copies of that of process 1. */
		if (block && !block->mounts.nr && block->outside.nr < MOUNTS_MAX)
			strings_take(&block->outside,
				     xasprintf("%s for %s (%s)", mount->point, pid, command));
	}
	strings_free(&names);
}

static void look_at(struct storage *storage, int proc, const char *pid)
{
	const struct source *source = storage->question->source;
	_cleanup_free_ char *path = xasprintf("proc/%s/mountinfo", pid);
	_cleanup_close_ int process = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct mounts mounts;
	char command[32] = "";

	if (process >= 0)
		read_attribute(source, process, "comm", command, sizeof(command));
	if (read_mounts(source, path, &mounts) == 0)
		for (size_t i = 0; i < mounts.nr; i++)
			note_mount(storage, &mounts.items[i], pid, command);
	mounts_free(&mounts);
}

void mark_outside(struct storage *storage)
{
	int proc = source_open_dir(storage->question->source, "proc");
	_cleanup_dir_ DIR *dir = proc < 0 ? NULL : fdopendir(proc);
	const struct dirent *entry;
	struct strings seen = { 0 };
	uint64_t pid;

	if (!dir)
		return;
	is_new(proc, "1", &seen);
	while ((entry = readdir(dir)) && seen.nr < NAMESPACES_MAX)
		if (parse_u64(entry->d_name, 10, INT32_MAX, &pid) == 0 &&
		    is_new(proc, entry->d_name, &seen))
			look_at(storage, proc, entry->d_name);
	strings_free(&seen);
}
