/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells one boot of FreeBSD from another. */
#ifndef IOMMUTOOL_FREEBSD_BOOT_H
#define IOMMUTOOL_FREEBSD_BOOT_H

#include "bind/journal.h"
#include "collect/freebsd/os.h"

/**
 * freebsd_boot_id() - as read_boot_id()
 *
 * kern.boot_id where the kernel has it, 16 bytes by chance; else kern.boottime in seconds, which is
 * another when the clock is set.
 */
int freebsd_boot_id(struct os *os, char id[BOOT_ID_SIZE], struct error *err);

#endif
