/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of the facts about what the host does with its devices. */
#include "model/usage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

struct usage *usage_new(void)
{
	return xcalloc(1, sizeof(struct usage));
}

void usage_free(struct usage *usage)
{
	if (!usage)
		return;
	for (size_t i = 0; i < usage->nr_disks; i++) {
		struct disk *disk = &usage->disks[i];

		free(disk->name);
		free(disk->dump);
		strings_free(&disk->stacked);
		strings_free(&disk->mounts);
		strings_free(&disk->swaps);
		for (size_t k = 0; k < disk->nr_holders; k++)
			free(disk->holders[k].text);
		free(disk->holders);
	}
	for (size_t i = 0; i < usage->nr_interfaces; i++) {
		struct interface *interface = &usage->interfaces[i];

		free(interface->name);
		free(interface->master);
		strings_free(&interface->stacked);
		strings_free(&interface->addresses);
		strings_free(&interface->carries);
	}
	for (size_t i = 0; i < usage->nr_nodes; i++) {
		free(usage->nodes[i].name);
		strings_free(&usage->nodes[i].users);
	}
	for (size_t i = 0; i < NR_USAGE_PARTS; i++)
		free(usage->unknown[i]);
	strings_free(&usage->vfio_ids);
	free(usage->functions);
	free(usage->disks);
	free(usage->interfaces);
	free(usage->nodes);
	free(usage);
}

void usage_unknown(struct usage *usage, enum usage_part part, const char *format, ...)
{
	va_list ap;

	if (usage->unknown[part])
		return;
	va_start(ap, format);
	if (vasprintf(&usage->unknown[part], format, ap) < 0)
		die_out_of_memory();
	va_end(ap);
}

struct disk *usage_add_disk(struct usage *usage, const struct device *device, const char *name)
{
	usage->disks = xgrow(usage->disks, usage->nr_disks, sizeof(*usage->disks));
	usage->disks[usage->nr_disks] =
		(struct disk){ .device = device, .name = xstrdup(name), .claimed = TRI_UNKNOWN };
	return &usage->disks[usage->nr_disks++];
}

struct interface *usage_add_interface(struct usage *usage, const struct device *device,
				      const char *name)
{
	usage->interfaces =
		xgrow(usage->interfaces, usage->nr_interfaces, sizeof(*usage->interfaces));
	usage->interfaces[usage->nr_interfaces] =
		(struct interface){ .device = device, .name = xstrdup(name) };
	return &usage->interfaces[usage->nr_interfaces++];
}

void disk_add_holder(struct disk *disk, enum disk_holder_kind kind, char *text)
{
	for (size_t i = 0; i < disk->nr_holders; i++) {
		if (disk->holders[i].kind != kind || strcmp(disk->holders[i].text, text) != 0)
			continue;
		free(text);
		return;
	}
	disk->holders = xgrow(disk->holders, disk->nr_holders, sizeof(*disk->holders));
	disk->holders[disk->nr_holders++] = (struct disk_holder){ kind, text };
}

struct node *usage_add_node(struct usage *usage, const struct device *device, enum node_kind kind,
			    const char *name)
{
	usage->nodes = xgrow(usage->nodes, usage->nr_nodes, sizeof(*usage->nodes));
	usage->nodes[usage->nr_nodes] =
		(struct node){ .device = device, .kind = kind, .name = xstrdup(name) };
	return &usage->nodes[usage->nr_nodes++];
}

const struct function *find_function(const struct usage *usage, const struct device *device)
{
	for (size_t i = 0; i < usage->nr_functions; i++)
		if (usage->functions[i].device == device)
			return &usage->functions[i];
	return NULL;
}
