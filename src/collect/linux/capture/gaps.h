/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside capture: the account of what is there but is not in the capture. */
#ifndef IOMMUTOOL_CAPTURE_GAPS_H
#define IOMMUTOOL_CAPTURE_GAPS_H

#include "collect/capture.h"

#define MISSING_FILE "MISSING" /* in the capture: a line each, "PATH: reason" */

/* @path: on the machine, without leading slash */
void gap_add(struct capture_report *report, enum capture_gap gap, const char *path,
	     const char *reason);

/*
 * The same for an error of reading it, a negative errno; what is not there is not missing.
 *
 * Return: @code.
 */
int gap_add_error(struct capture_report *report, const char *path, int code);

/* Adds what is missing in @source, when that is a capture itself, and sorts the lines. */
void gaps_finish(const struct source *source, struct capture_report *report);

#endif
