/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands say on FreeBSD, of bhyve. */
#include "cmd/words.h"

const char program_doc[] =
	"Show how devices reach memory through the IOMMU: computed groups, reserved regions, "
	"address width, ACPI tables, bhyve.\v";
const char sysroot_help[] = "Not on this system: records are for the developers' model of it";
const char status_summary[] = "Overview: can VMs have devices here, and what is missing";
const char status_doc[] =
	"Show whether this machine can hand devices to VMs of bhyve: IOMMU, vmm, ppt.";
const char groups_doc[] =
	"List the groups that are computed, and their devices: FreeBSD's kernel has none. Devices "
	"of one group may reach each other past the IOMMU, or share an address on their way to it. "
	"A DEVICE stands for its whole group.";
const char viable_help[] = "Only groups of which the host uses nothing";
const char check_isolation_help[] = "Not on this system: needs groups of the kernel";
const char resv_regions_doc[] =
	"Show the reserved regions of each computed group: what they mean to bhyve and where they "
	"come from.";
const char usable_help[] = "Show the ranges that a VM of bhyve can have instead";
const char attach_help[] = "Not on this system: needs VFIO";
const char bind_summary[] = "Give devices to VMs of bhyve, safely";
const char capture_summary[] = "Write a record of this machine for the developers";
const char capture_doc[] =
	"Write what the other commands ask FreeBSD to DIR/profile, which is not there yet: lines "
	"that the developers' model of FreeBSD takes for this machine. Nothing is changed. Left "
	"out "
	"are serial numbers and the addresses of interfaces; the name of this machine is not asked "
	"for. What may not be read is listed in DIR/MISSING; root may read all.";
const char bind_doc[] =
	"Give devices to VMs of bhyve: bind them to ppt, or another driver. First guards look at "
	"what the host does with each of them and what bhyve would say; if one refuses, nothing is "
	"changed. \"iommutool restore\" gives a device back.";
const char restore_doc[] =
	"Give devices back to the driver that they had before \"iommutool bind\". What was "
	"interrupted is put right. A device of which nothing is recorded gets the driver that the "
	"kernel chooses. What pptdevs in /boot/loader.conf reserves comes back at the next boot.";
const char to_help[] = "Bind to this driver (default ppt)";
const char persist_help[] =
	"Say what /boot/loader.conf has to have, so that it is bound at each boot";

const char group_type_meaning[] = "Always absent: it is of groups of the kernel";
const char viable_meaning[] = "The host uses no device of it, and one could be handed out";
const char in_use_meaning[] = "A VM has a device of it now";
const char reset_meaning[] = "Always unknown: it is not looked at";
const char scope_meaning[] = "Where that is from: the words of the DMAR or IVRS";
const char verdict_meaning[] = "What bhyve makes of it: usable, excluded or ignored";
const char usable_meaning[] = "Ranges that a VM of bhyve can have";
const char gaw_meaning[] = "Bits of the highest IOVA that its unit is sure to translate";
const char last_iova_meaning[] = "The highest IOVA that its unit is sure to translate";
const char attached_meaning[] = "Always absent: it needs VFIO";
const char assignable_meaning[] = "bhyve would take it now";
const char vmm_meaning[] = "Option of bhyve that gives it to a VM";

const char width_advice[] = "; root may read the registers of the IOMMU";

const char *missing_driver_advice(const char *name)
{
	(void)name;
	return "see kldstat -v, or load its module";
}
