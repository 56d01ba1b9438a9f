/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of FreeBSD is asked: one table of functions, the only place that touches the system. The
 * real one is os_system.c; a recorded profile of a machine, or a model in a test, is another.
 *
 * All return 0 or more, or negative errno with the numbers of the system that this is built on:
 * what is compared is compared by name.
 */
#ifndef IOMMUTOOL_FREEBSD_OS_H
#define IOMMUTOOL_FREEBSD_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct os;

#define OS_ADDRESSES_SIZE 2048 /* a login to one that does not fit would go unseen */

/* A network interface. */
struct os_interface {
	bool is_up;
	/* Its addresses but IPv6's link-local ones, with blanks between; those that fit. */
	char addresses[OS_ADDRESSES_SIZE];
};

struct os_ops {
	/* Flags of open(2). Return: a descriptor for the calls below. */
	int (*open)(struct os *os, const char *path, int flags);
	void (*close)(struct os *os, int fd);
	/* The request as FreeBSD numbers it (abi.h). */
	int (*ioctl)(struct os *os, int fd, unsigned long request, void *argument);

	/* sysctlbyname(3) for reading: @size bytes of room, set to how many were taken. -ENOMEM:
	 * there are more; -ENOENT: no such name, which is a fact and no error. */
	int (*sysctl)(struct os *os, const char *name, void *value, size_t *size);
	/* kenv(2): the value with its NUL. -ENOENT; -ENAMETOOLONG: it does not fit. */
	int (*kenv)(struct os *os, const char *name, char *value, size_t size);

	/* /dev/mem. -EACCES, -EPERM: not for us; -EFAULT: nothing is there. */
	int (*read_physical)(struct os *os, uint64_t address, void *bytes, size_t size);

	/* modfind(2): a module that runs by its name, "vmm", or that of a driver of PCI, "igb";
	 * kldload(2). Return: 0; -ENOENT: not there, or none to load. */
	int (*find_module)(struct os *os, const char *name);
	int (*load_module)(struct os *os, const char *name);

	/* getifaddrs(3): one by its name, "igb0". Return: 0; -ENOENT: there is none. */
	int (*find_interface)(struct os *os, const char *name, struct os_interface *interface);
};

struct os {
	const struct os_ops *ops;
	void *data; /* of whoever set .ops */
};

#endif
