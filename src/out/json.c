/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON: the only file that uses json-c. */
#include "out/rows.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define TEXT_FLAGS                                                                                 \
	(JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)
#define LINE_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* Keys outlive the objects and no key is set twice. */
#define ADD_FLAGS (JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY)

static struct json_object *string_json(const char *text)
{
	_cleanup_free_ char *valid = utf8_repair(text);

	return json_object_new_string(valid);
}

static struct json_object *value_json(const struct out_value *value)
{
	struct json_object *json;
	char address[19];

	switch (value->kind) {
	case OUT_UNSET:
	case OUT_UNKNOWN:
	case OUT_ABSENT:
		return NULL; /* json-c's null */
	case OUT_STRING:
		return string_json(value->string);
	case OUT_NUMBER:
		return json_object_new_uint64(value->number);
	case OUT_BOOL:
		return json_object_new_boolean(value->boolean);
	case OUT_ADDRESS:
		snprintf(address, sizeof(address), "0x%016llx", (unsigned long long)value->number);
		return json_object_new_string(address);
	case OUT_LIST:
		json = json_object_new_array_ext((int)value->nr_fields);
		for (size_t i = 0; i < value->nr_fields; i++)
			json_object_array_add(json, value_json(&value->fields[i].value));
		return json;
	case OUT_OBJECT:
		json = json_object_new_object();
		for (size_t i = 0; i < value->nr_fields; i++)
			json_object_object_add_ex(json, value->fields[i].key,
						  value_json(&value->fields[i].value), ADD_FLAGS);
		return json;
	}
	return NULL;
}

static struct json_object *cell_json(const struct out_column *column, const struct out_value *value)
{
	bool is_list = column->type == OUT_TYPE_LIST || column->type == OUT_TYPE_OBJECTS;

	if (is_list && value->kind != OUT_LIST)
		return json_object_new_array_ext(0);
	return value_json(value);
}

static struct json_object *row_json(const struct out_row *row, char *const *keys)
{
	const struct out *out = row->out;
	const struct out_level *level = &out->schema->levels[row->level];
	struct json_object *json = json_object_new_object(), *children;

	for (size_t i = 0; i < out->nr_chosen; i++) {
		const struct out_column *column = &out->schema->columns[out->chosen[i]];

		if (!(column->levels & OUT_LEVEL(row->level)))
			continue;
		if (level->sparse && row->cells[i].kind == OUT_UNSET)
			continue;
		json_object_object_add_ex(json, keys[i], cell_json(column, &row->cells[i]),
					  ADD_FLAGS);
	}
	if (row->level == out->depth)
		return json;
	children = json_object_new_array_ext((int)row->nr_children);
	for (size_t i = 0; i < row->nr_children; i++)
		json_object_array_add(children, row_json(row->children[i], keys));
	json_object_object_add_ex(json, level[1].array, children, ADD_FLAGS);
	return json;
}

/* Prints @json indented; strings hold no raw newline, so every newline in the text is layout. */
static void print_indented(struct json_object *json, const char *indent, FILE *stream)
{
	const char *text = json_object_to_json_string_ext(json, TEXT_FLAGS);

	for (const char *end; (end = strchr(text, '\n')); text = end + 1)
		fprintf(stream, "%.*s\n%s", (int)(end - text), text, indent);
	fputs(text, stream);
	json_object_put(json);
}

static char **chosen_keys(const struct out *out)
{
	char **keys = xcalloc(out->nr_chosen, sizeof(*keys));

	for (size_t i = 0; i < out->nr_chosen; i++)
		keys[i] = column_key(&out->schema->columns[out->chosen[i]]);
	return keys;
}

static void free_keys(const struct out *out, char **keys)
{
	for (size_t i = 0; i < out->nr_chosen; i++)
		free(keys[i]);
	free(keys);
}

/* One row at a time, so that memory does not grow with the whole document. */
void print_json(const struct out *out, FILE *stream)
{
	char **keys = chosen_keys(out);

	fprintf(stream, "{\n  \"%s\": [", out->schema->levels[0].array);
	for (size_t i = 0; i < out->root.nr_children; i++) {
		fputs(i ? ",\n    " : "\n    ", stream);
		print_indented(row_json(out->root.children[i], keys), "    ", stream);
	}
	fputs(out->root.nr_children ? "\n  ]" : "]", stream);
	for (size_t i = 0; i < out->nr_document; i++) {
		fprintf(stream, ",\n  \"%s\": ", out->document[i].key);
		print_indented(value_json(&out->document[i].value), "  ", stream);
	}
	fputs("\n}\n", stream);
	free_keys(out, keys);
}

void print_json_lines(const struct out *out, FILE *stream)
{
	char **keys = chosen_keys(out);

	for (size_t i = 0; i < out->root.nr_children; i++) {
		struct json_object *json = row_json(out->root.children[i], keys);

		fprintf(stream, "%s\n", json_object_to_json_string_ext(json, LINE_FLAGS));
		json_object_put(json);
	}
	free_keys(out, keys);
}
