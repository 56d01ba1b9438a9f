/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What FreeBSD's hypervisor bhyve can do with devices here: the facts, and what follows from them.
 *
 * Two drivers may use the IOMMU: that of vmm.ko, which starts at the first assignment of a device
 * to a VM and not before, and the host's own (dmar, amdiommu), which is off by default.
 */
#ifndef IOMMUTOOL_BHYVE_H
#define IOMMUTOOL_BHYVE_H

#include <stdint.h>

#include "model/machine.h"

enum iommu_vendor {
	IOMMU_VENDOR_UNKNOWN,
	IOMMU_VENDOR_NONE, /* firmware describes neither */
	IOMMU_VENDOR_INTEL,
	IOMMU_VENDOR_AMD,
};

/* A number below 0, TRI_UNKNOWN, IOMMU_VENDOR_UNKNOWN, 0 for .memory_end: unknown. */
struct bhyve {
	int osreldate;		   /* kern.osreldate of the running kernel: 1402000 is 14.2 */
	enum tristate vmm_loaded;  /* and it runs */
	enum tristate initialized; /* hw.vmm.iommu.initialized: its start was not refused */
	enum tristate enable;	   /* hw.vmm.iommu.enable */
	enum tristate translating; /* every unit has translation on, by its registers */
	int ppt_devices;	   /* hw.vmm.ppt.devices: attached to ppt */
	int amdvi_count;	   /* hw.vmm.amdvi.count: IVHDs that vmm found */
	enum tristate amdvi_enable;
	enum tristate host_dmar, host_dmar_active; /* dev.dmar.0 is there; dev.dmar.N.dma */
	enum tristate host_amdiommu, host_amdiommu_active;
	enum tristate force_iommu; /* the loader sets hw.vmm.force_iommu */
	int64_t max_wired;	   /* vm.max_user_wired, vm.max_wired: in pages of 4 KiB */
	uint64_t memory_end;	   /* behind the last memory that the kernel hands out */
	enum iommu_vendor vendor;
	int nr_drhds;
	int nr_leading_drhds; /* before any other structure of the DMAR: vmm sees only those */
};

/* Everything unknown. */
void bhyve_init(struct bhyve *bhyve);

/* Fills in .vendor, .nr_drhds and .nr_leading_drhds. Wants FACT_TABLES. */
void bhyve_read_tables(struct bhyve *bhyve, const struct machine *machine);

/* Return: .vendor, or where the tables were not read what drivers and vmm found. */
enum iommu_vendor bhyve_vendor(const struct bhyve *bhyve);

/* Return: whether vmm did not start once it was loaded: its sysctls are there without it. */
bool bhyve_vmm_gave_up(const struct bhyve *bhyve);
#define BHYVE_WANTS                                                                                \
	"see dmesg; bhyve wants VT-x with EPT, or AMD-V with NPT, enabled by the firmware"

/* Return: how many pages of 4 KiB VMs may wire; INT64_MAX: no limit; -1: unknown. */
int64_t bhyve_wired_limit(const struct bhyve *bhyve);

/* --- the IOMMU as bhyve uses it ----------------------------------------------------------- */

enum bhyve_iommu_state {
	BHYVE_IOMMU_UNKNOWN,
	BHYVE_IOMMU_NO_VMM,	    /* vmm does not run */
	BHYVE_IOMMU_OFF_BY_TUNABLE, /* also AMD's, whose default is off */
	BHYVE_IOMMU_ABSENT,
	BHYVE_IOMMU_FAILED,	 /* not tried again until vmm is loaded anew */
	BHYVE_IOMMU_NOT_STARTED, /* normal: it starts when a VM gets its first device */
	BHYVE_IOMMU_RUNNING,
};

struct bhyve_iommu_verdict {
	enum bhyve_iommu_state state;
	const char *word; /* "not-started"; NULL for unknown */
	const char *what; /* a sentence */
	const char *next; /* what to do; NULL: nothing */
};

/* Return: never NULL. */
const struct bhyve_iommu_verdict *bhyve_iommu_state(const struct bhyve *bhyve);

/* Return: what to do about a setting that the kernel ignores, as a sentence; NULL: nothing. */
const char *bhyve_obsolete_setting(const struct bhyve *bhyve);

#endif
