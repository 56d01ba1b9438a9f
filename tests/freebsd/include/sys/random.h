/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_SYS_RANDOM_H
#define STUB_SYS_RANDOM_H

#include <sys/types.h>

ssize_t getrandom(void *bytes, size_t size, unsigned int flags);

#endif
