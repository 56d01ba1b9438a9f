/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocation that cannot fail: out of memory ends the program with status 2.
 * What these return is released with free().
 */
#ifndef IOMMUTOOL_ALLOC_H
#define IOMMUTOOL_ALLOC_H

#include <stddef.h>

/* For a library that says it ran out of memory. */
void die_out_of_memory(void) __attribute__((noreturn));

void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *pointer, size_t count, size_t size);
char *xstrdup(const char *text);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * xgrow() - make room for one more element at the end of an array
 * @array: the array or NULL; moved when it has to grow
 * @count: elements in use; capacity is the next power of two
 * @size: bytes of one element
 *
 * The new element is not initialised and @count is the caller's to raise.
 *
 * Return: the array, with room for @count + 1 elements.
 */
void *xgrow(void *array, size_t count, size_t size) __attribute__((hot));

#endif
