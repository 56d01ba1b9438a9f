/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structs and ioctl numbers of FreeBSD's /dev/pci and /dev/devctl2 (sys/sys/pciio.h,
 * sys/sys/bus.h), kept by ourselves: one program then talks to 12 up to 15, and models of these
 * devices can be built anywhere. os_system.c holds them against the system's own on FreeBSD.
 */
#ifndef IOMMUTOOL_FREEBSD_ABI_H
#define IOMMUTOOL_FREEBSD_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifndef __LP64__
#error "FreeBSD's structs are only known for 64-bit systems (LP64): build for amd64 or arm64"
#endif

#define ABI_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#define ABI_AT(type, member, at)                                                                   \
	_Static_assert(offsetof(struct type, member) == (at), #type "." #member)
#define ABI_NUMBER(name, value) _Static_assert((name) == (value), #name)

/* sys/sys/ioccom.h: direction, size of the argument, group, number. */
#define ABI_IOC_OUT 0x40000000ul
#define ABI_IOC_IN 0x80000000ul
#define ABI_IOC(direction, group, number, type)                                                    \
	((direction) | (sizeof(struct type) & 0x1ffful) << 16 | (unsigned long)(group) << 8 |      \
	 (unsigned long)(number))
#define ABI_IOW(group, number, type) ABI_IOC(ABI_IOC_IN, group, number, type)
#define ABI_IOWR(group, number, type) ABI_IOC(ABI_IOC_IN | ABI_IOC_OUT, group, number, type)

/* --- /dev/pci ----------------------------------------------------------------------------- */

#define ABI_PCI_NODE "/dev/pci"
#define ABI_NAME_SIZE 17 /* of a device class with its NUL (PCI_MAXNAMELEN) */

struct abi_pcisel {
	uint32_t domain;
	uint8_t bus, device, function;
};
ABI_SIZE(abi_pcisel, 8);
ABI_AT(abi_pcisel, bus, 4);
ABI_AT(abi_pcisel, device, 5);
ABI_AT(abi_pcisel, function, 6);

/* What GETCONF returns of a function: all of it up to 14, the first part of it in 15. */
struct abi_pci_conf {
	struct abi_pcisel sel;
	uint8_t header_type;
	uint16_t subvendor, subdevice, vendor, device;
	uint8_t class, subclass, interface, revision;
	char name[ABI_NAME_SIZE]; /* of the device class, without a unit; "": none */
	unsigned long unit;
};
ABI_SIZE(abi_pci_conf, 48);
ABI_AT(abi_pci_conf, header_type, 8);
ABI_AT(abi_pci_conf, subvendor, 10);
ABI_AT(abi_pci_conf, subdevice, 12);
ABI_AT(abi_pci_conf, vendor, 14);
ABI_AT(abi_pci_conf, device, 16);
ABI_AT(abi_pci_conf, class, 18);
ABI_AT(abi_pci_conf, subclass, 19);
ABI_AT(abi_pci_conf, interface, 20);
ABI_AT(abi_pci_conf, revision, 21);
ABI_AT(abi_pci_conf, name, 22);
ABI_AT(abi_pci_conf, unit, 40);

struct abi_pci_conf15 {
	struct abi_pci_conf conf;
	int numa_domain;
	size_t reported; /* bytes that the kernel filled in: where .spare begins, for it */
	uint8_t spare[64];
};
ABI_SIZE(abi_pci_conf15, 128);
ABI_AT(abi_pci_conf15, numa_domain, 48);
ABI_AT(abi_pci_conf15, reported, 56);
ABI_AT(abi_pci_conf15, spare, 64);

struct abi_pci_match_conf {
	struct abi_pcisel sel;
	char name[ABI_NAME_SIZE];
	unsigned long unit;
	uint16_t vendor, device;
	uint8_t class;
	uint32_t flags; /* enum abi_match */
};
ABI_SIZE(abi_pci_match_conf, 56);
ABI_AT(abi_pci_match_conf, name, 8);
ABI_AT(abi_pci_match_conf, unit, 32);
ABI_AT(abi_pci_match_conf, vendor, 40);
ABI_AT(abi_pci_match_conf, device, 42);
ABI_AT(abi_pci_match_conf, class, 44);
ABI_AT(abi_pci_match_conf, flags, 48);

enum abi_match {
	ABI_MATCH_DOMAIN = 0x1,
	ABI_MATCH_BUS = 0x2,
	ABI_MATCH_DEVICE = 0x4,
	ABI_MATCH_FUNCTION = 0x8,
	ABI_MATCH_NAME = 0x10,
	ABI_MATCH_UNIT = 0x20,
	ABI_MATCH_VENDOR_ID = 0x40,
	ABI_MATCH_DEVICE_ID = 0x80,
	ABI_MATCH_CLASS = 0x100,
};

/* How GETCONF ended. */
enum abi_getconf_status {
	ABI_GETCONF_LAST_DEVICE = 0,
	ABI_GETCONF_LIST_CHANGED = 1,
	ABI_GETCONF_MORE_DEVS = 2,
	ABI_GETCONF_ERROR = 3,
};

struct abi_pci_conf_io {
	uint32_t pattern_bytes, nr_patterns;
	struct abi_pci_match_conf *patterns;
	uint32_t match_bytes; /* room */
	uint32_t nr_matches;  /* entries that were filled in */
	void *matches;	      /* of struct abi_pci_conf, or of abi_pci_conf15 */
	uint32_t offset;      /* these two are handed back as they came */
	uint32_t generation;
	uint32_t status; /* enum abi_getconf_status */
};
ABI_SIZE(abi_pci_conf_io, 48);
ABI_AT(abi_pci_conf_io, nr_patterns, 4);
ABI_AT(abi_pci_conf_io, patterns, 8);
ABI_AT(abi_pci_conf_io, match_bytes, 16);
ABI_AT(abi_pci_conf_io, nr_matches, 20);
ABI_AT(abi_pci_conf_io, matches, 24);
ABI_AT(abi_pci_conf_io, offset, 32);
ABI_AT(abi_pci_conf_io, generation, 36);
ABI_AT(abi_pci_conf_io, status, 40);

/* Of config space; ATTACHED: .data alone. */
struct abi_pci_io {
	struct abi_pcisel sel;
	int reg;   /* a multiple of .width, up to 4095 */
	int width; /* 1, 2, 4 */
	uint32_t data;
};
ABI_SIZE(abi_pci_io, 20);
ABI_AT(abi_pci_io, reg, 8);
ABI_AT(abi_pci_io, width, 12);
ABI_AT(abi_pci_io, data, 16);

struct abi_pci_bar_io {
	struct abi_pcisel sel;
	int reg;       /* of the BAR in config space: 0x10, 0x14, ... */
	int enabled;   /* the function decodes it */
	uint64_t base; /* as it stands in the BAR, with the bits for its type */
	uint64_t length;
};
ABI_SIZE(abi_pci_bar_io, 32);
ABI_AT(abi_pci_bar_io, reg, 8);
ABI_AT(abi_pci_bar_io, enabled, 12);
ABI_AT(abi_pci_bar_io, base, 16);
ABI_AT(abi_pci_bar_io, length, 24);

struct abi_pci_list_vpd_io {
	struct abi_pcisel sel;
	size_t length;
	void *data;
};
ABI_SIZE(abi_pci_list_vpd_io, 24);

struct abi_pci_bar_mmap {
	void *map_base;
	size_t map_length;
	uint64_t bar_length;
	int bar_offset;
	struct abi_pcisel sel;
	int reg, flags, memory_attribute;
};
ABI_SIZE(abi_pci_bar_mmap, 48);
ABI_AT(abi_pci_bar_mmap, sel, 28);
ABI_AT(abi_pci_bar_mmap, reg, 36);
ABI_AT(abi_pci_bar_mmap, flags, 40);
ABI_AT(abi_pci_bar_mmap, memory_attribute, 44);

struct abi_pci_bar_ioreq {
	struct abi_pcisel sel;
	int operation;
	uint32_t bar, offset, width, value;
};
ABI_SIZE(abi_pci_bar_ioreq, 28);

#define ABI_PCIOCREAD ABI_IOWR('p', 2, abi_pci_io)
#define ABI_PCIOCWRITE ABI_IOWR('p', 3, abi_pci_io)
#define ABI_PCIOCATTACHED ABI_IOWR('p', 4, abi_pci_io)
#define ABI_PCIOCGETCONF14 ABI_IOWR('p', 5, abi_pci_conf_io)  /* struct abi_pci_conf */
#define ABI_PCIOCGETCONF15 ABI_IOWR('p', 10, abi_pci_conf_io) /* struct abi_pci_conf15 */
#define ABI_PCIOCGETBAR ABI_IOWR('p', 6, abi_pci_bar_io)
#define ABI_PCIOCLISTVPD ABI_IOWR('p', 7, abi_pci_list_vpd_io)
#define ABI_PCIOCBARMMAP ABI_IOWR('p', 8, abi_pci_bar_mmap)
#define ABI_PCIOCBARIO ABI_IOWR('p', 9, abi_pci_bar_ioreq)
ABI_NUMBER(ABI_PCIOCREAD, 0xc0147002);
ABI_NUMBER(ABI_PCIOCWRITE, 0xc0147003);
ABI_NUMBER(ABI_PCIOCATTACHED, 0xc0147004);
ABI_NUMBER(ABI_PCIOCGETCONF14, 0xc0307005);
ABI_NUMBER(ABI_PCIOCGETCONF15, 0xc030700a);
ABI_NUMBER(ABI_PCIOCGETBAR, 0xc0207006);
ABI_NUMBER(ABI_PCIOCLISTVPD, 0xc0187007);
ABI_NUMBER(ABI_PCIOCBARMMAP, 0xc0307008);
ABI_NUMBER(ABI_PCIOCBARIO, 0xc01c7009);

/* --- /dev/devctl2 ------------------------------------------------------------------------- */

#define ABI_DEVCTL_NODE "/dev/devctl2"
#define ABI_DEVICE_NAME_SIZE 128

struct abi_devreq {
	char name[ABI_DEVICE_NAME_SIZE];
	int flags; /* enum abi_devreq_flag */
	union {
		struct {
			void *bytes;
			size_t length;
		} buffer;
		const void *data; /* DEV_SET_DRIVER: the driver's name with its NUL */
	};
};
ABI_SIZE(abi_devreq, 152);
ABI_AT(abi_devreq, flags, 128);
ABI_AT(abi_devreq, data, 136);
ABI_AT(abi_devreq, buffer.bytes, 136);
ABI_AT(abi_devreq, buffer.length, 144);

/* One bit, whose meaning is the request's. */
enum abi_devreq_flag {
	ABI_DETACH_FORCE = 1,	     /* DEV_DETACH, DEV_DISABLE, DEV_DELETE */
	ABI_SET_DRIVER_DETACH = 1,   /* the driver that it has is detached first */
	ABI_CLEAR_DRIVER_DETACH = 1, /* the same */
	ABI_RESET_DETACH = 1,	     /* in place of suspending it */
};

#define ABI_DEV_ATTACH ABI_IOW('D', 1, abi_devreq)
#define ABI_DEV_DETACH ABI_IOW('D', 2, abi_devreq)
#define ABI_DEV_ENABLE ABI_IOW('D', 3, abi_devreq)
#define ABI_DEV_DISABLE ABI_IOW('D', 4, abi_devreq)
#define ABI_DEV_SUSPEND ABI_IOW('D', 5, abi_devreq)
#define ABI_DEV_RESUME ABI_IOW('D', 6, abi_devreq)
#define ABI_DEV_SET_DRIVER ABI_IOW('D', 7, abi_devreq)
#define ABI_DEV_CLEAR_DRIVER ABI_IOW('D', 8, abi_devreq)
#define ABI_DEV_RESCAN ABI_IOW('D', 9, abi_devreq)
#define ABI_DEV_DELETE ABI_IOW('D', 10, abi_devreq)
#define ABI_DEV_FREEZE ABI_IOW('D', 11, abi_devreq)
#define ABI_DEV_THAW ABI_IOW('D', 12, abi_devreq)
#define ABI_DEV_RESET ABI_IOW('D', 13, abi_devreq)
#define ABI_DEV_GET_PATH ABI_IOWR('D', 14, abi_devreq) /* from 14 on */
ABI_NUMBER(ABI_DEV_ATTACH, 0x80984401);
ABI_NUMBER(ABI_DEV_DETACH, 0x80984402);
ABI_NUMBER(ABI_DEV_ENABLE, 0x80984403);
ABI_NUMBER(ABI_DEV_DISABLE, 0x80984404);
ABI_NUMBER(ABI_DEV_SUSPEND, 0x80984405);
ABI_NUMBER(ABI_DEV_RESUME, 0x80984406);
ABI_NUMBER(ABI_DEV_SET_DRIVER, 0x80984407);
ABI_NUMBER(ABI_DEV_CLEAR_DRIVER, 0x80984408);
ABI_NUMBER(ABI_DEV_RESCAN, 0x80984409);
ABI_NUMBER(ABI_DEV_DELETE, 0x8098440a);
ABI_NUMBER(ABI_DEV_FREEZE, 0x8098440b);
ABI_NUMBER(ABI_DEV_THAW, 0x8098440c);
ABI_NUMBER(ABI_DEV_RESET, 0x8098440d);
ABI_NUMBER(ABI_DEV_GET_PATH, 0xc098440e);

#endif
