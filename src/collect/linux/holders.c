/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes have a group open through VFIO, by their open files. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/linux/processes.h"
#include "model/bdf.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/child.h"
#include "util/cleanup.h"

#define GROUP_NODE "/dev/vfio/"
#define DEVICE_NODE "/dev/vfio/devices/"
#define OPEN_TIMEOUT_MS 5000
#define DEVICE_FILE "anon_inode:[vfio-device]"

static void add_holder(struct group *group, const struct open_file *file, const char *node)
{
	struct holder *holder;

	for (size_t i = 0; i < group->nr_holders; i++)
		if (group->holders[i].pid == file->pid && strcmp(group->holders[i].node, node) == 0)
			return;
	group->holders = xgrow(group->holders, group->nr_holders, sizeof(*group->holders));
	holder = &group->holders[group->nr_holders++];
	*holder = (struct holder){ .pid = file->pid, .node = xstrdup(node) };
	process_name(file, holder->command);
}

static struct group *group_of_cdev(const struct machine *machine, const char *cdev)
{
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (strings_contain(&machine->devices[i].cdevs, cdev))
			return machine->devices[i].group;
	return NULL;
}

/* "vfio-device-syspath: /sys/devices/..." in fdinfo, in newer kernels. */
static struct group *group_of_device_file(const struct machine *machine,
					  const struct open_file *open_file)
{
	_cleanup_free_ char *path = xasprintf("fdinfo/%s", open_file->number);
	int fd = openat(open_file->process, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct group *group = NULL;
	char line[1024];

	if (!file)
		return NULL;
	while (fgets(line, sizeof(line), file)) {
		const char *name = strrchr(line, '/');
		const struct device *device = NULL;

		if (strncmp(line, "vfio-device-syspath:", 20) != 0 || !name)
			continue;
		line[strcspn(line, "\n")] = '\0';
		device = find_device_named(machine, name + 1);
		group = device ? device->group : NULL;
	}
	fclose(file);
	return group;
}

/*
 * A node that a jailed process opened has the path of its jail before it, and one that was removed
 * since then " (deleted)" behind it.
 *
 * Return: where the node's own path begins in @target, shortened to it.
 */
static const char *own_path(char *target)
{
	char *node = strstr(target, GROUP_NODE);

	if (node)
		cut_deleted(target);
	return node ? node : target;
}

/* @node: set to the node's own path */
static struct group *group_of_file(const struct machine *machine, const struct open_file *file,
				   const char **node)
{
	uint64_t group;

	*node = file->target;
	if (strcmp(file->target, DEVICE_FILE) == 0)
		return group_of_device_file(machine, file);
	*node = own_path(file->target);
	if (strncmp(*node, DEVICE_NODE, strlen(DEVICE_NODE)) == 0)
		return group_of_cdev(machine, *node + strlen(DEVICE_NODE));
	if (strncmp(*node, GROUP_NODE, strlen(GROUP_NODE)) != 0 ||
	    parse_u64(*node + strlen(GROUP_NODE), 10, UINT32_MAX, &group) < 0)
		return NULL;
	return find_group(machine, (uint32_t)group);
}

/* The walk comes to the files of one process after those of another. */
struct walk {
	const struct machine *machine;
	int pid; /* whose files these are */
	bool holds_known, holds_unknown;
	bool complete;
};

static void end_process(struct walk *walk)
{
	/* Older kernels do not say which device it is; mostly the group is open too. */
	walk->complete &= walk->holds_known || !walk->holds_unknown;
	walk->holds_known = walk->holds_unknown = false;
}

static void look_at_file(void *closure, const struct open_file *file)
{
	struct walk *walk = closure;
	const char *node;
	struct group *group;

	if (walk->pid != file->pid)
		end_process(walk);
	walk->pid = file->pid;
	group = group_of_file(walk->machine, file, &node);
	if (group)
		add_holder(group, file, node);
	walk->holds_known |= group != NULL;
	walk->holds_unknown |= !group && strcmp(file->target, DEVICE_FILE) == 0;
}

static bool look_at_processes(const struct source *source, const struct machine *machine)
{
	struct walk walk = { .machine = machine, .complete = true };
	bool all = each_open_file(source, look_at_file, &walk);

	end_process(&walk);
	return all && walk.complete;
}

void collect_holders(const struct source *source, struct machine *machine)
{
	bool wanted = false, complete;

	for (size_t i = 0; i < machine->nr_groups; i++) {
		/* Without a VFIO driver there is no node that could be held. */
		machine->groups[i].holders_complete = group_has_vfio_driver(&machine->groups[i]) ==
						      TRI_NO;
		wanted |= !machine->groups[i].holders_complete;
	}
	if (!wanted)
		return;
	complete = source->live && look_at_processes(source, machine);
	if (!complete)
		machine_note(machine, source->live ? "holders: not every process could be looked "
						     "at; run as root outside of containers"
						   : "holders: a capture does not have them");
	for (size_t i = 0; i < machine->nr_groups; i++)
		machine->groups[i].holders_complete |= complete;
}

static int open_group(const void *argument, struct child_answer *answer)
{
	_cleanup_close_ int fd = open(argument, O_RDWR | O_CLOEXEC);

	(void)answer;
	return fd < 0 ? -errno : 0;
}

/*
 * Opening waits for a lock that is held while a device is opened or closed, with its reset
 * (vfio_group_fops_open), so it is done in a child.
 *
 * Return: 0 when nobody has it; -EBUSY when somebody has; other negative errno.
 */
static int try_group(const struct group *group)
{
	_cleanup_free_ char *path = xasprintf(GROUP_NODE "%" PRIu32, group->number);
	pid_t stuck;
	int r = run_in_child(open_group, path, OPEN_TIMEOUT_MS, NULL, &stuck);

	return stuck || r == -EINTR ? -EBUSY : r; /* whoever keeps it waiting has it */
}

static void forget_holders(struct group *group)
{
	for (size_t i = 0; i < group->nr_holders; i++)
		free(group->holders[i].node);
	free(group->holders);
	group->holders = NULL;
	group->nr_holders = 0;
}

/* Return: whether the processes have to be looked at to know who has it. */
static bool ask_group(const struct source *source, struct group *group, bool may_open)
{
	int r = -EBUSY;

	forget_holders(group);
	group->is_open = false;
	group->holders_complete = group_has_vfio_driver(group) == TRI_NO;
	if (group->holders_complete)
		return false;
	if (!source->live)
		r = -ENOENT;
	else if (may_open)
		r = try_group(group);
	group->holders_complete = r == 0;
	group->is_open = r == -EBUSY;
	return r != 0;
}

/* A group that somebody has, by a device file of which older kernels do not say whose it is. */
struct search {
	const struct machine *machine;
	struct group *group;
};

static bool holds_another(const struct machine *machine, int pid)
{
	for (size_t i = 0; i < machine->nr_groups; i++)
		for (size_t k = 0; k < machine->groups[i].nr_holders; k++)
			if (machine->groups[i].holders[k].pid == pid &&
			    strcmp(machine->groups[i].holders[k].node, DEVICE_FILE) != 0)
				return true;
	return false;
}

static void look_at_device_file(void *closure, const struct open_file *file)
{
	const struct search *search = closure;

	if (strcmp(file->target, DEVICE_FILE) == 0 && !holds_another(search->machine, file->pid))
		add_holder(search->group, file, DEVICE_FILE);
}

/* A PF takes its virtual functions along, so who has those counts, too. */
static struct group *asked_group(const struct machine *machine, const bool *wanted, size_t i)
{
	const struct device *device = &machine->devices[i];
	const struct device *physical = device->physical;

	return wanted[i] || (physical && wanted[physical - machine->devices]) ? device->group
									      : NULL;
}

void collect_group_users(const struct source *source, struct machine *machine, const bool *wanted,
			 bool may_open)
{
	_cleanup_free_ bool *asked = xcalloc(machine->nr_groups, sizeof(*asked));
	bool search = false, complete;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct group *group = asked_group(machine, wanted, i);

		if (!group || asked[group - machine->groups])
			continue;
		asked[group - machine->groups] = true;
		search |= ask_group(source, group, may_open);
	}
	if (!search)
		return;
	complete = source->live && look_at_processes(source, machine);
	for (size_t i = 0; i < machine->nr_groups; i++) {
		struct group *group = &machine->groups[i];

		if (asked[i] && group->is_open && group->nr_holders == 0)
			each_open_file(source, look_at_device_file,
				       &(struct search){ machine, group });
		if (asked[i] && complete && (!group->is_open || group->nr_holders > 0))
			group->holders_complete = true;
	}
}
