/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bounds-checked reader of ACPI tables. */
#include "acpi/cursor.h"

#include <string.h>

struct cursor cursor_over(const uint8_t *bytes, size_t length)
{
	return (struct cursor){ .bytes = bytes, .at = 0, .end = length };
}

size_t cursor_left(const struct cursor *cursor)
{
	return cursor->end - cursor->at;
}

/* Past the end the cursor also moves to its end: what follows must not read from the middle. */
static bool take(struct cursor *cursor, size_t length, size_t *from)
{
	*from = cursor->at;
	if (length > cursor_left(cursor)) {
		cursor->past_end = true;
		cursor->at = cursor->end;
		return false;
	}
	cursor->at += length;
	return true;
}

static uint64_t little_endian(struct cursor *cursor, size_t length)
{
	uint64_t value = 0;
	size_t from;

	if (!take(cursor, length, &from))
		return 0;
	for (size_t i = length; i > 0; i--)
		value = value << 8 | cursor->bytes[from + i - 1];
	return value;
}

uint8_t cursor_u8(struct cursor *cursor)
{
	return (uint8_t)little_endian(cursor, 1);
}

uint16_t cursor_u16(struct cursor *cursor)
{
	return (uint16_t)little_endian(cursor, 2);
}

uint32_t cursor_u32(struct cursor *cursor)
{
	return (uint32_t)little_endian(cursor, 4);
}

uint64_t cursor_u64(struct cursor *cursor)
{
	return little_endian(cursor, 8);
}

void cursor_bytes(struct cursor *cursor, void *to, size_t length)
{
	size_t from;

	if (length == 0)
		return;
	if (take(cursor, length, &from))
		memcpy(to, cursor->bytes + from, length);
	else
		memset(to, 0, length);
}

struct cursor cursor_sub(struct cursor *cursor, size_t length)
{
	struct cursor sub = *cursor;

	sub.past_end = !take(cursor, length, &sub.at);
	if (sub.past_end)
		sub.at = sub.end = cursor->end;
	else
		sub.end = cursor->at;
	return sub;
}
