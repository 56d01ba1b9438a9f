/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside bind/linux/: modules of the kernel. */
#ifndef IOMMUTOOL_MODULES_H
#define IOMMUTOOL_MODULES_H

#include <sys/types.h>

/**
 * load_module() - load a module and what it needs, as modprobe.d says
 * @stuck: as of run_in_child()
 *
 * Return: 0; -ENOENT when modprobe has no such module, or there is no modprobe; -ETIMEDOUT; other
 * negative errno.
 */
int load_module(const char *name, int timeout_ms, pid_t *stuck);

#endif
