/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the memory of a VM with a device stays reachable for the host's devices: PR 260178.
 *
 * Affected kernels take it out of the IOMMU's domain of the host: DMA of the host's disks and
 * network into guest memory then fails without a word. Mended by commit 246c39814567. No sysctl
 * tells.
 */
#ifndef IOMMUTOOL_PR260178_H
#define IOMMUTOOL_PR260178_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/freebsd/bhyve.h"

enum pr260178_state { PR260178_UNKNOWN, PR260178_AFFECTED, PR260178_FIXED };

const char *pr260178_name(enum pr260178_state state); /* NULL for unknown */

struct pr260178_verdict {
	int first, last; /* kern.osreldate */
	enum pr260178_state state;
	const char *why;
	const char *next; /* NULL: nothing to do */
};

/**
 * pr260178() - by the number of the kernel
 * @osreldate: -1: unknown
 *
 * A number that may be of either side of the change is unknown.
 *
 * Return: never NULL.
 */
const struct pr260178_verdict *pr260178(int osreldate);

/* --- by the IOMMU's tables ------------------------------------------------------------------ */

/*
 * What proves what, with bhyve on Intel's IOMMU:
 *
 * The domain of the host is made once, before anything is translated, and leads all of memory, from
 * 0 to its end, to itself. The domain of a VM leads to the VM's memory and nowhere else; it is
 * filled before the VM's first device is entered for it, and emptied after the last one has lost
 * its entry. So while such an entry is there, the same before and after looking,
 *
 * - a page of it that the host's domain lacks was taken out: the kernel is affected;
 * - when the host's domain has all of them the kernel leaves them there: it is fixed.
 *
 * That a page was ever in the host's domain is certain only below the highest one that is still
 * there: no sysctl has the end of memory (hw.realmem may be what SMBIOS says). What is above proves
 * nothing, nor does a hole that is no VM's, nor a host's domain that is whole while no VM has a
 * device.
 */

/* What the host's domain has of the memory of VMs, in pages of 4 KiB. */
struct guest_memory {
	uint64_t there, missing;
	uint64_t beyond;	/* above all that the host's domain has */
	uint64_t first_missing; /* address of the lowest in the host; of no use without */
	bool is_whole;		/* all of it was looked at */
	bool is_strange;	/* the domains are not as bhyve makes them; the rest is of no use */
};

/* Why nothing can be seen. */
struct pr260178_obstacle {
	bool is_skipped; /* because there is nothing to see here, not for want of knowing */
	const char *what;
};

/* What came of looking. */
struct pr260178_look {
	bool is_asked;
	bool is_skipped;    /* as above */
	char obstacle[240]; /* "": .memory was looked at */
	struct guest_memory memory;
};

/**
 * pr260178_obstacle() - whether there is something to look at
 * @nr_assigned: devices that a VM has
 * @nr_unknown: devices of ppt of which that is unknown
 *
 * Return: why not; NULL: there is.
 */
const struct pr260178_obstacle *pr260178_obstacle(const struct bhyve *bhyve, size_t nr_assigned,
						  size_t nr_unknown);

/* Return: what it proves. */
enum pr260178_state pr260178_seen(const struct pr260178_look *look);
/* Return: the same as a sentence, to be freed. */
char *pr260178_seen_why(const struct pr260178_look *look);

/* --- by both ---------------------------------------------------------------------------------- */

struct pr260178_answer {
	enum pr260178_state state;
	char *why;	  /* to be freed */
	const char *next; /* NULL: nothing to do */
};

/* What was seen counts more than the number of the kernel; that they differ is said. */
struct pr260178_answer pr260178_answer(int osreldate, const struct pr260178_look *look);

#endif
