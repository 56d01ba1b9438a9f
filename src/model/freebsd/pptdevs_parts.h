/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between pptdevs.c and pptdevs_lint.c. A struct bdf is as in pptdevs.h but where it says so. */
#ifndef IOMMUTOOL_PPTDEVS_PARTS_H
#define IOMMUTOOL_PPTDEVS_PARTS_H

#include "model/bdf.h"

#define PPTDEVS_ADDRESS_SIZE 12 /* "255/31/255" and a NUL */

void pptdevs_write(const struct bdf *bdf, char text[PPTDEVS_ADDRESS_SIZE]);

/* Not bdf_compare(), to which functions above 7 are others. */
bool pptdevs_same(const struct bdf *a, const struct bdf *b);

/* Writes that, 0000:0a:00.0. */
void pptdevs_write_name(const struct bdf *bdf, char name[BDF_TEXT_SIZE]);

/* Return: whether the kernel takes a word for an address; what is behind it does not matter. */
bool pptdevs_scan(const char *word, struct bdf *bdf);

/* Return: what is at @at up to the next blank, to be freed; NULL behind the last word. */
char *pptdevs_next_word(const char **at);

#endif
