/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether network interfaces are up, and the addresses of them and of what is stacked upon them. */
#include "collect/linux/usage/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/child.h"
#include "util/cleanup.h"

#define TIMEOUT_MS 3000

static void add_address(struct interface *interface, const char *text)
{
	if (!strings_contain(&interface->addresses, text))
		strings_add(&interface->addresses, text);
}

static const struct ifaddrs *find_link(const struct network *network, const char *name)
{
	const struct ifaddrs *entry = network->addresses;

	while (entry && (strcmp(entry->ifa_name, name) != 0 || !entry->ifa_addr ||
			 entry->ifa_addr->sa_family != AF_PACKET))
		entry = entry->ifa_next;
	return entry;
}

/*
 * sysfs has the interfaces of the network namespace in which it was mounted, the system calls those
 * of ours, and an "eth0" is in many.
 */
static bool is_same_link(const struct source *source, const char *name, const struct ifaddrs *link)
{
	const struct sockaddr_ll *address = (const void *)link->ifa_addr;
	_cleanup_close_ int dir = open_interface(source, name);
	char seen[128] = "", wanted[32] = "";
	size_t bytes = address->sll_halen < 6 ? address->sll_halen : 6;
	uint64_t number;

	if (dir < 0 || read_number(source, dir, "ifindex", 10, INT32_MAX, &number) < 0 ||
	    number != (uint64_t)address->sll_ifindex)
		return false;
	for (size_t i = 0; i < bytes; i++)
		snprintf(wanted + 3 * i, 4, "%02x:", address->sll_addr[i]);
	if (bytes)
		wanted[3 * bytes - 1] = '\0';
	return read_attribute(source, dir, "address", seen, sizeof(seen)) >= 0 &&
	       strncmp(seen, wanted, strlen(wanted)) == 0;
}

/* Return: whether the entry is an address, which is written to @text. */
static bool format_entry(const struct ifaddrs *entry, char text[INET6_ADDRSTRLEN])
{
	const void *address = entry->ifa_addr;
	int family = address ? entry->ifa_addr->sa_family : AF_UNSPEC;

	if (family == AF_INET)
		return inet_ntop(family, &((const struct sockaddr_in *)address)->sin_addr, text,
				 INET6_ADDRSTRLEN) != NULL;
	return family == AF_INET6 &&
	       inet_ntop(family, &((const struct sockaddr_in6 *)address)->sin6_addr, text,
			 INET6_ADDRSTRLEN) != NULL;
}

static void add_live_addresses(struct network *network)
{
	struct usage *usage = network->question->usage;
	char text[INET6_ADDRSTRLEN], name[IF_NAMESIZE];
	bool up = false;

	for (size_t i = 0; i < network->nr; i++)
		up |= usage->interfaces[i].up;

	for (const struct ifaddrs *entry = network->addresses; entry; entry = entry->ifa_next) {
		if (!format_entry(entry, text))
			continue;
		/* With a label, "eth0:1", that stands there instead of the name. */
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(entry->ifa_name, ":"),
			 entry->ifa_name);
		if (up && !find_link(network, name))
			usage_unknown(usage, USAGE_ADDRESSES,
				      "which interface has %s is unknown: its label \"%s\" is not "
				      "the name of one",
				      text, entry->ifa_name);
		for (size_t i = 0; i < network->nr; i++)
			if (strings_contain(&network->stacks[i], name))
				add_address(&usage->interfaces[i], text);
	}
}

/* --- whether anybody answers --------------------------------------------------------------- */

/* In the child: the lock that it takes may be held by a driver that never lets go of it. */
static int try_addresses(const void *argument, struct child_answer *answer)
{
	struct ifaddrs *addresses;

	(void)argument;
	(void)answer;
	if (getifaddrs(&addresses) < 0)
		return -errno;
	freeifaddrs(addresses);
	return 0;
}

static bool network_answers(struct network *network)
{
	static const enum usage_part parts[] = { USAGE_ADDRESSES, USAGE_ROUTES, USAGE_CARRIES };
	struct usage *usage = network->question->usage;
	pid_t stuck;
	int r = run_in_child(try_addresses, NULL, TIMEOUT_MS, NULL, &stuck);

	usage->network_hangs = r == -ETIMEDOUT || r == -EINTR;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && r < 0; i++)
		usage_unknown(usage, parts[i], "%s",
			      usage->network_hangs ? "the network subsystem does not answer; a "
						     "driver may hang, see dmesg"
						   : strerror(-r));
	return r == 0;
}

/* --- live ---------------------------------------------------------------------------------- */

/* The flags that sysfs has, whatever network namespace it shows. */
static bool read_flags(const struct source *source, struct interface *interface)
{
	_cleanup_close_ int dir = open_interface(source, interface->name);
	uint64_t flags;

	if (dir < 0 || read_number(source, dir, "flags", 16, UINT32_MAX, &flags) < 0)
		return false;
	interface->up = (flags & IFF_UP) != 0;
	return true;
}

/* What is down has nothing that would have to be known. */
static void read_live_state(struct network *network, struct interface *interface)
{
	const struct source *source = network->question->source;
	const struct ifaddrs *link = find_link(network, interface->name);

	if (link && is_same_link(source, interface->name, link))
		interface->up = (link->ifa_flags & IFF_UP) != 0;
	else if (!read_flags(source, interface) || interface->up)
		network_unknown(network, interface->name,
				"it is of another network namespace than this process");
}

static bool read_live_addresses(struct network *network)
{
	struct usage *usage = network->question->usage;

	if (!network_answers(network))
		return false;
	if (getifaddrs(&network->addresses) < 0) {
		network->addresses = NULL;
		network_unknown(network, "addresses", strerror(errno));
		return false;
	}
	for (size_t i = 0; i < network->nr; i++)
		read_live_state(network, &usage->interfaces[i]);
	add_live_addresses(network);
	return true;
}

/* --- of a capture -------------------------------------------------------------------------- */

/* address ifindex bits scope flags name (net/ipv6/addrconf.c) */
static int look_at_address6(void *closure, char **fields, size_t nr)
{
	struct network *network = closure;
	struct in6_addr ip;
	char text[INET6_ADDRSTRLEN];

	if (nr < 6 || !parse_hex_bytes(fields[0], &ip))
		return -EBADMSG;
	format_address(&ip, text);
	for (size_t i = 0; i < network->nr; i++)
		if (strings_contain(&network->stacks[i], fields[5]))
			add_address(&network->question->usage->interfaces[i], text);
	return 0;
}

/* A capture does not list addresses of IPv4, but each makes a route without a gateway. */
static void add_direct_routes(struct network *network)
{
	for (size_t i = 0; i < network->routes.nr; i++) {
		const struct route *route = &network->routes.items[i];
		char to[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 16];

		if (!IN6_IS_ADDR_V4MAPPED(&route->to) || !route->is_direct || route->is_rejected ||
		    route_is_default(route))
			continue;
		format_address(&route->to, to);
		snprintf(text, sizeof(text), "route to %s", to);
		for (size_t k = 0; k < network->nr; k++)
			if (strings_contain(&network->stacks[k], route->name))
				add_address(&network->question->usage->interfaces[k], text);
	}
}

static void read_captured_addresses(struct network *network)
{
	const struct usage_question *question = network->question;
	int r = each_row(question->source, "proc/net/if_inet6", look_at_address6, network);

	add_direct_routes(network);
	if (r == -ENOENT && network->routes.code4 == -ENOENT)
		usage_unknown(question->usage, USAGE_ADDRESSES, NOT_IN_CAPTURE);
	if (r < 0 && r != -ENOENT)
		usage_unknown(question->usage, USAGE_ADDRESSES, "/proc/net/if_inet6: %s",
			      row_problem(r));
	if (network->routes.code4 < 0 && network->routes.code4 != -ENOENT)
		usage_unknown(question->usage, USAGE_ADDRESSES, "/proc/net/route: %s",
			      row_problem(network->routes.code4));
	for (size_t i = 0; i < network->nr; i++) {
		struct interface *interface = &question->usage->interfaces[i];

		if (!read_flags(question->source, interface))
			usage_unknown(question->usage, USAGE_ADDRESSES,
				      "%s: whether it is up cannot be read", interface->name);
	}
}

bool read_addresses(struct network *network)
{
	if (network->question->source->live)
		return read_live_addresses(network);
	read_captured_addresses(network);
	return true;
}
