/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a capture: a directory that --sysroot reads as if it were the machine. */
#ifndef IOMMUTOOL_CAPTURE_H
#define IOMMUTOOL_CAPTURE_H

#include <stddef.h>

#include "collect/collect.h"
#include "util/error.h"
#include "util/text.h"

/* Why something that is there is not in the capture. */
enum capture_gap {
	GAP_DENIED,    /* permission */
	GAP_SHORTENED, /* permission again: only the beginning may be read */
	GAP_TOO_LARGE,
	GAP_ODD,    /* not the kind of file that belongs there */
	GAP_FAILED, /* any other error */
	GAP_BEFORE, /* missing already in the capture that this one is made from */
	NR_GAPS,
};

struct capture_report {
	size_t files;		/* written: files and links, not counting MISSING */
	struct strings missing; /* "PATH: reason", sorted: the lines of MISSING */
	struct {
		size_t nr;
		char *first; /* a path; NULL when there is none */
	} gaps[NR_GAPS];
};

/**
 * capture() - write what the collectors read, and nothing else, to a directory
 * @dir: not there yet, or empty
 * @report: released with capture_report_free(), whatever is returned
 *
 * Serial numbers in config space are zero in the capture, and private words of the kernel's
 * command line XXXX. What is there but cannot be read is in @report and in DIR/MISSING.
 *
 * Return: 0, also when something is missing; negative errno when DIR cannot be written: what was
 * written before stays.
 */
int capture(const struct source *source, const char *dir, struct capture_report *report,
	    struct error *err);
void capture_report_free(struct capture_report *report);

#endif
