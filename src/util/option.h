/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a parser of options refuses one. */
#ifndef IOMMUTOOL_OPTION_H
#define IOMMUTOOL_OPTION_H

#include <argp.h>

/**
 * option_error() - say on stderr, in one line, what is wrong with an option and where help is
 *
 * Return: EINVAL, for the parser to return: argp then ends parsing.
 */
error_t option_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How long an acting command waits for a step without --timeout. */
#define DEFAULT_TIMEOUT_MS 30000

/**
 * option_seconds() - an option's number of seconds, 1 to 3600
 * @ms: set to it, in milliseconds
 *
 * Return: 0, or as option_error() when it is none.
 */
error_t option_seconds(const struct argp_state *state, const char *option, const char *text,
		       int *ms);

#endif
