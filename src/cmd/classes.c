/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI classes as --class takes them (PCI Code and ID Assignment Specification, part 1). */
#include "cmd/classes.h"

#include <stddef.h>
#include <string.h>

#include "util/text.h"

static const struct {
	const char *name;
	struct class_filter filter;
} classes[] = {
	{ "storage", { 0x010000, 0xff0000 } },	   { "sata", { 0x010600, 0xffff00 } },
	{ "nvme", { 0x010800, 0xffff00 } },	   { "network", { 0x020000, 0xff0000 } },
	{ "display", { 0x030000, 0xff0000 } },	   { "multimedia", { 0x040000, 0xff0000 } },
	{ "audio", { 0x040300, 0xffff00 } },	   { "memory", { 0x050000, 0xff0000 } },
	{ "bridge", { 0x060000, 0xff0000 } },	   { "communication", { 0x070000, 0xff0000 } },
	{ "system", { 0x080000, 0xff0000 } },	   { "input", { 0x090000, 0xff0000 } },
	{ "processor", { 0x0b0000, 0xff0000 } },   { "serial-bus", { 0x0c0000, 0xff0000 } },
	{ "usb", { 0x0c0300, 0xffff00 } },	   { "smbus", { 0x0c0500, 0xffff00 } },
	{ "wireless", { 0x0d0000, 0xff0000 } },	   { "encryption", { 0x100000, 0xff0000 } },
	{ "accelerator", { 0x120000, 0xff0000 } }, { "unassigned", { 0xff0000, 0xff0000 } },
};

bool class_parse(const char *text, struct class_filter *filter)
{
	size_t digits = strlen(text) - 2;
	uint64_t value;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strcmp(text, classes[i].name) == 0) {
			*filter = classes[i].filter;
			return true;
		}
	}
	if (strncmp(text, "0x", 2) != 0 || (digits != 2 && digits != 4 && digits != 6) ||
	    parse_u64(text, 16, 0xffffff, &value) < 0)
		return false;
	*filter = (struct class_filter){
		.value = (int)(value << (4 * (6 - digits))),
		.mask = 0xffffff & ~((1 << (4 * (6 - digits))) - 1),
	};
	return true;
}

char *class_names(void)
{
	struct strings names = { 0 };
	char *joined;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		strings_add(&names, classes[i].name);
	joined = strings_join(&names, ",");
	strings_free(&names);
	return joined;
}
