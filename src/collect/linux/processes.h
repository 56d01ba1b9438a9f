/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside collect/linux/: the open files of all processes. */
#ifndef IOMMUTOOL_PROCESSES_H
#define IOMMUTOOL_PROCESSES_H

#include <stdbool.h>

#include "collect/collect.h"

struct open_file {
	int pid;
	int process;	    /* /proc/PID, open */
	const char *number; /* of the file in it: "7" */
	char *target;	    /* where /proc/PID/fd/7 leads; may be written to */
};

/**
 * each_open_file() - walk over the open files of all processes
 * @found: called for each file
 *
 * Return: whether every process of the system could be looked at: false for others than root, and
 * inside of a PID namespace.
 */
bool each_open_file(const struct source *source,
		    void (*found)(void *closure, const struct open_file *file), void *closure);

/* Cuts what stands behind the path of a file that was removed since: " (deleted)". */
void cut_deleted(char *target);

/* Writes the name of a process, "qemu-system-x86"; "" when it has ended. */
void process_name(const struct open_file *file, char text[32]);

#endif
