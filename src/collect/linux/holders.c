/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes have a group open through VFIO, by their open files. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/bdf.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define GROUP_NODE "/dev/vfio/"
#define DEVICE_NODE "/dev/vfio/devices/"
#define DEVICE_FILE "anon_inode:[vfio-device]"

/* The PID namespace that sees every process has this fixed number (include/linux/proc_ns.h). */
#define INITIAL_PID_NAMESPACE "pid:[4026531836]"

static void add_holder(struct group *group, int pid, int process, const char *node)
{
	struct source live = { .live = true };
	struct holder *holder;

	for (size_t i = 0; i < group->nr_holders; i++)
		if (group->holders[i].pid == pid && strcmp(group->holders[i].node, node) == 0)
			return;
	group->holders = xgrow(group->holders, group->nr_holders, sizeof(*group->holders));
	holder = &group->holders[group->nr_holders++];
	*holder = (struct holder){ .pid = pid, .node = xstrdup(node) };
	read_attribute(&live, process, "comm", holder->command, sizeof(holder->command));
}

static struct group *group_of_cdev(const struct machine *machine, const char *cdev)
{
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (strings_contain(&machine->devices[i].cdevs, cdev))
			return machine->devices[i].group;
	return NULL;
}

/* "vfio-device-syspath: /sys/devices/..." in fdinfo, in newer kernels. */
static struct group *group_of_device_file(const struct machine *machine, int process,
					  const char *number)
{
	_cleanup_free_ char *path = xasprintf("fdinfo/%s", number);
	int fd = openat(process, path, O_RDONLY | O_CLOEXEC);
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
	static const char deleted[] = " (deleted)";
	char *node = strstr(target, GROUP_NODE);
	size_t length = strlen(target);

	if (node && length > strlen(deleted) &&
	    strcmp(target + length - strlen(deleted), deleted) == 0)
		target[length - strlen(deleted)] = '\0';
	return node ? node : target;
}

/* @target: where the link of the open file leads; set to the node's own path */
static struct group *group_of_file(const struct machine *machine, int process, const char *number,
				   const char **path, char *target)
{
	uint64_t group;

	if (strcmp(target, DEVICE_FILE) == 0)
		return group_of_device_file(machine, process, number);
	*path = target = (char *)own_path(target);
	if (strncmp(target, DEVICE_NODE, strlen(DEVICE_NODE)) == 0)
		return group_of_cdev(machine, target + strlen(DEVICE_NODE));
	if (strncmp(target, GROUP_NODE, strlen(GROUP_NODE)) != 0 ||
	    parse_u64(target + strlen(GROUP_NODE), 10, UINT32_MAX, &group) < 0)
		return NULL;
	return find_group(machine, (uint32_t)group);
}

/* Return: whether all open files of the process could be seen. */
static bool look_at_process(const struct machine *machine, int proc, int pid)
{
	_cleanup_free_ char *path = xasprintf("%d", pid);
	_cleanup_close_ int process = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = process < 0 ? -1 : openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *files = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool holds_known = false, holds_unknown = false;
	char target[256];

	if (!files)
		return errno == ENOENT || errno == ESRCH; /* it has ended */
	while ((entry = readdir(files))) {
		ssize_t n = readlinkat(dirfd(files), entry->d_name, target, sizeof(target) - 1);
		const char *node = target;
		struct group *group;

		if (n < 0)
			continue;
		target[n] = '\0';
		group = group_of_file(machine, process, entry->d_name, &node, target);
		if (group)
			add_holder(group, pid, process, node);
		holds_known |= group != NULL;
		/* Older kernels do not say which device it is; mostly the group is open too. */
		holds_unknown |= !group && strcmp(target, DEVICE_FILE) == 0;
	}
	return holds_known || !holds_unknown;
}

static bool sees_all_processes(int proc)
{
	char name[64];
	ssize_t n = readlinkat(proc, "self/ns/pid", name, sizeof(name) - 1);

	/* Mounted with hidepid=invisible, /proc lacks the processes of others: 1 is always root's.
	 */
	if (n < 0 || faccessat(proc, "1", F_OK, 0) < 0)
		return false;
	name[n] = '\0';
	return strcmp(name, INITIAL_PID_NAMESPACE) == 0;
}

static bool look_at_processes(const struct source *source, struct machine *machine)
{
	int proc = source_open_dir(source, "proc");
	_cleanup_dir_ DIR *dir = proc < 0 ? NULL : fdopendir(proc);
	const struct dirent *entry;
	bool complete = true;
	uint64_t pid;

	if (!dir)
		return false;
	while ((entry = readdir(dir)))
		if (parse_u64(entry->d_name, 10, INT32_MAX, &pid) == 0 &&
		    !look_at_process(machine, proc, (int)pid))
			complete = false;
	return complete && sees_all_processes(proc);
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
