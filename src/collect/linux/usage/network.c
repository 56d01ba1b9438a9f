/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces of some devices: their addresses, routes, and what the host does with them. */
#include "collect/linux/usage/network.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* How deep below a function interfaces are looked for: "virtio0/net", "usb1/1-2/1-2:1.0/net". */
#define MAX_DEPTH 6

/* --- which there are --------------------------------------------------------------------- */

void network_unknown(const struct network *network, const char *name, const char *why)
{
	static const enum usage_part parts[] = { USAGE_ADDRESSES, USAGE_ROUTES, USAGE_CARRIES };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		usage_unknown(network->question->usage, parts[i], "%s: %s", name, why);
}

/* Return: negative errno, as read_stack(). */
static int read_uppers(const struct source *source, struct interface *interface,
		       struct strings *stack)
{
	int r = read_stack(source, interface->name, "upper_", stack);

	for (size_t i = 1; i < stack->nr; i++) /* the first is itself */
		strings_add(&interface->stacked, stack->items[i]);
	return r;
}

static void add_interface(void *closure, const struct device *device, const char *name,
			  const char *path)
{
	struct network *network = closure;
	const struct usage_question *question = network->question;
	struct interface *interface = usage_add_interface(question->usage, device, name);
	_cleanup_close_ int dir = open_interface(question->source, name);
	char master[64];
	int r;

	(void)path;
	network->stacks = xgrow(network->stacks, network->nr, sizeof(*network->stacks));
	network->stacks[network->nr] = (struct strings){ 0 };
	if (dir >= 0 && read_link_name(dir, "master", master, sizeof(master)) > 0)
		interface->master = xstrdup(master);
	r = read_uppers(question->source, interface, &network->stacks[network->nr++]);
	if (r < 0)
		network_unknown(network, name,
				r == -E2BIG ? "too many interfaces are stacked upon it"
					    : "what is stacked upon it cannot be read");
}

/*
 * Only the interfaces of one network namespace are listed, but the folder counts them all in its
 * links (fs/kernfs/inode.c), and it is there only while it has any.
 */
static bool hides_interfaces(const struct source *source, const char *path)
{
	_cleanup_close_ int dir = source_open_dir(source, path);
	struct strings seen = { 0 };
	struct stat st = { 0 };
	bool hides;

	if (dir < 0 || fstat(dir, &st) < 0 || source_list(source, path, &seen) < 0)
		return dir != -ENOENT && dir != -ENOTDIR;
	hides = seen.nr == 0 || st.st_nlink > seen.nr + 2;
	strings_free(&seen);
	return hides;
}

/* Looks into the folders of a device, where the kernel has those of what is below it. */
static bool hides_below(const struct source *source, const char *path, int depth)
{
	_cleanup_free_ char *net = xasprintf("%s/net", path);
	_cleanup_close_ int dir = source_open_dir(source, path);
	struct strings names = { 0 };
	bool hides = hides_interfaces(source, net);

	if (dir >= 0 && !hides && depth < MAX_DEPTH)
		source_list(source, path, &names);
	for (size_t i = 0; i < names.nr && !hides; i++) {
		_cleanup_free_ char *below = xasprintf("%s/%s", path, names.items[i]);
		struct stat st;

		if (strcmp(names.items[i], "net") != 0 &&
		    fstatat(dir, names.items[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode))
			hides = hides_below(source, below, depth + 1);
	}
	strings_free(&names);
	return hides;
}

/* An interface that was handed to a container is not in our sysfs. */
static void find_hidden(const struct usage_question *question)
{
	const struct machine *machine = question->machine;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];
		_cleanup_free_ char *path = xasprintf("sys/bus/pci/devices/%s", device->name);

		if (question->wanted[i] && device->is_pci && device_role(device) != ROLE_BRIDGE &&
		    hides_below(question->source, path, 0))
			usage_unknown(question->usage, USAGE_BELOW,
				      "%s (%s): a network interface of it is not to be seen here; "
				      "another network namespace may have it",
				      device->name,
				      device->driver ? device->driver : "driver unknown");
	}
}

/* --- routes ------------------------------------------------------------------------------ */

static void say_unknown_routes(const struct network *network)
{
	const struct usage_question *question = network->question;
	const struct routes *routes = &network->routes;
	_cleanup_close_ int net = -1;

	if (routes->code4 < 0 && routes->code4 != -ENOENT)
		usage_unknown(question->usage, USAGE_ROUTES, "/proc/net/route: %s",
			      row_problem(routes->code4));
	if (routes->code6 < 0 && routes->code6 != -ENOENT)
		usage_unknown(question->usage, USAGE_ROUTES, "/proc/net/ipv6_route: %s",
			      row_problem(routes->code6));
	if (routes->code4 != -ENOENT || routes->code6 != -ENOENT)
		return;
	if (!question->source->live)
		usage_unknown(question->usage, USAGE_ROUTES, NOT_IN_CAPTURE);
	else if ((net = source_open_dir(question->source, "proc/net")) < 0)
		usage_unknown(question->usage, USAGE_ROUTES, "/proc/net: %s", strerror(-net));
}

static void find_default_routes(struct network *network)
{
	struct usage *usage = network->question->usage;

	for (size_t i = 0; i < network->routes.nr; i++) {
		const struct route *route = &network->routes.items[i];

		for (size_t k = 0; k < network->nr && route_is_default(route); k++)
			usage->interfaces[k].has_default_route |=
				strings_contain(&network->stacks[k], route->name);
	}
}

/* --- all of it --------------------------------------------------------------------------- */

/* Return: whether one is up, or may be: one that is down carries nothing. */
static bool any_is_up(const struct usage *usage)
{
	bool up = usage->unknown[USAGE_ADDRESSES] != NULL;

	for (size_t i = 0; i < usage->nr_interfaces; i++)
		up |= usage->interfaces[i].up;
	return up;
}

static void look_at_interfaces(struct network *network)
{
	const struct usage_question *question = network->question;

	read_routes(question->source, &network->routes);
	find_default_routes(network);
	if (!read_addresses(network) || !any_is_up(question->usage))
		return;
	say_unknown_routes(network);
	find_remote_storage(network);
	find_remote_blocks(network);
	if (question->source->live)
		find_logins(network);
}

static void find_interfaces(struct network *network)
{
	const struct usage_question *question = network->question;
	_cleanup_close_ int class = source_open_dir(question->source, "sys/class/net");
	int r = each_of_class(question, "net", add_interface, network);

	if (r < 0)
		usage_unknown(question->usage, USAGE_BELOW, "/sys/class/net: %s", strerror(-r));
	if (question->source->live)
		find_hidden(question);
	else if (class == -ENOENT)
		usage_unknown(question->usage, USAGE_BELOW, NOT_IN_CAPTURE);
}

void collect_interfaces(const struct usage_question *question)
{
	struct network network = { .question = question };

	find_interfaces(&network);
	if (network.nr)
		look_at_interfaces(&network);
	for (size_t i = 0; i < network.nr; i++)
		strings_free(&network.stacks[i]);
	free(network.stacks);
	routes_free(&network.routes);
	if (network.addresses)
		freeifaddrs(network.addresses);
}
