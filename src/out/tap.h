/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Test Anything Protocol, version 14 (testanything.org), line by line as results come. */
#ifndef IOMMUTOOL_TAP_H
#define IOMMUTOOL_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct tap {
	FILE *stream; /* NULL: nothing is printed */
	size_t nr;    /* test points so far */
};

/* A line of the block below a test point: a key, which is a plain word, and any text. */
struct tap_detail {
	const char *key;
	const char *text; /* NULL: the line is left out */
};

struct tap_point {
	bool ok;
	const char *name;
	const char *skip;		  /* why nothing was tested; NULL: it was */
	const struct tap_detail *details; /* NULL: none; ends with a NULL key */
};

/**
 * tap_begin() - the version and the plan
 * @nr: how many test points will come
 * @why_none: where @nr is 0; may be NULL
 */
void tap_begin(struct tap *tap, FILE *stream, size_t nr, const char *why_none);

/* One test point, written out at once. */
void tap_show(struct tap *tap, const struct tap_point *point);

/* No more test points come. */
void tap_bail_out(struct tap *tap, const char *why);

#endif
