/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands say on Linux, of VFIO. */
#include "cmd/words.h"

#include <string.h>

#include "bind/driver.h"
#include "collect/modules.h"

const char program_doc[] =
	"Show how devices reach memory through the IOMMU: groups, reserved regions, address "
	"width, ACPI tables, VFIO.\v";
const char sysroot_help[] = "Read the captured machine in DIR";
const char status_summary[] = "Overview: is the IOMMU on, is VFIO ready";
const char status_doc[] =
	"Show whether this machine can hand devices to virtual machines: IOMMU, groups, "
	"VFIO, limits.";
const char groups_doc[] =
	"List IOMMU groups and their devices. A DEVICE stands for its whole group.";
const char viable_help[] = "Only groups that user space could own now";
const char check_isolation_help[] =
	"Status 0 when the groups are those that ACS and aliases call for; else show where not";
const char resv_regions_doc[] =
	"Show the reserved regions of each group: what they mean to VFIO and where they come from.";
const char usable_help[] = "Show the ranges that VFIO can map instead";
const char attach_help[] =
	"Ask VFIO itself, through a device that is on vfio-pci and that nobody uses";
const char bind_summary[] = "Give devices to user space, safely";
const char capture_summary[] = "Write what the reading commands use to a directory";
const char capture_doc[] =
	"Write what the reading commands use of this machine to DIR, which is empty or not there "
	"yet; they read it with --sysroot=DIR. Serial numbers are left out, and the kernel's "
	"command "
	"line is blanked where it names disks, volumes, addresses or secrets. What may not be read "
	"is listed in DIR/MISSING; root may read all.";
const char bind_doc[] =
	"Give devices to user space: bind them to vfio-pci, or another driver. First guards look "
	"at what the host does with each of them; if one refuses, nothing is changed. \"iommutool "
	"restore\" gives a device back.";
const char restore_doc[] =
	"Give devices back to the driver that they had before \"iommutool bind\", with the driver "
	"override as it was. What was interrupted is put right, and a rule of bind --persist is "
	"removed. A device of which nothing is recorded gets the driver that the kernel chooses.";
const char to_help[] = "Bind to this driver (default vfio-pci)";
const char persist_help[] = "Bind it again after each reboot";

const char group_type_meaning[] = "Type of its default domain: DMA, DMA-FQ, identity, blocked";
const char viable_meaning[] = "User space could own the group now";
const char in_use_meaning[] = "User space has it open now";
const char reset_meaning[] = "Reset methods, in the order in which they are tried";
const char scope_meaning[] = "Where that is from: the words of the DMAR or IVRS, or sysfs";
const char verdict_meaning[] = "What VFIO makes of it: usable, excluded or refused";
const char usable_meaning[] = "Ranges that VFIO can map";
const char gaw_meaning[] = "Bits of the highest IOVA that VFIO is sure to map";
const char last_iova_meaning[] = "The highest IOVA that VFIO is sure to map";
const char attached_meaning[] = "Device through which VFIO was asked";
const char assignable_meaning[] = "VFIO would hand it out now";
const char vmm_meaning[] = "Option of QEMU that gives a virtual IOMMU the width";

const char width_advice[] = "; --attach asks VFIO";

const char *missing_driver_advice(const char *name)
{
	if (strcmp(name, default_driver) == 0)
		return "this kernel has no VFIO, or its modules are not installed";
	if (same_module(name, default_driver))
		return "did you mean vfio-pci?";
	return "see /sys/bus/pci/drivers, or install the module";
}
