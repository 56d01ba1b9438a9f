/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Through which interfaces an address is reached, and so what they carry. */
#include "collect/linux/usage/network.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netpacket/packet.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* Return: whether @name, or what it is stacked upon, is among those that were asked for. */
static bool carry_through(struct network *network, const char *name, const char *text)
{
	bool found = false;

	for (size_t i = 0; i < network->nr; i++) {
		struct strings *carries = &network->question->usage->interfaces[i].carries;

		if (!strings_contain(&network->stacks[i], name))
			continue;
		found = true;
		if (!strings_contain(carries, text))
			strings_add(carries, text);
	}
	return found;
}

static void carry_through_all(struct network *network, const struct strings *names,
			      const char *text)
{
	const struct usage_question *question = network->question;

	for (size_t i = 0; i < names->nr; i++)
		if (!carry_through(network, names->items[i], text) &&
		    !has_hardware(question->source, names->items[i]))
			usage_unknown(question->usage, USAGE_CARRIES,
				      "%s comes through %s; which hardware is below that is "
				      "unknown",
				      text, names->items[i]);
}

/* --- live -------------------------------------------------------------------------------- */

static bool has_ip(const struct ifaddrs *entry, const struct in6_addr *ip)
{
	const struct sockaddr *address = entry->ifa_addr;

	if (address && address->sa_family == AF_INET6)
		return memcmp(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, ip,
			      sizeof(*ip)) == 0;
	return address && address->sa_family == AF_INET && IN6_IS_ADDR_V4MAPPED(ip) &&
	       memcmp(&((const struct sockaddr_in *)(const void *)address)->sin_addr,
		      ip->s6_addr + 12, 4) == 0;
}

static void interfaces_with(const struct ifaddrs *addresses, const struct in6_addr *ip,
			    struct strings *names)
{
	for (; addresses; addresses = addresses->ifa_next) {
		if (!has_ip(addresses, ip))
			continue;
		strings_add(names, addresses->ifa_name);
		/* An address of IPv4 may have a label, "eth0:1", which stands there instead. */
		names->items[names->nr - 1][strcspn(addresses->ifa_name, ":")] = '\0';
	}
}

/* Return: the name of the interface with a number, or NULL. */
static const char *name_of(const struct ifaddrs *addresses, int number)
{
	for (; addresses; addresses = addresses->ifa_next) {
		const struct sockaddr_ll *link = (const void *)addresses->ifa_addr;

		if (link && link->sll_family == AF_PACKET && link->sll_ifindex == number)
			return addresses->ifa_name;
	}
	return NULL;
}

struct hops {
	const struct network *network;
	struct strings *names;
	bool complete;
};

static void add_hop(void *closure, int number)
{
	struct hops *hops = closure;
	const char *name = name_of(hops->network->addresses, number);

	hops->complete &= name != NULL;
	if (name && !strings_contain(hops->names, name))
		strings_add(hops->names, name);
}

/* Return: whether the kernel has a route; an address of this machine is reached by no interface. */
static bool kernel_reaches(const struct network *network, const struct in6_addr *remote,
			   struct strings *names)
{
	struct hops hops = { network, names, true };
	int r = each_next_hop(remote, add_hop, &hops);

	return r > 0 || (r == 0 && hops.complete && names->nr > 0);
}

/* --- both -------------------------------------------------------------------------------- */

/* @scope: name of an interface, or its number */
static bool find_scope(const struct source *source, const char *scope, struct strings *names)
{
	struct strings all = { 0 };
	uint64_t wanted, number;
	bool is_number = parse_u64(scope, 10, INT32_MAX, &wanted) == 0;

	if (source_list(source, "sys/class/net", &all) < 0)
		return false;
	for (size_t i = 0; i < all.nr; i++) {
		_cleanup_free_ char *path = xasprintf("sys/class/net/%s", all.items[i]);
		_cleanup_close_ int dir = is_number ? source_open_dir(source, path) : -1;

		if (strcmp(all.items[i], scope) == 0 ||
		    (dir >= 0 && read_number(source, dir, "ifindex", 10, INT32_MAX, &number) == 0 &&
		     number == wanted))
			strings_add(names, all.items[i]);
	}
	strings_free(&all);
	return names->nr > 0;
}

void carry_remote(struct network *network, const struct address *remote, const char *text)
{
	const struct usage_question *question = network->question;
	char address[INET6_ADDRSTRLEN];
	struct strings names = { 0 };
	bool found;

	if (address_is_loopback(&remote->ip))
		return;
	if (*remote->scope)
		found = find_scope(question->source, remote->scope, &names);
	else if (question->source->live)
		found = kernel_reaches(network, &remote->ip, &names);
	else
		found = routes_reach(&network->routes, &remote->ip, &names);
	format_address(&remote->ip, address);
	if (found)
		carry_through_all(network, &names, text);
	else
		usage_unknown(question->usage, USAGE_CARRIES,
			      "which interface reaches %s is unknown", address);
	strings_free(&names);
}

bool is_own_address(const struct network *network, const struct in6_addr *ip)
{
	struct strings names = { 0 };
	bool found;

	interfaces_with(network->addresses, ip, &names);
	found = names.nr > 0 || address_is_loopback(ip);
	strings_free(&names);
	return found;
}

bool carry_connection(struct network *network, const struct in6_addr *local,
		      const struct in6_addr *remote, const char *text)
{
	struct strings names = { 0 };
	bool found;

	interfaces_with(network->addresses, local, &names);
	found = names.nr > 0;
	/* What it answers may leave through another one than that which has the address. */
	if (found)
		kernel_reaches(network, remote, &names);
	carry_through_all(network, &names, text);
	strings_free(&names);
	return found;
}
