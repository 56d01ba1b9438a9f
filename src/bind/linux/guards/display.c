/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guard of the picture that people see through a device. */
#include "bind/linux/guards/below.h"
#include "bind/linux/guards/list.h"

#include "util/alloc.h"

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

/* Whether the host keeps a picture without the device. @untold: set when that is unknown. */
static enum tristate other_display(const struct guard_question *question,
				   const struct device **untold)
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
		if (device->driver_known)
			continue;
		found = TRI_UNKNOWN;
		*untold = device;
	}
	return found;
}

/* Whether a driver shows the host's picture with it, and no other one is left. */
static enum tristate only_display(const struct guard_question *question,
				  const struct device **untold)
{
	const struct device *device = question->device;

	if (!has_connector(device) || !device->driver_known || !may_serve_host(device))
		return TRI_NO;
	switch (other_display(question, untold)) {
	case TRI_YES:
		return TRI_NO;
	case TRI_NO:
		return TRI_YES;
	case TRI_UNKNOWN:
		break;
	}
	return TRI_UNKNOWN;
}

static void see_picture(const struct guard_question *question, enum tristate only,
			struct strings *seen)
{
	const struct node *node = NULL;

	if (boot_vga(question, question->device) == TRI_YES)
		strings_add(seen, "the firmware chose it for the boot screen");
	while ((node = next_node(question, NODE_FRAMEBUFFER, node)))
		strings_take(seen, xasprintf("%s draws in its memory", node->name));
	see_users(question, NODE_DRM, seen);
	if (only == TRI_YES)
		strings_add(seen, "it is the only display");
}

struct guard_finding ask_display(const struct guard_question *question)
{
	const struct device *device = question->device;
	unsigned parts = PART(USAGE_BELOW);
	const struct device *untold = NULL;
	struct strings seen = { 0 };
	enum tristate only;

	if (on_vfio_driver(device) || only_gives_back(question))
		return guard_pass(NULL);
	only = only_display(question, &untold);
	see_picture(question, only, &seen);
	if (seen.nr > 0)
		return guard_refuse_seen(question, "display", &seen,
					 "end what uses it and give the host another display");
	/* The attribute is there for VGA controllers, with or without a driver. */
	if ((device->class < 0 || is_vga(device)) && boot_vga(question, device) == TRI_UNKNOWN)
		return guard_unknown_file(question, "display",
					  xstrdup("whether the firmware chose it for the boot "
						  "screen is unknown"),
					  device, "boot_vga");
	if (only == TRI_UNKNOWN)
		return guard_unknown_file(
			question, "display",
			xstrdup("whether another display has a driver is unknown"), untold,
			"driver");
	if (device->class < 0 || is_display(device))
		parts |= PART(USAGE_FRAMEBUFFERS);
	if (next_node(question, NODE_DRM, NULL))
		parts |= PART(USAGE_USERS);
	return guard_pass_if_known(question, "display", parts, NULL);
}
