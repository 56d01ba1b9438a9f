/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's sysctls, kenv and modules, from files with a line a value. */
#include <errno.h>
#include <string.h>

#include "parts.h"
#include "util/alloc.h"
#include "util/file.h"

#define PROFILE_MAX (64u << 20) /* what a record may have, and more */

/* Numbers of sysctls, by their size on amd64. */
static const struct {
	const char *name;
	size_t size;
	bool is_signed;
} number_types[] = {
	{ "int", 4, true }, { "uint", 4, false }, { "long", 8, true }, { "ulong", 8, false },
	{ "u8", 1, false }, { "u16", 2, false },  { "u32", 4, false }, { "u64", 8, false },
};

/* --- values ------------------------------------------------------------------------------- */

static struct model_value *find_value(struct model *model, enum model_value_kind kind,
				      const char *name)
{
	for (size_t i = 0; i < model->nr_values; i++)
		if (model->values[i].kind == kind && strcmp(model->values[i].name, name) == 0)
			return &model->values[i];
	return NULL;
}

static void put(struct model *model, enum model_value_kind kind, const char *name,
		const void *bytes, size_t size)
{
	struct model_value *value = find_value(model, kind, name);

	if (!value) {
		model->values = xgrow(model->values, model->nr_values, sizeof(*model->values));
		value = &model->values[model->nr_values++];
		*value = (struct model_value){ .kind = kind, .name = xstrdup(name) };
	}
	free(value->bytes);
	value->bytes = xcalloc(size, 1);
	memcpy(value->bytes, bytes, size);
	value->size = size;
}

static void put_number(struct model *model, const char *name, size_t size, bool is_signed,
		       const char *text)
{
	bool is_negative = is_signed && text[0] == '-';
	uint64_t number;
	uint8_t bytes[8];

	model_expect(parse_u64(text + is_negative, 0, UINT64_MAX >> (64 - 8 * size), &number) == 0,
		     "%s: %s is no such number", name, text);
	if (is_negative)
		number = -number;
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
	put(model, VALUE_SYSCTL, name, bytes, size);
}

void model_set(struct model *model, const char *name, const char *type, const char *value)
{
	for (size_t i = 0; i < sizeof(number_types) / sizeof(number_types[0]); i++)
		if (strcmp(type, number_types[i].name) == 0) {
			put_number(model, name, number_types[i].size, number_types[i].is_signed,
				   value);
			return;
		}
	if (strcmp(type, "string") == 0) {
		put(model, VALUE_SYSCTL, name, value, strlen(value) + 1);
	} else if (strcmp(type, "bytes") == 0) {
		size_t size;
		uint8_t *bytes = model_take_bytes(value, &size);

		put(model, VALUE_SYSCTL, name, bytes, size);
		free(bytes);
	} else if (strcmp(type, "kenv") == 0) {
		put(model, VALUE_KENV, name, value, strlen(value) + 1);
	} else if (strcmp(type, "interface") == 0) {
		put(model, VALUE_INTERFACE, name, value, strlen(value) + 1);
	} else {
		model_expect(strcmp(type, "module") == 0 && (strcmp(value, "loaded") == 0 ||
							     strcmp(value, "loadable") == 0),
			     "%s: no such type or value: %s %s", name, type, value);
		put(model, VALUE_MODULE, name, value, strlen(value) + 1);
	}
}

void model_unset(struct model *model, const char *name)
{
	for (size_t i = 0; i < model->nr_values; i++) {
		if (strcmp(model->values[i].name, name) != 0)
			continue;
		free(model->values[i].name);
		free(model->values[i].bytes);
		model->values[i--] = model->values[--model->nr_values];
	}
}

void model_profile(struct model *model, const char *path)
{
	struct error err = { 0 };
	uint8_t *bytes = NULL;
	char *at, *line;
	size_t length;

	model_expect(read_user_file(path, PROFILE_MAX, &bytes, &length, &err) == 0, "%s", err.text);
	at = (char *)bytes;
	model_expect(strncmp(at, "# synthetic: ", 13) == 0 || strncmp(at, "# recorded: ", 12) == 0,
		     "%s: the first line does not say where it is from", path);
	while ((line = strsep(&at, "\n"))) {
		const char *name, *type;

		if (*line == '\0' || *line == '#')
			continue;
		name = strsep(&line, "|");
		type = strsep(&line, "|");
		model_expect(type && line, "%s: %s: not name|type|value", path, name);
		if (!model_machine_line(model, name, type, line))
			model_set(model, name, type, line);
	}
	model_machine_end(model);
	free(bytes);
}

uint64_t model_acpi_root(struct model *model)
{
	const struct model_value *value = find_value(model, VALUE_SYSCTL, "machdep.acpi_root");
	uint64_t address = 0;

	model_expect(value && value->size == sizeof(address), "tables, and no machdep.acpi_root");
	memcpy(&address, value->bytes, sizeof(address));
	return address;
}

void model_values_free(struct model *model)
{
	for (size_t i = 0; i < model->nr_values; i++) {
		free(model->values[i].name);
		free(model->values[i].bytes);
	}
	free(model->values);
}

/* --- what is asked ------------------------------------------------------------------------ */

static bool is_loaded(struct model *model, const char *module)
{
	const struct model_value *value = find_value(model, VALUE_MODULE, module);

	return value && strcmp((const char *)value->bytes, "loaded") == 0;
}

bool model_has_module(struct model *model, const char *name)
{
	return find_value(model, VALUE_MODULE, name) != NULL;
}

static int answer(const void *bytes, size_t length, void *value, size_t *size)
{
	size_t room = *size;

	*size = length < room ? length : room;
	memcpy(value, bytes, *size);
	return length > room ? -ENOMEM : 0;
}

/* dev.DRIVER.UNIT.%driver and .%location, which only attached devices have. */
static int ask_tree(struct model *model, const char *name, void *value, size_t *size)
{
	for (size_t i = 0; i < model->nr_functions; i++) {
		const struct model_function *function = &model->functions[i];
		char prefix[64], text[128], device[MODEL_NAME_SIZE];
		int length = snprintf(prefix, sizeof(prefix), "dev.%s.%u.", function->class_name,
				      function->unit);

		if (!function->is_attached || strncmp(name, prefix, (size_t)length) != 0)
			continue;
		if (strcmp(name + length, "%driver") == 0)
			return answer(function->class_name, strlen(function->class_name) + 1, value,
				      size);
		if (strcmp(name + length, "%location") == 0) {
			model_name(function, device);
			snprintf(text, sizeof(text), "slot=%u function=%u dbsf=%s",
				 function->bdf.device, function->bdf.function, device);
			return answer(text, strlen(text) + 1, value, size);
		}
	}
	return -ENOENT;
}

int model_sysctl(struct os *os, const char *name, void *value, size_t *size)
{
	struct model *model = os->data;
	const struct model_value *found = find_value(model, VALUE_SYSCTL, name);
	int code = model_called(model, "sysctl %s", name);

	if (code)
		return code;
	if (strncmp(name, "hw.vmm.", 7) == 0 && find_value(model, VALUE_MODULE, "vmm") &&
	    !is_loaded(model, "vmm"))
		return -ENOENT;
	if (!found)
		return ask_tree(model, name, value, size);
	return answer(found->bytes, found->size, value, size);
}

int model_kenv(struct os *os, const char *name, char *value, size_t size)
{
	struct model *model = os->data;
	const struct model_value *found = find_value(model, VALUE_KENV, name);
	int code = model_called(model, "kenv %s", name);

	if (code)
		return code;
	if (!found)
		return -ENOENT;
	return answer(found->bytes, found->size, value, &size) ? -ENAMETOOLONG : 0;
}

int model_find_module(struct os *os, const char *name)
{
	int code = model_called(os->data, "find_module %s", name);

	return code ? code : is_loaded(os->data, name) ? 0 : -ENOENT;
}

int model_load_module(struct os *os, const char *name)
{
	struct model *model = os->data;
	int code = model_called(model, "load_module %s", name);

	if (code)
		return code;
	if (!model->is_root)
		return -EPERM;
	if (is_loaded(model, name))
		return -EEXIST;
	if (!find_value(model, VALUE_MODULE, name))
		return -ENOENT;
	model_set(model, name, "module", "loaded");
	return 0;
}

int model_find_interface(struct os *os, const char *name, struct os_interface *interface)
{
	struct model *model = os->data;
	const struct model_value *found = find_value(model, VALUE_INTERFACE, name);
	int code = model_called(model, "find_interface %s", name);
	const char *text = found ? (const char *)found->bytes : "";
	size_t word = strcspn(text, " ");

	if (code)
		return code;
	if (!found)
		return -ENOENT;
	*interface = (struct os_interface){ .is_up = strncmp(text, "up", word) == 0 };
	snprintf(interface->addresses, sizeof(interface->addresses), "%s",
		 text[word] ? text + word + 1 : "");
	return 0;
}
