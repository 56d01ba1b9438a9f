/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The open files of all processes. */
#include "collect/linux/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* The PID namespace that sees every process has this fixed number (include/linux/proc_ns.h). */
#define INITIAL_PID_NAMESPACE "pid:[4026531836]"

/* Return: whether all open files of the process could be seen. */
static bool look_at_process(int proc, int pid,
			    void (*found)(void *closure, const struct open_file *file),
			    void *closure)
{
	_cleanup_free_ char *path = xasprintf("%d", pid);
	_cleanup_close_ int process = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = process < 0 ? -1 : openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *files = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	char target[PATH_MAX];

	if (!files)
		return errno == ENOENT || errno == ESRCH; /* it has ended */
	while ((entry = readdir(files))) {
		ssize_t n = readlinkat(dirfd(files), entry->d_name, target, sizeof(target) - 1);
		struct open_file file = { pid, process, entry->d_name, target };

		if (n < 0)
			continue;
		target[n] = '\0';
		found(closure, &file);
	}
	return true;
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

bool each_open_file(const struct source *source,
		    void (*found)(void *closure, const struct open_file *file), void *closure)
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
		    !look_at_process(proc, (int)pid, found, closure))
			complete = false;
	return complete && sees_all_processes(proc);
}

void cut_deleted(char *target)
{
	static const char deleted[] = " (deleted)";
	size_t length = strlen(target);

	if (length > strlen(deleted) && strcmp(target + length - strlen(deleted), deleted) == 0)
		target[length - strlen(deleted)] = '\0';
}

void process_name(const struct open_file *file, char text[32])
{
	struct source live = { .live = true };

	if (read_attribute(&live, file->process, "comm", text, 32) < 0)
		*text = '\0';
}
