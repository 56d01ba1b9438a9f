/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_SYS_IOCTL_H
#define STUB_SYS_IOCTL_H

#include <sys/ioccom.h>

int ioctl(int fd, unsigned long request, ...);

#endif
