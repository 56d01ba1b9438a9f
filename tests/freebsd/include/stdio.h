/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_STDIO_H
#define STUB_STDIO_H

#include <stdarg.h>
#include <sys/types.h>

typedef struct stub_file FILE;
extern FILE *__stdinp, *__stdoutp, *__stderrp;
#define stdin __stdinp
#define stdout __stdoutp
#define stderr __stderrp

int fclose(FILE *file);
FILE *fdopen(int fd, const char *mode);
int ferror(FILE *file);
int fflush(FILE *file);
int fileno(FILE *file);
int fprintf(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fputc(int byte, FILE *file);
int fputs(const char *text, FILE *file);
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int putchar(int byte);
int puts(const char *text);
int renameat(int from_dir, const char *from, int to_dir, const char *to);
int sprintf(char *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int sscanf(const char *text, const char *format, ...) __attribute__((format(scanf, 2, 3)));
int vasprintf(char **to, const char *format, va_list values) __attribute__((format(printf, 2, 0)));
int vfprintf(FILE *file, const char *format, va_list values) __attribute__((format(printf, 2, 0)));
int asprintf(char **to, const char *format, ...) __attribute__((format(printf, 2, 3)));
int vsnprintf(char *to, size_t size, const char *format, va_list values)
	__attribute__((format(printf, 3, 0)));

#endif
