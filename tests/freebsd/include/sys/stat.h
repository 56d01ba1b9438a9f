/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD; its mode_t has 16 bits. */
#ifndef STUB_SYS_STAT_H
#define STUB_SYS_STAT_H

#include <sys/types.h>
#include <time.h>

struct stat {
	dev_t st_dev;
	ino_t st_ino;
	nlink_t st_nlink;
	mode_t st_mode;
	int16_t stub_flags;
	uid_t st_uid;
	gid_t st_gid;
	int32_t stub_padding;
	dev_t st_rdev;
	struct timespec st_atim, st_mtim, st_ctim, stub_birth;
	off_t st_size;
	int64_t st_blocks;
	int32_t st_blksize;
	uint32_t stub_more_flags;
	uint64_t stub_rest[11];
};

#define S_ISVTX 0001000
#define S_IWGRP 0000020
#define S_IWOTH 0000002
#define S_IFMT 0170000
#define S_ISBLK(mode) (((mode)&S_IFMT) == 0060000)
#define S_ISCHR(mode) (((mode)&S_IFMT) == 0020000)
#define S_ISDIR(mode) (((mode)&S_IFMT) == 0040000)
#define S_ISLNK(mode) (((mode)&S_IFMT) == 0120000)
#define S_ISREG(mode) (((mode)&S_IFMT) == 0100000)

int fchmod(int fd, mode_t mode);
int fstat(int fd, struct stat *st);
int fstatat(int dir, const char *path, struct stat *st, int flags);
int lstat(const char *path, struct stat *st);
int mkdir(const char *path, mode_t mode);
int mkdirat(int dir, const char *path, mode_t mode);
int stat(const char *path, struct stat *st);

#endif
