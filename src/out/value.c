/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of cells: built by the commands, read by the printers. */
#include "out/out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

struct out_value out_unknown(void)
{
	return (struct out_value){ .kind = OUT_UNKNOWN };
}

struct out_value out_absent(void)
{
	return (struct out_value){ .kind = OUT_ABSENT };
}

struct out_value out_string(const char *text)
{
	if (!text)
		return out_absent();
	return (struct out_value){ .kind = OUT_STRING, .string = xstrdup(text) };
}

struct out_value out_format(const char *format, ...)
{
	struct out_value value = { .kind = OUT_STRING };
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&value.string, format, ap) < 0)
		value.string = xstrdup("");
	va_end(ap);
	return value;
}

struct out_value out_number(uint64_t number)
{
	return (struct out_value){ .kind = OUT_NUMBER, .number = number };
}

struct out_value out_bool(bool boolean)
{
	return (struct out_value){ .kind = OUT_BOOL, .boolean = boolean };
}

struct out_value out_address(uint64_t address)
{
	return (struct out_value){ .kind = OUT_ADDRESS, .number = address };
}

struct out_value out_list(void)
{
	return (struct out_value){ .kind = OUT_LIST };
}

struct out_value out_strings(const struct strings *list)
{
	struct out_value value = out_list();

	for (size_t i = 0; i < list->nr; i++)
		out_append(&value, out_string(list->items[i]));
	return value;
}

struct out_value out_object(const char *text)
{
	return (struct out_value){ .kind = OUT_OBJECT, .string = xstrdup(text) };
}

void out_member(struct out_value *object, const char *key, struct out_value value)
{
	object->fields = xgrow(object->fields, object->nr_fields, sizeof(*object->fields));
	object->fields[object->nr_fields++] = (struct out_field){ key, value };
}

void out_append(struct out_value *list, struct out_value item)
{
	out_member(list, NULL, item);
}

void out_value_free(struct out_value *value)
{
	if (value->kind == OUT_STRING || value->kind == OUT_OBJECT)
		free(value->string);
	for (size_t i = 0; i < value->nr_fields; i++)
		out_value_free(&value->fields[i].value);
	free(value->fields);
	*value = (struct out_value){ 0 };
}

static char *list_text(const struct out_value *list)
{
	struct strings items = { 0 };
	char *text;

	for (size_t i = 0; i < list->nr_fields; i++)
		strings_take(&items, out_value_text(&list->fields[i].value));
	text = strings_join(&items, ",");
	strings_free(&items);
	return text;
}

char *out_value_text(const struct out_value *value)
{
	switch (value->kind) {
	case OUT_UNSET:
	case OUT_ABSENT:
		return xstrdup("-");
	case OUT_UNKNOWN:
		return xstrdup("?");
	case OUT_STRING:
	case OUT_OBJECT:
		return xstrdup(*value->string ? value->string : "-");
	case OUT_NUMBER:
		return xasprintf("%" PRIu64, value->number);
	case OUT_BOOL:
		return xstrdup(value->boolean ? "yes" : "no");
	case OUT_ADDRESS:
		return xasprintf("0x%016" PRIx64, value->number);
	case OUT_LIST:
		return value->nr_fields ? list_text(value) : xstrdup("-");
	}
	return xstrdup("?");
}
