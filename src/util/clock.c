/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time that passes. */
#include "util/clock.h"

#include <time.h>

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t clock_ms(void)
{
	return clock_ns() / 1000000u;
}

void clock_nap(uint32_t microseconds)
{
	struct timespec left = { microseconds / 1000000u, microseconds % 1000000u * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) != 0)
		;
}
