/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside collect/linux/: what the files that look at network interfaces share. */
#ifndef IOMMUTOOL_USAGE_NETWORK_H
#define IOMMUTOOL_USAGE_NETWORK_H

#include <netinet/in.h>

#include "collect/linux/usage/parts.h"

struct ifaddrs;

/* --- addresses (ip.c) --------------------------------------------------------- */

/* IPv4 is kept as ::ffff:a.b.c.d, so that there is one kind only. */
struct address {
	struct in6_addr ip;
	char scope[16]; /* behind a %: name or number of the interface, or "" */
};

/* Return: whether all of @text is an address: "10.0.0.1", "fe80::1%eth0". */
bool parse_address(const char *text, struct address *address);
/* The same with what may stand around it: "[fd00::1]:6789", "user@10.0.0.1:/path". */
bool parse_host(const char *text, struct address *address);
/* As in /proc/net/tcp and route: words of 32 bits in hex, in the processor's order of bytes. */
bool parse_hex_words(const char *text, struct in6_addr *ip);
/* As in /proc/net/ipv6_route and if_inet6: 32 digits, in the order of the network. */
bool parse_hex_bytes(const char *text, struct in6_addr *ip);
bool address_is_loopback(const struct in6_addr *ip);
void format_address(const struct in6_addr *ip, char text[INET6_ADDRSTRLEN]);

/* --- tables of /proc/net (routes.c) ------------------------------------------------ */

#define TABLE_FIELDS 12

/**
 * each_row() - the lines of a table, cut at blanks
 * @row: called for each line with its first fields, TABLE_FIELDS at most; what it returns below 0
 *       ends the walk
 *
 * Return: 0; what @row returned; -EBADMSG for what is no text; other negative errno.
 */
int each_row(const struct source *source, const char *path,
	     int (*row)(void *closure, char **fields, size_t nr), void *closure);

/* What is wrong, for people: that of each_row(). */
const char *row_problem(int code);

struct route {
	char name[16]; /* of the interface */
	struct in6_addr to;
	unsigned bits;	  /* of @to that count; 96 more for IPv4 */
	unsigned metric;  /* the smaller one is taken */
	bool is_rejected; /* what goes there is refused or dropped */
	bool is_own;	  /* an address of this machine */
	bool is_direct;	  /* without a gateway */
};

struct routes {
	struct route *items;
	size_t nr;
	int code4, code6; /* of reading the tables: 0 or negative errno */
};

void read_routes(const struct source *source, struct routes *routes);
void routes_free(struct routes *routes);
bool route_is_default(const struct route *route);

/**
 * routes_reach() - what a packet to an address leaves through
 * @names: those interfaces are added; none for an address of this machine
 *
 * Return: whether there is a route.
 */
bool routes_reach(const struct routes *routes, const struct in6_addr *ip, struct strings *names);

/* --- the kernel's routing (next_hops.c) --------------------------------------------- */

/**
 * each_next_hop() - the interfaces that packets of this machine to an address leave through
 * @found: called with the number of each
 *
 * By rtnetlink(7), so it counts all tables and rules, and sends nothing.
 *
 * Return: 1 for an address of this machine, 0 for another one, negative errno.
 */
int each_next_hop(const struct in6_addr *ip, void (*found)(void *closure, int number),
		  void *closure);

/* --- interfaces upon interfaces (stack.c) ------------------------------------------ */

/**
 * read_stack() - an interface and what is stacked upon it, or below it
 * @side: "upper_" or "lower_"
 * @names: "eth0", "bond0", "br0"
 *
 * Return: 0; negative errno when one of them cannot be looked at; -E2BIG when they are too many.
 */
int read_stack(const struct source *source, const char *name, const char *side,
	       struct strings *names);

/* Return: whether packets of an interface leave through hardware that is seen here; false for
 * tunnels, whose packets are put into others. */
bool has_hardware(const struct source *source, const char *name);

/* Return: an fd of its folder in sysfs, or negative errno. */
int open_interface(const struct source *source, const char *name);

/* --- one run (network.c) ------------------------------------------------------------ */

#define NOT_IN_CAPTURE "a capture does not have it"

struct network {
	const struct usage_question *question;
	struct strings *stacks; /* one an interface of the usage: what read_stack() says of it */
	size_t nr;
	struct ifaddrs *addresses; /* of this process's network namespace; NULL when not live */
	struct routes routes;
};

/* Addresses, routes and what it carries are unknown. */
void network_unknown(const struct network *network, const char *name, const char *why);

/* --- what they have and carry -------------------------------------------------------------- */

/* addresses.c: whether they are up, too; after the routes. Return: false when the kernel does not
 * answer, and would not answer other questions about the network. */
bool read_addresses(struct network *network);

/* carries.c: the host would not survive without what reaches @remote: @text says what that
 * is. */
void carry_remote(struct network *network, const struct address *remote, const char *text);
/* The same for a connection of @local here with @remote. Return: whether an interface has @local.
 */
bool carry_connection(struct network *network, const struct in6_addr *local,
		      const struct in6_addr *remote, const char *text);
/* Return: whether what comes from there comes from this machine; live only. */
bool is_own_address(const struct network *network, const struct in6_addr *ip);

/* remote.c: file systems and disks that come over the network. */
void find_remote_storage(struct network *network);
/* remote_blocks.c: of those disks the ones that do not tell from where. */
void find_remote_blocks(struct network *network);
/* login.c: whoever asked for this run, and others who are logged in. */
void find_logins(struct network *network);

#endif
