/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_ARPA_INET_H
#define STUB_ARPA_INET_H

#include <netinet/in.h>

const char *inet_ntop(int family, const void *from, char *to, socklen_t size);

#endif
