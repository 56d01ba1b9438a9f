/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads mountinfo(5), and finds the mount that a file is on. */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define MOUNTINFO_MAX (16u << 20)

static bool is_octal(const char *text)
{
	return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' &&
	       text[2] >= '0' && text[2] <= '7';
}

void unescape_octal(char *text)
{
	char *to = text;

	while (*text) {
		if (*text == '\\' && is_octal(text + 1)) {
			int byte = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');

			if (byte) { /* no kernel escapes a NUL */
				*to++ = (char)byte;
				text += 4;
				continue;
			}
		}
		*to++ = *text++;
	}
	*to = '\0';
}

int parse_number_pair(const char *text, unsigned *major, unsigned *minor)
{
	const char *colon = strchr(text, ':');
	char first[16];
	uint64_t a, b;

	if (!colon || (size_t)(colon - text) >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, (size_t)(colon - text));
	first[colon - text] = '\0';
	if (parse_u64(first, 10, UINT32_MAX, &a) < 0 ||
	    parse_u64(colon + 1, 10, UINT32_MAX, &b) < 0)
		return -EINVAL;
	*major = (unsigned)a;
	*minor = (unsigned)b;
	return 0;
}

static char *unescaped(const char *field)
{
	char *copy = xstrdup(field);

	unescape_octal(copy);
	return copy;
}

/*
 * "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue": an empty
 * source is an empty field, so each blank separates.
 */
static bool parse_line(char *line, struct mount *mount)
{
	enum { ID, PARENT, NUMBER, ROOT, POINT, OPTIONS, NR_FIXED };
	char *fixed[NR_FIXED], *field, *type, *source;

	for (size_t i = 0; i < NR_FIXED; i++)
		if (!(fixed[i] = strsep(&line, " ")))
			return false;
	while ((field = strsep(&line, " ")) && strcmp(field, "-") != 0)
		;
	type = strsep(&line, " ");
	source = strsep(&line, " ");
	if (!type || !*type || !source || fixed[POINT][0] != '/' ||
	    parse_number_pair(fixed[NUMBER], &mount->major, &mount->minor) < 0)
		return false;
	mount->point = unescaped(fixed[POINT]);
	mount->type = unescaped(type);
	mount->source = unescaped(source);
	mount->options = unescaped(line ? line : "");
	return true;
}

int read_mounts(const struct source *source, const char *path, struct mounts *mounts)
{
	_cleanup_free_ uint8_t *text = NULL;
	size_t length;
	char *at, *line;
	int r;

	*mounts = (struct mounts){ 0 };
	r = source_read(source, path, MOUNTINFO_MAX, &text, &length);
	if (r < 0)
		return r;
	at = (char *)text;
	while ((line = strsep(&at, "\n"))) {
		struct mount mount;

		if (!parse_line(line, &mount))
			continue;
		mounts->items = xgrow(mounts->items, mounts->nr, sizeof(*mounts->items));
		mounts->items[mounts->nr++] = mount;
	}
	return 0;
}

void mounts_free(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->nr; i++) {
		free(mounts->items[i].point);
		free(mounts->items[i].type);
		free(mounts->items[i].source);
		free(mounts->items[i].options);
	}
	free(mounts->items);
	*mounts = (struct mounts){ 0 };
}

/* Return: whether @path is @point, or below it. */
static bool is_at_or_below(const char *path, const char *point)
{
	size_t length = strlen(point);

	if (length && point[length - 1] == '/') /* only "/" itself ends so */
		length--;
	return strncmp(path, point, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

const struct mount *mount_of_path(const struct mounts *mounts, const char *path)
{
	const struct mount *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < mounts->nr; i++) {
		const struct mount *mount = &mounts->items[i];
		size_t length = strlen(mount->point);

		/* A mount upon another at the same place comes later and hides it. */
		if (length < longest || !is_at_or_below(path, mount->point))
			continue;
		longest = length;
		found = mount;
	}
	return found;
}

int read_host_mounts(const struct source *source, struct mounts *mounts)
{
	int r = read_mounts(source, "proc/1/mountinfo", mounts);

	return r == 0 ? 0 : read_mounts(source, "proc/self/mountinfo", mounts);
}
