/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page tables of an IOMMU, where the kernel shows them: domain_translation_struct of Intel's
 * debugfs (drivers/iommu/intel/debugfs.c; 6.1: one file for all, 6.7 and later: one for each
 * device).
 */
#ifndef IOMMUTOOL_PAGE_TABLE_H
#define IOMMUTOOL_PAGE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/machine.h"
#include "vfio/mappings.h"

/* The entry that translates an address. */
struct leaf {
	uint64_t page_size; /* bytes */
	bool is_writable;   /* bit 1, in tables of the first and of the second stage */
};

/**
 * page_table_leaf() - the entry for an address in such a text
 * @text: changed in place
 * @group: Linux 6.1 shows the table of one device of each group, which all of them share
 *
 * Return: 0; -ENODATA: the table is there and has no entry for it; -ENOENT: none of the devices'
 * tables is there, or the text is none.
 */
int page_table_leaf(char *text, const struct group *group, struct iova iova, struct leaf *leaf);

/**
 * page_table_read() - the same, asked of this kernel
 *
 * Return: as page_table_leaf(); -ENOENT also when this kernel shows none, or not to us.
 */
int page_table_read(const struct device *device, struct iova iova, struct leaf *leaf);

#endif
