/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guards share to look at the facts of the host's use. */
#include "bind/linux/guards/below.h"

#include <stdlib.h>
#include <string.h>

#include "model/viability.h"
#include "util/alloc.h"

/* --- what is below the device in question ------------------------------------------------ */

const struct disk *next_disk(const struct guard_question *question, const struct disk *after)
{
	const struct usage *usage = question->usage;

	for (size_t i = after ? (size_t)(after - usage->disks) + 1 : 0; i < usage->nr_disks; i++)
		if (usage->disks[i].device == question->device)
			return &usage->disks[i];
	return NULL;
}

const struct node *next_node(const struct guard_question *question, enum node_kind kind,
			     const struct node *after)
{
	const struct usage *usage = question->usage;

	for (size_t i = after ? (size_t)(after - usage->nodes) + 1 : 0; i < usage->nr_nodes; i++)
		if (usage->nodes[i].device == question->device && usage->nodes[i].kind == kind)
			return &usage->nodes[i];
	return NULL;
}

/* --- drivers ------------------------------------------------------------------------------ */

bool on_vfio_driver(const struct device *device)
{
	return device->has_vfio_dev || driver_is_vfio(device->driver);
}

bool driver_is_harmless(const char *name)
{
	return driver_is_vfio(name) || (name && strcmp(name, "pci-stub") == 0);
}

bool may_serve_host(const struct device *device)
{
	if (device->has_vfio_dev)
		return false;
	return !device->driver_known || (device->driver && !driver_is_harmless(device->driver));
}

bool only_gives_back(const struct guard_question *question)
{
	return question->giving_back && !may_serve_host(question->device);
}

bool opened_unseen(const struct group *group)
{
	return group && group->is_open && group->nr_holders == 0;
}

/* --- findings ----------------------------------------------------------------------------- */

struct guard_finding guard_unknown_file(const struct guard_question *question, const char *guard,
					char *fact, const struct device *device, const char *file)
{
	char *next = xasprintf("ls -l /sys/bus/pci/devices/%s/%s says why", device->name, file);
	struct guard_finding finding = guard_unknown(question, guard, fact, next);

	free(next);
	return finding;
}

void see_users(const struct guard_question *question, enum node_kind kind, struct strings *seen)
{
	for (const struct node *node = NULL; (node = next_node(question, kind, node));)
		for (size_t i = 0; i < node->users.nr; i++)
			strings_take(seen,
				     xasprintf("%s has %s open", node->users.items[i], node->name));
}

static const struct {
	const char *subject;
	const char *next; /* what helps whatever the reason is; the reason may say more */
} parts[NR_USAGE_PARTS] = {
	[USAGE_BELOW] = { "what is below it", "end what has it in a container, and try again" },
	[USAGE_CLAIMS] = { "whether its disks are held", "make sure that nothing holds them" },
	[USAGE_MOUNTS] = { "what is mounted", "look as root, outside of containers, and unmount "
					      "what is on its disks" },
	[USAGE_SWAPS] = { "what the host swaps to", "turn that off with swapoff first" },
	[USAGE_ADDRESSES] = { "which interfaces have an address", "set the interface down first" },
	[USAGE_ROUTES] = { "where the default route leads", "set the interface down first" },
	[USAGE_CARRIES] = { "what the host needs the network for", "set the interface down first" },
	[USAGE_USERS] = { "which processes use it", "look as root, outside of containers" },
	[USAGE_CONSOLES] = { "where the kernel has its consoles",
			     "make sure that its serial port is none" },
	[USAGE_FRAMEBUFFERS] = { "where the boot screen is drawn",
				 "look as root, outside of containers" },
	[USAGE_DUMP] = { "where a crash kernel writes its dump",
			 "unload the crash kernel (kexec -p -u)" },
	[USAGE_RESUME] = { "what the kernel resumes from", "make sure that it is none of its "
							   "disks" },
	[USAGE_VFIO_IDS] = { "what vfio-pci takes when it is loaded",
			     "see what modprobe --showconfig says" },
};

const char *part_next(const struct guard_question *question, enum usage_part part)
{
	bool of_network = part == USAGE_ADDRESSES || part == USAGE_ROUTES || part == USAGE_CARRIES;

	if (of_network && question->usage->network_hangs)
		return "reboot, if that driver does not come back";
	return parts[part].next;
}

struct guard_finding guard_pass_if_known(const struct guard_question *question, const char *guard,
					 unsigned wanted, char *fact)
{
	if (!may_serve_host(question->device))
		return guard_pass(fact);
	for (size_t i = 0; i < NR_USAGE_PARTS; i++) {
		const char *reason = question->usage->unknown[i];

		if (!(wanted & PART(i)) || !reason)
			continue;
		free(fact);
		return guard_unknown(question, guard,
				     xasprintf("%s is unknown: %s", parts[i].subject, reason),
				     part_next(question, (enum usage_part)i));
	}
	return guard_pass(fact);
}
