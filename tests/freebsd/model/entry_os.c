/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who answers in build/iommutool-freebsd-model: the machine of a profile, --sysroot=DIR. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collect/freebsd/os_open.h"
#include "parts.h"
#include "util/alloc.h"

int freebsd_os_open(const char *recorded, struct os **os, struct error *err)
{
	struct model *model;
	char *path;

	if (!recorded)
		return fail(err, -ENXIO, "this is a model of FreeBSD: --sysroot names a profile");
	path = xasprintf("%s/profile", recorded);
	if (access(path, R_OK) < 0) {
		int r = fail(err, -errno, "%s: %s", path, strerror(errno));

		free(path);
		return r;
	}
	model = model_new();
	model_profile(model, path);
	free(path);
	*os = &model->os;
	return 0;
}

void freebsd_os_close(struct os *os)
{
	model_free(os->data);
}
