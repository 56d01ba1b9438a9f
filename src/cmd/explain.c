/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool explain: why a device is in its group, and what keeps it from a virtual machine. */
#include <stdlib.h>

#include "cmd/explain_rows.h"
#include "cmd/reader.h"
#include "cmd/selection.h"
#include "collect/collect.h"
#include "model/system.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* The reserved regions are read of the groups in question only. */
#define FACTS                                                                                      \
	(FACT_ID | FACT_CLASS | FACT_DRIVER | FACT_VFIO | FACT_RESET | FACT_UNIT | FACT_TOPOLOGY | \
	 FACT_HOLDERS | FACT_REGISTERS | FACT_TABLES | FACT_REMAPPING | FACT_KERNEL | FACT_ACS)

static const struct argp argp = {
	.parser = parse_shared,
	.args_doc = "DEVICE...",
	.doc = "Explain devices: why each is in its group and with whom, which IOMMU translates "
	       "for it and how wide, what blocks handing it to a virtual machine, and what to do "
	       "next.",
	.children = reading_children,
};

/* Marks what the operands name; the groups only for what goes wrong in reading them. */
static int choose(const struct arguments *arguments, const struct machine *machine,
		  struct selection *chosen)
{
	int status = STATUS_OK;

	*chosen = (struct selection){
		.groups = xcalloc(machine->nr_groups, sizeof(bool)),
		.devices = xcalloc(machine->nr_devices, sizeof(bool)),
	};
	for (size_t i = 0; i < arguments->nr_operands; i++) {
		const struct device *device;

		status = status_worst(status, find_operand_device(arguments->context, machine,
								  arguments->operands[i], &device));
		if (!device)
			continue;
		chosen->devices[device - machine->devices] = true;
		if (device->group)
			chosen->groups[device->group - machine->groups] = true;
	}
	return status;
}

static void explain(struct out *out, const struct machine *machine, const struct system *system,
		    const struct grouping *grouping, const struct device *device)
{
	struct explained it = { .machine = machine, .grouping = grouping, .device = device };
	struct obstacles obstacles;
	struct reason *reasons = NULL;

	/* What the kernel's own reasons are is only known where our model is sure of its own. */
	if (grouping_first(grouping, device) && grouping_sure(grouping, device))
		it.nr_reasons = grouping_reasons(grouping, device, &reasons);
	it.reasons = reasons;
	find_obstacles(machine, system, device, &obstacles);
	it.obstacles = &obstacles;
	add_explained(out, &it);
	obstacles_free(&obstacles);
	reasons_free(reasons, it.nr_reasons);
}

static void explain_all(struct out *out, const struct source *source, struct machine *machine,
			const struct selection *chosen)
{
	struct grouping *grouping = grouping_new(machine);
	struct system system;

	collect_reserved(source, machine, chosen->devices);
	collect_system(source, machine, &system);
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (chosen->devices[i])
			explain(out, machine, &system, grouping, &machine->devices[i]);
	grouping_free(grouping);
}

static int work(const void *own, const struct source *source, struct out *out)
{
	const struct arguments *arguments = own;
	const struct context *context = arguments->context;
	struct selection chosen;
	struct machine *machine;
	int status;

	if (arguments->nr_operands == 0)
		return usage_error(context, "name the devices to explain");
	machine = collect(source, FACTS);
	status = choose(arguments, machine, &chosen);
	if (status != STATUS_USAGE) {
		explain_all(out, source, machine, &chosen);
		status = status_worst(status, show_notes(context, machine, &chosen));
		show(context, out);
	}
	selection_free(&chosen);
	machine_free(machine);
	return status;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &explain_schema,
	.work = work,
};

static int run(struct context *context, int argc, char **argv)
{
	struct arguments arguments = { 0 };

	return run_reader(&reader, &arguments, context, argc, argv);
}

static const struct out_schema *const schemas[] = { &explain_schema, NULL };

const struct command cmd_explain = {
	.name = "explain",
	.summary = "Why a device is in its group, and what blocks handing it out",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
