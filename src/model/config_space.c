/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration space of a PCI function. */
#include "model/config_space.h"

#define STATUS 0x06
#define STATUS_CAPABILITIES 0x10
#define HEADER_TYPE 0x0e
#define MULTIFUNCTION 0x80
#define CARDBUS 2
#define FIRST_CAPABILITY 0x34
#define FIRST_CAPABILITY_CARDBUS 0x14
#define HEADER_LENGTH 0x40
#define NOT_THERE 0xff

#define EXPRESS_FLAGS 2
#define INTEL_MPC 0xd8 /* "Miscellaneous Port Configuration" */
#define INTEL_MPC_BUS_CHECK 26

#define FIRST_EXTENDED 0x100
#define HEADER_SIZE 4

#define ACS_CAPABILITY 4
#define ACS_CONTROL 6
#define ACS_BEYOND 8
#define ACS_LENGTH 8

static uint16_t word_at(const uint8_t *config, size_t at)
{
	return (uint16_t)(config[at] | config[at + 1] << 8);
}

bool find_capability(const uint8_t *config, size_t length, unsigned id, size_t *found)
{
	size_t most = (CONVENTIONAL_CONFIG_SIZE - HEADER_LENGTH) / 4; /* more is a loop */
	size_t at;

	*found = 0;
	if (length < HEADER_LENGTH)
		return false;
	if (!(config[STATUS] & STATUS_CAPABILITIES))
		return true;
	at = config[(config[HEADER_TYPE] & ~MULTIFUNCTION) == CARDBUS ? FIRST_CAPABILITY_CARDBUS
								      : FIRST_CAPABILITY];
	for (at &= 0xfc; most-- > 0 && at >= HEADER_LENGTH; at = config[at + 1] & 0xfc) {
		if (at + 4 > length)
			return false;
		if (config[at] == NOT_THERE)
			return true; /* Linux ends there (drivers/pci/pci.h, PCI_FIND_NEXT_CAP) */
		if (config[at] == id) {
			*found = at;
			return true;
		}
	}
	return true;
}

size_t find_extended_capability(const uint8_t *config, size_t length, unsigned id, unsigned nth)
{
	size_t at = FIRST_EXTENDED;
	size_t most = (CONFIG_SPACE_SIZE - FIRST_EXTENDED) / HEADER_SIZE; /* more is a loop */

	while (most-- > 0 && at >= FIRST_EXTENDED && at + HEADER_SIZE <= length) {
		unsigned found = (unsigned)config[at] | (unsigned)config[at + 1] << 8;

		if (found == id && nth-- == 0)
			return at;
		at = ((unsigned)config[at + 2] >> 4 | (unsigned)config[at + 3] << 4) & 0xffc;
	}
	return 0;
}

static void parse_acs(struct routing *routing, const uint8_t *config, size_t length)
{
	size_t at = find_extended_capability(config, length, EXTENDED_ACS, 0);

	if (at == 0) {
		routing->acs_known = length == CONVENTIONAL_CONFIG_SIZE ||
				     length == CONFIG_SPACE_SIZE;
		return;
	}
	routing->acs_known = at + ACS_LENGTH <= length;
	routing->has_acs = routing->acs_known;
	if (!routing->acs_known)
		return;
	routing->acs_capability = word_at(config, at + ACS_CAPABILITY);
	routing->acs_control = word_at(config, at + ACS_CONTROL);
	if (at + ACS_BEYOND + 2 <= length)
		routing->acs_beyond = word_at(config, at + ACS_BEYOND);
}

struct routing parse_routing(const uint8_t *config, size_t length)
{
	struct routing routing = { .type = PCIE_NONE };
	size_t express;

	/* A function that does not answer reads as all ones; a virtual one has only no IDs. */
	if (length < HEADER_LENGTH || config[HEADER_TYPE] == NOT_THERE ||
	    !find_capability(config, length, CAPABILITY_EXPRESS, &express))
		return (struct routing){ 0 };
	routing.type_known = true;
	routing.multifunction = config[HEADER_TYPE] & MULTIFUNCTION;
	if (express)
		routing.type = (enum pcie_type)(config[express + EXPRESS_FLAGS] >> 4);
	if (length >= INTEL_MPC + 4)
		routing.bus_check =
			config[INTEL_MPC + INTEL_MPC_BUS_CHECK / 8] >> INTEL_MPC_BUS_CHECK % 8 & 1;
	if (express)
		parse_acs(&routing, config, length);
	else
		routing.acs_known = true;
	return routing;
}
