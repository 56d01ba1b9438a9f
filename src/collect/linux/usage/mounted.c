/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block devices the mounts of the host are on, and what carries its root file system. */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define MOUNTS_MAX 256 /* that a block device is said to have: containers make thousands */

static void add_node(const struct storage *storage, const char *path, struct strings *names)
{
	const struct block *block = find_block_of_node(storage, path);

	if (block)
		strings_add(names, block->name);
}

/* "/dev/sda:/dev/sdb" is how bcachefs names its members. */
static void add_sources(const struct storage *storage, const char *source, struct strings *names)
{
	_cleanup_free_ char *copy = xstrdup(source);
	char *at = copy, *path;

	while ((path = strsep(&at, ":")))
		add_node(storage, path, names);
}

/* XFS can have its log and its real-time data on other devices. */
static void add_from_options(const struct storage *storage, const char *options,
			     struct strings *names)
{
	static const char *const further[] = { "logdev=", "rtdev=" };
	_cleanup_free_ char *copy = xstrdup(options);
	char *at = copy, *option;

	while ((option = strsep(&at, ",")))
		for (size_t i = 0; i < sizeof(further) / sizeof(further[0]); i++)
			if (strncmp(option, further[i], strlen(further[i])) == 0)
				add_node(storage, option + strlen(further[i]), names);
}

/* Return: the members of the btrfs that one of @names belongs to, or NULL. */
static const struct strings *find_pool(const struct storage *storage, const struct strings *names)
{
	for (size_t i = 0; i < storage->nr_pools; i++)
		for (size_t k = 0; k < names->nr; k++)
			if (strings_contain(&storage->pools[i], names->items[k]))
				return &storage->pools[i];
	return NULL;
}

static void add_pool(const struct storage *storage, struct strings *names)
{
	const struct strings *pool = find_pool(storage, names);

	for (size_t i = 0; pool && i < pool->nr; i++)
		if (!strings_contain(names, pool->items[i]))
			strings_add(names, pool->items[i]);
}

void blocks_of_mount(const struct storage *storage, const struct mount *mount,
		     struct strings *names)
{
	if (mount->major) {
		const struct block *block =
			find_block_numbered(storage, mount->major, mount->minor);

		if (block)
			strings_add(names, block->name);
	} else {
		add_sources(storage, mount->source, names);
	}
	add_from_options(storage, mount->options, names);
	if (strcmp(mount->type, "btrfs") == 0)
		add_pool(storage, names);
}

bool is_diskless(const char *type)
{
	static const char *const types[] = { "rootfs", "ramfs",	   "tmpfs",   "nfs",  "nfs4",
					     "cifs",   "smb3",	   "9p",      "ceph", "afs",
					     "lustre", "virtiofs", "orangefs" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

/* --- filling in ---------------------------------------------------------------------------- */

static void mark_mount(struct storage *storage, const struct mount *mount)
{
	struct strings names = { 0 };

	blocks_of_mount(storage, mount, &names);
	for (size_t i = 0; i < names.nr; i++) {
		struct block *block = find_block(storage, names.items[i]);

		if (block && block->mounts.nr < MOUNTS_MAX &&
		    !strings_contain(&block->mounts, mount->point))
			strings_add(&block->mounts, mount->point);
	}
	strings_free(&names);
}

static void mark_root(struct storage *storage)
{
	const struct mount *root = mount_of_path(&storage->mounts, "/");
	bool layered = root && strcmp(root->type, "overlay") == 0;
	struct strings names = { 0 };
	bool traced;

	if (!root || is_diskless(root->type))
		return;
	if (layered) {
		traced = blocks_of_layers(storage, root, &names);
	} else {
		blocks_of_mount(storage, root, &names);
		traced = names.nr > 0;
	}
	for (size_t i = 0; i < names.nr; i++) {
		struct block *block = find_block(storage, names.items[i]);

		if (block)
			block->is_root = true;
		traced = traced && block && is_on_hardware(storage, block);
	}
	if (!traced) {
		storage->stray_root = xasprintf("%s %s", root->type, root->source);
		storage->stray_is_layered = layered;
	}
	strings_free(&names);
}

/* --- what there is --------------------------------------------------------------------------- */

static void load_pools(struct storage *storage)
{
	const struct source *source = storage->question->source;
	struct strings uuids = { 0 };

	source_list(source, "sys/fs/btrfs", &uuids);
	for (size_t i = 0; i < uuids.nr; i++) {
		_cleanup_free_ char *path = xasprintf("sys/fs/btrfs/%s/devices", uuids.items[i]);
		struct strings members = { 0 };

		if (source_list(source, path, &members) < 0)
			continue; /* "features" */
		storage->pools = xgrow(storage->pools, storage->nr_pools, sizeof(*storage->pools));
		storage->pools[storage->nr_pools++] = members;
	}
	strings_free(&uuids);
}

static void say_unknown(const struct storage *storage, int code)
{
	const char *why = strerror(-code);

	if (!storage->question->source->live && code == -ENOENT)
		why = "a capture does not have it";
	usage_unknown(storage->question->usage, USAGE_MOUNTS, "/proc/1/mountinfo: %s", why);
}

/* A member that is not in the source shows only in sysfs. */
static void doubt_members(const struct storage *storage, const struct mount *mount)
{
	struct strings names = { 0 };

	if (strcmp(mount->type, "btrfs") != 0)
		return;
	blocks_of_mount(storage, mount, &names);
	if (!find_pool(storage, &names))
		usage_unknown(storage->question->usage, USAGE_MOUNTS,
			      "/sys/fs/btrfs: it does not say which disks the file system at %s is "
			      "on",
			      mount->point);
	strings_free(&names);
}

void mark_mounts(struct storage *storage)
{
	int r = read_host_mounts(storage->question->source, &storage->mounts);

	if (r < 0) {
		say_unknown(storage, r);
		return;
	}
	storage->mounts_known = true;
	load_pools(storage);
	for (size_t i = 0; i < storage->mounts.nr; i++) {
		mark_mount(storage, &storage->mounts.items[i]);
		doubt_members(storage, &storage->mounts.items[i]);
	}
	mark_loops(storage);
	mark_root(storage);
}
