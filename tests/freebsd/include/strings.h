/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_STRINGS_H
#define STUB_STRINGS_H

#include <stddef.h>

int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t size);

#endif
