/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a parser of options refuses one. */
#include "util/option.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

error_t option_error(const struct argp_state *state, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", state->name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "; see %s --help\n", state->name);
	return EINVAL;
}
