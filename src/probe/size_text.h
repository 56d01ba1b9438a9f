/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes in messages. */
#ifndef IOMMUTOOL_PROBE_SIZE_TEXT_H
#define IOMMUTOOL_PROBE_SIZE_TEXT_H

#include <stdint.h>

/* Return: "16 GiB" (exactly), "1.9 MiB" (at least, and less than 2.0), "100 bytes"; to be freed. */
char *size_text(uint64_t bytes);

#endif
