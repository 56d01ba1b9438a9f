/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool domains on FreeBSD: what the IOMMUs' own tables say, and who has the devices on ppt. */
#include <stdlib.h>

#include "cmd/cells.h"
#include "cmd/freebsd/domains_host.h"
#include "cmd/reader.h"
#include "cmd/selection.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"
#include "util/cleanup.h"

enum { UNIT, DOMAIN, OWNER, WIDTH, DEVICE, GROUP, DRIVER, STATE, BLOCKED, WHY };

#define DOMAINS OUT_LEVEL(0)
#define DEVICES OUT_LEVEL(1)
#define FACTS (FACT_HOLDERS | FACT_DRIVER | FACT_UNIT | FACT_TABLES)

enum { KEY_DEEP = 0x100 };

struct domains_arguments {
	struct arguments common; /* first: parse_shared() casts to it */
	bool deep;
};

static const struct out_column columns[] = {
	[UNIT] = { "UNIT", DOMAINS, OUT_TYPE_STRING, true, FACTS,
		   "IOMMU unit; numbers of domains are its own" },
	[DOMAIN] = { "DOMAIN", DOMAINS, OUT_TYPE_NUMBER, true, FACTS,
		     "Number of the domain in the tables that the unit uses now" },
	[OWNER] = { "OWNER", DOMAINS, OUT_TYPE_STRING, true, FACTS,
		    "host, vm, other, none (blocked), or off: nothing is translated" },
	[WIDTH] = { "WIDTH", DOMAINS, OUT_TYPE_NUMBER, false, FACTS, "Bits that its tables have" },
	[DEVICE] = { "DEVICE", DEVICES, OUT_TYPE_STRING, true, FACTS, "Device in it" },
	[GROUP] = { "GROUP", DEVICES, OUT_TYPE_NUMBER, false, FACTS,
		    "Number of its computed group" },
	[DRIVER] = { "DRIVER", DEVICES, OUT_TYPE_STRING, true, FACTS,
		     "Driver that it is bound to" },
	[STATE] = { "STATE", DEVICES, OUT_TYPE_STRING, true, FACTS,
		    "host, ppt-unassigned or ppt-assigned" },
	[BLOCKED] = { "BLOCKED", DEVICES, OUT_TYPE_BOOL, false, FACTS,
		      "The IOMMU lets none of its DMA through" },
	[WHY] = { "WHY", DEVICES, OUT_TYPE_STRING, false, FACTS, "How that is known" },
};

static const struct out_level levels[] = { { "domains", false }, { "devices", false } };

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

static const struct argp_option options[] = {
	{ "deep", KEY_DEEP, NULL, 0,
	  "Whether the kernel has PR 260178, by the IOMMU's tables: status 0 when it is fixed, 1 "
	  "when it is affected, 2 when that cannot be found out, 77 when nothing here shows it",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct domains_arguments *arguments = state->input;

	if (key != KEY_DEEP)
		return parse_shared(key, arg, state);
	arguments->deep = true;
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[GROUP|DEVICE]...",
	.doc = "Show the domains that the IOMMUs have now, the devices in them, and who has those "
	       "that are on ppt.\v"
	       "A kernel with PR 260178 takes the memory of a VM with a device out of the host's "
	       "domain, so that disks and network cards of the host cannot reach it. Which kernels "
	       "these are is told by their number; where it leaves that open, or to be sure, "
	       "--deep "
	       "looks for the pages of such VMs in the tables of the host's domain. It wants root, "
	       "Intel's IOMMU and a VM with a device that runs, only reads, and looks at 256 GiB "
	       "at most, which may take some seconds.",
	.children = reading_children,
};

/* --- domains ------------------------------------------------------------------------------ */

static const struct bhyve_device *of(const struct machine *machine, size_t device)
{
	return &machine->bhyve->devices[device];
}

static bool same_domain(const struct machine *machine, size_t a, size_t b)
{
	const struct bhyve_device *x = of(machine, a), *y = of(machine, b);

	return machine->devices[a].unit == machine->devices[b].unit && x->entry == y->entry &&
	       (x->entry != BHYVE_ENTRY_DOMAIN || x->domain == y->domain);
}

/* Translation takes 9 bits a level, above the 12 of a page. */
static struct out_value width_cell(const struct bhyve_device *device)
{
	return device->entry != BHYVE_ENTRY_DOMAIN ? out_absent()
						   : out_number(12 + 9 * device->levels);
}

static struct out_value owner_cell(const struct bhyve_device *device)
{
	switch (device->entry) {
	case BHYVE_ENTRY_OFF:
		return out_string("off");
	case BHYVE_ENTRY_NONE:
		return out_string("none");
	case BHYVE_ENTRY_DOMAIN:
		if (device->whose == PPT_DOMAIN_UNKNOWN)
			break;
		if (device->ppt.state == PPT_ASSIGNED)
			return out_string("vm");
		return out_string(device->whose == PPT_DOMAIN_HOST ? "host" : "other");
	case BHYVE_ENTRY_PASS:
	case BHYVE_ENTRY_UNKNOWN:
		break;
	}
	return out_unknown();
}

static struct out_row *add_domain(struct out *out, const struct machine *machine, size_t first)
{
	const struct bhyve_device *device = of(machine, first);
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, UNIT, device_unit_cell(&machine->devices[first]));
	if (device->entry == BHYVE_ENTRY_DOMAIN)
		out_set(row, DOMAIN, out_number(device->domain));
	else if (device->entry == BHYVE_ENTRY_UNKNOWN)
		out_set(row, DOMAIN, out_unknown());
	out_set(row, OWNER, owner_cell(device));
	out_set(row, WIDTH, width_cell(device));
	return row;
}

static struct out_value group_cell(const struct device *device)
{
	if (device->group)
		return out_number(device->group->number);
	return device->group_known ? out_absent() : out_unknown();
}

static void add_device(struct out *out, struct out_row *parent, const struct machine *machine,
		       size_t index)
{
	const struct device *device = &machine->devices[index];
	const struct ppt_status *ppt = &of(machine, index)->ppt;
	struct out_row *row = out_row_add(out, parent);

	out_set(row, DEVICE, out_string(device->name));
	out_set(row, GROUP, group_cell(device));
	out_set(row, DRIVER, device_driver_cell(device));
	out_set(row, STATE, string_or_unknown(ppt_state_name(ppt->state)));
	out_set(row, BLOCKED, tristate_cell(ppt->blocked));
	out_set(row, WHY, string_or_unknown(ppt->why));
}

/* A row a domain, in the order of their first devices. */
static void add_domains(struct out *out, const struct machine *machine,
			const struct selection *selection)
{
	_cleanup_free_ bool *shown = xcalloc(machine->nr_devices, sizeof(*shown));

	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct out_row *row = NULL;

		for (size_t k = i; k < machine->nr_devices; k++) {
			if (shown[k] || !same_domain(machine, i, k) ||
			    !(selection->everything || selection->devices[k]))
				continue;
			if (!row)
				row = add_domain(out, machine, k);
			shown[k] = true;
			if (out_depth(out) > 0)
				add_device(out, row, machine, k);
		}
	}
}

static int list_domains(const void *own, const struct source *source, struct out *out)
{
	const struct domains_arguments *domains = own;
	const struct arguments *arguments = &domains->common;
	const struct context *context = arguments->context;
	struct machine *machine = collect(source, FACTS | selection_facts(arguments) |
							  (domains->deep ? FACT_GUESTS : 0));
	struct selection selection;
	int status = select_operands(arguments, machine, true, &selection);

	if (status != STATUS_USAGE && machine->bhyve) {
		add_domains(out, machine, &selection);
		add_domains_host(out, machine->bhyve);
		status = status_worst(status, end_look(context, &machine->bhyve->look));
	}
	if (status != STATUS_USAGE) {
		status = status_worst(status, show_notes(context, machine, &selection));
		show(context, out);
	}
	selection_free(&selection);
	machine_free(machine);
	return status;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &schema,
	.work = list_domains,
};

static int run(struct context *context, int argc, char **argv)
{
	struct domains_arguments arguments = { 0 };

	return run_reader(&reader, &arguments.common, context, argc, argv);
}

static const struct out_schema *const schemas[] = { &schema, NULL };

const struct command cmd_domains = {
	.name = "domains",
	.summary = "Domains that the IOMMUs have now, and who has what is on ppt",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
