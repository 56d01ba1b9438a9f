/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_SYS_LINKER_H
#define STUB_SYS_LINKER_H

int kldload(const char *file);

#endif
