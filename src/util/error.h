/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How an actor tells its caller what went wrong: one code, one sentence, filled in once. */
#ifndef IOMMUTOOL_ERROR_H
#define IOMMUTOOL_ERROR_H

struct error {
	int code;	/* negative errno */
	char text[240]; /* "subject: what and why; next step", no newline */
};

/**
 * fail() - record why something failed
 * @err: filled in, unless it already holds an earlier failure; may be NULL
 * @code: negative errno
 * @format: "subject: what and why; next step"
 *
 * Return: @code, so that `return fail(err, -ENOENT, ...)` reads well.
 */
int fail(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
