/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a request from one device to another (Linux: drivers/pci/p2pdma.c,
 * calc_map_type_and_dist).
 */
#ifndef IOMMUTOOL_ROUTE_H
#define IOMMUTOOL_ROUTE_H

#include "model/acs.h"

enum route {
	ROUTE_UNKNOWN,
	ROUTE_SAME_SLOT,	      /* functions of one device: it may keep it inside */
	ROUTE_SAME_SWITCH,	      /* a bridge sends it down again: no IOMMU on the way */
	ROUTE_SAME_SWITCH_REDIRECTED, /* a port below that bridge sends it up to the IOMMU */
	ROUTE_ROOT_COMPLEX,	      /* no bridge is above both */
};

/* Return: "same-slot", "same-switch", ...; NULL for ROUTE_UNKNOWN. */
const char *route_name(enum route route);

struct way {
	enum route route;
	const struct device *meet;  /* the lowest bridge above both; NULL: none */
	const struct device *turns; /* the port that redirects; NULL: none */
};

/**
 * find_way() - from one PCI function to another
 *
 * Wants FACT_ACS. As Linux does, takes redirection on either side for redirection: requests turn
 * where @from's ports say so, completions where @to's do.
 *
 * Return: ROUTE_UNKNOWN where the config space of a port that could redirect was not read.
 */
struct way find_way(const struct device *from, const struct device *to);

#endif
