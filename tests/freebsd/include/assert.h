/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_ASSERT_H
#define STUB_ASSERT_H

void __assert(const char *function, const char *file, int line, const char *what)
	__attribute__((noreturn));
#define assert(what) ((what) ? (void)0 : __assert(__func__, __FILE__, __LINE__, #what))

#endif
