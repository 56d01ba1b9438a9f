/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has a device on FreeBSD: the host, the placeholder driver ppt, or a VM. The kernel tells
 * nobody which VM has what; the IOMMU's tables show that some VM has it.
 */
#ifndef IOMMUTOOL_PPT_H
#define IOMMUTOOL_PPT_H

#include "model/freebsd/bhyve.h"

#define PPT_DRIVER "ppt"

enum ppt_state {
	PPT_STATE_UNKNOWN,
	PPT_HOST,	/* not with ppt */
	PPT_UNASSIGNED, /* with ppt, in no VM */
	PPT_ASSIGNED,	/* in a VM */
};

const char *ppt_state_name(enum ppt_state state); /* "ppt-assigned"; NULL for unknown */

/* Where the tables that the IOMMU uses now lead for the device. */
enum ppt_domain {
	PPT_DOMAIN_UNKNOWN, /* not read, or translation is not on */
	PPT_DOMAIN_NONE,    /* no entry */
	PPT_DOMAIN_HOST,    /* the domain of the host */
	PPT_DOMAIN_OTHER,
};

struct ppt_facts {
	bool driver_known;
	const char *driver;	/* class of its driver without the unit: "ppt"; NULL: none */
	enum tristate attached; /* a name alone is no proof: a failed "set driver" leaves it */
	enum ppt_domain domain;
	bool in_no_vm; /* it is known otherwise that no VM has it: it was bound just now */
};

struct ppt_status {
	enum ppt_state state;
	enum tristate blocked; /* the IOMMU lets none of its DMA through */
	const char *why;       /* a sentence */
};

/* @bhyve: .initialized, .translating, .osreldate, what bhyve_vendor() wants, .host_dmar_active and
 * .host_amdiommu_active. */
struct ppt_status ppt_status(const struct ppt_facts *facts, const struct bhyve *bhyve);

/*
 * Return: whether a kernel takes a device out of the host's domain when ppt attaches to it, so
 * that an IOMMU that runs blocks it. TRI_UNKNOWN between the releases where that changed.
 */
enum tristate ppt_takes_from_host(int osreldate);

#endif
