/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The groups that Linux should make, by its own algorithm (drivers/iommu/iommu.c,
 * pci_device_group; drivers/pci/search.c, pci_for_each_dma_alias): 6.1 to 7.3 are alike.
 */
#ifndef IOMMUTOOL_GROUPING_H
#define IOMMUTOOL_GROUPING_H

#include "model/acs.h"

/* Why a device is in the group of another, in the order in which Linux looks. */
enum because {
	BECAUSE_ALIAS,	       /* a bridge on the way up gives its own address to requests */
	BECAUSE_ACS,	       /* a bridge on the way up may send them to another device */
	BECAUSE_QUIRK,	       /* the same, and Linux knows so from a table of its own */
	BECAUSE_BUS_ALIAS,     /* one of two functions uses the address of the other */
	BECAUSE_MULTIFUNCTION, /* functions of one device may reach each other */
};

const char *because_name(enum because because); /* "alias", "acs", "quirk", "bus-alias", ... */

struct grouping;

/**
 * grouping_new() - compute the groups
 * @machine: collected with FACT_ACS, FACT_UNIT and FACT_TABLES; outlives the grouping
 *
 * PCI functions take part that are in some group: which one does not matter, but for others no
 * IOMMU translates.
 */
struct grouping *grouping_new(const struct machine *machine);
void grouping_free(struct grouping *grouping);

/* Return: the first device of the group that @device should be in; NULL: it takes no part. */
const struct device *grouping_first(const struct grouping *grouping, const struct device *device);

/* Return: whether that is sure: all was known that decided. */
bool grouping_sure(const struct grouping *grouping, const struct device *device);

/* What makes a group of several devices. */
struct reason {
	enum because because;
	const struct device *at;	/* the bridge; the function that others join */
	unsigned missing;		/* enum acs_bit; 0 for aliases */
	const struct device **pulls_in; /* by address */
	size_t nr_pulled;
};

/**
 * grouping_reasons() - why @device is in a group with others
 * @reasons: set to the reasons, to be freed with reasons_free()
 *
 * Return: how many; 0 for a group of one.
 */
size_t grouping_reasons(const struct grouping *grouping, const struct device *device,
			struct reason **reasons);
void reasons_free(struct reason *reasons, size_t nr);

/* The one reason for which @device joined its group. Return: false for the first device. */
bool grouping_why(const struct grouping *grouping, const struct device *device,
		  enum because *because, const struct device **at);

#endif
