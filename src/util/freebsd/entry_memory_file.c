/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as a file: there is no way. memfd_create(2) is there, but files in /dev/fd beyond the
 * standard ones only where fdescfs(5) is mounted. Nobody misses it: records of machines, whose
 * names of devices would need it, are not read on FreeBSD.
 */
#include "util/memory_file.h"

#include <errno.h>

int memory_file(const char *name, const void *bytes, size_t length, char **path)
{
	(void)name;
	(void)bytes;
	(void)length;
	(void)path;
	return -ENOTSUP;
}
