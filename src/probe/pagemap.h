/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where memory of this process lies (Documentation/admin-guide/mm/pagemap.rst). */
#ifndef IOMMUTOOL_PAGEMAP_H
#define IOMMUTOOL_PAGEMAP_H

#include <stdint.h>

/**
 * physical_address() - of a page of this process that is there
 * @address: set to it; it holds as long as the page is pinned
 *
 * Return: 0; -EPERM: only root (CAP_SYS_ADMIN) is told; -ENODATA: no page is there; negative errno.
 */
int physical_address(const void *va, uint64_t *address);

#endif
