/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD: it only has to be there in front of others. */
#ifndef STUB_SYS_PARAM_H
#define STUB_SYS_PARAM_H

#include <sys/types.h>

#endif
