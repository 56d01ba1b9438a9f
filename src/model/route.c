/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of a request from one device to another. */
#include "model/route.h"

/* Any of these sends requests or completions up (drivers/pci/p2pdma.c). */
#define REDIRECT (ACS_REQUEST_REDIRECT | ACS_COMPLETION_REDIRECT | ACS_EGRESS_CONTROL)

const char *route_name(enum route route)
{
	static const char *const names[] = {
		[ROUTE_UNKNOWN] = NULL,
		[ROUTE_SAME_SLOT] = "same-slot",
		[ROUTE_SAME_SWITCH] = "same-switch",
		[ROUTE_SAME_SWITCH_REDIRECTED] = "same-switch-redirected",
		[ROUTE_ROOT_COMPLEX] = "root-complex",
	};

	return names[route];
}

static bool is_above(const struct device *bridge, const struct device *device)
{
	for (const struct device *at = device->parent; at; at = at->parent)
		if (at == bridge)
			return true;
	return false;
}

static const struct device *meeting(const struct device *a, const struct device *b)
{
	for (const struct device *at = a->parent; at; at = at->parent)
		if (is_above(at, b))
			return at;
	return NULL;
}

/* A link of PCI Express has one device at its end, whatever its functions are numbered. */
static enum tristate one_device(const struct device *a, const struct device *b)
{
	if (a->bdf.domain != b->bdf.domain || a->bdf.bus != b->bdf.bus) {
		const struct device *x = a->physical ? a->physical : a;
		const struct device *y = b->physical ? b->physical : b;

		return x == y ? TRI_YES : TRI_NO;
	}
	if (a->bdf.device == b->bdf.device)
		return TRI_YES;
	if (!a->parent)
		return a->physical && a->physical == b->physical ? TRI_YES : TRI_NO;
	if (!a->parent->routing.type_known)
		return TRI_UNKNOWN;
	switch (port_type(a->parent)) {
	case PCIE_ROOT_PORT:
	case PCIE_DOWNSTREAM_PORT:
		return TRI_YES;
	default:
		return TRI_NO;
	}
}

/* Looks for a port from @device up to below @meet that redirects. */
static enum tristate redirects(const struct device *device, const struct device *meet,
			       const struct device **turns)
{
	enum tristate answer = TRI_NO;

	for (const struct device *at = device->parent; at && at != meet; at = at->parent) {
		if (!at->routing.acs_known) {
			answer = TRI_UNKNOWN;
		} else if (at->routing.acs_control & REDIRECT) {
			*turns = at;
			return TRI_YES;
		}
	}
	return answer;
}

struct way find_way(const struct device *from, const struct device *to)
{
	struct way way = { .route = ROUTE_UNKNOWN };
	enum tristate one, first, second;

	if (!from->is_pci || !to->is_pci || !way_known(from) || !way_known(to))
		return way;
	one = one_device(from, to);
	way.meet = meeting(from, to);
	if (one != TRI_NO) {
		way.route = one == TRI_YES ? ROUTE_SAME_SLOT : ROUTE_UNKNOWN;
		return way;
	}
	if (!way.meet) {
		way.route = ROUTE_ROOT_COMPLEX;
		return way;
	}
	first = redirects(from, way.meet, &way.turns);
	second = first == TRI_YES ? TRI_NO : redirects(to, way.meet, &way.turns);
	if (first == TRI_YES || second == TRI_YES)
		way.route = ROUTE_SAME_SWITCH_REDIRECTED;
	else if (first == TRI_NO && second == TRI_NO)
		way.route = ROUTE_SAME_SWITCH;
	return way;
}
