/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory maps that the user names as a file. */
#include "cmd/plan_file.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/file.h"

#define PLAN_MAX (16u << 20)

int read_plan(const char *path, struct plan *plan, struct error *err)
{
	_cleanup_free_ uint8_t *text = NULL;
	size_t length;
	int r = read_user_file(path, PLAN_MAX, &text, &length, err);

	if (r < 0)
		return r;
	if (strlen((char *)text) != length)
		return fail(err, -EINVAL, "%s: holds a NUL byte; a plan is text", path);
	return plan_parse((char *)text, path, plan, err);
}
