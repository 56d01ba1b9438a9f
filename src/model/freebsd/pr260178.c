/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernels take the memory of VMs away from the host's devices: PR 260178. */
#include "model/freebsd/pr260178.h"

#include <limits.h>
#include <stddef.h>

/* --- by the kernel's number ------------------------------------------------------------------- */

#define UPDATE                                                                                     \
	"update to 13.2, 14.0 or later, or keep the host's DMA out of the memory of VMs with "     \
	"devices: no raw disks behind their virtual ones"
#define LOOK "see by uname -v whether the kernel has commit 246c39814567 (PR 260178) or its merge"

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
