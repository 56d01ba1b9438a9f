/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_SYS_MODULE_H
#define STUB_SYS_MODULE_H

int modfind(const char *name);

#endif
