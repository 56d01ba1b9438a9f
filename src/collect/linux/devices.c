/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices: all PCI functions, and what else an IOMMU translates for.
 *
 * Nothing here reads driver_override, config space or uevent: the first and (in some kernels) the
 * last wait for the device lock, which a hung driver holds, and config space wakes a sleeping
 * device.
 */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* Return: the number in an attribute, -1 when it cannot be had. */
static int read_id(const struct source *source, struct machine *machine, int dir,
		   const struct device *device, const char *name, uint64_t max)
{
	uint64_t number;
	int r = read_number(source, dir, name, 16, max, &number);

	if (r == 0)
		return (int)number;
	machine_read_error(machine, device->name, name, r);
	return -1;
}

static void read_ids(const struct source *source, struct machine *machine, int dir, unsigned facts,
		     struct device *device)
{
	if (facts & FACT_ID) {
		device->vendor = read_id(source, machine, dir, device, "vendor", 0xffff);
		device->product = read_id(source, machine, dir, device, "device", 0xffff);
	}
	if (facts & FACT_CLASS)
		device->class = read_id(source, machine, dir, device, "class", 0xffffff);
}

static void read_driver(struct machine *machine, int dir, struct device *device)
{
	char text[128];
	ssize_t n = read_link_name(dir, "driver", text, sizeof(text));

	device->driver_known = n >= 0 || n == -ENOENT;
	if (n >= 0)
		device->driver = xstrdup(text);
	else if (n != -ENOENT)
		machine_read_error(machine, device->name, "driver", (int)n);
}

static void read_vfio(int dir, struct device *device)
{
	int fd = openat(dir, "vfio-dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	_cleanup_dir_ DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!list)
		return;
	device->has_vfio_dev = true;
	while ((entry = readdir(list)))
		if (*entry->d_name != '.')
			strings_add(&device->cdevs, entry->d_name);
}

static void read_resets(const struct source *source, struct machine *machine, int dir,
			struct device *device)
{
	char text[256], *at = text, *method;
	ssize_t n = read_attribute(source, dir, "reset_method", text, sizeof(text));

	/* The file is only there for a device that some method can reset (drivers/pci/pci.c). */
	device->resets_known = n >= 0 || n == -ENOENT;
	if (n < 0 && n != -ENOENT)
		machine_read_error(machine, device->name, "reset_method", (int)n);
	if (n < 0)
		return;
	while ((method = strsep(&at, " ")))
		if (*method)
			strings_add(&device->resets, method);
}

static void read_group_link(struct machine *machine, int dir, struct device *device)
{
	char text[32];
	uint64_t number;
	ssize_t n = read_link_name(dir, "iommu_group", text, sizeof(text));

	device->group_known = n == -ENOENT;
	if (n == -ENOENT)
		return;
	if (n < 0 || parse_u64(text, 10, UINT32_MAX, &number) < 0) {
		machine_fault(machine, device->name, "iommu_group: no link to a group");
		return;
	}
	device->group = find_group(machine, (uint32_t)number);
	device->group_known = device->group || machine->has_noiommu_groups;
	if (!device->group_known)
		machine_fault(machine, device->name,
			      "iommu_group: group %s is not in /" PATH_GROUPS, text);
}

static void read_unit_link(struct machine *machine, int dir, struct device *device)
{
	char text[128];
	ssize_t n = read_link_name(dir, "iommu", text, sizeof(text));

	if (n >= 0)
		device->unit = find_unit(machine, text);
	/* The function of an AMD IOMMU has a directory of this name, which is no link. */
	device->unit_known = n == -ENOENT || n == -EINVAL || device->unit;
	if (!device->unit_known)
		machine_fault(machine, device->name, "iommu: %s",
			      n < 0 ? strerror((int)-n) : "no such unit in /" PATH_UNITS);
}

static void read_device(const struct source *source, struct machine *machine, unsigned facts,
			const char *path, struct device *device)
{
	_cleanup_close_ int dir = source_open_dir(source, path);

	if (dir < 0) {
		machine_fault(machine, device->name, "/%s: %s", path, strerror(-dir));
		return;
	}
	read_group_link(machine, dir, device);
	if (device->is_pci && (facts & (FACT_ID | FACT_CLASS)))
		read_ids(source, machine, dir, facts, device);
	if (facts & (FACT_DRIVER | FACT_VFIO))
		read_driver(machine, dir, device);
	if ((facts & FACT_VFIO) && device->driver)
		read_vfio(dir, device);
	if (device->is_pci && (facts & FACT_RESET))
		read_resets(source, machine, dir, device);
	if (facts & FACT_UNIT)
		read_unit_link(machine, dir, device);
}

static struct device *add_device(struct machine *machine, const char *name, const struct bdf *bdf)
{
	struct device *device;

	machine->devices = xgrow(machine->devices, machine->nr_devices, sizeof(*machine->devices));
	device = &machine->devices[machine->nr_devices++];
	*device = (struct device){
		.name = xstrdup(name),
		.is_pci = bdf != NULL,
		.root_bus = -1,
		.vendor = -1,
		.product = -1,
		.class = -1,
	};
	if (bdf)
		device->bdf = *bdf;
	return device;
}

static int compare_devices(const void *a, const void *b)
{
	const struct device *x = a, *y = b;

	if (x->is_pci != y->is_pci)
		return x->is_pci ? -1 : 1;
	return x->is_pci ? bdf_compare(&x->bdf, &y->bdf) : strcmp(x->name, y->name);
}

static void add_pci_devices(const struct source *source, struct machine *machine, unsigned facts)
{
	struct strings names = { 0 };
	struct bdf bdf;
	int r = source_list(source, PATH_PCI_DEVICES, &names);

	if (r < 0 && r != -ENOENT)
		machine_fault(machine, "/" PATH_PCI_DEVICES, "%s", strerror(-r));
	for (size_t i = 0; i < names.nr; i++) {
		char path[sizeof(PATH_PCI_DEVICES) + 32];
		char text[BDF_TEXT_SIZE];

		if (bdf_parse(names.items[i], &bdf) == 0)
			bdf_format(&bdf, text);
		if (bdf_parse(names.items[i], &bdf) < 0 || strcmp(text, names.items[i]) != 0) {
			machine_fault(machine, "/" PATH_PCI_DEVICES, "%s: not a PCI address",
				      names.items[i]);
			continue;
		}
		snprintf(path, sizeof(path), PATH_PCI_DEVICES "/%s", text);
		read_device(source, machine, facts, path, add_device(machine, text, &bdf));
	}
	strings_free(&names);
}

/* Devices that are in no PCI bus are found through what translates for them. */
static void add_others(const struct source *source, struct machine *machine, unsigned facts,
		       const char *folder)
{
	struct strings names = { 0 };
	struct bdf bdf;

	source_list(source, folder, &names);
	for (size_t i = 0; i < names.nr; i++) {
		_cleanup_free_ char *path = NULL;

		if (bdf_parse(names.items[i], &bdf) == 0)
			continue;
		path = xasprintf("%s/%s", folder, names.items[i]);
		if (!find_device_named(machine, names.items[i]))
			read_device(source, machine, facts, path,
				    add_device(machine, names.items[i], NULL));
	}
	strings_free(&names);
}

static void fill_groups(struct machine *machine)
{
	for (size_t i = 0; i < machine->nr_groups; i++)
		machine->groups[i].nr_devices = 0;
	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct device *device = &machine->devices[i];
		struct group *group = device->group;

		if (!group)
			continue;
		group->devices = xgrow(group->devices, group->nr_devices, sizeof(*group->devices));
		group->devices[group->nr_devices++] = device;
	}
}

/* A group that still has no device may hold some that no unit lists. */
static void add_rest(const struct source *source, struct machine *machine, unsigned facts)
{
	_cleanup_free_ bool *has_devices = xcalloc(machine->nr_groups, sizeof(*has_devices));

	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].group)
			has_devices[machine->devices[i].group - machine->groups] = true;
	for (size_t i = 0; i < machine->nr_groups; i++) {
		_cleanup_free_ char *path = NULL;

		if (has_devices[i])
			continue;
		path = xasprintf(PATH_GROUPS "/%" PRIu32 "/devices", machine->groups[i].number);
		add_others(source, machine, facts, path);
	}
}

/*
 * The device link leads through the whole hierarchy:
 * ../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0
 * A root bus below a function is VMD's: ../pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:01.0
 */
static void read_topology(struct machine *machine, int devices, struct device *device)
{
	char target[2048], *at = target, *part;
	ssize_t n = readlinkat(devices, device->name, target, sizeof(target) - 1);
	struct bdf bdf;
	uint64_t bus;

	if (n < 0)
		return;
	target[n] = '\0';
	while ((part = strsep(&at, "/"))) {
		const char *colon = strchr(part, ':');

		if (strncmp(part, "pci", 3) == 0 && colon) {
			if (parse_u64(colon + 1, 16, 0xff, &bus) == 0)
				device->root_bus = (int)bus;
			device->carrier = device->parent;
			device->parent = NULL;
		} else if (at && bdf_parse(part, &bdf) == 0) {
			device->parent = find_device(machine, &bdf);
		}
	}
}

static bool is_member(const struct group *group, const char *name)
{
	for (size_t i = 0; i < group->nr_devices; i++)
		if (strcmp(group->devices[i]->name, name) == 0)
			return true;
	return false;
}

/* A verdict on a group needs all of its devices: the kernel's own list is held against ours. */
static void check_members(const struct source *source, struct machine *machine, struct group *group)
{
	_cleanup_free_ char *path = xasprintf(PATH_GROUPS "/%" PRIu32 "/devices", group->number);
	_cleanup_close_ int dir = source_open_dir(source, path);
	struct strings names = { 0 };
	char subject[GROUP_NAME_SIZE];
	int r = dir < 0 ? dir : source_list(source, path, &names);

	group_name(group, subject);
	if (r < 0) {
		group->has_strangers = true;
		machine_fault(machine, subject, "devices: %s", strerror(-r));
	}
	for (size_t i = 0; i < names.nr; i++) {
		char name[128];

		/* The link may have a suffix, where devices of two buses have one name. */
		if (read_link_name(dir, names.items[i], name, sizeof(name)) < 0)
			snprintf(name, sizeof(name), "%s", names.items[i]);
		if (is_member(group, name))
			continue;
		group->has_strangers = true;
		machine_fault(machine, subject, "it holds %s, which is not among the devices found",
			      name);
	}
	strings_free(&names);
}

static void read_physical(const struct source *source, struct machine *machine,
			  struct device *device)
{
	_cleanup_free_ char *path = xasprintf(PATH_PCI_DEVICES "/%s", device->name);
	_cleanup_close_ int dir = source_open_dir(source, path);
	char text[32];
	struct bdf bdf;

	if (dir >= 0 && read_link_name(dir, "physfn", text, sizeof(text)) >= 0 &&
	    bdf_parse(text, &bdf) == 0)
		device->physical = find_device(machine, &bdf);
}

static void collect_topology(const struct source *source, struct machine *machine)
{
	_cleanup_close_ int devices = source_open_dir(source, PATH_PCI_DEVICES);

	for (size_t i = 0; i < machine->nr_devices && devices >= 0; i++) {
		if (!machine->devices[i].is_pci)
			break;
		read_topology(machine, devices, &machine->devices[i]);
		read_physical(source, machine, &machine->devices[i]);
	}
}

void collect_devices(const struct source *source, struct machine *machine, unsigned facts)
{
	add_pci_devices(source, machine, facts);
	for (size_t i = 0; i < machine->nr_units; i++) {
		_cleanup_free_ char *folder =
			xasprintf(PATH_UNITS "/%s/devices", machine->units[i].name);

		add_others(source, machine, facts, folder);
	}
	add_rest(source, machine, facts);
	if (machine->nr_devices)
		qsort(machine->devices, machine->nr_devices, sizeof(*machine->devices),
		      compare_devices);
	fill_groups(machine);
	for (size_t i = 0; i < machine->nr_groups && (facts & FACT_VFIO); i++)
		check_members(source, machine, &machine->groups[i]);
	if (facts & FACT_TOPOLOGY)
		collect_topology(source, machine);
}
