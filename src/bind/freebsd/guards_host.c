/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what the host does with a device. */
#include <string.h>

#include "bind/driver.h"
#include "bind/finding.h"
#include "bind/freebsd/guard_list.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"
#include "util/cleanup.h"

enum { DISPLAY = 0x03, COMMUNICATION = 0x07 };
#define CLASS_USB 0x0c03
#define CLASS_3D 0x0302 /* it has no connector of its own */

static bool is_of(const struct device *device, int class)
{
	return device->class >> 16 == class;
}

bool freebsd_serves_host(const struct device *device)
{
	return !device->driver_known || (device->driver && !driver_hands_out(device->driver));
}

bool freebsd_only_gives_back(const struct guard_question *question)
{
	return question->giving_back && !freebsd_serves_host(question->device);
}

struct guard_finding freebsd_guard_platform(const struct guard_question *question)
{
	const char *name = platform_function(question->device->class >> 8);

	if (!name || freebsd_only_gives_back(question))
		return guard_pass(NULL);
	return guard_refuse(
		question, "platform",
		xasprintf("platform function (%s): the host's firmware and drivers count on it",
			  name),
		"leave it with the host");
}

/* --- disks -------------------------------------------------------------------------------- */

#define NR_DISK_CLASSES (sizeof(disk_classes) / sizeof(disk_classes[0]))

/* Which devices can have disks below them, by class, or class and subclass; and what these are
 * called, NULL: anything. */
static const struct {
	int class;
	int shift;
	const char *const names[2];
	const char *none;
} disk_classes[] = {
	{ 0x01, 16, { NULL }, "no disk is there" },
	{ 0x0805, 8, { "mmcsd", "sdda" }, "no SD card or eMMC is there" },
	{ 0x0c00, 8, { "da", NULL }, "no FireWire disk is there" },
	{ CLASS_USB, 8, { "da", "cd" }, "no USB disk is there" },
	{ 0x0c04, 8, { "da", NULL }, "no Fibre Channel disk is there" },
};

/* Return: whether a disk has such a name, "da" and a number behind it. */
static bool has_disk(const char *disks, const char *prefix)
{
	_cleanup_free_ char *copy = xstrdup(disks);
	size_t length = strlen(prefix);
	char *at = copy, *name;

	while ((name = strsep(&at, " ")))
		if (strncmp(name, prefix, length) == 0 && name[length] >= '0' &&
		    name[length] <= '9')
			return true;
	return false;
}

static bool may_have_disk(const struct bhyve_host *host, size_t kind)
{
	const char *const *names = disk_classes[kind].names;

	if (!host || !host->uses.disks_known)
		return true;
	if (!names[0])
		return *host->uses.disks;
	return has_disk(host->uses.disks, names[0]) ||
	       (names[1] && has_disk(host->uses.disks, names[1]));
}

/* Which disk is below which controller nothing tells that is asked here. */
struct guard_finding freebsd_guard_storage(const struct guard_question *question)
{
	const struct device *device = question->device;
	size_t kind = 0;

	while (kind < NR_DISK_CLASSES &&
	       device->class >> disk_classes[kind].shift != disk_classes[kind].class)
		kind++;
	if (kind == NR_DISK_CLASSES || !freebsd_serves_host(device))
		return guard_pass(NULL);
	if (!may_have_disk(question->machine->bhyve, kind))
		return guard_pass(xstrdup(disk_classes[kind].none));
	return guard_unknown(question, "storage",
			     device->driver
				     ? xasprintf("%s is the host's: which disks are below it, and "
						 "whether they are in use, cannot be asked",
						 device->driver)
				     : xstrdup("its driver is unknown, and which disks are below "
					       "it cannot be asked"),
			     "see \"camcontrol devlist -v\" and \"mount\", end what uses them");
}

/* --- what people see ---------------------------------------------------------------------- */

static bool shows(const struct device *device)
{
	return is_of(device, DISPLAY) && device->class >> 8 != CLASS_3D &&
	       freebsd_serves_host(device);
}

static bool has_other_display(const struct guard_question *question)
{
	const struct machine *machine = question->machine;

	for (size_t i = 0; i < machine->nr_devices; i++)
		if (&machine->devices[i] != question->device && !question->taken[i] &&
		    machine->devices[i].driver && shows(&machine->devices[i]))
			return true;
	return false;
}

struct guard_finding freebsd_guard_display(const struct guard_question *question)
{
	static const char advice[] = "give the host another display";
	const struct function *function = find_function(question->usage, question->device);
	enum tristate boot = function ? function->boot_vga : TRI_UNKNOWN;

	if (!shows(question->device))
		return guard_pass(NULL);
	if (boot == TRI_YES)
		return guard_refuse(question, "display",
				    xstrdup("it is the display of the boot screen"), advice);
	if (!has_other_display(question))
		return guard_refuse(question, "display", xstrdup("it is the only display"), advice);
	if (boot == TRI_NO)
		return guard_pass(NULL);
	return guard_unknown(question, "display",
			     xstrdup("whether it shows the console is unknown: "
				     "hw.pci.default_vgapci_unit does not tell"),
			     "make sure that another one does");
}

struct guard_finding freebsd_guard_console(const struct guard_question *question)
{
	const struct bhyve_host *host = question->machine->bhyve;

	if (!is_of(question->device, COMMUNICATION) || !freebsd_serves_host(question->device) ||
	    (host && host->uses.serial_console == TRI_NO))
		return guard_pass(NULL);
	return guard_unknown(question, "console",
			     xstrdup("the kernel has, or may have, a serial console, and on which "
				     "port cannot be asked"),
			     "see \"sysctl kern.console\"");
}
