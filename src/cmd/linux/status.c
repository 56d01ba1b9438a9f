/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool status: the overview, a fact a row. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cells.h"
#include "cmd/selection.h"
#include "cmd/status.h"
#include "model/acs.h"
#include "model/system.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* What the rows are made from. */
struct overview {
	const struct machine *machine;
	const struct system *system;
	struct out *out;
};

static void add(const struct overview *overview, const char *name, struct out_value value,
		enum status_verdict verdict, const char *next)
{
	add_status(overview->out, name, value, verdict, next);
}

static void add_iommu(const struct overview *overview)
{
	const struct machine *machine = overview->machine;
	struct strings units = { 0 };
	_cleanup_free_ char *names = NULL;
	const char *why = why_empty(machine);

	for (size_t i = 0; i < machine->nr_units; i++)
		strings_add(&units, machine->units[i].name);
	names = strings_join(&units, ",");
	strings_free(&units);
	if (machine->nr_groups > 0 && machine->nr_units > 0)
		add(overview, "iommu",
		    out_format("on: %s, %zu unit%s (%s)",
			       unit_kind_name(machine->units[0].kind) ?: "other", machine->nr_units,
			       machine->nr_units == 1 ? "" : "s", names),
		    OK, NULL);
	else if (machine->nr_groups > 0)
		add(overview, "iommu", out_string("on: units not shown"), OK, NULL);
	else
		add(overview, "iommu", why ? out_format("off: %s", why) : out_unknown(),
		    why ? BAD : WARN, why_empty_sentence(machine));
}

static void add_remapping(const struct overview *overview)
{
	enum tristate state = overview->machine->remapping;

	if (state == TRI_UNKNOWN)
		add(overview, "interrupt-remapping", out_unknown(), WARN, "see -v");
	else if (overview->machine->nr_groups == 0)
		add(overview, "interrupt-remapping", out_string(state == TRI_YES ? "on" : "off"),
		    INFO, NULL);
	else if (state == TRI_YES)
		add(overview, "interrupt-remapping", out_string("on"), OK, NULL);
	else
		add(overview, "interrupt-remapping", out_string("off"), WARN,
		    "VFIO refuses devices without it; enable it in the firmware setup, or accept "
		    "the "
		    "risk with vfio_iommu_type1 allow_unsafe_interrupts=1");
}

/* Return: whether an option of the command line has @value in its list: intel_iommu=on,strict. */
static bool said_value(const struct machine *machine, const char *option, const char *value)
{
	const char *at = machine->command_line;
	size_t len = strlen(option), value_len = strlen(value);

	while (at && (at = strstr(at, option))) {
		const char *part = at + len;

		if ((at == machine->command_line || at[-1] == ' ') && *part == '=')
			for (size_t n; *part && *part != ' '; part += n) {
				n = strcspn(++part, ", ");
				if (n == value_len && strncmp(part, value, n) == 0)
					return true;
			}
		at += len;
	}
	return false;
}

/* Return: whether a word of the command line begins with @option. */
static bool said(const struct machine *machine, const char *option)
{
	const char *at = machine->command_line;
	size_t len = strlen(option);

	while (at && (at = strstr(at, option))) {
		if (at == machine->command_line || at[-1] == ' ')
			return true;
		at += len;
	}
	return false;
}

static const char *who_set_type(const struct machine *machine)
{
	if (!machine->command_line)
		return "set by ?";
	if (said(machine, "iommu.passthrough=") || said(machine, "iommu.strict=") ||
	    said_value(machine, "iommu", "pt") || said_value(machine, "iommu", "nopt") ||
	    said_value(machine, "intel_iommu", "strict") ||
	    said_value(machine, "amd_iommu", "fullflush"))
		return "set on the command line";
	return "not set on the command line"; /* the kernel's default, or changed since */
}

static size_t count_type(const struct machine *machine, const char *type)
{
	size_t count = 0;

	for (size_t i = 0; i < machine->nr_groups; i++)
		count += strcmp(machine->groups[i].type ?: "?", type) == 0;
	return count;
}

/* Every type that some group has, with how many have it. */
static struct out_value types_cell(const struct machine *machine)
{
	struct strings types = { 0 }, parts = { 0 };
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < machine->nr_groups; i++)
		if (!strings_contain(&types, machine->groups[i].type ?: "?"))
			strings_add(&types, machine->groups[i].type ?: "?");
	for (size_t i = 0; i < types.nr; i++)
		strings_take(&parts, xasprintf("%s (%zu)", types.items[i],
					       count_type(machine, types.items[i])));
	text = strings_join(&parts, ", ");
	strings_free(&parts);
	strings_free(&types);
	return out_format("%s; %s", text, who_set_type(machine));
}

static void add_domains(const struct overview *overview)
{
	const struct machine *machine = overview->machine;
	size_t strict = count_type(machine, "DMA"), lazy = count_type(machine, "DMA-FQ");

	if (machine->nr_groups == 0)
		return;
	add(overview, "default-domain", types_cell(machine), INFO, NULL);
	add(overview, "invalidation",
	    count_type(machine, "?") ? out_unknown()
	    : strict && lazy	     ? out_string("mixed")
	    : strict		     ? out_string("strict")
	    : lazy		     ? out_string("lazy")
				     : out_absent(),
	    INFO, NULL);
}

static void add_groups(const struct overview *overview)
{
	const struct machine *machine = overview->machine;
	size_t viable = 0, isolated = 0;
	bool unknown = false, unknown_isolated = false;

	for (size_t i = 0; i < machine->nr_groups; i++) {
		enum tristate is_isolated = group_isolated(machine, &machine->groups[i]);

		viable += group_viable(&machine->groups[i]) == TRI_YES;
		unknown |= group_viable(&machine->groups[i]) == TRI_UNKNOWN;
		isolated += is_isolated == TRI_YES;
		unknown_isolated |= is_isolated == TRI_UNKNOWN;
	}
	if (!machine->groups_known) {
		add(overview, "groups", out_unknown(), WARN, "see -v");
		return;
	}
	add(overview, "groups", out_format("%zu", machine->nr_groups),
	    machine->nr_groups ? OK : BAD, NULL);
	add(overview, "viable-groups", unknown ? out_unknown() : out_format("%zu", viable), INFO,
	    viable ? "iommutool groups --viable lists them" : NULL);
	add(overview, "isolated-groups",
	    unknown_isolated ? out_unknown() : out_format("%zu", isolated), INFO,
	    unknown_isolated	 ? "see -v; config space is for root"
	    : machine->nr_groups ? "iommutool groups -o +ISOLATED shows which"
				 : NULL);
	if (said(machine, "pcie_acs_override"))
		add(overview, "acs-override", out_string("on the command line"), WARN,
		    "a kernel with that patch makes groups which the hardware does not isolate");
}

static const struct {
	const char *word; /* NULL: unknown */
	enum status_verdict verdict;
} module_words[] = {
	[MODULE_UNKNOWN] = { NULL, INFO },	[MODULE_LOADED] = { "loaded", OK },
	[MODULE_BUILT_IN] = { "built in", OK }, [MODULE_LOADABLE] = { "loadable", INFO },
	[MODULE_MISSING] = { "missing", BAD },
};

static void add_module(const struct overview *overview, const char *name, enum module_state state,
		       const char *if_missing, const char *if_loadable)
{
	const char *word = module_words[state].word;

	add(overview, name, word ? out_string(word) : out_unknown(), module_words[state].verdict,
	    state == MODULE_MISSING    ? if_missing
	    : state == MODULE_LOADABLE ? if_loadable
				       : NULL);
}

static void add_vfio(const struct overview *overview)
{
	const struct system *system = overview->system;

	add_module(overview, "vfio-pci", system->vfio_pci, "install a kernel with CONFIG_VFIO_PCI",
		   "modprobe vfio-pci");
	add_module(overview, "vfio-iommu-type1", system->vfio_type1,
		   "install a kernel with CONFIG_VFIO_IOMMU_TYPE1", "modprobe vfio_iommu_type1");
	if (system->vfio_node == TRI_UNKNOWN)
		add(overview, "vfio-node", out_unknown(), INFO, NULL);
	else if (system->vfio_node == TRI_YES)
		add(overview, "vfio-node", out_string("/dev/vfio/vfio"), OK, NULL);
	else
		add(overview, "vfio-node", out_absent(), INFO,
		    "comes with the module vfio; in a container it has to be passed in");
}

static void add_iommufd(const struct overview *overview)
{
	const struct system *system = overview->system;
	const char *word = module_words[system->iommufd].word;

	/* Nobody needs it where type1 works: its absence is no fault. */
	add(overview, "iommufd", word ? out_string(word) : out_unknown(),
	    system->iommufd == MODULE_LOADED || system->iommufd == MODULE_BUILT_IN ? OK : INFO,
	    system->iommufd == MODULE_LOADABLE ? "modprobe iommufd" : NULL);
	add(overview, "iommufd-node",
	    system->iommufd_node == TRI_UNKNOWN ? out_unknown()
	    : system->iommufd_node == TRI_YES	? out_string("/dev/iommu")
						: out_absent(),
	    INFO, NULL);
	add(overview, "vfio-cdevs", out_format("%zu", system->nr_cdevs), INFO, NULL);
}

static void add_limits(const struct overview *overview)
{
	const struct system *system = overview->system;

	bool loaded = system->vfio_type1 == MODULE_LOADED || system->vfio_type1 == MODULE_BUILT_IN;

	/* Without the module nothing was chosen yet. */
	if (system->unsafe_interrupts == TRI_UNKNOWN)
		add(overview, "unsafe-interrupts", loaded ? out_unknown() : out_absent(), INFO,
		    NULL);
	else if (system->unsafe_interrupts == TRI_YES)
		add(overview, "unsafe-interrupts", out_string("allowed"), WARN,
		    "a guest can send interrupts to the host; clear vfio_iommu_type1 "
		    "allow_unsafe_interrupts");
	else
		add(overview, "unsafe-interrupts", out_string("not allowed"), OK, NULL);
	add(overview, "entry-limit",
	    system->entry_limit >= 0 ? out_format("%" PRId64, system->entry_limit)
	    : loaded		     ? out_unknown()
				     : out_absent(),
	    INFO, NULL);
	if (!system->memlock_known)
		add(overview, "memlock", out_unknown(), INFO, NULL);
	else if (system->memlock == UINT64_MAX)
		add(overview, "memlock", out_string("unlimited"), OK, NULL);
	else
		add(overview, "memlock", out_format("%" PRIu64 " bytes", system->memlock), INFO,
		    "has to cover the memory of the VM, unless it runs as root: ulimit -l, "
		    "LimitMEMLOCK=");
}

static void add_tables(const struct overview *overview)
{
	const struct machine *machine = overview->machine;
	const struct firmware_table *const tables[] = { &machine->dmar, &machine->ivrs,
							&machine->viot };
	struct strings there = { 0 };
	bool known = machine->dmar.state != FILE_UNASKED;
	_cleanup_free_ char *names = NULL;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (tables[i]->state != FILE_UNASKED && tables[i]->state != FILE_ABSENT)
			strings_add(&there, tables[i]->name);
	for (size_t i = 0; i < machine->nr_further; i++)
		strings_add(&there, machine->further[i].name);
	names = strings_join(&there, ",");
	add(overview, "acpi-tables",
	    !known	   ? out_unknown()
	    : there.nr > 0 ? out_string(names)
			   : out_absent(),
	    machine->nr_further ? WARN : INFO,
	    machine->nr_further ? "more than one of a kind: Linux takes the first only"
	    : there.nr > 0	? "iommutool tables decodes them"
				: NULL);
	strings_free(&there);
}

int find_status(const struct context *context, const struct source *source, struct out *out)
{
	struct machine *machine =
		collect(source, FACT_UNIT | FACT_CLASS | FACT_DRIVER | FACT_VFIO | FACT_GROUP_TYPE |
					FACT_TABLES | FACT_REMAPPING | FACT_KERNEL | FACT_ACS);
	int status;
	struct system system;
	const struct overview overview = { machine, &system, out };

	collect_system(source, machine, &system);
	add_iommu(&overview);
	add_remapping(&overview);
	add_domains(&overview);
	add_groups(&overview);
	add_vfio(&overview);
	add_iommufd(&overview);
	add_limits(&overview);
	add_tables(&overview);
	add(&overview, "kernel", string_or_unknown(machine->release), INFO, NULL);
	add(&overview, "iommutool", out_string(IOMMUTOOL_VERSION ", reads Linux and captures"),
	    INFO, NULL);
	status = show_notes(context, machine, NULL);
	machine_free(machine);
	return status;
}
