/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What loader.conf(5) has to have, so that devices are with ppt from the start. */
#ifndef IOMMUTOOL_FREEBSD_BOOT_LINES_H
#define IOMMUTOOL_FREEBSD_BOOT_LINES_H

#include "bind/bind.h"

/**
 * freebsd_boot_lines() - the lines that keep what a plan binds, and what is reserved already
 * @lines: added to: vmm_load="YES", where it is not there yet; pptdevs="10/0/0 6/5/0" and so on
 *
 * What is there is what the loader had at boot.
 *
 * Return: 0; -ENOSPC: they do not fit; -EINVAL: one that ppt never takes, or that has the numbers
 * of one in another PCI domain, which would be reserved with it; -EIO: what is there could not be
 * read.
 */
int freebsd_boot_lines(const struct bind_plan *plan, struct strings *lines, struct error *err);

#endif
