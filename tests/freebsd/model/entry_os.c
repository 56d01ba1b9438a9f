/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who answers in build/iommutool-freebsd-model: the machine of a profile. --sysroot=DIR reads
 * DIR/profile, as a capture would be read. $IOMMUTOOL_MODEL=DIR makes it the machine that the
 * program runs on: DIR/state then keeps what is changed from one run to the next.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collect/freebsd/os_open.h"
#include "devctl.h"
#include "parts.h"
#include "util/alloc.h"

static char *in_dir(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);

	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static void be_live(struct model *model, const char *dir)
{
	char *state = in_dir(dir, "state");

	if (state)
		model_read_state(model, state);
	free(state);
	model->state = xasprintf("%s/state", dir);
	model->journal = xasprintf("%s/journal", dir);
}

int freebsd_os_open(const char *recorded, struct os **os, struct error *err)
{
	const char *live = recorded ? NULL : getenv("IOMMUTOOL_MODEL");
	const char *dir = live ? live : recorded;
	struct model *model;
	char *path;

	if (!dir)
		return fail(err, -ENXIO,
			    "this is a model of FreeBSD: --sysroot names a profile to look at, "
			    "$IOMMUTOOL_MODEL one to act on");
	path = in_dir(dir, "profile");
	if (!path)
		return fail(err, -errno, "%s/profile: %s", dir, strerror(errno));
	model = model_new();
	model_profile(model, path);
	model->devctl = model_devctl_ioctl;
	free(path);
	if (live)
		be_live(model, live);
	*os = &model->os;
	return 0;
}

void freebsd_os_close(struct os *os)
{
	struct model *model = os->data;

	if (model->state)
		model_write_state(model, model->state);
	model_free(model);
}
