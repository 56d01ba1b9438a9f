/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_DIRENT_H
#define STUB_DIRENT_H

#include <sys/types.h>

typedef struct stub_dir DIR;

int closedir(DIR *dir);
DIR *fdopendir(int fd);

#endif
