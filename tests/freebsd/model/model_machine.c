/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles: the lines about PCI functions, ACPI tables and memory. */
#include <string.h>

#include "collect/freebsd/record_errno.h"
#include "parts.h"
#include "util/alloc.h"

static uint64_t number(const char *text)
{
	uint64_t value;

	model_expect(text && parse_u64(text, 0, UINT64_MAX, &value) == 0, "%s is no number",
		     text ? text : "nothing");
	return value;
}

static unsigned digit(char byte)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, byte);

	model_expect(byte && at, "%c is no digit", byte);
	return (unsigned)(at - digits);
}

uint8_t *model_take_bytes(const char *text, size_t *size)
{
	uint8_t *bytes;

	model_expect(text && strlen(text) % 2 == 0, "no bytes");
	*size = strlen(text) / 2;
	bytes = xcalloc(*size + 1, 1);
	for (size_t i = 0; i < *size; i++)
		bytes[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
	return bytes;
}

static struct model_function *last_function(struct model *model, const char *name)
{
	struct model_function *function;
	char text[64];

	model_expect(model->nr_functions > 0, "%s: no function is above", name);
	function = &model->functions[model->nr_functions - 1];
	snprintf(text, sizeof(text), "%04x:%02x:%02x.%u", (unsigned)function->bdf.domain,
		 function->bdf.bus, function->bdf.device, function->bdf.function);
	model_expect(strcmp(text, name) == 0, "%s: the function above is %s", name, text);
	return function;
}

/* "ppt0", "rtw88#0" */
static void take_driver(struct model_function *function, const char *text)
{
	size_t length = strcspn(text, "#"), end = length;
	char name[ABI_NAME_SIZE];

	if (text[length])
		end++;
	else
		while (length > 0 && text[length - 1] >= '0' && text[length - 1] <= '9')
			end = --length;
	model_expect(length > 0 && length < sizeof(name) && text[end], "%s is no driver and unit",
		     text);
	snprintf(name, sizeof(name), "%.*s", (int)length, text);
	model_attach(function, name, (unsigned)number(text + end));
}

static void take_function(struct model *model, const char *name, char *value)
{
	struct model_function *function = model_add_function(model, name, 0, 0, 0);
	uint64_t size = number(strsep(&value, " "));
	const char *driver = value;

	model_expect(size <= CONFIG_SPACE_SIZE && driver, "%s: no size and driver", name);
	function->config_size = (size_t)size;
	if (strcmp(driver, "-") != 0)
		take_driver(function, driver);
}

static void take_identity(struct model *model, const char *name, char *value)
{
	struct model_identity *identity = &last_function(model, name)->identity;
	uint64_t parts[6];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		parts[i] = number(strsep(&value, " "));
		model_expect(parts[i] <= (i == 4   ? UINT32_MAX
					  : i == 5 ? 0x7f
						   : UINT16_MAX),
			     "%s: too large for its identity", name);
	}
	model_expect(!value, "%s: more than its identity", name);
	*identity = (struct model_identity){
		.vendor = (uint16_t)parts[0],
		.device = (uint16_t)parts[1],
		.subvendor = (uint16_t)parts[2],
		.subdevice = (uint16_t)parts[3],
		.class = (uint32_t)parts[4],
		.header_type = (uint8_t)parts[5],
	};
	last_function(model, name)->has_identity = true;
}

static void take_config(struct model *model, const char *name, char *value)
{
	struct model_function *function = last_function(model, name);
	uint64_t at = number(strsep(&value, " "));
	size_t size;
	uint8_t *bytes = model_take_bytes(value, &size);

	model_expect(at <= function->config_size && size <= function->config_size - at,
		     "%s: config space is smaller", name);
	memcpy(function->config + at, bytes, size);
	free(bytes);
}

static void take_bar(struct model *model, const char *name, char *value)
{
	struct model_function *function = last_function(model, name);
	uint64_t index = number(strsep(&value, " "));
	uint64_t base = number(strsep(&value, " "));

	model_expect(index < NR_BARS, "%s: no such BAR", name);
	function->bars[index] = (struct model_bar){ base, number(value), true };
}

/* What devctl and the loader made of it. */
static void take_state(struct model *model, const char *name, char *value)
{
	struct model_function *function = last_function(model, name);
	char *word;

	while ((word = strsep(&value, " "))) {
		if (strcmp(word, "busy") == 0)
			function->is_busy = true;
		else if (strcmp(word, "reserved") == 0)
			function->is_reserved = true;
		else if (strcmp(word, "disabled") == 0)
			function->is_disabled = true;
		else if (strcmp(word, "detached") == 0)
			function->is_attached = false;
		else if (strcmp(word, "ari") == 0)
			function->is_ari = true;
		else if (strcmp(word, "forced") == 0)
			function->is_class_fixed = true;
		else if (strncmp(word, "native=", 7) == 0 && strlen(word + 7) < ABI_NAME_SIZE)
			strcpy(function->native, word + 7);
		else
			model_expect(false, "%s: %s is no state", name, word);
	}
}

static void take_table(struct model *model, const char *name, char *value)
{
	struct model_table table;

	table.bytes = model_take_bytes(value, &table.size);
	model_expect(table.size >= 4 && memcmp(table.bytes, name, 4) == 0, "%s: another table",
		     name);
	model->tables = xgrow(model->tables, model->nr_tables, sizeof(*model->tables));
	model->tables[model->nr_tables++] = table;
}

static void take_memory(struct model *model, const char *name, char *value)
{
	size_t size;
	uint8_t *bytes = model_take_bytes(value, &size);

	model_write(model, number(name), bytes, size);
	free(bytes);
}

static void take_map(struct model *model, const char *name, char *value)
{
	uint64_t table = number(name), levels = number(strsep(&value, " "));
	uint64_t iova = number(strsep(&value, " ")), physical = number(strsep(&value, " "));
	uint64_t pages = number(strsep(&value, " ")), next = number(value);

	model_expect(levels >= 3 && levels <= 5 && pages <= 1u << 20, "%s: no such tables", name);
	model_touch(model, table);
	for (uint64_t i = 0; i < pages; i++)
		model_map(model, table, (unsigned)levels, iova + i * 4096, physical + i * 4096,
			  4096, &next);
}

static void take_changes(struct model *model, const char *name, char *value)
{
	model_expect(strcmp(name, "list") == 0 && strcmp(value, "always") == 0,
		     "%s: not list|changes|always", name);
	model->bumps_for_ever = true;
	model->most_at_once = 1;
}

static void take_user(struct model *model, const char *name, char *value)
{
	model_expect(strcmp(name, "asked") == 0 && strcmp(value, "other") == 0,
		     "%s: not asked|by|other", name);
	model->is_root = false;
}

static void take_release(struct model *model, const char *name, char *value)
{
	uint64_t release = number(value);

	model_expect(strcmp(name, "release") == 0 && release >= 12 && release < 100,
		     "%s: not release|is|15", name);
	model->release = (unsigned)release;
}

static void take_failure(struct model *model, const char *name, char *value)
{
	int code = freebsd_errno_number(value);

	model_expect(code < 0, "%s: %s is no error", name, value);
	model_words_fail(model, name, code);
}

bool model_machine_line(struct model *model, const char *name, const char *type, char *value)
{
	static const struct {
		const char *type;
		void (*take)(struct model *model, const char *name, char *value);
	} types[] = {
		{ "pci", take_function },  { "identity", take_identity },
		{ "config", take_config }, { "bar", take_bar },
		{ "table", take_table },   { "memory", take_memory },
		{ "by", take_user },	   { "is", take_release },
		{ "fails", take_failure }, { "state", take_state },
		{ "map", take_map },	   { "changes", take_changes },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i].type) == 0) {
			types[i].take(model, name, value);
			return true;
		}
	return false;
}

void model_machine_end(struct model *model)
{
	const uint8_t **bytes = xcalloc(model->nr_tables + 1, sizeof(*bytes));
	size_t *sizes = xcalloc(model->nr_tables + 1, sizeof(*sizes));

	for (size_t i = 0; i < model->nr_tables; i++) {
		bytes[i] = model->tables[i].bytes;
		sizes[i] = model->tables[i].size;
	}
	if (model->nr_tables)
		model_acpi(model, model_acpi_root(model), bytes, sizes, model->nr_tables);
	free(bytes);
	free(sizes);
}

void model_machine_free(struct model *model)
{
	for (size_t i = 0; i < model->nr_tables; i++)
		free(model->tables[i].bytes);
	free(model->tables);
}
