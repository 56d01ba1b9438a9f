/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes in messages. */
#include "probe/size_text.h"

#include <inttypes.h>

#include "util/alloc.h"

char *size_text(uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	unsigned unit = 0;
	uint64_t scaled;

	if (bytes < 1024)
		return xasprintf("%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
	while (units[unit + 1] && bytes >> (10 * (unit + 2)))
		unit++;
	scaled = bytes >> (10 * unit); /* so that tenths of the unit fit into 64 bits */
	if (bytes == scaled >> 10 << (10 * (unit + 1)))
		return xasprintf("%" PRIu64 " %ciB", scaled / 1024, units[unit]);
	return xasprintf("%" PRIu64 ".%" PRIu64 " %ciB", scaled / 1024, scaled % 1024 * 10 / 1024,
			 units[unit]);
}
