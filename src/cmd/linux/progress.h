/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line on stderr that tells how far long work is, where a person looks on. */
#ifndef IOMMUTOOL_PROGRESS_H
#define IOMMUTOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool wanted;   /* stderr is a terminal */
	int width;     /* of the line that is there now */
	int64_t since; /* when the work began: ms of the monotonic clock */
};

void progress_begin(struct progress *progress, bool quiet);

/* Shows the line in place of the one before, once the work has taken more than a second. */
void progress_show(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes the line away: before anything else is written, and at the end. */
void progress_clear(struct progress *progress);

#endif
