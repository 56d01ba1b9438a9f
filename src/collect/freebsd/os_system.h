/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The FreeBSD that the program runs on; only there is it linked. */
#ifndef IOMMUTOOL_FREEBSD_OS_SYSTEM_H
#define IOMMUTOOL_FREEBSD_OS_SYSTEM_H

#include "collect/freebsd/os.h"

/* Return: the system itself; there is nothing to release. */
struct os freebsd_system(void);

#endif
