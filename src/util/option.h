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

#endif
