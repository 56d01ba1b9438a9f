/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's PCI functions, and the names by which the kernel knows them. */
#include <inttypes.h>
#include <string.h>

#include "model/bdf.h"
#include "parts.h"
#include "util/alloc.h"

#define IDENTITY 0x00
#define CLASS 0x08 /* revision in the lowest byte */
#define HEADER_TYPE 0x0e
#define SECONDARY 0x19
#define SUBORDINATE 0x1a
#define MULTIFUNCTION 0x80

static void set_dword(struct model_function *function, size_t at, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		function->config[at + i] = (uint8_t)(value >> 8 * i);
}

struct model_function *model_add_function(struct model *model, const char *address, uint16_t vendor,
					  uint16_t device, uint32_t class)
{
	struct model_function *function;

	model->functions = xgrow(model->functions, model->nr_functions, sizeof(*model->functions));
	function = &model->functions[model->nr_functions++];
	*function = (struct model_function){ .config_size = CONVENTIONAL_CONFIG_SIZE };
	model_expect(bdf_parse(address, &function->bdf) == 0, "%s is no address", address);
	set_dword(function, IDENTITY, vendor | (uint32_t)device << 16);
	set_dword(function, CLASS, class << 8);
	return function;
}

void model_make_bridge(struct model_function *function, uint8_t secondary, uint8_t subordinate)
{
	function->config[HEADER_TYPE] =
		(uint8_t)((function->config[HEADER_TYPE] & MULTIFUNCTION) | 1);
	function->config[SECONDARY] = secondary;
	function->config[SUBORDINATE] = subordinate;
}

void model_attach(struct model_function *function, const char *driver, unsigned unit)
{
	model_expect(strlen(driver) < ABI_NAME_SIZE, "%s is too long", driver);
	strcpy(function->class_name, driver);
	strcpy(function->native, driver);
	function->unit = unit;
	function->is_attached = true;
}

struct abi_pcisel model_sel(const struct model_function *function)
{
	const struct bdf *bdf = &function->bdf;

	if (function->is_ari)
		return (struct abi_pcisel){ bdf->domain, bdf->bus, 0,
					    (uint8_t)(bdf->device << 3 | bdf->function) };
	return (struct abi_pcisel){ bdf->domain, bdf->bus, bdf->device, bdf->function };
}

void model_name(const struct model_function *function, char text[MODEL_NAME_SIZE])
{
	struct abi_pcisel sel = model_sel(function);

	snprintf(text, MODEL_NAME_SIZE, "pci%" PRIu32 ":%u:%u:%u", sel.domain, sel.bus, sel.device,
		 sel.function);
}

struct model_function *model_find(struct model *model, const struct bdf *bdf)
{
	for (size_t i = 0; i < model->nr_functions; i++)
		if (bdf_compare(&model->functions[i].bdf, bdf) == 0)
			return &model->functions[i];
	return NULL;
}

struct model_function *model_function_at(struct model *model, const struct abi_pcisel *wanted)
{
	for (size_t i = 0; i < model->nr_functions; i++) {
		struct abi_pcisel sel = model_sel(&model->functions[i]);

		if (memcmp(&sel, wanted, offsetof(struct abi_pcisel, function) + 1) == 0)
			return &model->functions[i];
	}
	return NULL;
}

/* "pciD:B:S:F" or "pciB:S:F", decimal. */
static bool parse_name(const char *name, struct abi_pcisel *sel)
{
	unsigned parts[4];
	int used = 0;

	if (sscanf(name, "pci%u:%u:%u:%u%n", &parts[0], &parts[1], &parts[2], &parts[3], &used) <
		    4 ||
	    name[used]) {
		parts[0] = 0;
		if (sscanf(name, "pci%u:%u:%u%n", &parts[1], &parts[2], &parts[3], &used) < 3 ||
		    name[used])
			return false;
	}
	*sel = (struct abi_pcisel){ parts[0], (uint8_t)parts[1], (uint8_t)parts[2],
				    (uint8_t)parts[3] };
	return parts[1] <= 255 && parts[2] <= 31 && parts[3] <= (parts[2] ? 7 : 255);
}

struct model_function *model_find_named(struct model *model, const char *name)
{
	struct abi_pcisel sel;

	for (size_t i = 0; i < model->nr_functions; i++) {
		struct model_function *function = &model->functions[i];
		char unit[ABI_NAME_SIZE + 16];

		snprintf(unit, sizeof(unit), "%s%u", function->class_name, function->unit);
		if (function->class_name[0] && strcmp(unit, name) == 0)
			return function;
	}
	return parse_name(name, &sel) ? model_function_at(model, &sel) : NULL;
}
