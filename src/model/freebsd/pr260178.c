/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernels take the memory of VMs away from the host's devices: PR 260178. */
#include "model/freebsd/pr260178.h"

#include <inttypes.h>
#include <limits.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* --- by the kernel's number ------------------------------------------------------------------- */

#define UPDATE                                                                                     \
	"update to 13.2, 14.0 or later, or keep the host's DMA out of the memory of VMs with "     \
	"devices: no raw disks behind their virtual ones"
#define LOOK                                                                                       \
	"see by uname -v whether the kernel has commit 246c39814567 (PR 260178) or its merge, or " \
	"ask iommutool domains --deep while a VM with a device runs"

static const struct pr260178_verdict of_kernels[] = {
	{ 1, 1203000, PR260178_AFFECTED, "up to 12.3 all kernels are older than the fix", UPDATE },
	{ 1203500, 1204999, PR260178_UNKNOWN,
	  "no merge of the fix to 12-STABLE is known, so that of 12.4 is unknown", LOOK },
	{ 1300000, 1300526, PR260178_AFFECTED,
	  "13.0, and 13-STABLE until March 2022, are older than the fix", UPDATE },
	{ 1301000, 1301000, PR260178_UNKNOWN,
	  "13.1 was branched before the fix; whether it got it by a merge is unknown", LOOK },
	{ 1301500, 1301501, PR260178_UNKNOWN,
	  "13-STABLE got the fix while it had this number, or later", LOOK },
	{ 1301502, 1301999, PR260178_UNKNOWN,
	  "13-STABLE has probably got the fix before this number; the merge is not known", LOOK },
	{ 1302000, 1399999, PR260178_FIXED, "13.2 and later have the fix", NULL },
	{ 1400000, 1400052, PR260178_AFFECTED,
	  "14-CURRENT until February 2022 is older than the fix", UPDATE },
	{ 1400053, 1400053, PR260178_UNKNOWN, "14-CURRENT got the fix while it had this number",
	  LOOK },
	{ 1400054, INT_MAX, PR260178_FIXED, "14.0 and later have the fix", NULL },
};

static const struct pr260178_verdict of_no_kernel = {
	0, 0, PR260178_UNKNOWN, "the number of the kernel, kern.osreldate, is unknown",
	"see sysctl kern.osreldate"
};
static const struct pr260178_verdict of_other_kernels = {
	0, 0, PR260178_UNKNOWN, "nothing is known of kernels with this kern.osreldate", LOOK
};

const struct pr260178_verdict *pr260178(int osreldate)
{
	for (size_t i = 0; i < sizeof(of_kernels) / sizeof(of_kernels[0]); i++)
		if (osreldate >= of_kernels[i].first && osreldate <= of_kernels[i].last)
			return &of_kernels[i];
	return osreldate <= 0 ? &of_no_kernel : &of_other_kernels;
}

const char *pr260178_name(enum pr260178_state state)
{
	static const char *const names[] = {
		[PR260178_UNKNOWN] = NULL,
		[PR260178_AFFECTED] = "affected",
		[PR260178_FIXED] = "fixed",
	};

	return names[state];
}

/* --- by the IOMMU's tables -------------------------------------------------------------------- */

const struct pr260178_obstacle *pr260178_obstacle(const struct bhyve *bhyve, size_t nr_assigned,
						  size_t nr_unknown)
{
	static const struct pr260178_obstacle by_state[] = {
		[BHYVE_IOMMU_UNKNOWN] = { false, "whether bhyve uses an IOMMU is unknown; run as "
						 "root, or see -v" },
		[BHYVE_IOMMU_NO_VMM] = { true, "vmm does not run, so that no VM has a device" },
		[BHYVE_IOMMU_OFF_BY_TUNABLE] = { true, "the IOMMU is switched off for bhyve, so "
						       "that no VM has a device" },
		[BHYVE_IOMMU_ABSENT] = { true, "there is no IOMMU, so that no VM has a device" },
		[BHYVE_IOMMU_FAILED] = { false, "not every IOMMU translates: its start failed; see "
						"dmesg" },
		[BHYVE_IOMMU_NOT_STARTED] = { true, "the IOMMU is not started, so that no VM has a "
						    "device; start one with a device" },
	};
	static const struct pr260178_obstacle not_read = {
		false, "the registers and tables of the IOMMU were not read; run as root, or see -v"
	};
	static const struct pr260178_obstacle not_intel = {
		true, "it is known of Intel's IOMMU only what its tables prove"
	};
	static const struct pr260178_obstacle no_vm = {
		true, "no VM with a device is running; start one"
	};
	static const struct pr260178_obstacle maybe_vm = {
		false, "whether a VM has a device is unknown; see iommutool domains -o +WHY"
	};
	static const struct pr260178_obstacle host_driver = {
		false, "the host's own driver dmar may have made the tables; they prove nothing "
		       "of bhyve"
	};
	enum bhyve_iommu_state state = bhyve_iommu_state(bhyve)->state;

	if (state == BHYVE_IOMMU_UNKNOWN && bhyve->initialized == TRI_NO)
		state = BHYVE_IOMMU_NOT_STARTED; /* whoever made it */
	if (state != BHYVE_IOMMU_RUNNING)
		return &by_state[state];
	if (bhyve->translating != TRI_YES || bhyve_vendor(bhyve) == IOMMU_VENDOR_UNKNOWN)
		return &not_read;
	if (bhyve_vendor(bhyve) != IOMMU_VENDOR_INTEL)
		return &not_intel;
	if (bhyve->host_dmar_active != TRI_NO)
		return &host_driver;
	if (nr_assigned == 0)
		return nr_unknown ? &maybe_vm : &no_vm;
	return NULL;
}

enum pr260178_state pr260178_seen(const struct pr260178_look *look)
{
	const struct guest_memory *memory = &look->memory;

	if (!look->is_asked || look->obstacle[0] || memory->is_strange)
		return PR260178_UNKNOWN;
	if (memory->missing)
		return PR260178_AFFECTED;
	if (!memory->is_whole || memory->beyond || memory->there == 0)
		return PR260178_UNKNOWN;
	return PR260178_FIXED;
}

char *pr260178_seen_why(const struct pr260178_look *look)
{
	const struct guest_memory *memory = &look->memory;

	if (!look->is_asked)
		return xstrdup("the IOMMU's tables were not looked at");
	if (look->obstacle[0])
		return xstrdup(look->obstacle);
	if (memory->is_strange)
		return xstrdup("the domains are not as bhyve makes them");
	if (memory->missing)
		return xasprintf("%s%" PRIu64 " of %" PRIu64 " pages (4 KiB) of VMs' memory are "
				 "missing from the host's domain, the first at 0x%016" PRIx64,
				 memory->is_whole ? "" : "at least ", memory->missing,
				 memory->there + memory->missing + memory->beyond,
				 memory->first_missing);
	if (!memory->is_whole)
		return xasprintf("the host's domain has the first %" PRIu64 " pages (4 KiB) of "
				 "VMs' memory; there is more than is looked at",
				 memory->there);
	if (memory->beyond)
		return xasprintf("%" PRIu64 " pages (4 KiB) of VMs' memory are above all that the "
				 "host's domain has; where memory ends is unknown",
				 memory->beyond);
	if (memory->there == 0)
		return xstrdup("the domains of the VMs lead to no memory");
	return xasprintf("the host's domain has all %" PRIu64 " pages (4 KiB) of VMs' memory",
			 memory->there);
}

/* --- by both ---------------------------------------------------------------------------------- */

struct pr260178_answer pr260178_answer(int osreldate, const struct pr260178_look *look)
{
	const struct pr260178_verdict *verdict = pr260178(osreldate);
	enum pr260178_state seen = pr260178_seen(look);
	_cleanup_free_ char *why = NULL;

	if (seen == PR260178_UNKNOWN)
		return (struct pr260178_answer){ verdict->state, xstrdup(verdict->why),
						 verdict->next };
	why = pr260178_seen_why(look);
	return (struct pr260178_answer){
		.state = seen,
		.why = verdict->state == PR260178_UNKNOWN || verdict->state == seen
			       ? xstrdup(why)
			       : xasprintf("%s; by the number of the kernel it would be %s: %s",
					   why, pr260178_name(verdict->state), verdict->why),
		.next = seen == PR260178_AFFECTED ? UPDATE : NULL,
	};
}
