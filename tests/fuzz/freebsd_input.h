/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fuzz_freebsd makes of bytes: a model of FreeBSD. The first byte is what kind of system it
 * is; then there are records, each a letter and what the functions below take, numbers with their
 * lowest byte first. freebsd_*.seed are such systems, with comments.
 */
#ifndef IOMMUTOOL_FUZZ_FREEBSD_INPUT_H
#define IOMMUTOOL_FUZZ_FREEBSD_INPUT_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "freebsd/model/model.h"
#include "util/alloc.h"

#define RSDP 0x7fe14014ull
#define TABLES_MAX 4
#define FUNCTIONS_MAX 64 /* groups are a matter of pairs */
#define WRITES_MAX 256

static const char *const sysctls[] = {
	"kern.osreldate",
	"kern.osrelease",
	"machdep.acpi_root",
	"hw.vmm.iommu.enable",
	"hw.vmm.iommu.initialized",
	"hw.vmm.ppt.devices",
	"hw.vmm.amdvi.count",
	"hw.vmm.amdvi.enable",
	"hw.vmm.amdvi.ptp_level",
	"vm.max_user_wired",
	"vm.max_wired",
	"kern.disks",
	"dev.dmar.0.%driver",
	"dev.dmar.0.dma",
	"dev.amdiommu.0.%driver",
	"dev.amdiommu.0.dma",
	"hw.pci.default_vgapci_unit",
};

static const char *const kenvs[] = {
	"pptdevs",  "pptdevs2", "pptdevs3",    "hint.acpi.0.rsdp", "hw.vmm.force_iommu",
	"vmm_load", "console",	"boot_serial",
};

static const char *const drivers[] = { "", "ppt", "nvme", "hostb", "pcib", "em", "vgapci", "ahci" };

static const struct {
	const char *call;
	int code;
} mishaps[] = {
	{ "GETCONF", -EIO },	   { "READ", -EIO },	  { "ATTACHED", -EPERM },
	{ "GETBAR", -ENODEV },	   { "memory", -EACCES }, { "memory", -EFAULT },
	{ "sysctl", -EPERM },	   { "kenv", -EPERM },	  { "open /dev/pci", -ENOENT },
	{ "find_module", -EPERM },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PICK(array, byte) ((array)[(byte) % COUNT(array)])

/* --- bytes that are there --------------------------------------------------------------------- */

struct input {
	const uint8_t *at;
	size_t left;
};

static uint64_t number(struct input *input, size_t size)
{
	uint64_t value = 0;

	if (size > input->left)
		size = input->left;
	for (size_t i = size; i-- > 0;)
		value = value << 8 | input->at[i];
	input->at += size;
	input->left -= size;
	return value;
}

static uint8_t byte(struct input *input)
{
	return (uint8_t)number(input, 1);
}

/* What a byte in front has the length of. */
static const uint8_t *some(struct input *input, size_t *length)
{
	const uint8_t *bytes;

	*length = byte(input);
	if (*length > input->left)
		*length = input->left;
	bytes = input->at;
	input->at += *length;
	input->left -= *length;
	return bytes;
}

static char *text(struct input *input)
{
	size_t length;
	const uint8_t *bytes = some(input, &length);
	char *copy = xcalloc(length + 1, 1);

	memcpy(copy, bytes, length);
	return copy;
}

/* --- records ------------------------------------------------------------------------------------
 */

/* To physical memory, when the tables are there: what the firmware has is not safe from it. */
struct write {
	void (*make)(struct model *model, const struct write *write);
	uint64_t address, first, step;
	const uint8_t *bytes;
	size_t length;
};

struct scene {
	struct model *model;
	uint8_t *tables[TABLES_MAX];
	size_t sizes[TABLES_MAX], nr_tables;
	struct write writes[WRITES_MAX];
	size_t nr_writes;
};

/* NAME LENGTH BYTES: a number of that length, or text. */
static void take_sysctl(struct scene *scene, struct input *input)
{
	const char *name = PICK(sysctls, byte(input));
	size_t length = input->left ? *input->at : 0;
	char *value;

	if (length == 1 || length == 2 || length == 4 || length == 8) {
		char type[8];

		byte(input);
		snprintf(type, sizeof(type), "u%zu", 8 * length);
		value = xasprintf("%llu", (unsigned long long)number(input, length));
		model_set(scene->model, name, type, value);
	} else {
		value = text(input);
		model_set(scene->model, name, "string", value);
	}
	free(value);
}

static void take_kenv(struct scene *scene, struct input *input)
{
	const char *name = PICK(kenvs, byte(input));
	char *value = text(input);

	model_set(scene->model, name, "kenv", value);
	free(value);
}

/* DOMAIN BUS DEVFN DRIVER SIZE: of config space, in 16 bytes. */
static void take_function(struct scene *scene, struct input *input)
{
	struct model_function *function;
	unsigned domain = byte(input) & 1, bus = byte(input), devfn = byte(input);
	const char *driver = PICK(drivers, byte(input));
	size_t size = (size_t)byte(input) * 16;
	char address[32];

	if (scene->model->nr_functions == FUNCTIONS_MAX)
		return;
	snprintf(address, sizeof(address), "%04x:%02x:%02x.%u", domain, bus, devfn >> 3, devfn & 7);
	function = model_add_function(scene->model, address, 0x8086, 0x1533, 0x020000);
	function->config_size = size < 0xff0 ? size : CONFIG_SPACE_SIZE;
	if (*driver)
		model_attach(function, driver, (unsigned)scene->model->nr_functions);
	function->is_attached ^= devfn == 0xff;
}

static struct model_function *last_function(struct scene *scene)
{
	struct model *model = scene->model;

	return model->nr_functions ? &model->functions[model->nr_functions - 1] : NULL;
}

/* OFFSET LENGTH BYTES: of the config space of the function before */
static void take_config(struct scene *scene, struct input *input)
{
	struct model_function *function = last_function(scene);
	size_t at = number(input, 2) % CONFIG_SPACE_SIZE, length;
	const uint8_t *bytes = some(input, &length);

	if (function && length <= CONFIG_SPACE_SIZE - at)
		memcpy(function->config + at, bytes, length);
}

static void take_bar(struct scene *scene, struct input *input)
{
	struct model_function *function = last_function(scene);
	size_t index = byte(input) % NR_BARS;
	uint64_t base = number(input, 8), length = number(input, 8);

	if (function)
		function->bars[index] = (struct model_bar){ base, length, true };
}

static void add_write(struct scene *scene, const struct write *write)
{
	if (scene->nr_writes < WRITES_MAX && write->address <= UINT64_MAX - 0x2000)
		scene->writes[scene->nr_writes++] = *write;
}

static void write_bytes(struct model *model, const struct write *write)
{
	model_write(model, write->address, write->bytes, write->length);
}

/* ADDRESS LENGTH BYTES */
static void take_memory(struct scene *scene, struct input *input)
{
	struct write write = { .make = write_bytes, .address = number(input, 8) };

	write.bytes = some(input, &write.length);
	add_write(scene, &write);
}

static void write_entries(struct model *model, const struct write *write)
{
	for (uint64_t i = 0; i < 512; i++)
		model_write64(model, (write->address & ~0xfffull) + 8 * i,
			      write->first + i * write->step);
}

/* ADDRESS FIRST STEP: a page of entries, each so much more than the one before */
static void take_entries(struct scene *scene, struct input *input)
{
	struct write write = { .make = write_entries, .address = number(input, 8) };

	write.first = number(input, 8);
	write.step = number(input, 8);
	add_write(scene, &write);
}

/* Of what is there at that time; no more where nothing is, or may be read. */
static void write_sum(struct model *model, const struct write *write)
{
	uint8_t bytes[256], sum = 0;

	if (model->os.ops->read_physical(&model->os, write->address, bytes, write->length) < 0)
		return;
	for (size_t i = 0; i < write->length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	sum = (uint8_t)(bytes[write->first] - sum);
	model_write(model, write->address + write->first, &sum, 1);
}

/* ADDRESS LENGTH AT: the byte there makes all of them add up to 0. */
static void take_sum(struct scene *scene, struct input *input)
{
	struct write write = { .make = write_sum, .address = number(input, 8) };

	write.length = (size_t)byte(input) + 1;
	write.first = byte(input) % write.length;
	add_write(scene, &write);
}

/* SIGNATURE LENGTH BODY: a table behind a right header, unless the highest bit is set. */
static void take_table(struct scene *scene, struct input *input)
{
	static const char *const signatures[] = { "DMAR", "IVRS", "VIOT", "FACP" };
	uint8_t kind = byte(input), sum = 0;
	size_t length;
	const uint8_t *body = some(input, &length);
	uint8_t *table;

	if (scene->nr_tables == TABLES_MAX)
		return;
	table = xcalloc(36 + length, 1);
	memcpy(table, PICK(signatures, kind & 0x7f), 4);
	table[4] = (uint8_t)(36 + length);
	table[5] = (uint8_t)((36 + length) >> 8);
	table[8] = 1;
	memcpy(table + 36, body, length);
	for (size_t i = 0; i < 36 + length; i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)(kind & 0x80 ? 1 - sum : -sum);
	scene->tables[scene->nr_tables] = table;
	scene->sizes[scene->nr_tables++] = 36 + length;
}

/* CALL NTH */
static void take_mishap(struct scene *scene, struct input *input)
{
	size_t which = byte(input) % COUNT(mishaps);
	unsigned nth = byte(input);

	if (scene->model->nr_mishaps < 4)
		model_fails(scene->model, mishaps[which].call, nth, mishaps[which].code);
}

static const struct {
	char letter;
	void (*take)(struct scene *scene, struct input *input);
} records[] = {
	{ 's', take_sysctl }, { 'k', take_kenv },   { 'f', take_function }, { 'c', take_config },
	{ 'b', take_bar },    { 'm', take_memory }, { 'z', take_sum },	    { 'e', take_entries },
	{ 't', take_table },  { 'x', take_mishap },
};

static void make_kind(struct model *model, uint8_t kind)
{
	model->is_root = !(kind & 1);
	model->release = kind & 2 ? 15 : 14;
	model->lacks_compat = kind & 4;
	model->bumps_for_ever = kind & 8;
	model->most_at_once = kind & 16 ? 1 : 0;
	model->lacks_memory = kind & 32;
	model->securelevel = kind & 64 ? 1 : 0;
	model_set(model, "vmm", "module", kind & 128 ? "loadable" : "loaded");
}

static struct model *make_model(struct input *input)
{
	struct scene scene = { .model = model_new() };
	char root[32];

	make_kind(scene.model, byte(input));
	snprintf(root, sizeof(root), "%llu", RSDP);
	model_set(scene.model, "machdep.acpi_root", "ulong", root);
	while (input->left) {
		uint8_t letter = byte(input);

		for (size_t i = 0; i < COUNT(records); i++)
			if (letter == records[i].letter)
				records[i].take(&scene, input);
	}
	if (scene.nr_tables)
		model_acpi(scene.model, RSDP, (const uint8_t *const *)scene.tables, scene.sizes,
			   scene.nr_tables);
	for (size_t i = 0; i < scene.nr_writes; i++)
		scene.writes[i].make(scene.model, &scene.writes[i]);
	for (size_t i = 0; i < scene.nr_tables; i++)
		free(scene.tables[i]);
	return scene.model;
}

#endif
