/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_STDLIB_H
#define STUB_STDLIB_H

#include <stddef.h>

void abort(void) __attribute__((noreturn));
int atexit(void (*function)(void));
void *calloc(size_t count, size_t size);
void exit(int status) __attribute__((noreturn));
void free(void *pointer);
char *getenv(const char *name);
void *malloc(size_t size);
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
void *bsearch(const void *key, const void *base, size_t count, size_t size,
	      int (*compare)(const void *, const void *));
void *realloc(void *pointer, size_t size);
void *reallocarray(void *pointer, size_t count, size_t size);
int setenv(const char *name, const char *value, int overwrite);

#endif
