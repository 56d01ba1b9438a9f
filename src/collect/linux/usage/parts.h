/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside collect/linux/: the parts of collect_usage(), and what they share. */
#ifndef IOMMUTOOL_USAGE_PARTS_H
#define IOMMUTOOL_USAGE_PARTS_H

#include "collect/collect.h"
#include "collect/linux/processes.h"
#include "model/usage.h"

/* What each part is handed. */
struct usage_question {
	const struct source *source;
	const struct machine *machine;
	/* One a device of the machine; those that can have nothing below them are left out. */
	const bool *wanted;
	struct usage *usage; /* filled in */
};

void collect_disks(const struct usage_question *question);
/* After the disks: a dump or the root file system may come over the network. */
void collect_interfaces(const struct usage_question *question);
/* Last: users of all nodes, and holders of the disks, come from one walk over all processes. */
void collect_nodes(const struct usage_question *question);
void collect_vfio_ids(const struct usage_question *question);

/**
 * each_below() - the links in a folder that lead to something below wanted devices
 * @folder: "sys/bus/nd/devices"
 * @found: called for each with the nearest wanted device above it, its name, and the path that the
 *         link leads to, relative to the folder ("../../../devices/pci0000:00/...")
 * @closure: handed on
 *
 * Behind a VMD controller there are PCI functions again: what is below those is below it too.
 * An entry of "virtual/" devices is below none.
 *
 * Return: 0, also when there is no such folder (then nothing of it exists); negative errno.
 */
int each_below(const struct usage_question *question, const char *folder,
	       void (*found)(void *closure, const struct device *device, const char *name,
			     const char *path),
	       void *closure);

/* The same for /sys/class/NAME; @class: "block", "net". */
int each_of_class(const struct usage_question *question, const char *class,
		  void (*found)(void *closure, const struct device *device, const char *name,
				const char *path),
		  void *closure);

/* Return: whether the class of a device says that it is a display, or is unknown. */
bool may_be_display(const struct device *device);

/* What of collect_nodes() is in files of its own. */
void collect_framebuffers(const struct usage_question *question);
void collect_users(const struct usage_question *question);

/* --- mounts (mounts.c) ------------------------------------------------------------- */

/* A line of mountinfo(5), with its \040 undone. */
struct mount {
	unsigned major, minor; /* 0:N for file systems without a device of their own */
	char *point;	       /* "/", "/home" */
	char *type;	       /* "ext4", "nfs4" */
	char *source;	       /* "/dev/sda1", "10.0.0.1:/export" */
	char *options;	       /* of the superblock: "rw,addr=10.0.0.1" */
};

struct mounts {
	struct mount *items;
	size_t nr;
};

/**
 * read_mounts() - the mounts of a process
 * @path: "proc/1/mountinfo"
 *
 * Return: 0 or negative errno; released with mounts_free() in either case.
 */
int read_mounts(const struct source *source, const char *path, struct mounts *mounts);
void mounts_free(struct mounts *mounts);

/* Return: the mount that a file is on: the last with the longest mount point that @path begins
 * with, by whole names; NULL when there is none. */
const struct mount *mount_of_path(const struct mounts *mounts, const char *path);

/**
 * read_host_mounts() - the mounts of process 1, or of ours where that may not be read
 *
 * Return: as read_mounts().
 */
int read_host_mounts(const struct source *source, struct mounts *mounts);

#endif
