/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line on stderr that tells how far long work is. */
#include "cmd/linux/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/clock.h"

#define PATIENCE_MS 1000

void progress_begin(struct progress *progress, bool quiet)
{
	*progress = (struct progress){ .wanted = !quiet && isatty(STDERR_FILENO) };
	progress->since = (int64_t)clock_ms();
}

void progress_show(struct progress *progress, const char *format, ...)
{
	va_list ap;
	char *text;
	int width;

	if (!progress->wanted || (int64_t)clock_ms() - progress->since < PATIENCE_MS)
		return;
	va_start(ap, format);
	width = vasprintf(&text, format, ap);
	va_end(ap);
	if (width < 0)
		die_out_of_memory();
	fprintf(stderr, "\r%-*s", progress->width, text);
	fflush(stderr);
	free(text);
	/* Blanks may still hide what was there before. */
	if (width > progress->width)
		progress->width = width;
}

void progress_clear(struct progress *progress)
{
	if (progress->width > 0)
		fprintf(stderr, "\r%*s\r", progress->width, "");
	fflush(stderr);
	progress->width = 0;
}
