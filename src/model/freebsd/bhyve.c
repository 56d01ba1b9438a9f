/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What FreeBSD's hypervisor bhyve can do with devices here. */
#include "model/freebsd/bhyve.h"

#include "acpi/acpi.h"

void bhyve_init(struct bhyve *bhyve)
{
	*bhyve = (struct bhyve){
		.osreldate = -1,
		.vmm_loaded = TRI_UNKNOWN,
		.initialized = TRI_UNKNOWN,
		.enable = TRI_UNKNOWN,
		.translating = TRI_UNKNOWN,
		.ppt_devices = -1,
		.amdvi_count = -1,
		.amdvi_enable = TRI_UNKNOWN,
		.host_dmar = TRI_UNKNOWN,
		.host_dmar_active = TRI_UNKNOWN,
		.host_amdiommu = TRI_UNKNOWN,
		.host_amdiommu_active = TRI_UNKNOWN,
		.force_iommu = TRI_UNKNOWN,
		.max_wired = -1,
		.vendor = IOMMU_VENDOR_UNKNOWN,
		.nr_drhds = -1,
		.nr_leading_drhds = -1,
	};
}

/* Of one that is denied it may be unknown whether it is there. */
static bool table_there(const struct firmware_table *table)
{
	return table->state == FILE_READ || table->state == FILE_BROKEN;
}

static enum iommu_vendor vendor_of(const struct machine *machine)
{
	bool intel = table_there(&machine->dmar), amd = table_there(&machine->ivrs);

	if (intel != amd)
		return intel ? IOMMU_VENDOR_INTEL : IOMMU_VENDOR_AMD;
	if (machine->dmar.state == FILE_ABSENT && machine->ivrs.state == FILE_ABSENT)
		return IOMMU_VENDOR_NONE;
	return IOMMU_VENDOR_UNKNOWN;
}

void bhyve_read_tables(struct bhyve *bhyve, const struct machine *machine)
{
	const struct dmar *dmar;
	bool leads = true;

	bhyve->vendor = vendor_of(machine);
	bhyve->nr_drhds = -1;
	bhyve->nr_leading_drhds = -1;
	if (machine->dmar.state != FILE_READ)
		return;
	dmar = &machine->dmar.table->dmar;
	bhyve->nr_drhds = 0;
	bhyve->nr_leading_drhds = 0;
	for (size_t i = 0; i < dmar->nr_structures; i++) {
		bool is_drhd = dmar->structures[i].type == DMAR_DRHD;

		leads = leads && is_drhd;
		bhyve->nr_drhds += is_drhd;
		bhyve->nr_leading_drhds += leads;
	}
}

enum iommu_vendor bhyve_vendor(const struct bhyve *bhyve)
{
	if (bhyve->vendor != IOMMU_VENDOR_UNKNOWN)
		return bhyve->vendor;
	if (bhyve->amdvi_count > 0 || bhyve->host_amdiommu == TRI_YES)
		return IOMMU_VENDOR_AMD;
	return bhyve->host_dmar == TRI_YES ? IOMMU_VENDOR_INTEL : IOMMU_VENDOR_UNKNOWN;
}

bool bhyve_vmm_gave_up(const struct bhyve *bhyve)
{
	return bhyve->vmm_loaded == TRI_NO && bhyve->initialized != TRI_UNKNOWN;
}

/* From this one on the limit holds for VMs; vm.max_wired before it was for mlock(2). */
#define MAX_USER_WIRED 1300025

int64_t bhyve_wired_limit(const struct bhyve *bhyve)
{
	if (bhyve->osreldate >= 0 && bhyve->osreldate < MAX_USER_WIRED)
		return INT64_MAX;
	return bhyve->max_wired;
}

/* --- the IOMMU as bhyve uses it --------------------------------------------------------------- */

enum row {
	ROW_UNKNOWN,
	ROW_NO_VMM,
	ROW_GAVE_UP,
	ROW_OFF,
	ROW_OFF_AMD,
	ROW_ABSENT,
	ROW_ABSENT_AMD,
	ROW_FAILED,
	ROW_NOT_STARTED,
	ROW_RUNNING,
	ROW_RUNNING_AS_TOLD,
	ROW_UNKNOWN_TABLES,
	ROW_UNKNOWN_AMD,
};

#define RESTART "; restart the host"

static const struct bhyve_iommu_verdict verdicts[] = {
	[ROW_UNKNOWN] = { BHYVE_IOMMU_UNKNOWN, NULL,
			  "whether bhyve can use an IOMMU is unknown: hw.vmm.iommu cannot be read",
			  "see sysctl hw.vmm.iommu" },
	[ROW_NO_VMM] = { BHYVE_IOMMU_NO_VMM, "no-vmm",
			 "vmm is not loaded, and bhyve's use of the IOMMU is in it",
			 "kldload vmm, and for the next start vmm_load=\"YES\" in "
			 "/boot/loader.conf" },
	[ROW_GAVE_UP] = { BHYVE_IOMMU_NO_VMM, "no-vmm",
			  "vmm was loaded and did not start, and bhyve's use of the IOMMU is in it",
			  BHYVE_WANTS },
	[ROW_OFF] = { BHYVE_IOMMU_OFF_BY_TUNABLE, "off-by-tunable",
		      "the IOMMU is switched off for bhyve: hw.vmm.iommu.enable is 0",
		      "take hw.vmm.iommu.enable=0 out of /boot/loader.conf" RESTART },
	[ROW_OFF_AMD] = { BHYVE_IOMMU_OFF_BY_TUNABLE, "off-by-tunable",
			  "AMD's IOMMU is switched off for bhyve, which is the default: "
			  "hw.vmm.amdvi.enable is 0",
			  "put hw.vmm.amdvi.enable=1 into /boot/loader.conf" RESTART },
	[ROW_ABSENT] = { BHYVE_IOMMU_ABSENT, "absent",
			 "firmware describes no IOMMU (neither ACPI DMAR nor IVRS)",
			 "enable VT-d or AMD-Vi in the firmware setup, or give the VM an IOMMU" },
	[ROW_ABSENT_AMD] = { BHYVE_IOMMU_ABSENT, "absent",
			     "firmware has an IVRS, but vmm found no IOMMU by it: "
			     "hw.vmm.amdvi.count is 0",
			     "see dmesg for AMD-Vi and ivhd, and load vmm by /boot/loader.conf: "
			     "vmm_load=\"YES\"" },
	[ROW_FAILED] = { BHYVE_IOMMU_FAILED, "failed",
			 "the start of the IOMMU failed: vmm takes it for started, but not every "
			 "unit translates",
			 "see dmesg for iommu_init and iommu_add_device; vmm tries again only when "
			 "it is loaded anew: restart the host" },
	[ROW_NOT_STARTED] = { BHYVE_IOMMU_NOT_STARTED, "not-started",
			      "the IOMMU is not started, which is normal: bhyve starts it when a "
			      "VM gets its first device",
			      "if a VM was refused its device all the same, the start failed: see "
			      "dmesg" },
	[ROW_RUNNING] = { BHYVE_IOMMU_RUNNING, "running", "the IOMMU translates for bhyve", NULL },
	[ROW_RUNNING_AS_TOLD] = { BHYVE_IOMMU_RUNNING, "running",
				  "the IOMMU was started by vmm; whether its units translate was "
				  "not looked at",
				  NULL },
	[ROW_UNKNOWN_TABLES] = { BHYVE_IOMMU_UNKNOWN, NULL,
				 "the IOMMU is not started, which is normal before a VM has a "
				 "device; whether there is one is unknown: the ACPI tables were "
				 "not read",
				 "ask as root" },
	[ROW_UNKNOWN_AMD] = { BHYVE_IOMMU_UNKNOWN, NULL,
			      "whether bhyve may use AMD's IOMMU is unknown: hw.vmm.amdvi.enable "
			      "cannot be read",
			      "see sysctl hw.vmm.amdvi" },
};

static enum row amd_row(const struct bhyve *bhyve)
{
	if (bhyve->amdvi_count == 0)
		return ROW_ABSENT_AMD;
	if (bhyve->amdvi_enable == TRI_NO)
		return ROW_OFF_AMD;
	return bhyve->amdvi_enable == TRI_UNKNOWN ? ROW_UNKNOWN_AMD : ROW_NOT_STARTED;
}

static enum row started_row(const struct bhyve *bhyve)
{
	if (bhyve->translating == TRI_NO)
		return ROW_FAILED;
	return bhyve->translating == TRI_YES ? ROW_RUNNING : ROW_RUNNING_AS_TOLD;
}

/* What is decided by one fact whatever the others are comes first. */
static enum row iommu_row(const struct bhyve *bhyve)
{
	enum iommu_vendor vendor = bhyve_vendor(bhyve);

	if (bhyve->initialized == TRI_YES)
		return started_row(bhyve);
	if (vendor == IOMMU_VENDOR_NONE)
		return ROW_ABSENT;
	if (bhyve->vmm_loaded == TRI_NO)
		return bhyve_vmm_gave_up(bhyve) ? ROW_GAVE_UP : ROW_NO_VMM;
	if (bhyve->enable == TRI_NO)
		return ROW_OFF;
	if (bhyve->initialized == TRI_UNKNOWN || bhyve->enable == TRI_UNKNOWN)
		return ROW_UNKNOWN;
	if (vendor == IOMMU_VENDOR_AMD)
		return amd_row(bhyve);
	return vendor == IOMMU_VENDOR_INTEL ? ROW_NOT_STARTED : ROW_UNKNOWN_TABLES;
}

const struct bhyve_iommu_verdict *bhyve_iommu_state(const struct bhyve *bhyve)
{
	return &verdicts[iommu_row(bhyve)];
}

const char *bhyve_obsolete_setting(const struct bhyve *bhyve)
{
	/* r304858 was in between 1200005 and 1200006; r306472 before 11.1. */
	bool in_11 = bhyve->osreldate >= 1101000 && bhyve->osreldate < 1200000;

	if (bhyve->force_iommu != TRI_YES)
		return NULL;
	if (in_11 || bhyve->osreldate >= 1200006)
		return "hw.vmm.force_iommu is obsolete, and ignored since 11.1 and 12.0; take it "
		       "out of /boot/loader.conf";
	return bhyve->osreldate < 0 ? "hw.vmm.force_iommu is obsolete, and ignored since 11.1 and "
				      "12.0; whether this kernel is older is unknown"
				    : NULL;
}
