/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_WCTYPE_H
#define STUB_WCTYPE_H

#include <wchar.h>

int iswprint(wint_t wide);

#endif
