/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_NET_IF_H
#define STUB_NET_IF_H

#ifdef STUB_IFADDRS_H
#error "ifaddrs.h wants net/if.h to come first"
#endif

#define IFF_UP 0x1

#endif
