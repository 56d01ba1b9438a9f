/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD; the limits of types are the compiler's. */
#ifndef STUB_LIMITS_H
#define STUB_LIMITS_H

#define NAME_MAX 255
#define PATH_MAX 1024
#define PIPE_BUF 512

#endif
