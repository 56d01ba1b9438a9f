/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD: types as they are on amd64 and arm64. */
#ifndef STUB_SYS_TYPES_H
#define STUB_SYS_TYPES_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t ssize_t;
typedef int64_t off_t;
typedef int32_t pid_t;
typedef uint32_t uid_t;
typedef uint32_t gid_t;
typedef uint16_t mode_t;
typedef uint64_t dev_t;
typedef uint64_t ino_t;
typedef int64_t time_t;
typedef uint64_t nlink_t;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;

#endif
