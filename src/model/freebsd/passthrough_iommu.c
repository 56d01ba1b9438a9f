/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands against a device in a VM of bhyve: rules about vmm and the host. */
#include <inttypes.h>

#include "model/freebsd/passthrough_parts.h"
#include "model/freebsd/pr260178.h"
#include "util/alloc.h"

#define PAGE 4096u
#define MIB ((uint64_t)1 << 20)
#define PAGES_OF_1M 256

/* --- is there one that may be used ------------------------------------------------------------ */

static void say_verdict(const struct precheck_question *question, enum precheck_outcome outcome)
{
	const struct bhyve_iommu_verdict *verdict = bhyve_iommu_state(question->of->bhyve);

	precheck_say(question, outcome, verdict->what, verdict->next);
}

void precheck_vmm(const struct precheck_question *question)
{
	enum tristate loaded = question->of->bhyve->vmm_loaded;

	if (loaded == TRI_YES)
		precheck_say(question, PRECHECK_PASS, "vmm is loaded", NULL);
	else if (loaded == TRI_UNKNOWN)
		precheck_say(question, PRECHECK_UNKNOWN, "whether vmm is loaded is unknown",
			     "see kldstat -m vmm");
	else if (bhyve_vmm_gave_up(question->of->bhyve))
		precheck_say(question, PRECHECK_FAIL, "vmm was loaded and did not start",
			     BHYVE_WANTS);
	else
		precheck_say(question, PRECHECK_FAIL, "vmm is not loaded, and ppt is in it",
			     "kldload vmm, and for the next start vmm_load=\"YES\" in "
			     "/boot/loader.conf");
}

/* What other rules tell is left to them. */
void precheck_iommu(const struct precheck_question *question)
{
	switch (bhyve_iommu_state(question->of->bhyve)->state) {
	case BHYVE_IOMMU_NO_VMM:
	case BHYVE_IOMMU_OFF_BY_TUNABLE:
		break;
	case BHYVE_IOMMU_ABSENT:
	case BHYVE_IOMMU_FAILED:
		say_verdict(question, PRECHECK_FAIL);
		break;
	case BHYVE_IOMMU_NOT_STARTED:
	case BHYVE_IOMMU_RUNNING:
		say_verdict(question, PRECHECK_PASS);
		break;
	case BHYVE_IOMMU_UNKNOWN:
		say_verdict(question, PRECHECK_UNKNOWN);
		break;
	}
}

/* If it is unknown, "vmm" or "iommu" says so. */
void precheck_enable_knob(const struct precheck_question *question)
{
	enum tristate enable = question->of->bhyve->enable;

	if (enable == TRI_YES)
		precheck_say(question, PRECHECK_PASS, "hw.vmm.iommu.enable is 1", NULL);
	else if (enable == TRI_NO)
		precheck_say(question, PRECHECK_FAIL,
			     "hw.vmm.iommu.enable is 0: bhyve does not use the IOMMU",
			     "take it out of /boot/loader.conf; restart the host");
}

void precheck_amd_knob(const struct precheck_question *question)
{
	const struct bhyve *bhyve = question->of->bhyve;
	bool amd = bhyve_vendor(bhyve) == IOMMU_VENDOR_AMD;

	if (!amd || bhyve->amdvi_enable == TRI_UNKNOWN)
		return;
	if (bhyve->amdvi_enable == TRI_YES)
		precheck_say(question, PRECHECK_PASS, "hw.vmm.amdvi.enable is 1", NULL);
	else
		precheck_say(question, PRECHECK_FAIL,
			     "hw.vmm.amdvi.enable is 0, its default: bhyve does not use AMD's "
			     "IOMMU",
			     "put hw.vmm.amdvi.enable=1 into /boot/loader.conf; restart the host");
}

/* --- the host --------------------------------------------------------------------------------- */

void precheck_host_driver(const struct precheck_question *question)
{
	const struct bhyve *bhyve = question->of->bhyve;
	bool intel = bhyve->host_dmar == TRI_YES && bhyve->host_dmar_active != TRI_NO;
	bool amd = bhyve->host_amdiommu == TRI_YES && bhyve->host_amdiommu_active != TRI_NO;

	if (intel || amd)
		precheck_add(question, PRECHECK_WARN,
			     xasprintf("the host's own driver %s uses the IOMMU, too: both set the "
				       "same registers, and nothing keeps them apart",
				       intel ? "dmar" : "amdiommu"),
			     xasprintf("take hw.%s.enable=1 out of /boot/loader.conf; restart the "
				       "host",
				       intel ? "dmar" : "amdiommu"));
	else if (bhyve->host_dmar != TRI_UNKNOWN && bhyve->host_amdiommu != TRI_UNKNOWN)
		precheck_say(question, PRECHECK_PASS, "the host does not use the IOMMU itself",
			     NULL);
	else
		precheck_say(question, PRECHECK_UNKNOWN,
			     "whether the host uses the IOMMU itself is unknown",
			     "see sysctl dev.dmar dev.amdiommu");
}

void precheck_wired(const struct precheck_question *question)
{
	int64_t limit = bhyve_wired_limit(question->of->bhyve);
	uint64_t wanted = question->of->guest_memory;
	uint64_t pages = wanted / PAGE + (wanted % PAGE != 0);

	if (limit < 0)
		precheck_say(question, PRECHECK_UNKNOWN,
			     "how much memory may be wired is unknown; all of the VM's has to be "
			     "(-S)",
			     "see sysctl vm.max_user_wired");
	else if (limit == INT64_MAX)
		precheck_say(question, PRECHECK_PASS,
			     "all of the VM's memory has to be wired, and nothing limits that",
			     "start bhyve with -S");
	else if (pages > (uint64_t)limit)
		precheck_add(
			question, PRECHECK_FAIL,
			xasprintf("all of the VM's memory has to be wired (-S): it has %" PRIu64
				  " MiB, and at most %" PRId64 " MiB may be",
				  wanted / MIB + (wanted % MIB != 0), limit / PAGES_OF_1M),
			xasprintf("give it less, or raise sysctl vm.max_user_wired, which "
				  "counts pages, to %" PRIu64 " at least",
				  pages));
	else
		precheck_add(question, PRECHECK_PASS,
			     xasprintf("all of the VM's memory has to be wired, and %" PRId64
				       " MiB may be",
				       limit / PAGES_OF_1M),
			     xstrdup("start bhyve with -S"));
}

void precheck_pr260178(const struct precheck_question *question)
{
	static const enum precheck_outcome outcomes[] = {
		[PR260178_UNKNOWN] = PRECHECK_UNKNOWN,
		[PR260178_AFFECTED] = PRECHECK_WARN,
		[PR260178_FIXED] = PRECHECK_PASS,
	};
	const struct pr260178_verdict *verdict = pr260178(question->of->bhyve->osreldate);

	precheck_add(question, outcomes[verdict->state],
		     xasprintf("DMA of the host's devices into the VM's memory (PR 260178): %s",
			       verdict->why),
		     verdict->next ? xstrdup(verdict->next) : NULL);
}
