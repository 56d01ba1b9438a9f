/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's /dev/pci, by sys/dev/pci/pci_user.c: who may ask what, and what is answered. */
#include <errno.h>
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
#define SUBSYSTEM 0x2c /* of header type 0 */
#define MULTIFUNCTION 0x80
#define FIRST_BAR 0x10

/* --- functions ---------------------------------------------------------------------------- */

static uint32_t config_dword(const struct model_function *function, size_t at)
{
	const uint8_t *b = function->config + at;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

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

static struct abi_pcisel sel_of(const struct model_function *function)
{
	const struct bdf *bdf = &function->bdf;

	if (function->is_ari)
		return (struct abi_pcisel){ bdf->domain, bdf->bus, 0,
					    (uint8_t)(bdf->device << 3 | bdf->function) };
	return (struct abi_pcisel){ bdf->domain, bdf->bus, bdf->device, bdf->function };
}

void model_name(const struct model_function *function, char text[MODEL_NAME_SIZE])
{
	struct abi_pcisel sel = sel_of(function);

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

static struct model_function *function_at(struct model *model, const struct abi_pcisel *wanted)
{
	for (size_t i = 0; i < model->nr_functions; i++) {
		struct abi_pcisel sel = sel_of(&model->functions[i]);

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
		if (function->is_attached && strcmp(unit, name) == 0)
			return function;
	}
	return parse_name(name, &sel) ? function_at(model, &sel) : NULL;
}

/* --- GETCONF ------------------------------------------------------------------------------ */

static void describe(const struct model_function *function, struct abi_pci_conf *conf)
{
	uint32_t identity = config_dword(function, IDENTITY);
	uint32_t class = config_dword(function, CLASS);

	memset(conf, 0, sizeof(*conf));
	conf->sel = sel_of(function);
	conf->header_type = function->config[HEADER_TYPE] & (MULTIFUNCTION - 1);
	conf->vendor = (uint16_t)identity;
	conf->device = (uint16_t)(identity >> 16);
	if (conf->header_type == 0) {
		conf->subvendor = (uint16_t)config_dword(function, SUBSYSTEM);
		conf->subdevice = (uint16_t)(config_dword(function, SUBSYSTEM) >> 16);
	}
	conf->class = (uint8_t)(class >> 24);
	conf->subclass = (uint8_t)(class >> 16);
	conf->interface = (uint8_t)(class >> 8);
	conf->revision = (uint8_t) class;
	strcpy(conf->name, function->class_name);
	conf->unit = function->class_name[0] ? function->unit : 0;
}

static bool matches(const struct abi_pci_match_conf *pattern, const struct abi_pci_conf *conf)
{
	const struct {
		uint32_t flag;
		bool fits;
	} rules[] = {
		{ ABI_MATCH_DOMAIN, pattern->sel.domain == conf->sel.domain },
		{ ABI_MATCH_BUS, pattern->sel.bus == conf->sel.bus },
		{ ABI_MATCH_DEVICE, pattern->sel.device == conf->sel.device },
		{ ABI_MATCH_FUNCTION, pattern->sel.function == conf->sel.function },
		{ ABI_MATCH_NAME, strncmp(pattern->name, conf->name, ABI_NAME_SIZE) == 0 },
		{ ABI_MATCH_UNIT, pattern->unit == conf->unit },
		{ ABI_MATCH_VENDOR_ID, pattern->vendor == conf->vendor },
		{ ABI_MATCH_DEVICE_ID, pattern->device == conf->device },
		{ ABI_MATCH_CLASS, pattern->class == conf->class },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if ((pattern->flags & rules[i].flag) && !rules[i].fits)
			return false;
	return pattern->flags != 0;
}

static bool is_wanted(const struct abi_pci_conf_io *io, const struct abi_pci_conf *conf)
{
	for (uint32_t i = 0; i < io->nr_patterns; i++)
		if (matches(&io->patterns[i], conf))
			return true;
	return io->nr_patterns == 0;
}

static bool patterns_right(const struct model *model, const struct abi_pci_conf_io *io)
{
	if (io->nr_patterns == 0)
		return io->pattern_bytes == 0;
	return io->nr_patterns < model->nr_functions &&
	       io->pattern_bytes == io->nr_patterns * sizeof(struct abi_pci_match_conf);
}

/* The layout of 15 has more room, in which the kernel says how much of it is used. */
static void hand_out(struct abi_pci_conf_io *io, bool is_new, const struct abi_pci_conf *conf)
{
	struct abi_pci_conf15 new = { .conf = *conf,
				      .numa_domain = 0,
				      .reported = offsetof(struct abi_pci_conf15, spare) };

	if (is_new)
		memcpy((struct abi_pci_conf15 *)io->matches + io->nr_matches, &new, sizeof(new));
	else
		memcpy((struct abi_pci_conf *)io->matches + io->nr_matches, conf, sizeof(*conf));
	io->nr_matches++;
}

static void fill(const struct model *model, bool is_new, struct abi_pci_conf_io *io)
{
	size_t room = io->match_bytes /
		      (is_new ? sizeof(struct abi_pci_conf15) : sizeof(struct abi_pci_conf));
	size_t at;

	if (model->most_at_once && room > model->most_at_once)
		room = model->most_at_once;
	for (at = io->offset; at < model->nr_functions; at++) {
		struct abi_pci_conf conf;

		describe(&model->functions[at], &conf);
		if (!is_wanted(io, &conf))
			continue;
		if (io->nr_matches >= room)
			break;
		hand_out(io, is_new, &conf);
	}
	io->offset = (uint32_t)at;
	io->generation = model->generation;
	io->status = at < model->nr_functions ? ABI_GETCONF_MORE_DEVS : ABI_GETCONF_LAST_DEVICE;
}

static int getconf(struct model *model, bool is_new, struct abi_pci_conf_io *io)
{
	int code = model_called(model, "GETCONF %d from %" PRIu32, is_new ? 10 : 5, io->offset);

	if (code)
		return code;
	if (is_new ? model->release < 15 : model->release >= 15 && model->lacks_compat)
		return -ENOTTY;
	io->nr_matches = 0;
	if (io->offset != 0 && io->generation != model->generation) {
		io->status = ABI_GETCONF_LIST_CHANGED;
	} else if (io->offset >= model->nr_functions) {
		io->status = ABI_GETCONF_LAST_DEVICE;
	} else if (!patterns_right(model, io)) {
		io->status = ABI_GETCONF_ERROR;
		return -EINVAL;
	} else {
		fill(model, is_new, io);
	}
	if (++model->nr_getconf == model->bump_after || model->bumps_for_ever)
		model->generation++;
	return 0;
}

/* --- one function ------------------------------------------------------------------------- */

static int config_access(struct model *model, bool writes, struct abi_pci_io *io)
{
	struct model_function *function;

	if ((io->width != 1 && io->width != 2 && io->width != 4) || io->reg < 0 ||
	    (io->reg & (io->width - 1)))
		return -EINVAL;
	function = function_at(model, &io->sel);
	if (!function)
		return -ENODEV;
	if ((size_t)io->reg + (size_t)io->width > function->config_size) {
		io->data = writes ? io->data : UINT32_MAX >> (32 - 8 * io->width);
		return 0;
	}
	for (int i = 0; i < io->width; i++) {
		uint8_t *byte = &function->config[io->reg + i];

		if (writes)
			*byte = (uint8_t)(io->data >> 8 * i);
		else
			io->data = (i ? io->data : 0) | (uint32_t)*byte << 8 * i;
	}
	return 0;
}

static int config_read(struct model *model, struct abi_pci_io *io)
{
	int code = model_mishap(model, "READ");

	return code ? code : config_access(model, false, io);
}

static int config_write(struct model *model, struct abi_pci_io *io)
{
	int code = model_called(model, "WRITE 0x%x", (unsigned)io->reg);

	return code ? code : config_access(model, true, io);
}

static int attached(struct model *model, struct abi_pci_io *io)
{
	const struct model_function *function = function_at(model, &io->sel);
	int code;

	if (!function)
		return -ENODEV;
	code = model_mishap(model, "ATTACHED");
	if (code == 0)
		io->data = function->is_attached;
	return code;
}

static int get_bar(struct model *model, struct abi_pci_bar_io *io)
{
	const struct model_function *function = function_at(model, &io->sel);
	unsigned index = (unsigned)(io->reg - FIRST_BAR) / 4;
	uint8_t needed;
	int code;

	if (!function)
		return -ENODEV;
	if (io->reg < FIRST_BAR || io->reg % 4 || index >= NR_BARS ||
	    !function->bars[index].is_there)
		return -EINVAL;
	code = model_mishap(model, "GETBAR");
	if (code)
		return code;
	io->base = function->bars[index].base;
	io->length = function->bars[index].length;
	needed = io->base & 1 ? 1 : 2; /* I/O or memory space enable, in the command register */
	io->enabled = (function->config[4] & needed) != 0;
	return 0;
}

int model_pci_ioctl(struct model *model, bool is_writable, unsigned long request, void *argument)
{
	bool for_readers = request == ABI_PCIOCGETCONF14 || request == ABI_PCIOCGETCONF15 ||
			   request == ABI_PCIOCGETBAR || request == ABI_PCIOCLISTVPD;

	if (!is_writable && !for_readers)
		return -EPERM;
	switch (request) {
	case ABI_PCIOCGETCONF14:
	case ABI_PCIOCGETCONF15:
		return getconf(model, request == ABI_PCIOCGETCONF15, argument);
	case ABI_PCIOCREAD:
		return config_read(model, argument);
	case ABI_PCIOCWRITE:
		return config_write(model, argument);
	case ABI_PCIOCATTACHED:
		return attached(model, argument);
	case ABI_PCIOCGETBAR:
		return get_bar(model, argument);
	default:
		return -ENOTTY;
	}
}
