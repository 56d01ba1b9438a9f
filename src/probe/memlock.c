/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limit of locked memory, which bounds what may be mapped. */
#include "probe/memlock.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define STATUS "/proc/self/status"

/* Of the user namespace that the system booted with (include/linux/proc_ns.h). */
#define INITIAL_USER_NAMESPACE 0xEFFFFFFDu

/*
 * The kernel asks for the capability in the first user namespace; in any other one it does not
 * count. A kernel without user namespaces has no such file. Otherwise unknown is taken for another
 * one: the limit is then observed needlessly.
 */
static bool capabilities_count(void)
{
	struct stat status;

	if (stat("/proc/self/ns/user", &status) < 0)
		return errno == ENOENT && stat("/proc/self/ns", &status) == 0;
	return status.st_ino == INITIAL_USER_NAMESPACE;
}

uint64_t memlock_left(void)
{
	FILE *file = fopen(STATUS, "re");
	uint64_t effective = 0, locked_kib = 0;
	struct rlimit limit;
	char line[256];

	if (file) {
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "VmLck: %" SCNu64, &locked_kib) == 1)
				continue;
			if (sscanf(line, "CapEff: %" SCNx64, &effective) == 1)
				continue;
		}
		fclose(file);
	}
	if ((effective >> CAP_IPC_LOCK & 1) && capabilities_count())
		return MEMLOCK_UNLIMITED;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return MEMLOCK_UNLIMITED;
	return limit.rlim_cur / 1024 > locked_kib ? limit.rlim_cur - locked_kib * 1024 : 0;
}
