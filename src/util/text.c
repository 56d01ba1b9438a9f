/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small text helpers. */
#include "util/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

void strings_take(struct strings *list, char *item)
{
	list->items = xgrow(list->items, list->nr, sizeof(*list->items));
	list->items[list->nr++] = item;
}

void strings_add(struct strings *list, const char *item)
{
	strings_take(list, xstrdup(item));
}

bool strings_contain(const struct strings *list, const char *item)
{
	for (size_t i = 0; i < list->nr; i++)
		if (strcmp(list->items[i], item) == 0)
			return true;
	return false;
}

char *strings_join(const struct strings *list, const char *separator)
{
	size_t len = 1;
	char *text, *at;

	for (size_t i = 0; i < list->nr; i++)
		len += strlen(list->items[i]) + strlen(separator);
	at = text = xcalloc(len, 1);
	for (size_t i = 0; i < list->nr; i++) {
		if (i)
			at = stpcpy(at, separator);
		at = stpcpy(at, list->items[i]);
	}
	return text;
}

void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){ 0 };
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int parse_u64(const char *text, int base, uint64_t max, uint64_t *value)
{
	uint64_t result = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && base != 10) {
		text += 2;
		base = 16;
	}
	if (base == 0)
		base = 10;
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)digit_value(*text);

		if (digit >= (uint64_t)base)
			return -EINVAL;
		if (result > (UINT64_MAX - digit) / (uint64_t)base)
			return -ERANGE;
		result = result * (uint64_t)base + digit;
	}
	if (result > max)
		return -ERANGE;
	*value = result;
	return 0;
}

/* Length of the valid UTF-8 sequence at @s (Unicode table 3-7), 0 when there is none. */
static size_t utf8_sequence(const unsigned char *s)
{
	static const struct {
		unsigned char first, last; /* lead byte */
		unsigned char second_min, second_max;
		size_t len;
	} forms[] = {
		{ 0x01, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last)
			continue;
		if (forms[i].len == 1)
			return 1;
		if (s[1] < forms[i].second_min || s[1] > forms[i].second_max)
			return 0;
		for (size_t k = 2; k < forms[i].len; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].len;
	}
	return 0;
}

char *utf8_repair(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *copy = xcalloc(strlen(text) + 1, 3); /* a bad byte becomes three */
	char *to = copy;

	while (*text) {
		size_t len = utf8_sequence((const unsigned char *)text);

		if (len == 0) {
			to = stpcpy(to, replacement);
			text++;
			continue;
		}
		memcpy(to, text, len);
		to += len;
		text += len;
	}
	return copy;
}

void flatten(char *text)
{
	unsigned char previous = 0;

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		/* U+0080 to U+009f are controls too: c2 80 to c2 9f. */
		if (byte < 0x20 || byte == 0x7f || (previous == 0xc2 && byte < 0xa0))
			*text = '?';
		previous = byte;
	}
}

static size_t edit_distance(const char *a, const char *b)
{
	size_t len = strlen(b);
	_cleanup_free_ size_t *row = xcalloc(len + 1, sizeof(*row));

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (diagonal + 1 < best)
				best = diagonal + 1;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[len];
}

const char *nearest(const char *word, const char *const *names)
{
	size_t best = strlen(word) / 2 + 1;
	const char *found = NULL;

	if (strlen(word) > 64)
		return NULL;
	for (const char *const *name = names; *name && strlen(word) > 1; name++)
		if (strncmp(*name, word, strlen(word)) == 0)
			return *name;
	for (; *names; names++) {
		size_t distance = edit_distance(word, *names);

		if (distance < best) {
			best = distance;
			found = *names;
		}
	}
	return found;
}

char *split_fields(char *text, const char *prefix, const char *const *keys, size_t nr,
		   const char **values)
{
	for (size_t i = 0; i < nr; i++) {
		char *line = strsep(&text, "\n");
		size_t before = strlen(prefix), length = strlen(keys[i]);

		if (!text || strncmp(line, prefix, before) != 0 ||
		    strncmp(line + before, keys[i], length) != 0 || line[before + length] != '=')
			return NULL;
		values[i] = line + before + length + 1;
	}
	return text;
}

char *join_fields(const char *prefix, const char *const *keys, size_t nr, const char *const *values)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < nr; i++) {
		char *longer =
			xasprintf("%s%s%s=%s\n", text, prefix, keys[i], values[i] ? values[i] : "");

		free(text);
		text = longer;
	}
	return text;
}
