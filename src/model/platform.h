/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of the platform around the devices. */
#ifndef IOMMUTOOL_PLATFORM_H
#define IOMMUTOOL_PLATFORM_H

#include "model/machine.h"

/**
 * root_complex_forwards() - whether requests of one device get through the root complex to another
 *
 * By the list of Linux (drivers/pci/p2pdma.c, cpu_supports_p2pdma and pci_p2pdma_whitelist; that of
 * 7.3), which has only those that do. Wants FACT_CPU, FACT_ID, FACT_TOPOLOGY, and FACT_ACS for the
 * type of root ports.
 *
 * Return: TRI_YES; TRI_UNKNOWN for what the list does not have.
 */
enum tristate root_complex_forwards(const struct machine *machine, const struct device *from,
				    const struct device *to);

#endif
