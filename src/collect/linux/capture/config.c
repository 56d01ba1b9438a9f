/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Config space as a capture has it: no longer than there is any, and without serial numbers. */
#include "collect/linux/capture/parts.h"

#include "model/config_space.h"

void blank_config(const struct source *machine, uint8_t **bytes, size_t *length)
{
	(void)machine;
	if (*length > CONFIG_SPACE_SIZE)
		*length = CONFIG_SPACE_SIZE;
	blank_serials(*bytes, *length);
}
