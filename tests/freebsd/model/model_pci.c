/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's /dev/pci, by sys/dev/pci/pci_user.c: who may ask what, and what is answered. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "parts.h"

#define IDENTITY 0x00
#define CLASS 0x08 /* revision in the lowest byte */
#define HEADER_TYPE 0x0e
#define SUBSYSTEM 0x2c /* of header type 0 */
#define MULTIFUNCTION 0x80
#define FIRST_BAR 0x10

/* --- GETCONF ------------------------------------------------------------------------------ */

static uint32_t config_dword(const struct model_function *function, size_t at)
{
	const uint8_t *b = function->config + at;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* As config space has it. */
static struct model_identity read_identity(const struct model_function *function)
{
	uint32_t ids = config_dword(function, IDENTITY);
	uint32_t subsystem = config_dword(function, SUBSYSTEM);
	struct model_identity identity = {
		.vendor = (uint16_t)ids,
		.device = (uint16_t)(ids >> 16),
		.class = config_dword(function, CLASS),
		.header_type = function->config[HEADER_TYPE] & (MULTIFUNCTION - 1),
	};

	if (identity.header_type == 0) {
		identity.subvendor = (uint16_t)subsystem;
		identity.subdevice = (uint16_t)(subsystem >> 16);
	}
	return identity;
}

static void describe(const struct model_function *function, struct abi_pci_conf *conf)
{
	struct model_identity identity = function->has_identity ? function->identity
								: read_identity(function);

	memset(conf, 0, sizeof(*conf));
	conf->sel = model_sel(function);
	conf->header_type = identity.header_type;
	conf->vendor = identity.vendor;
	conf->device = identity.device;
	conf->subvendor = identity.subvendor;
	conf->subdevice = identity.subdevice;
	conf->class = (uint8_t)(identity.class >> 24);
	conf->subclass = (uint8_t)(identity.class >> 16);
	conf->interface = (uint8_t)(identity.class >> 8);
	conf->revision = (uint8_t)identity.class;
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

static bool knows(const struct model *model, bool is_new)
{
	return is_new ? model->release >= 15 : model->release < 15 || !model->lacks_compat;
}

static int getconf(struct model *model, bool is_writable, bool is_new, struct abi_pci_conf_io *io)
{
	int code = model_called(model, "GETCONF %d from %" PRIu32, is_new ? 10 : 5, io->offset);

	if (code)
		return code;
	if (!knows(model, is_new))
		return is_writable ? -ENOTTY : -EPERM; /* as any other number */
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
	function = model_function_at(model, &io->sel);
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

/* Asked too often for the log. Return: 0, or the code with which it is to fail. */
static int call_mishap(struct model *model, const char *call, const struct abi_pcisel *sel, int reg)
{
	char text[80];
	int length = snprintf(text, sizeof(text), "%s pci%" PRIu32 ":%u:%u:%u", call, sel->domain,
			      sel->bus, sel->device, sel->function);

	if (reg >= 0)
		snprintf(text + length, sizeof(text) - (size_t)length, " 0x%x", (unsigned)reg);
	return model_mishap(model, text);
}

static int config_read(struct model *model, struct abi_pci_io *io)
{
	int code = call_mishap(model, "READ", &io->sel, io->reg);

	return code ? code : config_access(model, false, io);
}

static int config_write(struct model *model, struct abi_pci_io *io)
{
	int code = model_called(model, "WRITE 0x%x", (unsigned)io->reg);

	return code ? code : config_access(model, true, io);
}

static int attached(struct model *model, struct abi_pci_io *io)
{
	const struct model_function *function = model_function_at(model, &io->sel);
	int code;

	if (!function)
		return -ENODEV;
	code = call_mishap(model, "ATTACHED", &io->sel, -1);
	if (code == 0)
		io->data = function->is_attached;
	return code;
}

static int get_bar(struct model *model, struct abi_pci_bar_io *io)
{
	const struct model_function *function = model_function_at(model, &io->sel);
	unsigned index = (unsigned)(io->reg - FIRST_BAR) / 4;
	uint8_t needed;
	int code;

	if (!function)
		return -ENODEV;
	if (io->reg < FIRST_BAR || io->reg % 4 || index >= NR_BARS)
		return -EINVAL;
	code = call_mishap(model, "GETBAR", &io->sel, io->reg);
	if (code)
		return code;
	if (!function->bars[index].is_there)
		return -EINVAL;
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
		return getconf(model, is_writable, request == ABI_PCIOCGETCONF15, argument);
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
