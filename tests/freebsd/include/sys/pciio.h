/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD: /dev/pci, as 12 to 14 and as 15 have it. Facts, sections 4 and 11. */
#ifndef STUB_SYS_PCIIO_H
#define STUB_SYS_PCIIO_H

#include <sys/ioccom.h>
#include <sys/types.h>

#define PCI_MAXNAMELEN 16

typedef enum {
	PCI_GETCONF_LAST_DEVICE,
	PCI_GETCONF_LIST_CHANGED,
	PCI_GETCONF_MORE_DEVS,
	PCI_GETCONF_ERROR
} pci_getconf_status;

typedef enum { PCI_GETCONF_NO_MATCH = 0 } pci_getconf_flags;

struct pcisel {
	uint32_t pc_domain;
	uint8_t pc_bus, pc_dev, pc_func;
};

struct pci_conf {
	struct pcisel pc_sel;
	uint8_t pc_hdr;
	uint16_t pc_subvendor, pc_subdevice, pc_vendor, pc_device;
	uint8_t pc_class, pc_subclass, pc_progif, pc_revid;
	char pd_name[PCI_MAXNAMELEN + 1];
	u_long pd_unit;
#if __FreeBSD__ >= 15
	int pd_numa_domain;
	size_t pc_reported_len;
	char pc_spare[64];
#endif
};

struct pci_match_conf {
	struct pcisel pc_sel;
	char pd_name[PCI_MAXNAMELEN + 1];
	u_long pd_unit;
	uint16_t pc_vendor, pc_device;
	uint8_t pc_class;
	pci_getconf_flags flags;
};

struct pci_conf_io {
	uint32_t pat_buf_len, num_patterns;
	struct pci_match_conf *patterns;
	uint32_t match_buf_len, num_matches;
	struct pci_conf *matches;
	uint32_t offset, generation;
	pci_getconf_status status;
};

struct pci_io {
	struct pcisel pi_sel;
	int pi_reg, pi_width;
	uint32_t pi_data;
};

struct pci_bar_io {
	struct pcisel pbi_sel;
	int pbi_reg, pbi_enabled;
	uint64_t pbi_base, pbi_length;
};

#define PCIOCREAD _IOWR('p', 2, struct pci_io)
#define PCIOCWRITE _IOWR('p', 3, struct pci_io)
#define PCIOCATTACHED _IOWR('p', 4, struct pci_io)
#if __FreeBSD__ >= 15
#define PCIOCGETCONF _IOWR('p', 10, struct pci_conf_io)
#else
#define PCIOCGETCONF _IOWR('p', 5, struct pci_conf_io)
#endif
#define PCIOCGETBAR _IOWR('p', 6, struct pci_bar_io)

#endif
