/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that the user named, and files that are ours to replace. */
#ifndef IOMMUTOOL_FILE_H
#define IOMMUTOOL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

/**
 * read_user_file() - all of a regular file, or of standard input
 * @path: "-" is standard input
 * @max: largest size taken, in bytes
 * @bytes: the content with a NUL behind it, to be freed
 *
 * Return: 0; negative errno; -EFBIG when it is larger, -EINVAL when it is no regular file.
 */
int read_user_file(const char *path, size_t max, uint8_t **bytes, size_t *length,
		   struct error *err);

/**
 * replace_file() - write and sync a small file, all of it or none
 * @dir: open directory that it lies in
 * @name: a file "." and @name is used on the way
 *
 * Return: 0 or negative errno.
 */
int replace_file(int dir, const char *name, const char *text);

#endif
