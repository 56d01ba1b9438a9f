/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Access control services (ACS): what keeps a request from another device until it has passed the
 * IOMMU. Follows Linux (drivers/pci/pci.c, pci_acs_enabled; drivers/pci/quirks.c): 6.1 to 7.3 are
 * alike.
 *
 * Everything here wants FACT_ACS.
 */
#ifndef IOMMUTOOL_ACS_H
#define IOMMUTOOL_ACS_H

#include "model/machine.h"

/* More bridges above each other than any machine has: a capture that lies may lead in a circle. */
#define WAY_MAX 64

/* What Linux wants of every function on the way (drivers/iommu/iommu.c, REQ_ACS_FLAGS). */
#define ACS_REQUIRED                                                                               \
	(ACS_SOURCE_VALIDATION | ACS_REQUEST_REDIRECT | ACS_COMPLETION_REDIRECT |                  \
	 ACS_UPSTREAM_FORWARDING)

struct acs {
	enum tristate enough; /* all that Linux wants is in force */
	bool by_quirk;	      /* a table of Linux decided, not the registers */
	unsigned missing;     /* enum acs_bit: what is wanted and not in force; 0 unless TRI_NO */
};

/* What one function does, not those above it. */
struct acs function_acs(const struct machine *machine, const struct device *device);

/* Return: its type, put right as Linux does where it contradicts the bridge above it. */
enum pcie_type port_type(const struct device *device);

/* Return: what Linux takes for one of several functions (drivers/pci/probe.c, pci_scan_slot;
 * iov.c). Wants routing.type_known for function 0. */
bool is_multifunction(const struct device *device);

/* Return: whether another function of the same device is there, virtual ones aside. */
bool has_siblings(const struct machine *machine, const struct device *device);

/**
 * device_isolated() - no other device is reached from it without passing the IOMMU
 *
 * TRI_NO where something on the way up does not see to it, and for a device that no IOMMU
 * translates for. TRI_UNKNOWN for what is not on a PCI bus, too.
 */
enum tristate device_isolated(const struct machine *machine, const struct device *device);

/* Return: false when a bridge above it, or where it ends, is unknown: no verdict on the way up. */
bool way_known(const struct device *device);

/* Return: whether that is so of each endpoint in the group; TRI_NO when it has none. */
enum tristate group_isolated(const struct machine *machine, const struct group *group);

/* Return: "SV", "TB", "RR", "CR", "UF", "EC" or "DT"; NULL for anything but one of these bits. */
const char *acs_bit_name(unsigned bit);

/* --- the tables of Linux (acs_quirks.c) ---------------------------------------------------- */

/**
 * acs_quirk() - what Linux knows of this function without asking its capability
 * @acs: set when there is such knowledge
 *
 * Return: whether there is.
 */
bool acs_quirk(const struct machine *machine, const struct device *device, struct acs *acs);

/* Return: those bits of its ACS capability that Linux does not trust. */
unsigned acs_broken_bits(const struct device *device);

#endif
