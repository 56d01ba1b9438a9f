/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random bytes of the kernel: patterns that were in no memory before. */
#ifndef IOMMUTOOL_RANDOM_H
#define IOMMUTOOL_RANDOM_H

#include <stddef.h>

void random_bytes(void *bytes, size_t size);

#endif
