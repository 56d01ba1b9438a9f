/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_KENV_H
#define STUB_KENV_H

#define KENV_GET 0

int kenv(int action, const char *name, char *value, int length);

#endif
