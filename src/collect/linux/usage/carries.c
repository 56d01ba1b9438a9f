/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Through which interfaces an address is reached, and so what they carry. */
#include "collect/linux/usage/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <sys/socket.h>
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

/* Connecting a datagram socket sends nothing: it only asks for the route. */
static bool local_address(const struct in6_addr *remote, struct in6_addr *local)
{
	bool is_four = IN6_IS_ADDR_V4MAPPED(remote);
	_cleanup_close_ int fd = socket(is_four ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sockaddr *address = is_four ? (struct sockaddr *)&four : (struct sockaddr *)&six;
	socklen_t length = is_four ? sizeof(four) : sizeof(six);

	memcpy(&four.sin_addr, remote->s6_addr + 12, sizeof(four.sin_addr));
	six.sin6_addr = *remote;
	if (fd < 0 || connect(fd, address, length) < 0 || getsockname(fd, address, &length) < 0)
		return false;
	*local = *remote; /* with the first 12 bytes of the mapped form */
	if (is_four)
		memcpy(local->s6_addr + 12, &four.sin_addr, sizeof(four.sin_addr));
	else
		*local = six.sin6_addr;
	return true;
}

/* Return: whether the kernel has a route; an address of this machine is reached by no interface. */
static bool kernel_reaches(const struct network *network, const struct in6_addr *remote,
			   struct strings *names)
{
	struct in6_addr local;

	if (!local_address(remote, &local))
		return false;
	if (memcmp(&local, remote, sizeof(local)) == 0)
		return true;
	interfaces_with(network->addresses, &local, names);
	return names->nr > 0;
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

bool carry_local(struct network *network, const struct in6_addr *local, const char *text)
{
	struct strings names = { 0 };
	bool found;

	interfaces_with(network->addresses, local, &names);
	found = names.nr > 0;
	carry_through_all(network, &names, text);
	strings_free(&names);
	return found;
}
