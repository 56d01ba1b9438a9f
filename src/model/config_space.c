/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration space of a PCI function. */
#include "model/config_space.h"

#define FIRST_EXTENDED 0x100
#define HEADER_SIZE 4

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
