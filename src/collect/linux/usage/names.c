/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the names that people and configurations give block devices to those of the kernel. */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define DEV "/dev/"

/*
 * Everybody may choose the source of a mount in a namespace of their own. These folders are the
 * ones where everybody may also make links, to file systems that never answer.
 */
static bool is_safe_node(const char *path)
{
	static const char *const open_to_all[] = { "/dev/shm/", "/dev/mqueue/", "/dev/pts/",
						   "/dev/fd/", "/dev/hugepages/" };

	if (strncmp(path, DEV, strlen(DEV)) != 0 || strstr(path, "/../") || strstr(path, "/./") ||
	    strstr(path, "//"))
		return false;
	for (size_t i = 0; i < sizeof(open_to_all) / sizeof(open_to_all[0]); i++)
		if (strncmp(path, open_to_all[i], strlen(open_to_all[i])) == 0)
			return false;
	return true;
}

/* By what is in /dev: a link to the node, as udev makes them, or the node. */
static struct block *find_by_file(const struct storage *storage, const char *path)
{
	const struct source *source = storage->question->source;
	const char *last = strrchr(path, '/') + 1;
	_cleanup_free_ char *folder = xasprintf("%.*s", (int)(last - path - 2), path + 1);
	_cleanup_close_ int dir = source_open_dir(source, folder);
	struct block *block;
	char name[256];
	struct stat st;

	if (dir < 0)
		return NULL;
	if (read_link_name(dir, last, name, sizeof(name)) > 0) {
		block = find_block(storage, name);
		if (block)
			return block;
	}
	/* The nodes of a capture, if there are any, are not of this machine. */
	if (!source->live || fstatat(dir, last, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISBLK(st.st_mode))
		return NULL;
	return find_block_numbered(storage, major(st.st_rdev), minor(st.st_rdev));
}

/* "/dev/mapper/x" where nobody made a link: sysfs has the name, too. */
static struct block *find_by_mapper_name(const struct storage *storage, const char *path)
{
	static const char mapper[] = "/dev/mapper/";
	char name[256];

	if (strncmp(path, mapper, strlen(mapper)) != 0)
		return NULL;
	for (size_t i = 0; i < storage->nr_blocks; i++) {
		_cleanup_free_ char *folder = NULL;
		_cleanup_close_ int dir = -1;

		if (strncmp(storage->blocks[i].name, "dm-", 3) != 0)
			continue;
		folder = xasprintf("sys/class/block/%s/dm", storage->blocks[i].name);
		dir = source_open_dir(storage->question->source, folder);
		if (dir >= 0 &&
		    read_attribute(storage->question->source, dir, "name", name, sizeof(name)) >
			    0 &&
		    strcmp(name, path + strlen(mapper)) == 0)
			return &storage->blocks[i];
	}
	return NULL;
}

/* "/dev/cciss/c0d0" is "cciss!c0d0" in sysfs. */
static struct block *find_by_name(const struct storage *storage, const char *path)
{
	_cleanup_free_ char *name = xstrdup(path + strlen(DEV));

	for (char *at = name; (at = strchr(at, '/')); at++)
		*at = '!';
	return find_block(storage, name);
}

/* What a kernel that mounted the root file system by itself calls the device. */
static struct block *find_root_device(const struct storage *storage)
{
	_cleanup_free_ char *spec = kernel_option(storage->question->machine, "root=");
	struct block *block = NULL;

	if (spec && strcmp(spec, "/dev/root") != 0)
		find_block_of_spec(storage, spec, &block);
	return block;
}

struct block *find_block_of_node(const struct storage *storage, const char *path)
{
	struct block *block;

	if (!is_safe_node(path))
		return NULL;
	block = find_by_file(storage, path);
	if (!block)
		block = find_by_mapper_name(storage, path);
	if (!block)
		block = find_by_name(storage, path);
	if (!block && strcmp(path, "/dev/root") == 0)
		block = find_root_device(storage);
	return block;
}

static int find_by_tag(const struct storage *storage, const char *folder, const char *tag,
		       struct block **block)
{
	_cleanup_close_ int dir = source_open_dir(storage->question->source, folder);
	char name[256];

	if (dir < 0)
		return -ENOENT;
	if (*tag && !strchr(tag, '/') && read_link_name(dir, tag, name, sizeof(name)) > 0)
		*block = find_block(storage, name);
	return 0;
}

int find_block_of_spec(const struct storage *storage, const char *spec, struct block **block)
{
	static const struct {
		const char *prefix, *folder;
	} tags[] = {
		{ "UUID=", "dev/disk/by-uuid" },
		{ "PARTUUID=", "dev/disk/by-partuuid" },
		{ "LABEL=", "dev/disk/by-label" },
		{ "PARTLABEL=", "dev/disk/by-partlabel" },
	};
	unsigned major, minor;

	*block = NULL;
	if (strncmp(spec, DEV, strlen(DEV)) == 0) {
		*block = find_block_of_node(storage, spec);
		return 0;
	}
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strncmp(spec, tags[i].prefix, strlen(tags[i].prefix)) == 0)
			return find_by_tag(storage, tags[i].folder, spec + strlen(tags[i].prefix),
					   block);
	if (parse_number_pair(spec, &major, &minor) < 0)
		return -EINVAL;
	*block = find_block_numbered(storage, major, minor);
	return 0;
}

char *kernel_option(const struct machine *machine, const char *name)
{
	_cleanup_free_ char *line = xstrdup(machine->command_line ? machine->command_line : "");
	char *at = line, *word, *found = NULL;

	while ((word = strsep(&at, " \n"))) {
		char *value;

		word += *word == '"'; /* quotes may be around the whole word, or the value */
		if (strncmp(word, name, strlen(name)) != 0)
			continue;
		value = word + strlen(name);
		value += *value == '"';
		value[strcspn(value, "\"")] = '\0';
		free(found);
		found = xstrdup(value);
	}
	return found;
}
