/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI addresses as people and kernels write them. */
#ifndef IOMMUTOOL_BDF_H
#define IOMMUTOOL_BDF_H

#include "model/machine.h"

#define BDF_TEXT_SIZE 20 /* "ffffffff:ff:1f.7" and a NUL */

/* Writes DDDD:BB:DD.F, the domain with at least four hexadecimal digits. */
void bdf_format(const struct bdf *bdf, char text[BDF_TEXT_SIZE]);

/**
 * bdf_parse() - read an address as people write it
 * @text: hexadecimal DDDD:BB:DD.F or BB:DD.F (domain 0); decimal as FreeBSD writes it:
 *        pciD:B:S:F, pciB:S:F, B/S/F
 *
 * Return: 0; -EINVAL when it is none of these or a part is out of range.
 */
int bdf_parse(const char *text, struct bdf *bdf);

/* Return: whether @text is an address as the kernel and bdf_format() write it. */
bool bdf_is_canonical(const char *text);

/* Order by domain, bus, device, function. Return: as strcmp(). */
int bdf_compare(const struct bdf *a, const struct bdf *b);

/* Return: bus << 8 | device << 3 | function, the requester ID. */
uint16_t bdf_requester(const struct bdf *bdf);

#endif
