/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time that passes, whatever the time of day is set to. */
#ifndef IOMMUTOOL_CLOCK_H
#define IOMMUTOOL_CLOCK_H

#include <stdint.h>

uint64_t clock_ns(void);
uint64_t clock_ms(void);

/* Waits at least so long, whatever signal comes; for a poll of something that is nearly there. */
void clock_nap(uint32_t microseconds);

#endif
