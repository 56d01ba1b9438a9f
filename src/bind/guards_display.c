/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what people see, hear and type through a device. */
#include "bind/finding.h"
#include "bind/guard_list.h"

#include "util/alloc.h"

static void see_users(const struct guard_question *question, enum node_kind kind,
		      struct strings *seen)
{
	for (const struct node *node = NULL; (node = next_node(question, kind, node));)
		for (size_t i = 0; i < node->users.nr; i++)
			strings_take(seen,
				     xasprintf("%s has %s open", node->users.items[i], node->name));
}

/* --- the picture -------------------------------------------------------------------------- */

/* As the kernel's pci_is_vga(); 0x0001 is from before there were classes. */
static bool is_vga(const struct device *device)
{
	return device->class >> 8 == 0x0300 || device->class >> 8 == 0x0001;
}

static bool is_display(const struct device *device)
{
	return device->class >> 16 == 0x03 || is_vga(device);
}

/* A 3D controller (0x0302) has no connector of its own. */
static bool has_connector(const struct device *device)
{
	return is_display(device) && device->class >> 8 != 0x0302;
}

static enum tristate boot_vga(const struct guard_question *question, const struct device *device)
{
	const struct function *function = find_function(question->usage, device);

	return function ? function->boot_vga : TRI_UNKNOWN;
}

/* Whether the host keeps a picture without the device. */
static enum tristate other_display(const struct guard_question *question)
{
	const struct machine *machine = question->machine;
	enum tristate found = TRI_NO;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];

		if (device == question->device || question->taken[i] || on_vfio_driver(device) ||
		    !has_connector(device))
			continue;
		if (boot_vga(question, device) == TRI_YES || device->driver)
			return TRI_YES;
		if (!device->driver_known)
			found = TRI_UNKNOWN;
	}
	return found;
}

/* Whether a driver shows the host's picture with it, and no other one is left. */
static enum tristate only_display(const struct guard_question *question)
{
	const struct device *device = question->device;

	if (!has_connector(device) || !device->driver_known || !may_serve_host(device))
		return TRI_NO;
	switch (other_display(question)) {
	case TRI_YES:
		return TRI_NO;
	case TRI_NO:
		return TRI_YES;
	case TRI_UNKNOWN:
		break;
	}
	return TRI_UNKNOWN;
}

static void see_picture(const struct guard_question *question, struct strings *seen)
{
	const struct node *node = NULL;

	if (boot_vga(question, question->device) == TRI_YES)
		strings_add(seen, "the firmware chose it for the boot screen");
	while ((node = next_node(question, NODE_FRAMEBUFFER, node)))
		strings_take(seen, xasprintf("%s draws in its memory", node->name));
	see_users(question, NODE_DRM, seen);
	if (only_display(question) == TRI_YES)
		strings_add(seen, "it is the only display");
}

struct guard_finding ask_display(const struct guard_question *question)
{
	const struct device *device = question->device;
	unsigned parts = PART(USAGE_BELOW);
	struct strings seen = { 0 };

	if (on_vfio_driver(device) || only_gives_back(question))
		return guard_pass(NULL);
	see_picture(question, &seen);
	if (seen.nr > 0)
		return guard_refuse_seen(question, "display", &seen,
					 "end what uses it and give the host another display");
	/* The attribute is there for VGA controllers, with or without a driver. */
	if ((device->class < 0 || is_vga(device)) && boot_vga(question, device) == TRI_UNKNOWN)
		return guard_unknown(question, "display",
				     xstrdup("whether the firmware chose it for the boot screen is "
					     "unknown"));
	if (only_display(question) == TRI_UNKNOWN)
		return guard_unknown(question, "display",
				     xstrdup("whether another display has a driver is unknown"));
	if (device->class < 0 || is_display(device))
		parts |= PART(USAGE_FRAMEBUFFERS);
	if (next_node(question, NODE_DRM, NULL))
		parts |= PART(USAGE_USERS);
	return guard_pass_if_known(question, "display", parts, NULL);
}

/* --- sound, input ------------------------------------------------------------------------- */

/* Users are told that they will miss it; that is no reason to refuse. */
static struct guard_finding warn_users(const struct guard_question *question, enum node_kind kind)
{
	struct guard_finding finding;
	struct strings seen = { 0 };

	see_users(question, kind, &seen);
	if (seen.nr > 0)
		finding = guard_refuse_seen(question, NULL, &seen,
					    "end what uses it first, or it fails");
	else if (next_node(question, kind, NULL))
		finding = guard_pass_if_known(question, NULL, PART(USAGE_USERS), NULL);
	else
		return guard_pass(NULL);
	if (finding.answer != GUARD_PASS)
		finding.answer = GUARD_WARN;
	return finding;
}

struct guard_finding ask_sound(const struct guard_question *question)
{
	return warn_users(question, NODE_SOUND);
}

struct guard_finding ask_input(const struct guard_question *question)
{
	return warn_users(question, NODE_INPUT);
}
