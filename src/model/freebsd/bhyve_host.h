/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was collected of bhyve and of each device for it: struct machine's .bhyve. */
#ifndef IOMMUTOOL_BHYVE_HOST_H
#define IOMMUTOOL_BHYVE_HOST_H

#include "model/freebsd/passthrough.h"

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
};

struct bhyve_host {
	struct bhyve bhyve;
	struct bhyve_device devices[]; /* one a device of the machine */
};

#endif
