/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool status on FreeBSD: the overview, a fact a row. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cells.h"
#include "cmd/selection.h"
#include "cmd/status.h"
#include "model/acs.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define PAGES_OF_1M 256

/* What the rows are made from. */
struct overview {
	const struct machine *machine;
	const struct bhyve_host *host; /* NULL: the devices could not be listed */
	struct out *out;
};

static void add(const struct overview *overview, const char *name, struct out_value value,
		enum status_verdict verdict, const char *next)
{
	add_status(overview->out, name, value, verdict, next);
}

static struct out_value word_cell(enum tristate state, const char *yes, const char *no)
{
	return state == TRI_UNKNOWN ? out_unknown() : out_string(state == TRI_YES ? yes : no);
}

static struct out_value count_cell(int count)
{
	return count < 0 ? out_unknown() : out_format("%d", count);
}

/* --- rows --------------------------------------------------------------------------------- */

static void add_units(const struct overview *overview)
{
	const struct machine *machine = overview->machine;
	struct strings units = { 0 };
	_cleanup_free_ char *names = NULL;
	bool known = machine->dmar.state != FILE_DENIED && machine->ivrs.state != FILE_DENIED;

	for (size_t i = 0; i < machine->nr_units; i++)
		strings_add(&units, machine->units[i].name);
	names = strings_join(&units, ",");
	strings_free(&units);
	if (machine->nr_units > 0)
		add(overview, "iommu",
		    out_format("%s: %s", unit_kind_name(machine->units[0].kind) ?: "other", names),
		    OK, NULL);
	else if (known && machine->groups_known)
		add(overview, "iommu", out_string("none"), BAD, why_empty_sentence(machine));
	else
		add(overview, "iommu", out_unknown(), WARN, "run as root, or see -v");
}

static void add_bhyve(const struct overview *overview)
{
	static const enum status_verdict verdicts[] = {
		[BHYVE_IOMMU_UNKNOWN] = WARN,	    [BHYVE_IOMMU_NO_VMM] = WARN,
		[BHYVE_IOMMU_OFF_BY_TUNABLE] = BAD, [BHYVE_IOMMU_ABSENT] = BAD,
		[BHYVE_IOMMU_FAILED] = BAD,	    [BHYVE_IOMMU_NOT_STARTED] = OK,
		[BHYVE_IOMMU_RUNNING] = OK,
	};
	const struct bhyve *bhyve = &overview->host->bhyve;
	const struct bhyve_iommu_verdict *iommu = bhyve_iommu_state(bhyve);

	add(overview, "vmm",
	    word_cell(bhyve->vmm_loaded, "loaded",
		      bhyve_vmm_gave_up(bhyve) ? "did not start" : "not loaded"),
	    INFO, NULL);
	add(overview, "bhyve-iommu", out_string(iommu->what), verdicts[iommu->state], iommu->next);
	add(overview, "translation", word_cell(bhyve->translating, "on", "off"), INFO,
	    bhyve->translating == TRI_UNKNOWN ? "see -v" : NULL);
	add(overview, "interrupt-remapping", word_cell(overview->machine->remapping, "on", "off"),
	    INFO, NULL);
	if (bhyve_vendor(bhyve) == IOMMU_VENDOR_AMD)
		add(overview, "amdvi-enable", word_cell(bhyve->amdvi_enable, "1", "0"), INFO, NULL);
	if (bhyve_obsolete_setting(bhyve))
		add(overview, "obsolete-setting", out_string("hw.vmm.force_iommu"), WARN,
		    bhyve_obsolete_setting(bhyve));
}

/* It writes the registers that bhyve writes. */
static void add_host_driver(const struct overview *overview)
{
	const struct bhyve *bhyve = &overview->host->bhyve;
	bool there = bhyve->host_dmar == TRI_YES || bhyve->host_amdiommu == TRI_YES;
	bool absent = bhyve->host_dmar == TRI_NO && bhyve->host_amdiommu == TRI_NO;

	if (there)
		add(overview, "host-driver",
		    out_string(bhyve->host_dmar == TRI_YES ? "dmar" : "amdiommu"), WARN,
		    "the host's driver and bhyve's use the same registers: have one of them");
	else
		add(overview, "host-driver", absent ? out_string("none") : out_unknown(), INFO,
		    NULL);
}

static void add_devices(const struct overview *overview)
{
	size_t counts[PPT_ASSIGNED + 1] = { 0 };
	const struct machine *machine = overview->machine;
	bool unknown;

	for (size_t i = 0; i < machine->nr_devices; i++)
		counts[overview->host->devices[i].ppt.state]++;
	unknown = counts[PPT_STATE_UNKNOWN] > 0;
	add(overview, "ppt-devices", count_cell(overview->host->bhyve.ppt_devices), INFO, NULL);
	add(overview, "ppt-unassigned",
	    unknown ? out_unknown() : out_format("%zu", counts[PPT_UNASSIGNED]), INFO, NULL);
	add(overview, "ppt-assigned",
	    unknown ? out_unknown() : out_format("%zu", counts[PPT_ASSIGNED]), INFO,
	    unknown ? "iommutool domains -o +WHY tells what is unknown" : NULL);
}

/* What the loader reserves, and whether all of it is understood. */
static void add_reserved(const struct overview *overview)
{
	const struct bhyve_uses *uses = &overview->host->uses;
	const char *found[PPTDEVS_VALUES];
	_cleanup_free_ struct bdf *bdfs = NULL;
	_cleanup_free_ char *next = NULL;
	struct strings problems = { 0 };
	size_t nr;

	bhyve_pptdevs(uses, found);
	nr = pptdevs_parse(found, &bdfs);
	pptdevs_lint(found, overview->machine, &problems);
	if (problems.nr == 1)
		next = xstrdup(problems.items[0]);
	else if (problems.nr > 1)
		next = xasprintf("%s; and %zu more: iommutool bind --list-persisted",
				 problems.items[0], problems.nr - 1);
	add(overview, "pptdevs", uses->pptdevs_known ? out_format("%zu", nr) : out_unknown(),
	    problems.nr ? WARN : INFO, next);
	strings_free(&problems);
}

static void add_groups(const struct overview *overview)
{
	const struct machine *machine = overview->machine;
	size_t isolated = 0;
	bool unknown = !machine->groups_known;

	for (size_t i = 0; i < machine->nr_groups; i++) {
		enum tristate one = group_isolated(machine, &machine->groups[i]);

		isolated += one == TRI_YES;
		unknown |= one == TRI_UNKNOWN;
	}
	add(overview, "computed-groups",
	    machine->groups_known ? out_format("%zu", machine->nr_groups) : out_unknown(), INFO,
	    machine->groups_known ? NULL : "run as root, or see -v");
	add(overview, "isolated-groups", unknown ? out_unknown() : out_format("%zu", isolated),
	    INFO, NULL);
}

static void add_kernel(const struct overview *overview)
{
	const struct bhyve *bhyve = &overview->host->bhyve;
	const struct pr260178_verdict *pr = pr260178(bhyve->osreldate);
	int64_t wired = bhyve_wired_limit(bhyve);
	static const enum status_verdict verdicts[] = {
		[PR260178_UNKNOWN] = WARN,
		[PR260178_AFFECTED] = BAD,
		[PR260178_FIXED] = OK,
	};

	add(overview, "pr260178", string_or_unknown(pr260178_name(pr->state)), verdicts[pr->state],
	    pr->next);
	add(overview, "max-wired",
	    wired < 0		 ? out_unknown()
	    : wired == INT64_MAX ? out_string("no limit")
				 : out_format("%" PRId64 " MiB", wired / PAGES_OF_1M),
	    INFO, NULL);
}

int find_status(const struct context *context, const struct source *source, struct out *out)
{
	struct machine *machine;
	struct overview overview = { .out = out };
	int status;

	machine = collect(source, FACT_HOLDERS | FACT_DRIVER | FACT_UNIT | FACT_TABLES | FACT_ACS |
					  FACT_KERNEL | FACT_REMAPPING);
	overview.machine = machine;
	overview.host = machine->bhyve;
	add_units(&overview);
	if (overview.host) {
		add_bhyve(&overview);
		add_host_driver(&overview);
		add_devices(&overview);
		add_reserved(&overview);
		add_kernel(&overview);
	}
	add_groups(&overview);
	add(&overview, "kernel", string_or_unknown(machine->release), INFO, NULL);
	add(&overview, "iommutool",
	    out_string(IOMMUTOOL_VERSION ", tested against models of FreeBSD only"), INFO, NULL);
	status = show_notes(context, machine, NULL);
	machine_free(machine);
	return status;
}
