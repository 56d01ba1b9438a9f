/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside collect/linux/: asks modprobe, which knows all places of its configuration. */
#ifndef IOMMUTOOL_MODPROBE_H
#define IOMMUTOOL_MODPROBE_H

#include "collect/collect.h"

/**
 * modprobe_options() - the options that a module would be loaded with
 * @source: this machine
 * @module: with underscores, "vfio_pci"
 * @options: lines "options vfio_pci ids=10de:2330", to be freed; "" for none
 *
 * From `modprobe --showconfig`, which has those of the kernel's command line, too. A library would
 * be libkmod; it brings three more for compressed modules and signatures into every start of the
 * program, and that takes longer than the rest of the start.
 *
 * Return: 0; negative errno, -ENOENT when there is no modprobe.
 */
int modprobe_options(const struct source *source, const char *module, char **options,
		     struct error *err);

#endif
