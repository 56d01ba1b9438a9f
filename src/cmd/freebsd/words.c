/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands say on FreeBSD, of bhyve. */
#include "cmd/words.h"

const char program_doc[] =
	"Show how devices reach memory through the IOMMU: computed groups, reserved regions, "
	"address width, ACPI tables, bhyve.\v";
const char resv_regions_doc[] =
	"Show the reserved regions of each computed group: what they mean to bhyve and where they "
	"come from.";
const char usable_help[] = "Show the ranges that a VM of bhyve can have instead";
const char attach_help[] = "Not on this system: needs VFIO";
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
