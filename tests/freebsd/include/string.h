/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_STRING_H
#define STUB_STRING_H

#include <stddef.h>
#include <strings.h>

void *memchr(const void *bytes, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
char *stpcpy(char *to, const char *from);
char *strchr(const char *text, int byte);
int strcmp(const char *a, const char *b);
char *strcpy(char *to, const char *from);
size_t strcspn(const char *text, const char *bytes);
char *strdup(const char *text);
char *strerror(int code);
size_t strlen(const char *text);
size_t strlcpy(char *to, const char *from, size_t size);
int strncmp(const char *a, const char *b, size_t size);
char *strncpy(char *to, const char *from, size_t size);
char *strpbrk(const char *text, const char *bytes);
char *strrchr(const char *text, int byte);
char *strsep(char **text, const char *separators);
size_t strspn(const char *text, const char *bytes);
size_t strnlen(const char *text, size_t size);
char *strstr(const char *text, const char *part);

#endif
