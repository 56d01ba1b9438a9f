/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was collected of bhyve and of each device for it: struct machine's .bhyve. */
#ifndef IOMMUTOOL_BHYVE_HOST_H
#define IOMMUTOOL_BHYVE_HOST_H

#include "model/freebsd/passthrough.h"
#include "model/freebsd/pptdevs.h"
#include "model/freebsd/pr260178.h"

/* By the tables that the unit of a device uses now. */
enum bhyve_entry {
	BHYVE_ENTRY_UNKNOWN,
	BHYVE_ENTRY_OFF,  /* the unit does not translate, or there is none for it */
	BHYVE_ENTRY_NONE, /* none: its DMA is blocked */
	BHYVE_ENTRY_PASS, /* it lets requests pass as they are */
	BHYVE_ENTRY_DOMAIN,
};

struct bhyve_device {
	struct passthrough_config config;
	struct ppt_status ppt;
	enum bhyve_entry entry;
	uint16_t domain; /* the unit's number for it */
	unsigned levels; /* of its tables */
	enum ppt_domain whose;
	struct bdf kernel_bdf; /* as pptdevs.h has it */
	uint16_t sub_vendor, sub_product;
	enum tristate boot_display; /* drivers take it for the one of the boot screen */
};

#define KENV_VALUE_SIZE 256 /* the kernel takes 258 bytes NAME=VALUE and a NUL from the loader */
#define DISKS_SIZE 4096

/* What bind has to know of the host beside its devices. */
struct bhyve_uses {
	bool pptdevs_known;
	bool is_set[PPTDEVS_VALUES]; /* loader.conf has that one of pptdevs_names */
	char pptdevs[PPTDEVS_VALUES][KENV_VALUE_SIZE];
	enum tristate loads_vmm; /* loader.conf does, at boot */
	bool disks_known;
	char disks[DISKS_SIZE];	      /* kern.disks: names of all disks, with blanks between */
	enum tristate serial_console; /* the kernel has a console on a serial port */
};

struct bhyve_host {
	struct bhyve bhyve;
	struct bhyve_uses uses;
	struct pr260178_look look;
	struct bhyve_device devices[]; /* one a device of the machine */
};

/* Points @found at the values that are set, for pptdevs_lists() and its like. */
void bhyve_pptdevs(const struct bhyve_uses *uses, const char *found[PPTDEVS_VALUES]);

#endif
