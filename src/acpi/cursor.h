/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reader of little-endian bytes that cannot leave its bounds: past the end it yields 0 and
 * remembers it. Bounds are compared by subtraction, so no length read from a table can wrap.
 */
#ifndef IOMMUTOOL_ACPI_CURSOR_H
#define IOMMUTOOL_ACPI_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *bytes; /* the whole table: at and end are offsets in it */
	size_t at;	      /* next byte to read */
	size_t end;	      /* behind the last byte that may be read */
	bool past_end;	      /* sticky: something was asked for that is not there */
};

/* Return: a cursor over @length bytes. */
struct cursor cursor_over(const uint8_t *bytes, size_t length);

/* Return: how many bytes can still be read. */
size_t cursor_left(const struct cursor *cursor);

uint8_t cursor_u8(struct cursor *cursor);
uint16_t cursor_u16(struct cursor *cursor);
uint32_t cursor_u32(struct cursor *cursor);
uint64_t cursor_u64(struct cursor *cursor);

/* Copy @length bytes to @to; all zero when they are not all there. */
void cursor_bytes(struct cursor *cursor, void *to, size_t length);

/**
 * cursor_sub() - take the next @length bytes as a cursor of their own
 *
 * Return: a cursor that ends where they end and has the same offsets; when they are not all there,
 * an empty one with past_end set, as it then is in @cursor.
 */
struct cursor cursor_sub(struct cursor *cursor, size_t length);

#endif
