/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: what the kernel says of an address space. The first byte chooses between the answer
 * of a container and the text of a page table, the rest is it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/page_table.h"
#include "util/alloc.h"
#include "vfio/type1_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_info(const uint8_t *data, size_t size)
{
	struct type1_info info;

	if (type1_parse_info(data, size, &info) == 0) {
		if (info.page_sizes == 0)
			abort();
		for (size_t i = 0; i < info.usable.nr; i++)
			if (info.usable.items[i].start > info.usable.items[i].end ||
			    (i > 0 && info.usable.items[i].start <= info.usable.items[i - 1].end))
				abort();
	}
	ranges_free(&info.usable);
}

static void read_table(const uint8_t *data, size_t size)
{
	struct device device = { .name = (char *)"0000:00:02.0" };
	struct device *members[] = { &device };
	const struct group group = { .devices = members, .nr_devices = 1 };
	char *text = xcalloc(size + 1, 1);
	struct leaf leaf;

	memcpy(text, data, size);
	if (page_table_leaf(text, &group, (struct iova){ 0x100000 }, &leaf) == 0 &&
	    (leaf.page_size & (leaf.page_size - 1)) != 0)
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & 1)
		read_info(data + 1, size - 1);
	else
		read_table(data + 1, size - 1);
	return 0;
}
