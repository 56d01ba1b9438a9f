/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD: how requests are numbered. */
#ifndef STUB_SYS_IOCCOM_H
#define STUB_SYS_IOCCOM_H

#define IOCPARM_MASK 0x1fff
#define IOC_OUT 0x40000000ul
#define IOC_IN 0x80000000ul
#define _IOC(inout, group, num, len)                                                               \
	((unsigned long)((inout) | (((unsigned long)(len)&IOCPARM_MASK) << 16) |                   \
			 ((unsigned long)(group) << 8) | (unsigned long)(num)))
#define _IOW(g, n, t) _IOC(IOC_IN, g, n, sizeof(t))
#define _IOWR(g, n, t) _IOC(IOC_IN | IOC_OUT, g, n, sizeof(t))

#endif
