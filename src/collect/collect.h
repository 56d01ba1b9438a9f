/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a machine, or a capture of one, to the model. Collectors are silent: what cannot be read
 * is unknown in the model, and machine.notes says why.
 */
#ifndef IOMMUTOOL_COLLECT_H
#define IOMMUTOOL_COLLECT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/machine.h"
#include "util/error.h"

/* --- where facts come from -------------------------------------------------------------- */

struct os;

/* This machine, or a directory that holds a capture of one. */
struct source {
	int root;	  /* directory that stands for / */
	bool live;	  /* it is this machine */
	const char *path; /* of the directory, for messages; "/" when live */
	struct os *os;	  /* who answers on FreeBSD (collect/freebsd/os.h); NULL on Linux */
};

/**
 * source_open() - open this machine or a capture
 * @sysroot: directory of the capture; NULL for this machine
 *
 * Return: 0; negative errno when there is no such directory or it holds no sys/.
 */
int source_open(struct source *source, const char *sysroot, struct error *err);
void source_close(struct source *source);

/*
 * Reading below a source. Paths have no leading slash. In a capture no path, link or "..", leads
 * out of it, and nothing but regular files and directories is opened.
 */

/* Return: an fd of the directory, to be closed, or negative errno. */
int source_open_dir(const struct source *source, const char *path);

/**
 * source_read() - a whole file
 * @max: largest size taken, in bytes
 * @bytes: the content with a NUL behind it, to be freed
 *
 * Return: 0; -EFBIG when it is larger than @max; other negative errno.
 */
int source_read(const struct source *source, const char *path, size_t max, uint8_t **bytes,
		size_t *length);

/**
 * read_attribute() - a small text file in an open directory
 * @dir: from source_open_dir()
 * @name: no slash in it
 * @text: the content without its trailing newline
 *
 * Return: length of the text; -EFBIG when it does not fit; -EINVAL when it holds a NUL; other
 * negative errno.
 */
ssize_t read_attribute(const struct source *source, int dir, const char *name, char *text,
		       size_t size);

/* The same with the newline, for those who have to know whether there is one. */
ssize_t read_content(const struct source *source, int dir, const char *name, char *text,
		     size_t size);

/* The same, as one number (parse_u64()). Return: 0 or negative errno. */
int read_number(const struct source *source, int dir, const char *name, int base, uint64_t max,
		uint64_t *value);

/**
 * read_link_name() - the last part of where a symbolic link points, without following it
 *
 * Return: its length; negative errno, -ENOENT when there is no such link.
 */
ssize_t read_link_name(int dir, const char *name, char *text, size_t size);

/* Return: an fd of the file, to be closed, or negative errno. */
int source_open_file(const struct source *source, int dir, const char *name);

/* Names in a directory but "." and "..", sorted. Return: 0 or negative errno. */
int source_list(const struct source *source, const char *path, struct strings *names);

/* --- what to collect -------------------------------------------------------------------- */

/* The devices and their groups are always collected; everything else only when asked for. */
enum fact {
	FACT_ID = 1u << 0,	   /* device.vendor, .product */
	FACT_CLASS = 1u << 1,	   /* device.class */
	FACT_DRIVER = 1u << 2,	   /* device.driver */
	FACT_VFIO = 1u << 3,	   /* device.has_vfio_dev, .cdevs; for a verdict on viability */
	FACT_RESET = 1u << 4,	   /* device.resets */
	FACT_UNIT = 1u << 5,	   /* device.unit, machine.units */
	FACT_TOPOLOGY = 1u << 6,   /* device.parent, .root_bus, .physical */
	FACT_GROUP_TYPE = 1u << 7, /* group.type */
	FACT_RESERVED = 1u << 8,   /* group.regions */
	FACT_HOLDERS = 1u << 9,	   /* group.holders; wants FACT_VFIO */
	FACT_REGISTERS = 1u << 10, /* unit.cap and so on; wants FACT_UNIT */
	FACT_TABLES = 1u << 11,	   /* machine.dmar, .ivrs, .viot */
	FACT_REMAPPING = 1u << 12, /* machine.remapping */
	FACT_KERNEL = 1u << 13,	   /* machine.release, .command_line */
	FACT_NAME = 1u << 14,	   /* nothing in the model: the command asks names.h */
	/*
	 * device.routing, where it decides on groups and isolation: of bridges, and of functions
	 * that have others beside them. Brings FACT_ID, FACT_CLASS, FACT_TOPOLOGY, and whether
	 * there are tables.
	 */
	FACT_ACS = 1u << 15,
	FACT_RESOURCES = 1u << 16, /* device.resources */
	FACT_CPU = 1u << 17,	   /* machine.cpu_vendor, .cpu_family */
	FACT_GUESTS = 1u << 18, /* FreeBSD: what the host's domain has of the memory of VMs; wants
				   FACT_HOLDERS, and may take seconds */
};

/**
 * collect() - read a machine
 * @facts: enum fact, or-ed
 *
 * Return: the machine, released with machine_free(); never NULL: what cannot be read is unknown.
 */
struct machine *collect(const struct source *source, unsigned facts);

/**
 * collect_reserved() - the reserved regions of the groups of some devices
 * @machine: its group.regions are filled in, as by FACT_RESERVED for all groups
 * @wanted: one a device of the machine
 */
void collect_reserved(const struct source *source, struct machine *machine, const bool *wanted);

/**
 * collect_group_users() - who has the groups of some devices open, for those who act
 * @machine: collected with FACT_VFIO; its group.holders and .is_open are filled in
 * @wanted: one a device of the machine; a physical function stands for its virtual ones
 * @may_open: else the groups are taken for open, and only who has them is searched for
 *
 * Opens the groups that a driver of VFIO has for a moment: while user space has one, or a device of
 * it, the kernel lets nobody else in (vfio_group_fops_open). That tells about processes which
 * cannot be seen, too, and only what is open is searched for in /proc.
 */
void collect_group_users(const struct source *source, struct machine *machine, const bool *wanted,
			 bool may_open);

struct system;

/* Modules, nodes and limits. Wants FACT_KERNEL; adds notes to the machine. */
void collect_system(const struct source *source, struct machine *machine, struct system *system);

/**
 * collect_escalation() - what may make more of a PCI Express error than a line in the log
 * @sentences: what there is, a sentence each, added
 *
 * A firmware that handles errors itself (the ACPI table HEST), ports that take their link down
 * (DPC, a service of drivers/pci/pcie/portdrv.c), and error reporting (AER).
 */
void collect_escalation(const struct source *source, struct strings *sentences);

struct usage;

/**
 * collect_usage() - what the host does with some devices
 * @machine: collected with FACT_CLASS, FACT_DRIVER, FACT_VFIO, FACT_TOPOLOGY and FACT_KERNEL
 * @wanted: one a device of the machine
 *
 * Live it opens disks exclusively for a moment, reading only, and looks at the open files of all
 * processes: for acting commands, not for readers.
 *
 * Return: the facts, released with usage_free(); never NULL: what cannot be had is unknown. They
 * point into @machine.
 */
struct usage *collect_usage(const struct source *source, const struct machine *machine,
			    const bool *wanted);

/**
 * read_serial() - the PCI Express serial number of a device
 *
 * Reads config space, which wakes a sleeping device, and beyond 64 bytes is for root.
 *
 * Return: "00-11-22-33-44-55-66-77" as lspci writes it, to be freed; NULL when it has none, or it
 * cannot be read.
 */
char *read_serial(const struct source *source, const struct device *device);

/* --- names of vendors, devices and classes (pcidev.c) ------------------------------------ */

struct names;

/* Opens the name database: the capture's usr/share/misc/pci.ids, or the system's. */
struct names *names_open(const struct source *source);
void names_close(struct names *names);
/* Return: "Vendor Device", "Vendor NNNN" when only that is known, to be freed; NULL for neither. */
char *names_device(struct names *names, int vendor, int product);

#endif
