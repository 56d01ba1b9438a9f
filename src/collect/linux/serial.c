/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The serial number of a device, by which it can be told from its twins. */
#include <stdlib.h>

#include "collect/linux/collectors.h"
#include "model/config_space.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define NUMBER 4 /* offset in the capability */
#define NUMBER_LENGTH 8

char *read_serial(const struct source *source, const struct device *device)
{
	_cleanup_free_ char *path = xasprintf(PATH_PCI_DEVICES "/%s/config", device->name);
	_cleanup_free_ uint8_t *config = NULL;
	const uint8_t *number;
	size_t length, at;

	if (source_read(source, path, CONFIG_SPACE_SIZE, &config, &length) < 0)
		return NULL;
	at = find_extended_capability(config, length, EXTENDED_SERIAL, 0);
	if (at == 0 || at + NUMBER + NUMBER_LENGTH > length)
		return NULL;
	number = config + at + NUMBER;
	return xasprintf("%02x-%02x-%02x-%02x-%02x-%02x-%02x-%02x", number[7], number[6], number[5],
			 number[4], number[3], number[2], number[1], number[0]);
}
