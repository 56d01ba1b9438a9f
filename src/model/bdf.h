/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI addresses as people and kernels write them. */
#ifndef IOMMUTOOL_BDF_H
#define IOMMUTOOL_BDF_H

#include "model/machine.h"

#define BDF_TEXT_SIZE 20 /* "ffffffff:ff:1f.7" and a NUL */

/* Writes DDDD:BB:DD.F, the domain with at least four hexadecimal digits. */
void bdf_format(const struct bdf *bdf, char text[BDF_TEXT_SIZE]);

#define BDF_FREEBSD_SIZE 24 /* "pci4294967295:255:31:7" and a NUL */
#define BDF_BHYVE_SIZE 10   /* "255/31/7" and a NUL */

/*
 * Writes pciD:B:S:F in decimal, what devctl(8) takes and pciconf(8) prints. But where ARI gives a
 * device more than 8 functions, FreeBSD's slot is 0 and its function up to 255, which cannot be
 * told from @bdf.
 */
void bdf_format_freebsd(const struct bdf *bdf, char text[BDF_FREEBSD_SIZE]);

/* Writes B/S/F in decimal, for bhyve(8) and pptdevs. Return: false, and "", for what it cannot
 * express: any domain but 0. */
bool bdf_format_bhyve(const struct bdf *bdf, char text[BDF_BHYVE_SIZE]);

/**
 * bdf_parse() - read an address as people write it
 * @text: hexadecimal DDDD:BB:DD.F or BB:DD.F (domain 0); decimal as FreeBSD writes it:
 *        pciD:B:S:F, also with the ":" that pciconf -l has behind it, pciB:S:F, B/S/F; in these
 *        a function of slot 0 may go to 255 (ARI), and there are no leading zeros, which a
 *        hexadecimal number might have
 *
 * Return: 0; -EINVAL when it is none of these or a part is out of range.
 */
int bdf_parse(const char *text, struct bdf *bdf);

/**
 * bdf_problem() - what is wrong with an address that bdf_parse() refuses
 *
 * For what mixes hexadecimal and decimal, the ways of writing, or has a part out of range.
 *
 * Return: a sentence with how to write it, without its subject, to be freed; NULL: @text is an
 * address, or nothing like one.
 */
char *bdf_problem(const char *text);

/* Return: whether @text is an address as the kernel and bdf_format() write it. */
bool bdf_is_canonical(const char *text);

/* Order by domain, bus, device, function. Return: as strcmp(). */
int bdf_compare(const struct bdf *a, const struct bdf *b);

/* Return: bus << 8 | device << 3 | function, the requester ID. */
uint16_t bdf_requester(const struct bdf *bdf);

#endif
