/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host does with some devices: runs the parts, and finds what is below a device. */
#include "collect/linux/usage/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/linux/collectors.h"
#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* Return: the nearest wanted function above a device by its path, or NULL. */
static const struct device *device_above(const struct usage_question *question, char *path)
{
	const struct device *above = NULL;
	struct bdf bdf;
	char *part;

	while ((part = strsep(&path, "/"))) {
		const struct device *device;

		if (strlen(part) < strlen("0000:00:00.0") || bdf_parse(part, &bdf) < 0)
			continue;
		device = find_device(question->machine, &bdf);
		if (device && question->wanted[device - question->machine->devices])
			above = device;
	}
	return above;
}

int each_below(const struct usage_question *question, const char *folder,
	       void (*found)(void *closure, const struct device *device, const char *name,
			     const char *path),
	       void *closure)
{
	_cleanup_close_ int dir = source_open_dir(question->source, folder);
	struct strings names = { 0 };
	int r = dir < 0 ? dir : source_list(question->source, folder, &names);

	for (size_t i = 0; i < names.nr && r == 0; i++) {
		char target[2048], path[2048];
		ssize_t n = readlinkat(dir, names.items[i], target, sizeof(target) - 1);
		const struct device *device;

		if (n < 0)
			continue; /* a file of the class itself */
		target[n] = '\0';
		memcpy(path, target, (size_t)n + 1);
		device = device_above(question, path);
		if (device)
			found(closure, device, names.items[i], target);
	}
	strings_free(&names);
	return r == -ENOENT ? 0 : r;
}

int each_of_class(const struct usage_question *question, const char *class,
		  void (*found)(void *closure, const struct device *device, const char *name,
				const char *path),
		  void *closure)
{
	_cleanup_free_ char *folder = xasprintf("sys/class/%s", class);

	return each_below(question, folder, found, closure);
}

/* Return: a number in an attribute, -1 when it cannot be had. */
static int read_small(const struct source *source, int dir, const char *name, int base)
{
	uint64_t number;

	return read_number(source, dir, name, base, INT32_MAX, &number) == 0 ? (int)number : -1;
}

static int count_virtual(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), nr = 0;
	_cleanup_dir_ DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!list)
		return -1;
	while ((entry = readdir(list)))
		nr += strncmp(entry->d_name, "virtfn", 6) == 0;
	return nr;
}

static void read_function(const struct usage_question *question, const struct device *device)
{
	_cleanup_free_ char *path = xasprintf(PATH_PCI_DEVICES "/%s", device->name);
	_cleanup_close_ int dir = source_open_dir(question->source, path);
	struct usage *usage = question->usage;
	struct function *function;
	char text[8];
	ssize_t n;

	usage->functions = xgrow(usage->functions, usage->nr_functions, sizeof(*usage->functions));
	function = &usage->functions[usage->nr_functions++];
	*function = (struct function){ device, TRI_UNKNOWN, -1, -1, -1, -1 };
	if (dir < 0)
		return;
	n = read_attribute(question->source, dir, "boot_vga", text, sizeof(text));
	if (n > 0)
		function->boot_vga = *text == '1' ? TRI_YES : TRI_NO;
	else if (n == -ENOENT) /* only VGA controllers have it (drivers/pci/pci-sysfs.c) */
		function->boot_vga = TRI_NO;
	function->nr_virtual = count_virtual(dir);
	function->enabled = read_small(question->source, dir, "enable", 10);
	function->sub_vendor = read_small(question->source, dir, "subsystem_vendor", 16);
	function->sub_product = read_small(question->source, dir, "subsystem_device", 16);
}

/*
 * Nothing is below a device without a driver, or with one of VFIO; but the firmware's framebuffer
 * is below its display, whoever drives that (drivers/firmware/sysfb.c since Linux 6.9), and lies in
 * its memory.
 */
static bool may_have_something_below(const struct device *device)
{
	if (device->has_vfio_dev)
		return false;
	return !device->driver_known || device->driver || may_be_display(device);
}

/* Every kernel with disks has the class; our captures have nothing of what is below devices. */
static void look_for_classes(const struct source *source, struct usage *usage)
{
	_cleanup_close_ int dir = source->live ? -1 : source_open_dir(source, "sys/class/block");

	if (!source->live && dir < 0)
		usage_unknown(usage, USAGE_BELOW, "a capture does not have it");
}

/*
 * Others than those that were asked for: their virtual functions, displays that the host would be
 * left with, and what the IDs that vfio-pci is configured to take may mean.
 */
static bool is_concerned(const struct usage_question *question, const bool *wanted,
			 const struct device *device)
{
	const struct usage *usage = question->usage;

	if (!device->is_pci)
		return false;
	return (device->physical && wanted[device->physical - question->machine->devices]) ||
	       may_be_display(device) ||
	       (!device->driver && !usage->vfio_pci_loaded && usage->vfio_ids.nr);
}

static void read_others(const struct usage_question *question, const bool *wanted)
{
	const struct machine *machine = question->machine;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];

		if (is_concerned(question, wanted, device) &&
		    !find_function(question->usage, device))
			read_function(question, device);
	}
}

struct usage *collect_usage(const struct source *source, const struct machine *machine,
			    const bool *wanted)
{
	_cleanup_free_ bool *busy = xcalloc(machine->nr_devices, sizeof(*busy));
	struct usage_question question = { source, machine, busy, usage_new() };
	bool any = false;

	question.usage->captured = !source->live;
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];

		if (!wanted[i])
			continue;
		read_function(&question, device);
		busy[i] = may_have_something_below(device);
		any |= busy[i];
	}
	collect_vfio_ids(&question);
	read_others(&question, wanted);
	if (any) {
		look_for_classes(source, question.usage);
		collect_disks(&question);
		collect_interfaces(&question);
		collect_nodes(&question);
	}
	return question.usage;
}
