/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation that cannot fail. */
#include "util/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die_out_of_memory(void)
{
	fputs("iommutool: out of memory\n", stderr);
	exit(2);
}

static void *or_die(void *pointer)
{
	if (!pointer)
		die_out_of_memory();
	return pointer;
}

void *xcalloc(size_t count, size_t size)
{
	return or_die(calloc(count ? count : 1, size ? size : 1));
}

void *xreallocarray(void *pointer, size_t count, size_t size)
{
	return or_die(reallocarray(pointer, count ? count : 1, size ? size : 1));
}

char *xstrdup(const char *text)
{
	return or_die(strdup(text));
}

char *xasprintf(const char *format, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, format);
	len = vasprintf(&text, format, ap);
	va_end(ap);
	return or_die(len < 0 ? NULL : text);
}

void *xgrow(void *array, size_t count, size_t size)
{
	if (count & (count - 1)) /* not a power of two: there is room left */
		return array;
	if (count > SIZE_MAX / 2)
		return or_die(NULL);
	return xreallocarray(array, count ? count * 2 : 1, size);
}
