/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the structures of all three tables have in common as cells. */
#include "cmd/tables.h"

#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

struct out_value tables_flags(unsigned flags, const char *const names[8])
{
	struct out_value list = out_list();

	for (unsigned bit = 0; bit < 8; bit++) {
		if (!(flags & 1u << bit))
			continue;
		if (names[bit])
			out_append(&list, out_string(names[bit]));
		else
			out_append(&list, out_format("0x%02x", 1u << bit));
	}
	return list;
}

struct out_value tables_text(const char *bytes, size_t length)
{
	_cleanup_free_ char *text = NULL;
	char *at;

	if (length == SIZE_MAX)
		length = strlen(bytes);
	while (length > 0 && (bytes[length - 1] == ' ' || bytes[length - 1] == '\0'))
		length--;
	at = text = xcalloc(length + 1, 4);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		at += sprintf(at, c >= ' ' && c <= '~' ? "%c" : "\\x%02x", c);
	}
	return out_string(text);
}

struct out_value tables_device_id(uint16_t id)
{
	return out_format("%02x:%02x.%x", id >> 8, id >> 3 & 0x1f, id & 7);
}

struct out_value tables_function(uint16_t segment, uint16_t id)
{
	return out_format("%04x:%02x:%02x.%x", segment, id >> 8, id >> 3 & 0x1f, id & 7);
}

static struct out_value reserved_object(const struct acpi_table *table,
					const struct acpi_reserved *reserved)
{
	_cleanup_free_ char *digits = xcalloc(reserved->length + 1, 2);
	_cleanup_free_ char *text = NULL;
	struct out_value object;

	for (size_t i = 0; i < reserved->length; i++)
		sprintf(digits + 2 * i, "%02x", table->bytes[reserved->offset + i]);
	text = xasprintf("%zu:%s", reserved->offset, digits);
	object = out_object(text);
	out_member(&object, "offset", out_number(reserved->offset));
	out_member(&object, "bytes", out_string(digits));
	return object;
}

/* Moves the runs that start before @end to @list. */
static void take_reserved(struct tables_view *view, size_t end, struct out_value *list)
{
	const struct acpi_table *table = view->table;

	while (view->next_reserved < table->nr_reserved &&
	       table->reserved[view->next_reserved].offset < end)
		out_append(list, reserved_object(table, &table->reserved[view->next_reserved++]));
}

/* Without any there is no cell at all. */
static void set_reserved(struct out_row *row, struct out_value list)
{
	if (list.nr_fields)
		out_set(row, T_RESERVED, list);
}

struct out_row *tables_add_structure(struct tables_view *view, size_t offset, size_t length,
				     const char *type, const char *kind)
{
	struct out_row *row = out_row_add(view->out, view->row);
	struct out_value reserved = out_list();

	out_set(row, T_OFFSET, out_number(offset));
	out_set(row, T_LENGTH, out_number(length));
	out_set(row, T_TYPE, out_string(type ? type : "unknown"));
	if (kind)
		out_set(row, T_KIND, out_string(kind));
	take_reserved(view, offset, &view->reserved);
	take_reserved(view, offset + length, &reserved);
	set_reserved(row, reserved);
	return row;
}

void tables_end(struct tables_view *view)
{
	take_reserved(view, SIZE_MAX, &view->reserved);
	set_reserved(view->row, view->reserved);
}
