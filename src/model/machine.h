/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine as plain facts: start reading here. The collectors fill it, the commands read it,
 * and nothing in model/ does I/O.
 *
 * Every fact can be unknown, because it was not asked for (collect.h) or because it could not be
 * read; each field says how it shows that. Ranges are inclusive at both ends.
 */
#ifndef IOMMUTOOL_MACHINE_H
#define IOMMUTOOL_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/config_space.h"
#include "util/text.h"

struct acpi_table;
struct bhyve_host;

enum tristate { TRI_UNKNOWN = -1, TRI_NO = 0, TRI_YES = 1 };

/* Address of a PCI function. VMD and Hyper-V use domains of 32 bits. */
struct bdf {
	uint32_t domain;
	uint8_t bus;
	uint8_t device;	  /* 0 to 31 */
	uint8_t function; /* 0 to 7 */
};

/* --- devices ---------------------------------------------------------------------------- */

/* What a function decodes, as the kernel assigned it (sysfs "resource"). */
struct resource {
	uint64_t start, end; /* bus addresses as the kernel's addresses, which on x86 are the same;
				both 0: none */
	uint64_t flags;	     /* enum resource_flag, and others of the kernel's */
};

/* include/linux/ioport.h */
enum resource_flag {
	RESOURCE_IO = 0x100,
	RESOURCE_MEMORY = 0x200,
	RESOURCE_PREFETCHABLE = 0x2000,
	RESOURCE_UNSET = 0x20000000, /* it has no address yet */
};

#define NR_BARS 6

struct device {
	char *name;  /* as the kernel names it: "0000:03:00.0", "AMDI0020:00" */
	char *alias; /* on FreeBSD its driver and unit, "igb0", by which it can be named, too */
	bool is_pci; /* false: some other bus; bdf and the PCI facts say nothing */
	struct bdf bdf;
	bool group_known;
	struct group *group; /* NULL: in none, or unknown */
	bool unit_known;
	struct unit *unit;	 /* NULL: none, or unknown */
	struct device *parent;	 /* the bridge above it; NULL: on a root bus, or unknown */
	int root_bus;		 /* number of the root bus above it; -1: unknown */
	struct device *physical; /* of an SR-IOV virtual function: its physical one, else NULL */
	struct device *carrier;	 /* whose address its requests carry instead: VMD; else NULL */
	struct routing routing;	 /* from config space */
	int vendor;		 /* 16 bits; -1: unknown */
	int product;		 /* 16 bits; -1: unknown */
	int class;		 /* 24 bits, 0xCCSSPP; -1: unknown */
	bool driver_known;
	char *driver;	      /* NULL: none, or unknown */
	bool has_vfio_dev;    /* a driver of VFIO made a vfio-dev/ below it */
	struct strings cdevs; /* names below vfio-dev/: "vfio0" */
	bool resources_known;
	struct resource *resources; /* BARs first, the ROM, then of virtual functions and windows
				       of bridges */
	size_t nr_resources;
	bool resets_known;
	struct strings resets; /* methods in the order in which the kernel tries them */
};

enum role {
	ROLE_UNKNOWN,
	ROLE_ENDPOINT,
	ROLE_BRIDGE, /* to another PCI bus: VFIO never hands it out */
	ROLE_HOST_BRIDGE,
	ROLE_ISA_BRIDGE,
	ROLE_IOMMU,    /* the IOMMU's own function */
	ROLE_PLATFORM, /* not on a PCI bus */
};

/* --- groups ----------------------------------------------------------------------------- */

enum region_type {
	REGION_DIRECT,
	REGION_DIRECT_RELAXABLE,
	REGION_RESERVED,
	REGION_MSI,
	REGION_OTHER, /* a word that we do not know */
};

struct region {
	uint64_t start, end;
	enum region_type type;
	char word[24]; /* the type as the kernel wrote it */
};

/* A process that has a device of the group open through VFIO. */
struct holder {
	int pid;
	char command[32];
	char *node; /* /dev/vfio/8, /dev/vfio/devices/vfio0, or anon_inode:[vfio-device] */
};

struct group {
	uint32_t number;
	char *type; /* default domain: "DMA", "DMA-FQ", "identity", ...; NULL: unknown */
	struct device **devices; /* by address; they belong to the machine */
	size_t nr_devices;
	bool has_strangers; /* the kernel lists more devices in it than could be read */
	bool regions_known;
	struct region *regions; /* by start */
	size_t nr_regions;
	bool holders_complete; /* every process could be looked at, or none can hold it */
	struct holder *holders;
	size_t nr_holders;
	bool is_open; /* user space has it, seen or not; only collect_group_users() finds out */
};

/* --- IOMMU units ------------------------------------------------------------------------ */

enum unit_kind { UNIT_INTEL_VTD, UNIT_AMD_VI, UNIT_VIRTIO, UNIT_SMMU, UNIT_OTHER };

struct unit {
	char *name; /* "dmar0", "ivhd0" */
	enum unit_kind kind;
	bool has_function; /* it is itself a PCI function */
	struct bdf function;
	/* Intel: all from sysfs, together */
	bool has_registers;
	uint64_t cap, ecap;
	uint64_t address;
	int64_t domains_supported, domains_used; /* -1: unknown */
	/* AMD: the two extended feature registers, in the order in which sysfs has them */
	bool has_features;
	uint64_t features[2];
};

/* --- the machine ------------------------------------------------------------------------ */

/* Whether a file was there and could be read. */
enum availability {
	FILE_UNASKED,
	FILE_ABSENT,
	FILE_DENIED, /* there, but not permitted, or nobody asked for its content */
	FILE_READ,
	FILE_BROKEN,
};

/* An ACPI table of the machine. */
struct firmware_table {
	enum availability state;
	struct acpi_table *table; /* NULL unless FILE_READ */
	char name[8]; /* as the kernel shows it: "DMAR", or "DMAR1" where there are several */
};

/* Something that a healthy system does not have. */
struct fault {
	char *subject; /* name of a device, "group N", or a path */
	char *text;    /* the whole sentence, which begins with the subject */
};

struct machine {
	struct device *devices; /* by address; those of other buses last, by name */
	size_t nr_devices;
	bool groups_known;    /* else there may be some that are not to be seen */
	bool groups_computed; /* by grouping.h, where the kernel has none: FreeBSD */
	struct group *groups; /* by number */
	size_t nr_groups;
	struct unit *units; /* by name */
	size_t nr_units;
	bool has_noiommu_groups; /* VFIO made groups for devices that no IOMMU translates */
	struct firmware_table dmar, ivrs, viot; /* of several the first: Linux takes no other */
	struct firmware_table *further;		/* the others, by name */
	size_t nr_further;
	enum tristate remapping; /* interrupt remapping is in use */
	char *cpu_vendor;	 /* "AuthenticAMD", "GenuineIntel"; NULL: unknown */
	int cpu_family;		 /* -1: unknown */
	char *release;		 /* of the kernel, "6.1.0-39-amd64"; NULL: unknown */
	char *command_line;	 /* of the kernel; NULL: unknown */
	/* What FreeBSD's bhyve has (model/freebsd/bhyve_host.h), one block; NULL elsewhere. */
	struct bhyve_host *bhyve;
	struct strings notes; /* why something is unknown: "subject: why; next step" */
	struct fault *faults; /* those of them that no healthy system has: errors, contradictions */
	size_t nr_faults;
};

struct machine *machine_new(void);
void machine_free(struct machine *machine);

/* Record why something is unknown, once however often it is said. */
void machine_note(struct machine *machine, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The same for what no healthy system has, once, too: commands say it without being asked, and end
 * with 2. @format is what follows the subject.
 */
void machine_fault(struct machine *machine, const char *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A note, or a fault unless @code means that something is absent or not permitted. */
void machine_read_error(struct machine *machine, const char *subject, const char *what, int code);

/* Return: the entry or NULL. */
struct device *find_device(const struct machine *machine, const struct bdf *bdf);
struct device *find_device_named(const struct machine *machine, const char *name);
struct group *find_group(const struct machine *machine, uint32_t number);
struct unit *find_unit(const struct machine *machine, const char *name);

#define GROUP_NAME_SIZE 20

/* Writes "group N", how messages name it. */
void group_name(const struct group *group, char text[GROUP_NAME_SIZE]);

enum role device_role(const struct device *device);
const char *role_name(enum role role); /* NULL for ROLE_UNKNOWN */
const char *unit_kind_name(enum unit_kind kind);

/* Why there are no groups, or NULL when there are some or the reason is unknown. */
const char *why_empty(const struct machine *machine);
/* The same as a sentence with the next step, for people. */
const char *why_empty_sentence(const struct machine *machine);

#endif
