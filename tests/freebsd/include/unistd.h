/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_UNISTD_H
#define STUB_UNISTD_H

#include <sys/types.h>

int access(const char *path, int mode);
int close(int fd);
int getpagesize(void);
uid_t geteuid(void);
ssize_t pread(int fd, void *bytes, size_t size, off_t offset);
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t read(int fd, void *bytes, size_t size);
ssize_t write(int fd, const void *bytes, size_t size);

#endif
