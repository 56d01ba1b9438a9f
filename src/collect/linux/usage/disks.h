/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside collect_disks(): all block devices of the machine, what is upon each, and who marks it. */
#ifndef IOMMUTOOL_USAGE_DISKS_H
#define IOMMUTOOL_USAGE_DISKS_H

#include "collect/linux/usage/parts.h"

/* An entry of /sys/class/block, and what is on it directly. */
struct block {
	char *name;		   /* "sda1", "dm-0", "cciss!c0d0" */
	const struct block *whole; /* the disk that it is a partition of; NULL: it is a disk */
	bool has_number;
	unsigned major, minor;
	bool is_virtual; /* no hardware of its own: dm, md, loop */
	bool is_traced;	 /* a loop device: its file is on hardware */
	bool has_partitions;
	bool holders_read;	/* by stack_upon() */
	struct strings holders; /* dm, md and so on that have it */
	struct strings loops;	/* whose files are on what is mounted from it */
	bool is_root, is_resume;
	struct strings mounts;	/* for process 1; not all of them when there are very many */
	struct strings swaps;	/* itself, or files on what is mounted from it */
	struct strings outside; /* where else it is mounted: "/x for 911 (runc)" */
	char *dump;		/* as struct disk.dump */
	enum tristate claimed;
};

struct storage {
	const struct usage_question *question;
	struct block *blocks; /* by name */
	size_t nr_blocks;
	struct strings *pools; /* names of the members of each btrfs that is mounted */
	size_t nr_pools;
	struct mounts mounts;
	bool mounts_known;
	/* What is on disks, but cannot be said on which: the root file system as "zfs rpool/ROOT",
	 * and the directory for dumps; NULL: there is no such thing. */
	char *stray_root, *stray_dump;
	bool stray_is_layered; /* the root file system, upon others that may be mounted as well */
};

void storage_free(struct storage *storage); /* disks.c */

/* --- text of the kernel (mounts.c) -------------------------------------------------- */

/* "259:3" as in the attributes of sysfs. Return: 0 or -EINVAL. */
int parse_number_pair(const char *text, unsigned *major, unsigned *minor);
/* Undoes "\040" in place, as paths are written in files of /proc. */
void unescape_octal(char *text);

/* --- block devices (blocks.c) ------------------------------------------------------ */

/* Return: 0 or negative errno; released with blocks_free() in either case. */
int blocks_load(struct storage *storage);
void blocks_free(struct storage *storage);

/* Return: the entry or NULL. */
struct block *find_block(const struct storage *storage, const char *name);
struct block *find_block_numbered(const struct storage *storage, unsigned major, unsigned minor);

/* Return: whether the disk has no node in /dev: a path to an NVMe namespace that has several. */
bool is_hidden(const struct storage *storage, const struct block *block);

/* Fills @stacked with everything upon the block, all the way up, each once. Partitions of @block
 * itself are not upon it. */
void stack_upon(struct storage *storage, struct block *block, struct strings *stacked);

/* Return: whether a block device lies on hardware only, which is then found below some device. */
bool is_on_hardware(const struct storage *storage, const struct block *block);

/* --- names that people give them (names.c) ------------------------------------------ */

/* Return: the block device behind "/dev/mapper/x", or NULL. */
struct block *find_block_of_node(const struct storage *storage, const char *path);

/**
 * find_block_of_spec() - the block device that a configuration names
 * @spec: "/dev/sda1", "UUID=...", "8:1"
 * @block: NULL: there is none with that name
 *
 * Return: 0; -ENOENT when there are no links in /dev/disk to look it up; -EINVAL when it is no form
 * that we know.
 */
int find_block_of_spec(const struct storage *storage, const char *spec, struct block **block);

/* Return: the value of the last @name, "resume=", in the kernel's command line, to be freed; NULL
 * when it has none. */
char *kernel_option(const struct machine *machine, const char *name);

/* --- what is on them ------------------------------------------------------------------------ */

/* The names of the block devices that a mount is on (mounted.c). */
void blocks_of_mount(const struct storage *storage, const struct mount *mount,
		     struct strings *names);
/**
 * blocks_of_layers() - the block devices that the layers of an overlay are on (overlay.c)
 * @names: theirs are added
 *
 * Return: whether each layer was found.
 */
bool blocks_of_layers(const struct storage *storage, const struct mount *overlay,
		      struct strings *names);
/* Return: whether a file system of that type has no disk of this machine below it. */
bool is_diskless(const char *type);
void mark_mounts(struct storage *storage);

void mark_loops(struct storage *storage);  /* loops.c */
void mark_swaps(struct storage *storage);  /* swaps.c; after the mounts */
void mark_resume(struct storage *storage); /* resume.c */
void mark_dump(struct storage *storage);   /* dump.c; after the mounts */

/* Asks for the claims of the disks of usage (claims.c); @all: of what is stacked, too. */
void mark_claims(struct storage *storage, bool all);
/* Looks into other mount namespaces for blocks that are not mounted in ours
 * (namespaces.c). */
void mark_outside(struct storage *storage);

#endif
