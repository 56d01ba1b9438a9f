/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool capture: a directory that every reading command takes for this machine. */
#include "cmd/capture.h"

#include <stdio.h>
#include <stdlib.h>

#include "collect/capture.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/text.h"

static const struct {
	const char *what, *next;
} gap_texts[NR_GAPS] = {
	[GAP_DENIED] = { "may not be read", "run as root, outside of containers" },
	[GAP_SHORTENED] = { "only the beginning may be read",
			    "run as root, outside of containers" },
	[GAP_TOO_LARGE] = { "too large", "look at what it is" },
	[GAP_ODD] = { "not what should be there", "look at what it is" },
	[GAP_FAILED] = { "cannot be read", "capture again" },
	[GAP_BEFORE] = { "missing already where this is captured from",
			 "capture the machine itself as root" },
};

/* One line a kind, or with --verbose one a file. */
static void tell_missing(const struct context *context, const struct capture_report *report,
			 const char *dir)
{
	for (size_t i = 0; context->verbose && i < report->missing.nr; i++)
		complain(context, "%s", report->missing.items[i]);
	for (size_t i = 0; i < NR_GAPS; i++) {
		char more[32] = "";

		if (report->gaps[i].nr == 0)
			continue;
		if (report->gaps[i].nr > 1)
			snprintf(more, sizeof(more), " and %zu more", report->gaps[i].nr - 1);
		complain(context, "%s%s: %s (%s/MISSING); %s", report->gaps[i].first, more,
			 gap_texts[i].what, dir, gap_texts[i].next);
	}
}

int capture_to(const struct context *context, const char *dir)
{
	struct capture_report report = { 0 };
	struct error err = { 0 };
	struct source source;
	_cleanup_free_ char *name = NULL;
	int status = STATUS_OK;

	if (source_open(&source, context->sysroot, &err) < 0)
		return complain_error(context, &err);
	if (capture(&source, dir, &report, &err) < 0)
		status = complain_error(context, &err);
	if (status == STATUS_OK && !context->quiet) {
		name = xstrdup(dir);
		flatten(name);
		tell_missing(context, &report, name);
		printf("%s: %zu files, %zu missing\n", name, report.files, report.missing.nr);
	}
	capture_report_free(&report);
	source_close(&source);
	return status;
}
