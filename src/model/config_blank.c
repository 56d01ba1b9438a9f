/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes serial numbers out of PCI config space. */
#include "model/config_space.h"

#include <string.h>

/* PCI Local Bus Specification 3.0, 6.1 and 6.7; PCI Express Base Specification, 7.9.3. */
#define STATUS 0x06
#define STATUS_CAPABILITIES 0x10
#define HEADER_TYPE 0x0e
#define HEADER_CARDBUS 2
#define FIRST_CAPABILITY 0x34
#define FIRST_CAPABILITY_CARDBUS 0x14
#define HEADER_SIZE 0x40

#define CAPABILITY_VPD 0x03
#define VPD_ADDRESS 2 /* 2 bytes, and 4 bytes of data behind them */
#define VPD_LENGTH 6

#define SERIAL_NUMBER 4
#define SERIAL_LENGTH 8

/* The walks read @from and blank in @to, so that blanking cannot break the lists. */
struct config {
	uint8_t from[CONFIG_SPACE_SIZE];
	uint8_t *to;
	size_t length;
};

static void blank(struct config *config, size_t start, size_t length)
{
	if (start >= config->length)
		return;
	if (length > config->length - start)
		length = config->length - start;
	memset(config->to + start, 0, length);
}

static void blank_vpd(struct config *config)
{
	bool cardbus = (config->from[HEADER_TYPE] & 0x7f) == HEADER_CARDBUS;
	size_t at = config->from[cardbus ? FIRST_CAPABILITY_CARDBUS : FIRST_CAPABILITY];
	size_t most = (CONVENTIONAL_CONFIG_SIZE - HEADER_SIZE) / 4; /* longer is a loop */

	if (!(config->from[STATUS] & STATUS_CAPABILITIES))
		return;
	while (most-- > 0) {
		at &= 0xfc;
		if (at < HEADER_SIZE || at + 2 > config->length)
			return;
		if (config->from[at] == CAPABILITY_VPD)
			blank(config, at + VPD_ADDRESS, VPD_LENGTH);
		at = config->from[at + 1];
	}
}

static void blank_express(struct config *config)
{
	size_t at;

	for (unsigned nth = 0; (at = find_extended_capability(config->from, config->length,
							      EXTENDED_SERIAL, nth)) > 0;
	     nth++)
		blank(config, at + SERIAL_NUMBER, SERIAL_LENGTH);
}

void blank_serials(uint8_t *bytes, size_t length)
{
	struct config config = { .to = bytes };

	config.length = length < CONFIG_SPACE_SIZE ? length : CONFIG_SPACE_SIZE;
	memcpy(config.from, bytes, config.length);
	blank_vpd(&config);
	blank_express(&config);
}
