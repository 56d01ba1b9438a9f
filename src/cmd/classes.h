/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI classes as --class takes them. */
#ifndef IOMMUTOOL_CLASSES_H
#define IOMMUTOOL_CLASSES_H

#include <stdbool.h>

struct class_filter {
	int value; /* bits of 0xCCSSPP that have to be there */
	int mask;
};

/**
 * class_parse() - read a class name or number
 * @text: a name ("network", "nvme") or 0xCC, 0xCCSS, 0xCCSSPP
 *
 * Return: whether it is one.
 */
bool class_parse(const char *text, struct class_filter *filter);

/* Return: the names that class_parse() knows, separated by commas, to be freed. */
char *class_names(void);

#endif
