/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bhyve wants of a device, read from its configuration space. */
#include "model/freebsd/passthrough.h"

#define STATUS 0x06
#define STATUS_CAPABILITIES 0x10
#define HEADER_TYPE 0x0e
#define HEADER_LENGTH 0x40
#define MULTIFUNCTION 0x80
#define NOT_THERE 0xff

#define CAPABILITY_MSI 0x05
#define CAPABILITY_MSIX 0x11
#define DEVICE_CAPABILITIES 4	  /* of PCI Express, 32 bits (7.5.3.3) */
#define FUNCTION_LEVEL_RESET 0x10 /* bit 28 of them: bit 4 of the last byte */

static enum tristate tristate(bool value)
{
	return value ? TRI_YES : TRI_NO;
}

static enum tristate has_capability(const uint8_t *config, size_t length, unsigned id, size_t *at)
{
	return find_capability(config, length, id, at) ? tristate(*at != 0) : TRI_UNKNOWN;
}

struct passthrough_config passthrough_config(const uint8_t *config, size_t length)
{
	struct passthrough_config it = { -1,	      TRI_UNKNOWN, TRI_UNKNOWN,
					 TRI_UNKNOWN, TRI_UNKNOWN, TRI_UNKNOWN };
	size_t at;

	/* A function that does not answer reads as all ones. */
	if (length < HEADER_LENGTH || config[HEADER_TYPE] == NOT_THERE)
		return it;
	it.header_type = config[HEADER_TYPE] & ~MULTIFUNCTION;
	it.list = tristate(config[STATUS] & STATUS_CAPABILITIES);
	it.msi = has_capability(config, length, CAPABILITY_MSI, &at);
	it.msix = has_capability(config, length, CAPABILITY_MSIX, &at);
	it.express = has_capability(config, length, CAPABILITY_EXPRESS, &at);
	if (it.express == TRI_NO)
		it.reset = TRI_NO;
	else if (it.express == TRI_YES && at + DEVICE_CAPABILITIES + 4 <= length)
		it.reset = tristate(config[at + DEVICE_CAPABILITIES + 3] & FUNCTION_LEVEL_RESET);
	return it;
}
