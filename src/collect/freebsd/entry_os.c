/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who answers on FreeBSD: the system itself. */
#include <errno.h>
#include <stdlib.h>

#include "collect/freebsd/os_open.h"
#include "collect/freebsd/os_system.h"
#include "util/alloc.h"

int freebsd_os_open(const char *recorded, struct os **os, struct error *err)
{
	if (recorded)
		return fail(err, -ENOTSUP,
			    "%s: records of FreeBSD are read by the developers' model of it, on "
			    "Linux; leave out --sysroot",
			    recorded);
	*os = xcalloc(1, sizeof(**os));
	**os = freebsd_system();
	return 0;
}

void freebsd_os_close(struct os *os)
{
	free(os);
}
