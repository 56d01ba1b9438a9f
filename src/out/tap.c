/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Test Anything Protocol, version 14. */
#include "out/tap.h"

#include <stdlib.h>

#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/text.h"

/* A copy on one line, in valid UTF-8. */
static char *one_line(const char *text)
{
	char *line = utf8_repair(text);

	flatten(line);
	return line;
}

/* In a description a # would begin a directive, and \ escapes. */
static void print_description(FILE *stream, const char *text)
{
	_cleanup_free_ char *line = one_line(text);

	for (const char *at = line; *at; at++) {
		if (*at == '#' || *at == '\\')
			fputc('\\', stream);
		fputc(*at, stream);
	}
}

static void print_line(FILE *stream, const char *text)
{
	_cleanup_free_ char *line = one_line(text);

	fputs(line, stream);
}

/* A double-quoted scalar of YAML: whatever is in it, it is a string. */
static void print_quoted(FILE *stream, const char *text)
{
	_cleanup_free_ char *line = one_line(text);

	fputc('"', stream);
	for (const char *at = line; *at; at++) {
		if (*at == '"' || *at == '\\')
			fputc('\\', stream);
		fputc(*at, stream);
	}
	fputc('"', stream);
}

static void print_details(FILE *stream, const struct tap_detail *details)
{
	bool any = false;

	for (; details && details->key; details++) {
		if (!details->text)
			continue;
		fprintf(stream, "%s  %s: ", any ? "" : "  ---\n", details->key);
		print_quoted(stream, details->text);
		fputc('\n', stream);
		any = true;
	}
	if (any)
		fputs("  ...\n", stream);
}

void tap_begin(struct tap *tap, FILE *stream, size_t nr, const char *why_none)
{
	*tap = (struct tap){ .stream = stream };
	if (!stream)
		return;
	fprintf(stream, "TAP version 14\n1..%zu", nr);
	if (nr == 0 && why_none) {
		fputs(" # SKIP ", stream);
		print_line(stream, why_none);
	}
	fputc('\n', stream);
	fflush(stream);
}

void tap_show(struct tap *tap, const struct tap_point *point)
{
	tap->nr++;
	if (!tap->stream)
		return;
	fprintf(tap->stream, "%s %zu - ", point->ok ? "ok" : "not ok", tap->nr);
	print_description(tap->stream, point->name);
	if (point->skip) {
		fputs(" # SKIP ", tap->stream);
		print_line(tap->stream, point->skip);
	}
	fputc('\n', tap->stream);
	print_details(tap->stream, point->details);
	fflush(tap->stream);
}

void tap_bail_out(struct tap *tap, const char *why)
{
	if (!tap->stream)
		return;
	fputs("Bail out! ", tap->stream);
	print_line(tap->stream, why);
	fputc('\n', tap->stream);
	fflush(tap->stream);
}
