/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_SYS_SOCKET_H
#define STUB_SYS_SOCKET_H

#include <sys/types.h>

#define AF_INET 2
#define AF_INET6 28

typedef unsigned char sa_family_t;
typedef unsigned int socklen_t;

struct sockaddr {
	unsigned char sa_len;
	sa_family_t sa_family;
	char sa_data[14];
};

#endif
