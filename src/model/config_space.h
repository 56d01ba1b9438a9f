/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration space of a PCI function (PCI Express Base Specification, 7.6 and 7.9).
 */
#ifndef IOMMUTOOL_CONFIG_SPACE_H
#define IOMMUTOOL_CONFIG_SPACE_H

#include <stddef.h>
#include <stdint.h>

#define CONFIG_SPACE_SIZE 0x1000

enum extended_capability {
	EXTENDED_SERIAL = 0x0003, /* 7.9.3: 8 bytes from offset 4, the lowest first */
};

/**
 * find_extended_capability() - where an extended capability begins
 * @length: bytes of @config that were read; what is beyond them is not there
 * @nth: 0 for the first of that kind
 *
 * Return: the offset, or 0 when there is none.
 */
size_t find_extended_capability(const uint8_t *config, size_t length, unsigned id, unsigned nth);

#endif
