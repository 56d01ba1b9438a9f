/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bind --persist: what the user writes into loader.conf(5). */
#include "bind/persist.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "bind/freebsd/boot_lines.h"
#include "model/freebsd/ppt.h"

int persist_check(const struct bind_request *request, struct error *err)
{
	if (strcmp(request->to, PPT_DRIVER) == 0)
		return 0;
	return fail(err, -ENOTSUP,
		    "--persist: only " PPT_DRIVER " takes devices at boot; leave out --to=%s",
		    request->to);
}

char *persist_text(const char *device)
{
	(void)device;
	return NULL;
}

int persist(const struct bind_plan *plan, struct strings *lines, const char **file,
	    struct error *err)
{
	*file = "/boot/loader.conf";
	return freebsd_boot_lines(plan, lines, err);
}
