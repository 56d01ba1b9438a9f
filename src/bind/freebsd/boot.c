/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells one boot of FreeBSD from another. */
#include "bind/freebsd/boot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RANDOM_SIZE 16

int freebsd_boot_id(struct os *os, char id[BOOT_ID_SIZE], struct error *err)
{
	uint8_t bytes[RANDOM_SIZE];
	int64_t time[2]; /* struct timeval: seconds and microseconds */
	size_t size = sizeof(bytes);
	int r = os->ops->sysctl(os, "kern.boot_id", bytes, &size);

	if (r == 0 && size == sizeof(bytes)) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			snprintf(id + 2 * i, 3, "%02x", bytes[i]);
		return 0;
	}
	size = sizeof(time);
	r = os->ops->sysctl(os, "kern.boottime", time, &size);
	if (r == 0 && size != sizeof(time))
		r = -EINVAL;
	if (r < 0)
		return fail(err, r, "kern.boottime: %s; without it nobody knows which boot this is",
			    strerror(-r));
	snprintf(id, BOOT_ID_SIZE, "%" PRId64, time[0]);
	return 0;
}
