/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one place that fills in a struct error. */
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>

int fail(struct error *err, int code, const char *format, ...)
{
	va_list ap;

	if (err && err->code == 0) {
		err->code = code;
		va_start(ap, format);
		vsnprintf(err->text, sizeof(err->text), format, ap);
		va_end(ap);
	}
	return code;
}
