/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page tables of an IOMMU, where the kernel shows them. */
#include "probe/page_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/file.h"

#define DIRECTORY "/sys/kernel/debug/iommu/intel/"

/* A line has 120 bytes and stands for a page: more than we have mapped at any time. */
#define LARGEST_TEXT (16u << 20)

#define LEVELS 5
#define PAGE_SHIFT 12
#define BITS_A_LEVEL 9

#define ENTRY_WRITE 0x2u

static bool is_in_group(const struct group *group, const char *name, size_t length)
{
	for (size_t i = 0; i < group->nr_devices; i++)
		if (strlen(group->devices[i]->name) == length &&
		    memcmp(group->devices[i]->name, name, length) == 0)
			return true;
	return false;
}

/*
 * "Device 0000:00:02.0 @0x...", "Device 0000:00:02.0 with pasid 0 @0x...": whether it begins the
 * table that we look for. What has a PASID is another table, but for 0: that is the one of DMA
 * without any.
 */
static bool is_our_heading(const char *line, const struct group *group)
{
	const char *name = line + strlen("Device ");
	size_t length = strcspn(name, " ");
	unsigned pasid;

	if (sscanf(name + length, " with pasid %x", &pasid) == 1 && pasid != 0)
		return false;
	return is_in_group(group, name, length);
}

/*
 * "0x<page number> |\t<level 5>\t<level 4>...": the last entry that is not 0 is the leaf. 7.2 and
 * later end the line there, earlier kernels fill it up with zeros.
 *
 * Return: whether the leaf covers the page.
 */
static bool covers(const char *line, uint64_t page, struct leaf *leaf)
{
	uint64_t first, entries[LEVELS] = { 0 }, pages;
	unsigned level = 0;
	int n;

	n = sscanf(line,
		   "0x%" SCNx64 " | 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64
		   " 0x%" SCNx64,
		   &first, &entries[0], &entries[1], &entries[2], &entries[3], &entries[4]);
	if (n < 2)
		return false;
	for (unsigned i = 0; i < LEVELS; i++)
		if (entries[i])
			level = LEVELS - i;
	if (level == 0)
		return false;
	pages = 1ull << (level - 1) * BITS_A_LEVEL;
	leaf->page_size = pages << PAGE_SHIFT;
	leaf->is_writable = entries[LEVELS - level] & ENTRY_WRITE;
	return page >= first && page - first < pages;
}

int page_table_leaf(char *text, const struct group *group, struct iova iova, struct leaf *leaf)
{
	bool ours = false, seen = false;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, "Device ", 7) == 0) {
			ours = is_our_heading(line, group);
			seen |= ours;
		} else if (ours && covers(line, iova.value >> PAGE_SHIFT, leaf)) {
			return 0;
		}
	}
	return seen ? -ENODATA : -ENOENT;
}

static int read_leaf(const char *path, const struct device *device, struct iova iova,
		     struct leaf *leaf)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;

	if (read_user_file(path, LARGEST_TEXT, &bytes, &length, NULL) < 0)
		return -ENOENT;
	return page_table_leaf((char *)bytes, device->group, iova, leaf);
}

int page_table_read(const struct device *device, struct iova iova, struct leaf *leaf)
{
	_cleanup_free_ char *own =
		xasprintf(DIRECTORY "%s/domain_translation_struct", device->name);
	int code;

	if (!device->group)
		return -ENOENT;
	code = read_leaf(own, device, iova, leaf);
	if (code != -ENOENT)
		return code;
	return read_leaf(DIRECTORY "domain_translation_struct", device, iova, leaf);
}
