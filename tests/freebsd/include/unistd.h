/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_UNISTD_H
#define STUB_UNISTD_H

#include <sys/types.h>

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

void _exit(int status) __attribute__((noreturn));
int access(const char *path, int mode);
int close(int fd);
int close_range(unsigned int first, unsigned int last, int flags);
pid_t fork(void);
int fsync(int fd);
int ftruncate(int fd, off_t size);
int getpagesize(void);
pid_t getpid(void);
int isatty(int fd);
int pipe2(int ends[2], int flags);
uid_t geteuid(void);
ssize_t pread(int fd, void *bytes, size_t size, off_t offset);
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t read(int fd, void *bytes, size_t size);
ssize_t readlink(const char *path, char *text, size_t size);
ssize_t readlinkat(int dir, const char *path, char *text, size_t size);
pid_t setsid(void);
int unlink(const char *path);
int unlinkat(int dir, const char *path, int flags);
ssize_t write(int fd, const void *bytes, size_t size);

#endif
