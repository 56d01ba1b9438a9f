// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The least that has to be done for `groups -rno GROUP,DEVICE,ID,CLASS,DRIVER`:
 * minimal_reader SYSROOT prints the same lines, for PCI devices, as straight as C can.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_NAME 64

struct device {
	uint64_t address; /* domain, bus, device and function as in the name, as one number */
	unsigned group;
	char bdf[MAX_NAME];
	char vendor[5];
	char device[5];
	char class[9];
	char driver[MAX_NAME];
};

/* Devices in no group come last; a group without devices has one entry with an empty bdf. */
#define NO_GROUP UINT32_MAX

static struct device *devices;
static size_t nr_devices;
static size_t max_devices;
static unsigned char *group_seen;
static size_t max_groups;

static struct device *new_device(void)
{
	if (nr_devices == max_devices) {
		max_devices = max_devices ? 2 * max_devices : 256;
		devices = realloc(devices, max_devices * sizeof(*devices));
		if (!devices)
			err(1, "realloc");
	}
	return &devices[nr_devices++];
}

static void see_group(unsigned group)
{
	if (group >= max_groups) {
		size_t old = max_groups;

		max_groups = 2 * (size_t)group + 256;
		group_seen = realloc(group_seen, max_groups);
		if (!group_seen)
			err(1, "realloc");
		memset(group_seen + old, 0, max_groups - old);
	}
	group_seen[group] = 1;
}

static void copy(char *to, const char *name)
{
	size_t len = strnlen(name, MAX_NAME - 1);

	memcpy(to, name, len);
	to[len] = '\0';
}

/* The attribute "0xDIGITS\n" without the first skip characters; always nr characters. */
static void read_text(int dir, const char *name, char *text, size_t skip, size_t nr)
{
	char data[16] = "";
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, data, sizeof(data));

	if (len < (ssize_t)(skip + nr))
		err(1, "%s", name);
	close(fd);
	memcpy(text, data + skip, nr);
	text[nr] = '\0';
}

/* The last part of what a link points to; "" when there is no link. */
static void read_link(int dir, const char *name, char *text)
{
	char target[512];
	ssize_t len = readlinkat(dir, name, target, sizeof(target) - 1);
	const char *slash;

	text[0] = '\0';
	if (len < 0)
		return;
	target[len] = '\0';
	slash = strrchr(target, '/');
	copy(text, slash ? slash + 1 : target);
}

static uint64_t parse_address(const char *name)
{
	uint64_t address = 0;

	for (; *name; name++) {
		if (*name == ':' || *name == '.')
			continue;
		address = address << 4 |
			  (uint64_t)(*name <= '9' ? *name - '0' : (*name | 0x20) - 'a' + 10);
	}
	return address;
}

static void read_device(int parent, const char *name)
{
	int dir = openat(parent, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct device *device = new_device();
	char group[MAX_NAME];

	if (dir < 0)
		err(1, "%s", name);
	device->address = parse_address(name);
	copy(device->bdf, name);
	read_text(dir, "vendor", device->vendor, 2, 4);
	read_text(dir, "device", device->device, 2, 4);
	read_text(dir, "class", device->class, 0, 8);
	read_link(dir, "driver", device->driver);
	read_link(dir, "iommu_group", group);
	device->group = *group ? (unsigned)strtoul(group, NULL, 10) : NO_GROUP;
	if (device->group != NO_GROUP)
		see_group(device->group);
	close(dir);
}

static DIR *open_folder(const char *path)
{
	DIR *dir = opendir(path);

	if (!dir)
		err(1, "%s", path);
	return dir;
}

static int compare_devices(const void *a, const void *b)
{
	const struct device *x = a;
	const struct device *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->address > y->address) - (x->address < y->address);
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	DIR *dir;

	if (argc != 2 || chdir(argv[1]))
		errx(2, "usage: minimal_reader SYSROOT");

	dir = open_folder("sys/bus/pci/devices");
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.')
			read_device(dirfd(dir), entry->d_name);
	closedir(dir);

	dir = open_folder("sys/kernel/iommu_groups");
	while ((entry = readdir(dir))) {
		unsigned group = (unsigned)strtoul(entry->d_name, NULL, 10);

		if (*entry->d_name == '.' || (group < max_groups && group_seen[group]))
			continue;
		*new_device() = (struct device){ .group = group };
	}
	closedir(dir);

	qsort(devices, nr_devices, sizeof(*devices), compare_devices);
	for (const struct device *d = devices; d < devices + nr_devices; d++) {
		if (d->group == NO_GROUP)
			break;
		if (*d->bdf)
			printf("%u %s %s:%s %s %s\n", d->group, d->bdf, d->vendor, d->device,
			       d->class, *d->driver ? d->driver : "-");
		else
			printf("%u - - - -\n", d->group);
	}
	if (fflush(stdout))
		err(1, "stdout");
	return 0;
}
