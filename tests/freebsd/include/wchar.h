/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_WCHAR_H
#define STUB_WCHAR_H

#include <stddef.h>

typedef int wint_t;

typedef union {
	char stub_bytes[128];
	long long stub_aligned;
} mbstate_t;

size_t mbrtowc(wchar_t *wide, const char *text, size_t size, mbstate_t *state);
int wcwidth(wchar_t wide);

#endif
