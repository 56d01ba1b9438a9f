/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_DIRENT_H
#define STUB_DIRENT_H

#include <sys/types.h>

typedef struct stub_dir DIR;

struct dirent {
	ino_t d_fileno;
	off_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	uint8_t stub_padding0;
	uint16_t d_namlen;
	uint16_t stub_padding1;
	char d_name[256];
};

int closedir(DIR *dir);
int dirfd(DIR *dir);
DIR *fdopendir(int fd);
DIR *opendir(const char *path);
struct dirent *readdir(DIR *dir);

#endif
