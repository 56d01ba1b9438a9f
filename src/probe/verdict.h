/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check found. */
#ifndef IOMMUTOOL_VERDICT_H
#define IOMMUTOOL_VERDICT_H

#include <stdbool.h>

enum outcome {
	OUTCOME_PASS,
	OUTCOME_FAIL,
	OUTCOME_SKIP, /* something that it takes is not here: nothing was tested */
	OUTCOME_INFO, /* it ran; what came out is neither right nor wrong, or cannot be judged */
};

#define NR_OUTCOMES 4

const char *outcome_name(enum outcome outcome); /* "pass", "fail", "skip", "info" */

struct verdict {
	enum outcome outcome;
	char *observed; /* what was seen: "EINVAL"; NULL: nothing */
	char *reason;	/* why it is not a pass; NULL for a pass */
};

/*
 * Each sets the verdict; the last one set stays, but a failure stays whatever comes after it. With
 * fails() the observation, if one is wanted, is set by observes().
 */
void passes(struct verdict *verdict, const char *observed, ...)
	__attribute__((format(printf, 2, 3)));
void fails(struct verdict *verdict, const char *reason, ...) __attribute__((format(printf, 2, 3)));
void skips(struct verdict *verdict, const char *reason, ...) __attribute__((format(printf, 2, 3)));
/* @reason of an info: why it is no pass. */
void informs(struct verdict *verdict, const char *reason, ...)
	__attribute__((format(printf, 2, 3)));
void observes(struct verdict *verdict, const char *observed, ...)
	__attribute__((format(printf, 2, 3)));

/* Return: "EINVAL" for -EINVAL, "0" for 0; never NULL. */
const char *errno_name(int code);

void verdict_free(struct verdict *verdict);

#endif
