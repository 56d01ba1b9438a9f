/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside capture: the table of what is captured, the edits, and the directory written to. */
#ifndef IOMMUTOOL_CAPTURE_PARTS_H
#define IOMMUTOOL_CAPTURE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collect/collect.h"
#include "util/error.h"

/* --- what is captured (table.c) -------------------------------------------------- */

enum capture_kind {
	CAPTURE_FILE, /* a plain file, or an attribute of sysfs */
	CAPTURE_LINK, /* as it is, wherever it leads */
	CAPTURE_DIR,
	CAPTURE_DEVICE, /* a link into sys/devices, with the directory it leads to */
	CAPTURE_NODE,	/* that it exists: an empty file with its permission bits */
};

/* Changes a file before it is written; may move it, as realloc() does. */
typedef void (*capture_edit)(const struct source *machine, uint8_t **bytes, size_t *length);

struct capture_item {
	const char *name; /* as in fnmatch(3); of several that fit a name the first counts */
	enum capture_kind kind;
	const struct capture_item *inside; /* of a directory or device; ends with a NULL name */
	capture_edit edit;
	size_t max;	  /* largest size taken, in bytes; 0: 1 MiB */
	bool cut_short;	  /* without privilege only a beginning is read: st_size tells */
	bool not_virtual; /* a link to what is below no real device is left out */
	bool name_tells;  /* that it is there counts even where it cannot be read: left empty */
};

/* Folders that are captured wherever they lead; they exist in the capture when they do here. */
struct capture_folder {
	const char *path;
	bool per_release; /* below it, the folder named as the kernel's release */
	const struct capture_item *items;
};

extern const struct capture_folder capture_folders[]; /* ends with a NULL path */

/* --- edits (blank.c, config.c, filter.c) -------------------------- */

/* Replaces values of the kernel's command line that tell more than iommutool asks by XXXX. */
void blank_command_line(const struct source *machine, uint8_t **bytes, size_t *length);

/* Zeroes the Device Serial Number and what the VPD registers were left at. */
void blank_config(const struct source *machine, uint8_t **bytes, size_t *length);

/* Of modules.dep or modules.builtin, the lines that name a module of VFIO or an IOMMU. */
void keep_module_lines(const struct source *machine, uint8_t **bytes, size_t *length);

/*
 * Of /proc/interrupts, the name of each line and of its chip: the counts tell what the machine
 * does, and the names of handlers may hold addresses of network cards.
 */
void keep_interrupt_chips(const struct source *machine, uint8_t **bytes, size_t *length);

/* Of /proc/cpuinfo, the vendor and the family of the first processor. */
void keep_cpu_family(const struct source *machine, uint8_t **bytes, size_t *length);

/* Of pci.ids, the vendors and devices that this machine has. */
void keep_known_names(const struct source *machine, uint8_t **bytes, size_t *length);

/* --- the directory written to (sink.c) -------------------------------------------- */

/*
 * Modes are those given only when the umask is 0. No link is followed, nothing that is there is
 * overwritten, so whoever else can write there cannot lead us elsewhere.
 */

/* Opens DIR, or makes it. Return: an fd to be closed, or negative errno. */
int sink_open(const char *dir, struct error *err);

/* Opens a directory below @at, made with its parents. Return: an fd, or negative errno. */
int sink_dir(int at, const char *path);

/* Return: 0 or negative errno. */
int sink_file(int at, const char *name, const void *bytes, size_t length, mode_t mode);
int sink_link(int at, const char *name, const char *target);

#endif
