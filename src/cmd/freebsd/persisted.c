/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool bind --list-persisted on FreeBSD: what pptdevs gives to ppt at each boot. */
#include "cmd/persisted.h"

#include <stdlib.h>

#include "cmd/selection.h"
#include "collect/collect.h"
#include "model/bdf.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"
#include "util/cleanup.h"

enum { DEVICE, TO, VARIABLE, PRESENT };

#define PERSISTED OUT_LEVEL(0)

static const struct out_column columns[] = {
	[DEVICE] = { "DEVICE", PERSISTED, OUT_TYPE_STRING, true, 0, "Address of the PCI function" },
	[TO] = { "TO", PERSISTED, OUT_TYPE_STRING, true, 0, "Driver that it is bound to" },
	[VARIABLE] = { "VARIABLE", PERSISTED, OUT_TYPE_STRING, true, 0,
		       "Which of loader.conf has it: pptdevs, pptdevs2, pptdevs3" },
	[PRESENT] = { "PRESENT", PERSISTED, OUT_TYPE_BOOL, true, 0,
		      "The machine has a function at this address" },
};

static const struct out_level levels[] = { { "persisted", false } };

const struct out_schema persisted_schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

/* Those of one variable. */
static void add_rows(const struct machine *machine, size_t variable, struct out *out)
{
	const struct bhyve_uses *uses = &machine->bhyve->uses;
	const char *found[PPTDEVS_VALUES] = { NULL };
	_cleanup_free_ struct bdf *bdfs = NULL;
	size_t nr;

	found[0] = uses->is_set[variable] ? uses->pptdevs[variable] : NULL;
	nr = pptdevs_parse(found, &bdfs);
	for (size_t i = 0; i < nr; i++) {
		struct out_row *row = out_row_add(out, NULL);
		const struct bdf bdf = pptdevs_device(&bdfs[i]);
		char name[BDF_TEXT_SIZE];

		bdf_format(&bdf, name);
		out_set(row, DEVICE, out_string(name));
		out_set(row, TO, out_string(PPT_DRIVER));
		out_set(row, VARIABLE, out_string(pptdevs_names[variable]));
		out_set(row, PRESENT, out_bool(find_device(machine, &bdf) != NULL));
	}
}

static int list(const struct context *context, const struct machine *machine, struct out *out)
{
	const char *found[PPTDEVS_VALUES];
	struct strings problems = { 0 };
	int status;

	bhyve_pptdevs(&machine->bhyve->uses, found);
	for (size_t i = 0; i < PPTDEVS_VALUES; i++)
		add_rows(machine, i, out);
	if (out_count(out) > 0 && machine->bhyve->uses.loads_vmm == TRI_NO)
		strings_add(&problems,
			    "vmm_load: it is not \"YES\", so that drivers of the host take "
			    "these devices first, unless vmm is a part of the kernel; put "
			    "vmm_load=\"YES\" into /boot/loader.conf");
	pptdevs_lint(found, machine, &problems);
	for (size_t i = 0; i < problems.nr && !context->quiet; i++)
		complain(context, "%s", problems.items[i]);
	if (out_count(out) == 0 && !context->quiet)
		complain(context, "nothing is bound at boot; \"bind --persist\" says how");
	show(context, out);
	status = problems.nr ? STATUS_NO : STATUS_OK;
	strings_free(&problems);
	return status;
}

int list_persisted(const struct context *context, struct out *out)
{
	struct error err = { 0 };
	struct machine *machine;
	struct source source;
	int status;

	if (source_open(&source, context->sysroot, &err) < 0)
		return complain_error(context, &err);
	machine = collect(&source, FACT_HOLDERS);
	if (machine->bhyve && machine->bhyve->uses.pptdevs_known) {
		status = list(context, machine, out);
	} else {
		/* Without a list of devices nothing else was looked at. */
		if (machine->bhyve)
			complain(context, "pptdevs cannot be read; see \"kenv\"");
		else
			show_notes(context, machine, NULL);
		status = STATUS_FAILED;
	}
	machine_free(machine);
	source_close(&source);
	return status;
}
