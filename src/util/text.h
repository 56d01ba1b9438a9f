/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small text helpers: joined lists, strict numbers, UTF-8. */
#ifndef IOMMUTOOL_TEXT_H
#define IOMMUTOOL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of owned strings. */
struct strings {
	char **items;
	size_t nr;
};

/* Takes ownership of @item. */
void strings_take(struct strings *list, char *item);
void strings_add(struct strings *list, const char *item);
bool strings_contain(const struct strings *list, const char *item);
/* Return: the items joined by @separator, to be freed; "" for none. */
char *strings_join(const struct strings *list, const char *separator);
void strings_free(struct strings *list);

/**
 * parse_u64() - a whole string as one unsigned number
 * @text: digits only: no sign, no blank, nothing behind
 * @base: 10 or 16; with 0 a leading 0x means 16 and anything else is decimal
 * @max: largest value taken
 *
 * Return: 0; -EINVAL when @text is no number; -ERANGE when it is above @max.
 */
int parse_u64(const char *text, int base, uint64_t max, uint64_t *value);

/**
 * split_fields() - the values of lines "KEY=VALUE"
 * @text: begins with a line for each key, in their order; changed
 * @prefix: before each key, "# "
 * @values: set to where they stand in @text
 *
 * Return: what follows the last of these lines, or NULL when @text does not begin so.
 */
char *split_fields(char *text, const char *prefix, const char *const *keys, size_t nr,
		   const char **values);

/* Return: such lines, to be freed; a NULL value is an empty one. */
char *join_fields(const char *prefix, const char *const *keys, size_t nr,
		  const char *const *values);

/**
 * utf8_repair() - a copy of @text that is valid UTF-8
 *
 * Every byte that does not belong to a valid sequence becomes U+FFFD; control characters stay.
 *
 * Return: the copy, to be freed.
 */
char *utf8_repair(const char *text);

/* Replaces control characters in place, so that what comes from a file stays on one line. */
void flatten(char *text);

/**
 * nearest() - the entry of @names that is most like @word
 * @names: NULL-ended
 *
 * Return: the first entry that begins with @word, else the one with the smallest edit distance, or
 * NULL when none is close enough to suggest.
 */
const char *nearest(const char *word, const char *const *names);

#endif
