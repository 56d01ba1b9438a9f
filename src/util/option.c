/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a parser of options refuses one. */
#include "util/option.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/text.h"

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

error_t option_seconds(const struct argp_state *state, const char *option, const char *text,
		       int *ms)
{
	const int most = 3600;
	uint64_t seconds;

	if (parse_u64(text, 10, (uint64_t)most, &seconds) < 0 || seconds == 0)
		return option_error(state, "%s: \"%s\" is no number of seconds from 1 to %d",
				    option, text, most);
	*ms = (int)seconds * 1000;
	return 0;
}
