/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_LOCALE_H
#define STUB_LOCALE_H

#define LC_ALL 0
#define LC_CTYPE 2

char *setlocale(int category, const char *locale);

#endif
