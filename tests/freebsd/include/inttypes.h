/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD: formats where 64 bits are a long. */
#ifndef STUB_INTTYPES_H
#define STUB_INTTYPES_H

#include <stdint.h>

#define PRId32 "d"
#define PRIu32 "u"
#define PRIx32 "x"
#define PRId64 "ld"
#define PRIu64 "lu"
#define PRIx64 "lx"

#endif
