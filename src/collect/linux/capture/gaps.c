/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the account of what is there but is not in the capture. */
#include "collect/linux/capture/gaps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define MISSING_MAX (16u << 20)

/* One line is one path, whatever a file is called; and it may be shown on a terminal. */
static char *clean(const char *text)
{
	char *copy = utf8_repair(text);

	flatten(copy);
	return copy;
}

static void count(struct capture_report *report, enum capture_gap gap, const char *path)
{
	if (report->gaps[gap].nr++ == 0)
		report->gaps[gap].first = clean(path);
}

/* "PATH: reason" */
static void count_line(struct capture_report *report, const char *line)
{
	_cleanup_free_ char *path = xstrdup(line);
	char *colon = strrchr(path, ':');

	if (colon)
		*colon = '\0';
	count(report, GAP_BEFORE, path);
}

void gap_add(struct capture_report *report, enum capture_gap gap, const char *path,
	     const char *reason)
{
	_cleanup_free_ char *full = xasprintf("/%s", path);
	_cleanup_free_ char *line = xasprintf("%s: %s", full, reason);

	count(report, gap, full);
	strings_take(&report->missing, clean(line));
}

int gap_add_error(struct capture_report *report, const char *path, int code)
{
	enum capture_gap gap = GAP_FAILED;

	if (code == -ENOENT)
		return code;
	if (code == -EACCES || code == -EPERM)
		gap = GAP_DENIED;
	else if (code == -EFBIG)
		gap = GAP_TOO_LARGE;
	else if (code == -ENOTDIR || code == -EISDIR)
		gap = GAP_ODD;
	gap_add(report, gap, path, strerror(-code));
	return code;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_lines(struct strings *lines)
{
	if (lines->nr)
		qsort(lines->items, lines->nr, sizeof(*lines->items), compare_lines);
}

static bool has_line(const struct strings *sorted, const char *line)
{
	return sorted->nr &&
	       bsearch(&line, sorted->items, sorted->nr, sizeof(*sorted->items), compare_lines);
}

void gaps_finish(const struct source *source, struct capture_report *report)
{
	_cleanup_free_ uint8_t *text = NULL;
	struct strings before = { 0 };
	char *at, *line;
	size_t length;

	sort_lines(&report->missing);
	if (source->live || source_read(source, MISSING_FILE, MISSING_MAX, &text, &length) < 0)
		return;
	at = (char *)text;
	while ((line = strsep(&at, "\n"))) {
		char *path = clean(line);

		if (!*path || has_line(&report->missing, path)) {
			free(path);
			continue;
		}
		strings_take(&before, path);
		count_line(report, path);
	}
	for (size_t i = 0; i < before.nr; i++)
		strings_take(&report->missing, before.items[i]);
	free(before.items);
	sort_lines(&report->missing);
}

void capture_report_free(struct capture_report *report)
{
	strings_free(&report->missing);
	for (size_t i = 0; i < NR_GAPS; i++)
		free(report->gaps[i].first);
	*report = (struct capture_report){ 0 };
}
