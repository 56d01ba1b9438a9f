/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who answers: this FreeBSD, or a record of one. */
#ifndef IOMMUTOOL_FREEBSD_OS_OPEN_H
#define IOMMUTOOL_FREEBSD_OS_OPEN_H

#include "collect/freebsd/os.h"
#include "util/error.h"

/**
 * freebsd_os_open() - the system, or what a directory has of one
 * @recorded: the directory; NULL for this system
 * @os: released with freebsd_os_close()
 *
 * Return: 0 or negative errno.
 */
int freebsd_os_open(const char *recorded, struct os **os, struct error *err);
void freebsd_os_close(struct os *os);

#endif
