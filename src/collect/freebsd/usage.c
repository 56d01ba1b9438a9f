/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host does with some devices, for those who are about to take them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/collectors.h"
#include "model/freebsd/bhyve_host.h"
#include "model/usage.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define CLASS_NETWORK 0x02
#define CLASS_USB 0x0c03
#define UNITS_MAX 16 /* ueN and wlanN that are asked for */
#define DEPTH_MAX 32 /* hubs of USB are at most 7 deep */
#define NAME_SIZE 64

static struct function *add_function(struct usage *usage, const struct device *device,
				     const struct bhyve_device *known)
{
	struct function *function;

	usage->functions = xgrow(usage->functions, usage->nr_functions, sizeof(*function));
	function = &usage->functions[usage->nr_functions++];
	*function = (struct function){ .device = device,
				       .boot_vga = known->boot_display,
				       .nr_virtual = -1,
				       .enabled = -1,
				       .sub_vendor = known->sub_vendor,
				       .sub_product = known->sub_product };
	return function;
}

/* --- interfaces --------------------------------------------------------------------------- */

/* The third word of what sshd(8) sets: client, its port, our address, our port. Return: to be
 * freed, or NULL. */
static char *login_address(void)
{
	const char *connection = getenv("SSH_CONNECTION");
	_cleanup_free_ char *copy = connection ? xstrdup(connection) : NULL;
	char *at = copy;

	strsep(&at, " ");
	strsep(&at, " ");
	return at ? xstrdup(strsep(&at, " ")) : NULL;
}

/* A link-local one has its interface behind it, fe80::1%igb0, and is not among the addresses. */
static void find_login(struct interface *interface)
{
	_cleanup_free_ char *login = login_address();
	const char *zone = login ? strchr(login, '%') : NULL;

	if (login && (zone ? strcmp(zone + 1, interface->name) == 0
			   : strings_contain(&interface->addresses, login)))
		strings_take(&interface->carries, xasprintf("this login (to %s)", login));
}

static void add_interface(const struct device *device, const char *name, struct os_interface *found,
			  struct usage *usage)
{
	struct interface *interface = usage_add_interface(usage, device, name);
	char *at = found->addresses, *address;

	interface->up = found->is_up;
	while ((address = strsep(&at, " ")))
		if (*address)
			strings_add(&interface->addresses, address);
	find_login(interface);
}

/* Return: whether there is one of this name. */
static bool find_interface(struct os *os, const char *name, struct os_interface *found,
			   struct usage *usage)
{
	int r = os->ops->find_interface(os, name, found);

	if (r < 0 && r != -ENOENT)
		usage_unknown(usage, USAGE_ADDRESSES, "interfaces cannot be listed: %s",
			      strerror(-r));
	return r >= 0;
}

/* --- those that are not called as their device -------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A text of the kernel's. Return: 0 or negative errno. */
static int ask_text(struct os *os, const char *name, char text[NAME_SIZE])
{
	size_t size = NAME_SIZE - 1;
	int r = os->ops->sysctl(os, name, text, &size);

	text[r < 0 ? 0 : size] = '\0';
	return r;
}

/*
 * Whether something is below a device, by the kernel's tree: dev.uhub.0.%parent is "usbus0", and so
 * on up to the root, which has none.
 * @parent: what the first step up is asked from, "net.ue.0.%parent"
 */
static enum tristate is_below(struct os *os, const char *parent, const char *device)
{
	_cleanup_free_ char *question = xstrdup(parent);
	char name[NAME_SIZE];

	for (size_t depth = 0; depth < DEPTH_MAX; depth++) {
		size_t length;
		int r = ask_text(os, question, name);

		if (r < 0)
			return r == -ENOENT && depth > 0 ? TRI_NO : TRI_UNKNOWN;
		if (strcmp(name, device) == 0)
			return TRI_YES;
		for (length = strlen(name); length > 0 && is_digit(name[length - 1]);)
			length--;
		free(question);
		question = xasprintf("dev.%.*s.%s.%%parent", (int)length, name, name + length);
	}
	return TRI_UNKNOWN;
}

/* Those of USB, and of Wi-Fi, say what they are below (usb_ethernet.c, ieee80211_freebsd.c). */
static void add_foreign_interfaces(struct os *os, const struct device *device, struct usage *usage)
{
	static const char *const families[] = { "ue", "wlan" };
	bool is_usb = device->class >> 8 == CLASS_USB;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (unsigned unit = 0; unit < UNITS_MAX; unit++) {
			_cleanup_free_ char *name = xasprintf("%s%u", families[i], unit);
			_cleanup_free_ char *parent =
				xasprintf("net.%s.%u.%%parent", families[i], unit);
			enum tristate below;
			struct os_interface found;

			if (!find_interface(os, name, &found, usage))
				continue;
			/* Of a controller of USB rather one too many. */
			below = is_below(os, parent, device->alias);
			if (below == TRI_YES || (below == TRI_UNKNOWN && is_usb))
				add_interface(device, name, &found, usage);
		}
}

/* Nearly all drivers call their interface as their device is called: igb0. */
static void add_interfaces(struct os *os, const struct device *device, struct usage *usage)
{
	bool is_network = device->class >> 16 == CLASS_NETWORK;
	struct os_interface found;

	if (!device->driver || !device->alias || (!is_network && device->class >> 8 != CLASS_USB))
		return;
	if (is_network && find_interface(os, device->alias, &found, usage))
		add_interface(device, device->alias, &found, usage);
	add_foreign_interfaces(os, device, usage);
}

void freebsd_collect_usage(struct os *os, const struct machine *machine, const bool *wanted,
			   struct usage *usage)
{
	for (size_t i = 0; i < machine->nr_devices && machine->bhyve; i++) {
		const struct device *device = &machine->devices[i];
		const struct bhyve_device *known = &machine->bhyve->devices[i];

		if (wanted[i] || known->boot_display == TRI_YES)
			add_function(usage, device, known);
		if (wanted[i])
			add_interfaces(os, device, usage);
	}
}
