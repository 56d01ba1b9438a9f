/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as a file, for a library that reads nothing but paths. */
#ifndef IOMMUTOOL_MEMORY_FILE_H
#define IOMMUTOOL_MEMORY_FILE_H

#include <stddef.h>

/**
 * memory_file() - a file that is in memory only
 * @name: for whoever looks at this process
 * @path: set to its path in this process, which is there as long as it is open; to be freed
 *
 * Return: an fd, to be closed; negative errno, -ENOTSUP where open files have no paths.
 */
int memory_file(const char *name, const void *bytes, size_t length, char **path);

#endif
