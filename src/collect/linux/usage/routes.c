/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of /proc/net, and the routes in two of them. */
#include "collect/linux/usage/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/route.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define MAX_TABLE (64u << 20)

/* <linux/ipv6_route.h> cannot be included beside <net/route.h>. */
#define ROUTE_ANYCAST 0x00100000u
#define ROUTE_LOCAL 0x80000000u

int each_row(const struct source *source, const char *path,
	     int (*row)(void *closure, char **fields, size_t nr), void *closure)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	char *rest, *line;
	size_t length;
	int r = source_read(source, path, MAX_TABLE, &bytes, &length);

	if (r < 0)
		return r;
	rest = (char *)bytes;
	if (strlen(rest) != length)
		return -EBADMSG;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		char *fields[TABLE_FIELDS], *field;
		size_t nr = 0;

		while (nr < TABLE_FIELDS && (field = strsep(&line, " \t")))
			if (*field)
				fields[nr++] = field;
		if (nr)
			r = row(closure, fields, nr);
	}
	return r;
}

const char *row_problem(int code)
{
	return code == -EBADMSG ? "not as the kernel writes it" : strerror(-code);
}

static int add_route(struct routes *routes, const struct route *route, const char *name)
{
	struct route *added;

	if (strlen(name) >= sizeof(route->name))
		return -EBADMSG;
	routes->items = xgrow(routes->items, routes->nr, sizeof(*routes->items));
	added = &routes->items[routes->nr++];
	*added = *route;
	strcpy(added->name, name);
	return 0;
}

/* Return: how many ones a netmask begins with, -1 when there are others behind them. */
static int mask_bits(const struct in6_addr *mask)
{
	uint32_t value, inverse;

	memcpy(&value, mask->s6_addr + 12, sizeof(value));
	inverse = ~ntohl(value);
	return inverse & (inverse + 1) ? -1 : 32 - __builtin_popcount(inverse);
}

/* Iface Destination Gateway Flags RefCnt Use Metric Mask ... (net/ipv4/fib_trie.c) */
static int read_route4(void *closure, char **fields, size_t nr)
{
	struct in6_addr gateway, mask;
	struct route route = { 0 };
	uint64_t flags, metric;
	bool is_huge;
	int bits;

	if (nr > 1 && strcmp(fields[0], "Iface") == 0 && strcmp(fields[1], "Destination") == 0)
		return 0;
	is_huge = nr > 6 && *fields[6] == '-'; /* a metric above INT_MAX: written with %d */
	if (nr < 8 || strlen(fields[1]) != 8 || !parse_hex_words(fields[1], &route.to) ||
	    strlen(fields[2]) != 8 || !parse_hex_words(fields[2], &gateway) ||
	    parse_u64(fields[3], 16, UINT32_MAX, &flags) < 0 ||
	    parse_u64(fields[6] + is_huge, 10, UINT32_MAX, &metric) < 0 || strlen(fields[7]) != 8 ||
	    !parse_hex_words(fields[7], &mask))
		return -EBADMSG;
	bits = mask_bits(&mask);
	if (bits < 0)
		return -EBADMSG;
	route.bits = 96 + (unsigned)bits;
	route.metric = is_huge ? UINT32_MAX : (unsigned)metric;
	/* One that drops packets has the flags of any other, and no interface. */
	route.is_rejected = !(flags & RTF_UP) || flags & RTF_REJECT || strcmp(fields[0], "*") == 0;
	/* A gateway of IPv6 is written as 0. */
	route.is_direct = !(flags & RTF_GATEWAY) && strcmp(fields[2], "00000000") == 0;
	return add_route(closure, &route, fields[0]);
}

/* destination bits source bits gateway metric refcount use flags name (net/ipv6/route.c) */
static int read_route6(void *closure, char **fields, size_t nr)
{
	struct in6_addr gateway;
	struct route route = { 0 };
	uint64_t bits, flags, metric;

	if (nr < 10 || !parse_hex_bytes(fields[0], &route.to) ||
	    parse_u64(fields[1], 16, 128, &bits) < 0 || !parse_hex_bytes(fields[4], &gateway) ||
	    parse_u64(fields[5], 16, UINT32_MAX, &metric) < 0 ||
	    parse_u64(fields[8], 16, UINT32_MAX, &flags) < 0)
		return -EBADMSG;
	if (bits >= 96 && IN6_IS_ADDR_V4MAPPED(&route.to))
		return 0; /* never on a wire; here it would be one of IPv4 */
	route.bits = (unsigned)bits;
	route.metric = (unsigned)metric;
	route.is_rejected = !(flags & RTF_UP) || flags & RTF_REJECT;
	route.is_own = (flags & (ROUTE_LOCAL | ROUTE_ANYCAST)) != 0;
	route.is_direct = IN6_IS_ADDR_UNSPECIFIED(&gateway);
	return add_route(closure, &route, fields[9]);
}

void read_routes(const struct source *source, struct routes *routes)
{
	routes->code4 = each_row(source, "proc/net/route", read_route4, routes);
	routes->code6 = each_row(source, "proc/net/ipv6_route", read_route6, routes);
}

void routes_free(struct routes *routes)
{
	free(routes->items);
	*routes = (struct routes){ 0 };
}

static bool is_four(const struct route *route)
{
	return route->bits >= 96 && IN6_IS_ADDR_V4MAPPED(&route->to);
}

bool route_is_default(const struct route *route)
{
	if (route->is_rejected || route->is_own || strcmp(route->name, "lo") == 0)
		return false;
	return route->bits == (is_four(route) ? 96 : 0);
}

static bool matches(const struct route *route, const struct in6_addr *ip)
{
	size_t whole = route->bits / 8, rest = route->bits % 8;

	if (is_four(route) != (bool)IN6_IS_ADDR_V4MAPPED(ip) || memcmp(&route->to, ip, whole) != 0)
		return false;
	return rest == 0 || ((route->to.s6_addr[whole] ^ ip->s6_addr[whole]) >> (8 - rest)) == 0;
}

static bool is_better(const struct route *a, const struct route *b)
{
	return !b || a->bits > b->bits || (a->bits == b->bits && a->metric < b->metric);
}

bool routes_reach(const struct routes *routes, const struct in6_addr *ip, struct strings *names)
{
	const struct route *best = NULL;

	for (size_t i = 0; i < routes->nr; i++)
		if (matches(&routes->items[i], ip) && is_better(&routes->items[i], best))
			best = &routes->items[i];
	if (!best || best->is_rejected)
		return false;
	for (size_t i = 0; i < routes->nr && !best->is_own; i++) {
		const struct route *route = &routes->items[i];

		/* Several that are equal share the packets. */
		if (route->bits == best->bits && route->metric == best->metric &&
		    !route->is_rejected && matches(route, ip) &&
		    !strings_contain(names, route->name))
			strings_add(names, route->name);
	}
	return true;
}
