/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where memory of this process lies (Documentation/admin-guide/mm/pagemap.rst). */
#ifndef IOMMUTOOL_PAGEMAP_H
#define IOMMUTOOL_PAGEMAP_H

#include <stddef.h>
#include <stdint.h>

/**
 * physical_addresses() - of pages of this process that are there
 * @va: of the first of @nr pages, one behind the other
 * @addresses: one for each; they hold as long as the pages are pinned
 *
 * Return: 0; -EPERM: only root (CAP_SYS_ADMIN) is told; -ENODATA: a page is not there; negative
 * errno.
 */
int physical_addresses(const void *va, size_t nr, uint64_t *addresses);

#endif
