/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands against a device in a VM of bhyve: rules about Intel's IOMMU as vmm drives it. */
#include "acpi/acpi.h"
#include "model/bdf.h"
#include "model/freebsd/passthrough_parts.h"
#include "util/alloc.h"

/* sys/amd64/vmm/intel/vtd.c */
#define MOST_DRHDS 8
/* Kernels whose start of the IOMMU panics at a function that no unit covers. */
#define PANIC_FIRST 1201517
#define PANIC_LAST 1402499

#define SEE_AS_ROOT "ask as root"
#define SEE_FIRMWARE "ask the vendor for firmware that describes it as FreeBSD wants it"
#define NOT_PASSTHROUGH "start no VM with a device on this machine"
#define STARTED "the IOMMU is started, which else panics"

/* --- Intel's units ---------------------------------------------------------------------------- */

static bool may_be_intel(const struct bhyve *bhyve)
{
	enum iommu_vendor vendor = bhyve_vendor(bhyve);

	return vendor == IOMMU_VENDOR_INTEL || vendor == IOMMU_VENDOR_UNKNOWN;
}

void precheck_drhd_first(const struct precheck_question *question)
{
	const struct bhyve *bhyve = question->of->bhyve;
	int hidden = bhyve->nr_drhds - bhyve->nr_leading_drhds;

	if (!may_be_intel(bhyve))
		return;
	if (bhyve->nr_drhds < 0 || bhyve->nr_leading_drhds < 0)
		precheck_say(question, PRECHECK_UNKNOWN,
			     "the DMAR cannot be read: which units vmm finds is unknown",
			     SEE_AS_ROOT);
	else if (bhyve->nr_leading_drhds == 0)
		precheck_say(question, PRECHECK_FAIL,
			     "the DMAR does not begin with a unit (DRHD): vmm will find none",
			     SEE_FIRMWARE);
	else if (hidden > 0)
		precheck_add(question, PRECHECK_WARN,
			     xasprintf("vmm does not see %d of %d units: in the DMAR they stand "
				       "behind another structure",
				       hidden, bhyve->nr_drhds),
			     xstrdup(SEE_FIRMWARE));
	else
		precheck_say(question, PRECHECK_PASS, "the DMAR begins with all its units", NULL);
}

void precheck_drhd_limit(const struct precheck_question *question)
{
	const struct bhyve *bhyve = question->of->bhyve;

	if (!may_be_intel(bhyve) || bhyve->nr_drhds < 0)
		return;
	if (bhyve->nr_drhds > MOST_DRHDS)
		precheck_add(question, PRECHECK_WARN,
			     xasprintf("there are %d units, and all kernels that were looked at "
				       "use at most %d",
				       bhyve->nr_drhds, MOST_DRHDS),
			     xstrdup("see dmesg when the first VM with a device starts"));
	else
		precheck_add(question, PRECHECK_PASS,
			     xasprintf("%d units are not too many for vmm", bhyve->nr_drhds), NULL);
}

/* As vmm does it: the path is not followed, each step is compared with the function itself. */
static bool scope_names(const struct dmar_scope *scope, const struct bdf *bdf)
{
	if (scope->type != DMAR_SCOPE_ENDPOINT && scope->type != DMAR_SCOPE_BRIDGE)
		return false;
	for (size_t i = 0; i < scope->nr_path; i++)
		if (scope->start_bus == bdf->bus && scope->path[i].device == bdf->device &&
		    scope->path[i].function == bdf->function)
			return true;
	return false;
}

static bool covered(const struct dmar *dmar, const struct bdf *bdf)
{
	for (size_t i = 0; i < dmar->nr_structures && i < MOST_DRHDS; i++) {
		const struct dmar_structure *unit = &dmar->structures[i];

		if (unit->type != DMAR_DRHD)
			return false;
		if (unit->flags & DMAR_DRHD_INCLUDE_PCI_ALL)
			return true;
		for (size_t k = 0; k < unit->nr_scopes; k++)
			if (scope_names(&unit->scopes[k], bdf))
				return true;
	}
	return false;
}

/* Another function that no unit covers: all of domain 0 are set up with the first device. */
static const struct device *other_uncovered(const struct passthrough *of, const struct dmar *dmar)
{
	for (size_t i = 0; i < of->machine->nr_devices; i++) {
		const struct device *other = &of->machine->devices[i];

		if (other->is_pci && other != of->device && other->bdf.domain == 0 &&
		    !covered(dmar, &other->bdf))
			return other;
	}
	return NULL;
}

void precheck_coverage(const struct precheck_question *question)
{
	const struct passthrough *of = question->of;
	const struct dmar *dmar;
	const struct device *other;
	int release = of->bhyve->osreldate;
	bool panics = release >= PANIC_FIRST && release <= PANIC_LAST;

	if (of->machine->dmar.state != FILE_READ || !may_be_intel(of->bhyve) ||
	    of->bhyve->nr_leading_drhds == 0)
		return;
	dmar = &of->machine->dmar.table->dmar;
	other = other_uncovered(of, dmar);
	if (!covered(dmar, &of->device->bdf) && release >= 0 && release < PANIC_FIRST)
		precheck_say(
			question, PRECHECK_UNKNOWN,
			"no unit that vmm sees covers it; whether this kernel minds is unknown",
			"update, or choose another device");
	else if (!covered(dmar, &of->device->bdf))
		precheck_add(question, PRECHECK_FAIL,
			     xasprintf("no unit that vmm sees covers it%s",
				       panics ? ": starting the IOMMU panics this kernel" : ""),
			     xstrdup(panics ? NOT_PASSTHROUGH : "choose another device"));
	else if (other && of->bhyve->initialized != TRI_YES)
		precheck_add(question, panics ? PRECHECK_FAIL : PRECHECK_WARN,
			     xasprintf("no unit that vmm sees covers %s: starting the IOMMU %s "
				       "this kernel",
				       other->name, panics ? "panics" : "may panic"),
			     xstrdup(NOT_PASSTHROUGH));
	else
		precheck_say(question, PRECHECK_PASS, "a unit that vmm sees covers it", NULL);
}

/* --- Intel's registers ------------------------------------------------------------------------ */

/* The CAP registers of all units: bits that any has, bits that all have. Return: whether those are
 * known. */
static bool read_caps(const struct machine *machine, uint64_t *any, uint64_t *all)
{
	size_t nr = 0;

	*any = 0;
	*all = UINT64_MAX;
	for (size_t i = 0; i < machine->nr_units; i++) {
		const struct unit *unit = &machine->units[i];

		if (unit->kind != UNIT_INTEL_VTD)
			continue;
		if (!unit->has_registers)
			return false;
		*any |= unit->cap;
		*all &= unit->cap;
		nr++;
	}
	return nr > 0;
}

#define CAP_CACHING_MODE (1ull << 7)
#define CAP_SAGAW_SHIFT 8
#define NR_WIDTHS 4
#define FIRST_WIDTH 30 /* bits, and 9 more for each further one */

void precheck_caching_mode(const struct precheck_question *question)
{
	uint64_t any, all;

	if (!may_be_intel(question->of->bhyve))
		return;
	if (!read_caps(question->of->machine, &any, &all) &&
	    question->of->bhyve->initialized == TRI_YES)
		precheck_say(question, PRECHECK_PASS, STARTED, NULL);
	else if (!read_caps(question->of->machine, &any, &all))
		precheck_say(question, PRECHECK_UNKNOWN,
			     "whether a unit has caching mode, which panics the kernel, cannot be "
			     "read from its registers",
			     SEE_AS_ROOT);
	else if (any & CAP_CACHING_MODE)
		precheck_say(question, PRECHECK_FAIL,
			     "a unit has caching mode: starting the IOMMU panics the kernel",
			     "in a VM of QEMU, give intel-iommu no caching-mode=on; "
			     "else " NOT_PASSTHROUGH);
	else
		precheck_say(question, PRECHECK_PASS, "no unit has caching mode", NULL);
}

/* Return: bits that vmm wants for addresses below @end: one more than they need. */
static unsigned bits_wanted(uint64_t end)
{
	unsigned bits = 1;

	for (end--; end > 0; end >>= 1)
		bits++;
	return bits;
}

/* What vmm goes by (Maxmem) is told by nobody: behind what the kernel hands out are its own tables
 * of pages. */
static uint64_t highest_end(uint64_t end)
{
	return end + end / 16;
}

/* Return: bits, 0 without any. */
static unsigned widest_of(uint64_t caps)
{
	unsigned widest = 0;

	for (unsigned i = 0; i < NR_WIDTHS; i++)
		if (caps >> (CAP_SAGAW_SHIFT + i) & 1)
			widest = FIRST_WIDTH + 9 * i;
	return widest;
}

static void compare_width(const struct precheck_question *question, unsigned widest)
{
	uint64_t end = question->of->bhyve->memory_end;
	unsigned least = bits_wanted(end), most = bits_wanted(highest_end(end));

	if (widest < least)
		precheck_add(question, PRECHECK_FAIL,
			     xasprintf("vmm wants %u bits for the host's memory, and all units "
				       "together have %u: starting the IOMMU panics the kernel",
				       least, widest),
			     xstrdup(NOT_PASSTHROUGH));
	else if (widest < most)
		precheck_add(question, PRECHECK_UNKNOWN,
			     xasprintf("all units together have %u bits, and vmm may want %u for "
				       "the host's memory, which panics the kernel",
				       widest, most),
			     xstrdup("see the memory map that a verbose boot writes"));
	else
		precheck_add(question, PRECHECK_PASS,
			     xasprintf("all units have addresses of %u bits, and vmm wants %u for "
				       "the host's memory",
				       widest, most),
			     NULL);
}

void precheck_width(const struct precheck_question *question)
{
	const struct bhyve *bhyve = question->of->bhyve;
	uint64_t any, all;

	if (!may_be_intel(bhyve))
		return;
	if (bhyve->initialized == TRI_YES)
		precheck_say(question, PRECHECK_PASS, STARTED, NULL);
	else if (!read_caps(question->of->machine, &any, &all))
		precheck_say(question, PRECHECK_UNKNOWN,
			     "whether the units' addresses reach over the host's memory cannot be "
			     "read from their registers",
			     SEE_AS_ROOT);
	else if (bhyve->memory_end == 0)
		precheck_say(question, PRECHECK_UNKNOWN,
			     "whether the units' addresses reach over the host's memory is "
			     "unknown: vm.phys_segs does not tell where that ends",
			     "see the memory map that a verbose boot writes, and gaw for the "
			     "units");
	else
		compare_width(question, widest_of(all));
}
