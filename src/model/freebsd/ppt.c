/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has a device on FreeBSD: the host, the placeholder driver ppt, or a VM. */
#include "model/freebsd/ppt.h"

#include <limits.h>
#include <string.h>

/*
 * From this one on, and in all of which that is unknown, the start of Intel's IOMMU can fail and
 * leave hw.vmm.iommu.initialized at 1 (14.2-STABLE on its way to 14.3). Before, it panics.
 */
#define START_MAY_FAIL 1402500

const char *ppt_state_name(enum ppt_state state)
{
	static const char *const names[] = {
		[PPT_STATE_UNKNOWN] = NULL,
		[PPT_HOST] = "host",
		[PPT_UNASSIGNED] = "ppt-unassigned",
		[PPT_ASSIGNED] = "ppt-assigned",
	};

	return names[state];
}

enum tristate ppt_takes_from_host(int osreldate)
{
	static const struct {
		int first, last;
		enum tristate takes;
	} kernels[] = {
		{ 1101000, 1101499, TRI_NO },  /* 11.1: r305485 */
		{ 1102000, 1199999, TRI_YES }, /* r325900 is in 11.2 */
		{ 1200053, INT_MAX, TRI_YES }, /* r325039 */
	};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (osreldate >= kernels[i].first && osreldate <= kernels[i].last)
			return kernels[i].takes;
	return TRI_UNKNOWN;
}

/* --- a device that no VM has ------------------------------------------------------------------ */

static struct ppt_status answer(enum ppt_state state, enum tristate blocked, const char *why)
{
	return (struct ppt_status){ state, blocked, why };
}

static struct ppt_status unassigned(enum tristate blocked, const char *why)
{
	return answer(PPT_UNASSIGNED, blocked, why);
}

/* The IOMMU may be started; it has no domain for the device, or that was not read. */
static struct ppt_status unassigned_when_started(const struct ppt_facts *facts,
						 const struct bhyve *bhyve)
{
	enum tristate takes = ppt_takes_from_host(bhyve->osreldate);

	if (bhyve_vendor(bhyve) != IOMMU_VENDOR_INTEL)
		return unassigned(TRI_UNKNOWN,
				  "no VM has it; whether its DMA is blocked is known of Intel's "
				  "IOMMU only");
	if (bhyve->translating == TRI_NO)
		return unassigned(TRI_NO, "no VM has it; the IOMMU does not translate, so that "
					  "nothing blocks its DMA");
	if (facts->domain == PPT_DOMAIN_NONE && bhyve->translating == TRI_YES)
		return unassigned(TRI_YES, "no VM has it, and the IOMMU has no domain for it: its "
					   "DMA is blocked");
	if (bhyve->initialized == TRI_UNKNOWN)
		return unassigned(TRI_UNKNOWN, "no VM has it; whether the IOMMU is started, and "
					       "blocks its DMA, is unknown");
	if (takes == TRI_NO)
		return unassigned(TRI_NO, "no VM has it; this kernel leaves it in the host's "
					  "domain, where it reaches all memory");
	if (takes == TRI_UNKNOWN)
		return unassigned(TRI_UNKNOWN, "no VM has it; whether this kernel blocks its DMA "
					       "meanwhile is unknown");
	if (bhyve->translating == TRI_UNKNOWN && bhyve->osreldate >= START_MAY_FAIL)
		return unassigned(TRI_UNKNOWN, "no VM has it; its DMA is blocked if the IOMMU "
					       "translates, which was not looked at");
	return unassigned(TRI_YES, "no VM has it; this kernel took it out of the host's domain, so "
				   "that its DMA is blocked");
}

/* --- all of it -------------------------------------------------------------------------------- */

/*
 * Whether a domain that is not the host's is that of the VM which has the device. AMD's entries
 * outlive their use, and the host's own driver has domains too.
 */
static bool tables_tell(const struct bhyve *bhyve)
{
	return bhyve->initialized == TRI_YES && bhyve_vendor(bhyve) == IOMMU_VENDOR_INTEL &&
	       bhyve->host_dmar_active != TRI_YES;
}

static bool host_driver_active(const struct bhyve *bhyve)
{
	return bhyve->host_dmar_active == TRI_YES || bhyve->host_amdiommu_active == TRI_YES;
}

static struct ppt_status attached_status(const struct ppt_facts *facts, const struct bhyve *bhyve)
{
	if (bhyve->initialized == TRI_NO && host_driver_active(bhyve))
		return unassigned(TRI_UNKNOWN, "no VM has it; what the host's own driver of the "
					       "IOMMU lets it do is unknown");
	if (bhyve->initialized == TRI_NO)
		return unassigned(TRI_NO, "no VM has it; the IOMMU is not started, so that nothing "
					  "blocks its DMA");
	if (facts->domain == PPT_DOMAIN_HOST)
		return unassigned(TRI_NO, "no VM has it; it is in the host's domain, where it "
					  "reaches all memory");
	if (facts->domain == PPT_DOMAIN_OTHER && tables_tell(bhyve))
		return answer(PPT_ASSIGNED, TRI_NO,
			      "a VM has it: the IOMMU has a domain for it that is not "
			      "the host's");
	if (facts->domain == PPT_DOMAIN_OTHER)
		return answer(PPT_STATE_UNKNOWN, TRI_UNKNOWN,
			      "the IOMMU has a domain for it that need not be a VM's: it may be of "
			      "before, or of the host's own driver");
	if (facts->domain == PPT_DOMAIN_NONE || facts->in_no_vm)
		return unassigned_when_started(facts, bhyve);
	return answer(PPT_STATE_UNKNOWN, TRI_UNKNOWN,
		      "ppt has it; whether a VM does is unknown: the kernel does not "
		      "tell, and the IOMMU's tables were not read");
}

struct ppt_status ppt_status(const struct ppt_facts *facts, const struct bhyve *bhyve)
{
	if (!facts->driver_known)
		return answer(PPT_STATE_UNKNOWN, TRI_UNKNOWN, "its driver is unknown");
	if (!facts->driver)
		return answer(PPT_HOST, TRI_UNKNOWN, "it has no driver");
	if (strcmp(facts->driver, PPT_DRIVER) != 0)
		return answer(PPT_HOST, TRI_NO, "the host's driver has it");
	if (facts->attached == TRI_NO)
		return answer(PPT_HOST, TRI_UNKNOWN,
			      "its driver is set to ppt, which did not attach");
	if (facts->attached == TRI_UNKNOWN)
		return answer(PPT_STATE_UNKNOWN, TRI_UNKNOWN,
			      "its driver is set to ppt; whether that attached is "
			      "unknown");
	return attached_status(facts, bhyve);
}
