/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What PCI functions decode: BARs, ROMs, and the windows of bridges. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <string.h>

#include "model/resources.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define PAGE 4096	 /* sysfs writes at most a page */
#define RESOURCES_MAX 64 /* bridges have 17, of 57 bytes each */

/* One line, "0xSTART 0xEND 0xFLAGS" (drivers/pci/pci-sysfs.c, resource_show). */
static int parse_resource(char *line, struct resource *resource)
{
	const char *start = strsep(&line, " ");
	const char *end = strsep(&line, " ");

	if (!end || !line || parse_u64(start, 16, UINT64_MAX, &resource->start) < 0 ||
	    parse_u64(end, 16, UINT64_MAX, &resource->end) < 0 ||
	    parse_u64(line, 16, UINT64_MAX, &resource->flags) < 0)
		return -EINVAL;
	return resource_has_address(resource) && resource_size(resource) == 0 ? -EINVAL : 0;
}

/* Every function has lines for all BARs, whether they are there or not. */
static int parse_resources(char *text, struct device *device)
{
	struct resource all[RESOURCES_MAX];
	size_t nr = 0, length = strlen(text);
	char *line;

	if (length == 0 || text[length - 1] != '\n')
		return -EINVAL;
	text[length - 1] = '\0';
	while ((line = strsep(&text, "\n")))
		if (nr == RESOURCES_MAX || parse_resource(line, &all[nr++]) < 0)
			return -EINVAL;
	if (nr < NR_BARS)
		return -EINVAL;
	device->resources = xcalloc(nr, sizeof(*device->resources));
	memcpy(device->resources, all, nr * sizeof(*all));
	device->nr_resources = nr;
	device->resources_known = true;
	return 0;
}

static void read_resources(const struct source *source, struct machine *machine,
			   struct device *device)
{
	_cleanup_free_ char *path = xasprintf(PATH_PCI_DEVICES "/%s", device->name);
	_cleanup_close_ int dir = source_open_dir(source, path);
	char text[PAGE + 1];
	ssize_t n = dir < 0 ? dir : read_content(source, dir, "resource", text, sizeof(text));

	if (n < 0)
		machine_read_error(machine, device->name, "resource", (int)n);
	else if (parse_resources(text, device) < 0)
		machine_note(machine,
			     "%s: resource: a line is no range, or some are missing; the "
			     "addresses that it decodes are unknown",
			     device->name);
}

void collect_resources(const struct source *source, struct machine *machine)
{
	for (size_t i = 0; i < machine->nr_devices && machine->devices[i].is_pci; i++)
		read_resources(source, machine, &machine->devices[i]);
}
