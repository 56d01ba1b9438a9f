/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands against a device in a VM of bhyve: rules about the device and those around it. */
#include <inttypes.h>
#include <string.h>

#include "acpi/acpi.h"
#include "model/acs.h"
#include "model/freebsd/passthrough_parts.h"
#include "model/resources.h"
#include "model/scope.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define PAGE 4096u

#define CHOOSE_ANOTHER "choose another device"
#define SEE_AS_ROOT "ask as root"

/* --- its address and kind --------------------------------------------------------------------- */

void precheck_domain(const struct precheck_question *question)
{
	const struct device *device = question->of->device;

	if (!device->is_pci)
		precheck_say(question, PRECHECK_FAIL, "it is not on a PCI bus", CHOOSE_ANOTHER);
	else if (device->bdf.domain != 0)
		precheck_add(question, PRECHECK_FAIL,
			     xasprintf("it is in PCI domain %" PRIu32
				       "; ppt and bhyve know only domain 0",
				       device->bdf.domain),
			     xstrdup(CHOOSE_ANOTHER));
	else
		precheck_say(question, PRECHECK_PASS, "it is in PCI domain 0", NULL);
}

void precheck_bridge(const struct precheck_question *question)
{
	int header_type = question->of->config.header_type;

	if (header_type > 0 ||
	    (header_type < 0 && device_role(question->of->device) == ROLE_BRIDGE))
		precheck_say(question, PRECHECK_FAIL, "it is a bridge, to which ppt never attaches",
			     CHOOSE_ANOTHER);
	else if (header_type < 0)
		precheck_say(question, PRECHECK_UNKNOWN,
			     "its header type is unknown; ppt attaches to type 0 only",
			     SEE_AS_ROOT);
	else
		precheck_say(question, PRECHECK_PASS, "it is no bridge", NULL);
}

/* --- what it can ------------------------------------------------------------------------------ */

void precheck_msi(const struct precheck_question *question)
{
	const struct passthrough_config *config = &question->of->config;

	if (config->list == TRI_NO)
		precheck_say(question, PRECHECK_FAIL,
			     "it has no capabilities: bhyve cannot initialise MSI for it",
			     CHOOSE_ANOTHER);
	else if (config->msi == TRI_YES || config->msix == TRI_YES)
		precheck_add(
			question, PRECHECK_PASS,
			xasprintf("it has %s%s%s", config->msi == TRI_YES ? "MSI" : "",
				  config->msi == TRI_YES && config->msix == TRI_YES ? " and " : "",
				  config->msix == TRI_YES ? "MSI-X" : ""),
			NULL);
	else if (config->msi == TRI_NO && config->msix == TRI_NO)
		precheck_say(question, PRECHECK_WARN,
			     "it has neither MSI nor MSI-X: bhyve emulates MSI over its INTx line, "
			     "which the host's devices may share",
			     "see dmesg for stray interrupts while the VM runs");
	else
		precheck_say(question, PRECHECK_UNKNOWN,
			     "its capabilities cannot be read; bhyve wants MSI or MSI-X",
			     SEE_AS_ROOT);
}

void precheck_bars(const struct precheck_question *question)
{
	const struct device *device = question->of->device;
	size_t before = question->checks->nr;

	if (!device->resources_known) {
		precheck_add(question, PRECHECK_UNKNOWN,
			     xstrdup("its BARs cannot be read; bhyve wants them aligned to pages"),
			     xasprintf("iommutool -v explain %s", device->name));
		return;
	}
	for (unsigned i = 0; i < NR_BARS; i++) {
		const struct resource *bar = device_bar(device, i);

		if (bar && !(bar->flags & RESOURCE_IO) &&
		    (bar->start | resource_size(bar)) % PAGE != 0)
			precheck_add(question, PRECHECK_FAIL,
				     xasprintf("BAR %u is not page aligned: %" PRIu64
					       " bytes at 0x%016" PRIx64,
					       i, resource_size(bar), bar->start),
				     xstrdup(CHOOSE_ANOTHER));
	}
	if (question->checks->nr == before)
		precheck_say(question, PRECHECK_PASS, "its BARs are page aligned", NULL);
}

void precheck_reset(const struct precheck_question *question)
{
	switch (question->of->config.reset) {
	case TRI_YES:
		precheck_say(question, PRECHECK_PASS, "it has a function-level reset", NULL);
		break;
	case TRI_NO:
		precheck_say(question, PRECHECK_WARN,
			     "it has no function-level reset: bhyve falls back on a power reset "
			     "(D3), which leaves some devices dead",
			     "try whether it works again after a restart of the VM");
		break;
	case TRI_UNKNOWN:
		precheck_say(question, PRECHECK_UNKNOWN,
			     "whether it has a function-level reset cannot be read", SEE_AS_ROOT);
		break;
	}
}

/* --- those around it -------------------------------------------------------------------------- */

/* Other functions of its slot that the host uses, or may use: then @unknown is set. */
static char *used_siblings(const struct passthrough *of, bool *unknown)
{
	const struct machine *machine = of->machine;
	const struct bdf *own = &of->device->bdf;
	struct strings names = { 0 };
	char *joined;

	*unknown = false;
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *other = &machine->devices[i];

		if (other == of->device || !other->is_pci || other->bdf.domain != own->domain ||
		    other->bdf.bus != own->bus || other->bdf.device != own->device)
			continue;
		if (!other->driver_known)
			*unknown = true;
		else if (other->driver && strcmp(other->driver, PPT_DRIVER) != 0)
			strings_take(&names, xasprintf("%s=%s", other->name, other->driver));
	}
	joined = strings_join(&names, ", ");
	strings_free(&names);
	return joined;
}

void precheck_siblings(const struct precheck_question *question)
{
	bool unknown;
	_cleanup_free_ char *used = used_siblings(question->of, &unknown);
	enum tristate apart;

	if (!*used && !unknown) {
		precheck_say(question, PRECHECK_PASS, "the host uses no other function of it",
			     NULL);
		return;
	}
	apart = function_acs(question->of->machine, question->of->device).enough;
	if (apart == TRI_YES)
		precheck_say(question, PRECHECK_PASS, "ACS keeps its functions apart", NULL);
	else if (*used && apart == TRI_NO)
		precheck_add(question, PRECHECK_WARN,
			     xasprintf("the host uses other functions of it (%s), which it may "
				       "reach without passing the IOMMU: it has no ACS",
				       used),
			     xstrdup("give all its functions to ppt"));
	else
		precheck_say(question, PRECHECK_UNKNOWN,
			     "whether it can reach other functions of its slot that the host uses "
			     "is unknown",
			     SEE_AS_ROOT);
}

/*
 * bhyve maps for the device's own requester ID. Below a bridge to conventional PCI requests carry
 * another one.
 */
void precheck_alias(const struct precheck_question *question)
{
	bool amd = bhyve_vendor(question->of->bhyve) == IOMMU_VENDOR_AMD;
	const struct device *bridge = question->of->device->parent;

	if (!bridge && question->of->device->root_bus < 0) {
		precheck_say(question, PRECHECK_UNKNOWN,
			     "the bridges above it are unknown; one may change its requests' ID",
			     SEE_AS_ROOT);
		return;
	}
	for (size_t i = 0; bridge && i < WAY_MAX; bridge = bridge->parent, i++) {
		if (!bridge->routing.type_known) {
			precheck_add(question, PRECHECK_UNKNOWN,
				     xasprintf("the kind of the bridge %s above it is unknown; it "
					       "may change its requests' ID",
					       bridge->name),
				     xstrdup(SEE_AS_ROOT));
			return;
		}
		if (bridge->routing.type != PCIE_TO_PCI_BRIDGE && bridge->routing.type != PCIE_NONE)
			continue;
		precheck_add(question,
			     bridge->routing.type == PCIE_NONE || amd ? PRECHECK_WARN
								      : PRECHECK_FAIL,
			     xasprintf("it is behind the bridge %s to conventional PCI: the IOMMU "
				       "may see another requester than bhyve set up, and block it",
				       bridge->name),
			     xstrdup("put it into a slot of PCI Express, or " CHOOSE_ANOTHER));
		return;
	}
	precheck_say(question, PRECHECK_PASS, "no bridge changes its requests' ID", NULL);
}

static void say_reserved(const struct precheck_question *question)
{
	const struct machine *machine = question->of->machine;
	const struct dmar *dmar = &machine->dmar.table->dmar;
	size_t before = question->checks->nr;

	for (size_t i = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *rmrr = &dmar->structures[i];

		for (size_t k = 0; rmrr->type == DMAR_RMRR && k < rmrr->nr_scopes; k++)
			if (scope_device(machine, rmrr->segment, &rmrr->scopes[k]) ==
			    question->of->device)
				precheck_add(
					question, PRECHECK_WARN,
					xasprintf("firmware wants 0x%016" PRIx64 "-0x%016" PRIx64
						  " (RMRR) mapped for it, which bhyve ignores: "
						  "its DMA there fails in a VM",
						  rmrr->start, rmrr->end),
					xstrdup("turn off in the firmware setup what uses it "
						"(legacy USB, remote management), or watch "
						"dmesg for faults"));
	}
	if (question->checks->nr == before)
		precheck_say(question, PRECHECK_PASS, "firmware wants no memory mapped for it",
			     NULL);
}

void precheck_reserved(const struct precheck_question *question)
{
	enum iommu_vendor vendor = bhyve_vendor(question->of->bhyve);

	if (vendor == IOMMU_VENDOR_AMD || vendor == IOMMU_VENDOR_NONE)
		return;
	if (question->of->machine->dmar.state == FILE_READ)
		say_reserved(question);
	else
		precheck_say(question, PRECHECK_UNKNOWN,
			     "whether firmware wants memory mapped for it (RMRR), which bhyve "
			     "ignores, cannot be read",
			     SEE_AS_ROOT);
}

/* --- who has it ------------------------------------------------------------------------------- */

void precheck_driver(const struct precheck_question *question)
{
	const struct device *device = question->of->device;
	const struct ppt_status *ppt = &question->of->ppt;

	switch (ppt->state) {
	case PPT_UNASSIGNED:
		precheck_say(question, PRECHECK_PASS, ppt->why, NULL);
		break;
	case PPT_ASSIGNED:
		precheck_say(question, PRECHECK_FAIL, ppt->why, "stop that VM first");
		break;
	case PPT_HOST:
		precheck_add(
			question, PRECHECK_FAIL,
			device->driver && strcmp(device->driver, PPT_DRIVER) != 0
				? xasprintf("its driver is %s, not ppt", device->driver)
				: xasprintf("%s; bhyve takes what ppt is attached to", ppt->why),
			xasprintf("iommutool bind %s", device->name));
		break;
	case PPT_STATE_UNKNOWN:
		precheck_say(question, PRECHECK_UNKNOWN, ppt->why, SEE_AS_ROOT);
		break;
	}
}
