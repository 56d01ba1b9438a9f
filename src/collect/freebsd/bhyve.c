/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bhyve has here: sysctls, modules, and of each device who has it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/collectors.h"
#include "collect/freebsd/pci.h"
#include "collect/freebsd/units.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define UNITS_MAX 64 /* dmarN that are asked for */

/* --- sysctls ------------------------------------------------------------------------------ */

/* An int or long of the kernel. Return: 0; -ENOENT: no such name; other negative errno. */
static int ask_number(struct os *os, const char *name, int64_t *value)
{
	uint8_t bytes[8];
	size_t size = sizeof(bytes);
	int r = os->ops->sysctl(os, name, bytes, &size);
	int32_t small;

	if (r < 0)
		return r;
	if (size == sizeof(*value)) {
		memcpy(value, bytes, sizeof(*value));
	} else if (size == sizeof(small)) {
		memcpy(&small, bytes, sizeof(small));
		*value = small;
	} else {
		return -EPROTO;
	}
	return 0;
}

static int ask_int(struct os *os, const char *name)
{
	int64_t value;

	return ask_number(os, name, &value) == 0 && value >= 0 && value <= INT32_MAX ? (int)value
										     : -1;
}

static enum tristate ask_switch(struct os *os, const char *name)
{
	int value = ask_int(os, name);

	return value < 0 ? TRI_UNKNOWN : value ? TRI_YES : TRI_NO;
}

static enum tristate is_there(int r)
{
	return r >= 0 ? TRI_YES : r == -ENOENT ? TRI_NO : TRI_UNKNOWN;
}

static enum tristate ask_device(struct os *os, const char *name)
{
	char value[128];
	size_t size = sizeof(value);
	int r = os->ops->sysctl(os, name, value, &size);

	return is_there(r == -ENOMEM ? 0 : r);
}

/* Whether a driver of the host translates: the first unit that does decides, all have to be known.
 */
static enum tristate ask_active(struct os *os, const char *driver, enum tristate is_attached)
{
	enum tristate active = is_attached;

	for (unsigned unit = 0; unit < UNITS_MAX && is_attached == TRI_YES; unit++) {
		_cleanup_free_ char *device = xasprintf("dev.%s.%u.%%driver", driver, unit);
		_cleanup_free_ char *name = xasprintf("dev.%s.%u.dma", driver, unit);
		enum tristate one;

		if (ask_device(os, device) != TRI_YES)
			break;
		one = ask_switch(os, name);
		if (one == TRI_YES)
			return TRI_YES;
		if (unit == 0 || one == TRI_UNKNOWN)
			active = one;
	}
	return active;
}

/* The name has changed, and so has the type: pages, an int once. */
static int64_t ask_wired(struct os *os)
{
	int64_t value;

	if (ask_number(os, "vm.max_user_wired", &value) == 0 ||
	    ask_number(os, "vm.max_wired", &value) == 0)
		return value;
	return -1;
}

/* Every unit, or none. One that does not is enough for no. */
static enum tristate ask_translating(struct os *os, const struct machine *machine)
{
	enum tristate all = machine->nr_units ? TRI_YES : TRI_UNKNOWN;

	for (size_t i = 0; i < machine->nr_units; i++) {
		const struct unit *unit = &machine->units[i];
		struct freebsd_amdvi amdvi;
		struct freebsd_vtd vtd;
		struct error err = { 0 };
		bool is_vtd = unit->kind == UNIT_INTEL_VTD;
		int r = is_vtd ? freebsd_read_vtd(os, unit->address, &vtd, &err)
			       : freebsd_read_amdvi(os, unit->address, &amdvi, &err);

		if (r == 0 && !(is_vtd ? freebsd_vtd_translates(&vtd) : amdvi.is_on))
			return TRI_NO;
		if (r < 0)
			all = TRI_UNKNOWN;
	}
	return all;
}

void freebsd_ask_bhyve(struct os *os, const struct machine *machine, struct bhyve *bhyve)
{
	char text[16];

	bhyve_init(bhyve);
	bhyve->osreldate = ask_int(os, "kern.osreldate");
	bhyve->vmm_loaded = is_there(os->ops->find_module(os, "vmm"));
	bhyve->initialized = ask_switch(os, "hw.vmm.iommu.initialized");
	bhyve->enable = ask_switch(os, "hw.vmm.iommu.enable");
	bhyve->ppt_devices = ask_int(os, "hw.vmm.ppt.devices");
	bhyve->amdvi_count = ask_int(os, "hw.vmm.amdvi.count");
	bhyve->amdvi_enable = ask_switch(os, "hw.vmm.amdvi.enable");
	bhyve->host_dmar = ask_device(os, "dev.dmar.0.%driver");
	bhyve->host_dmar_active = ask_active(os, "dmar", bhyve->host_dmar);
	bhyve->host_amdiommu = ask_device(os, "dev.amdiommu.0.%driver");
	bhyve->host_amdiommu_active = ask_active(os, "amdiommu", bhyve->host_amdiommu);
	bhyve->force_iommu = is_there(os->ops->kenv(os, "hw.vmm.force_iommu", text, sizeof(text)));
	bhyve->max_wired = ask_wired(os);
	bhyve->translating = ask_translating(os, machine);
	bhyve_read_tables(bhyve, machine);
}

/* --- devices ------------------------------------------------------------------------------ */

static enum bhyve_entry entry_of(const struct freebsd_context *context)
{
	if (context->way == FREEBSD_WAY_UNKNOWN)
		return BHYVE_ENTRY_UNKNOWN;
	if (!context->unit_is_on)
		return BHYVE_ENTRY_OFF;
	if (!context->is_present)
		return BHYVE_ENTRY_NONE;
	return context->passes_through ? BHYVE_ENTRY_PASS : BHYVE_ENTRY_DOMAIN;
}

/* What a driver of the host has is in the host's domain; where such differ there is none to tell.
 */
static bool find_host_domain(const struct machine *machine, const struct bhyve_host *host,
			     const struct freebsd_function *functions, uint16_t *domain)
{
	bool found = false;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct bhyve_device *device = &host->devices[i];

		if (functions[i].attached != TRI_YES || !functions[i].driver[0] ||
		    strcmp(functions[i].driver, PPT_DRIVER) == 0 ||
		    device->entry != BHYVE_ENTRY_DOMAIN)
			continue;
		if (found && *domain != device->domain)
			return false;
		*domain = device->domain;
		found = true;
	}
	return found;
}

static enum ppt_domain whose(const struct bhyve_device *device, bool host_known, uint16_t domain)
{
	if (device->entry == BHYVE_ENTRY_NONE)
		return PPT_DOMAIN_NONE;
	if (device->entry != BHYVE_ENTRY_DOMAIN || !host_known)
		return PPT_DOMAIN_UNKNOWN;
	return device->domain == domain ? PPT_DOMAIN_HOST : PPT_DOMAIN_OTHER;
}

static void find_domains(struct os *os, struct machine *machine, struct bhyve_host *host,
			 const struct freebsd_function *functions)
{
	_cleanup_free_ struct freebsd_context *contexts = freebsd_collect_contexts(os, machine);
	uint16_t domain = 0;
	bool known;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		host->devices[i].entry = entry_of(&contexts[i]);
		host->devices[i].domain = contexts[i].domain;
		host->devices[i].levels = contexts[i].levels;
	}
	known = find_host_domain(machine, host, functions, &domain);
	for (size_t i = 0; i < machine->nr_devices; i++)
		host->devices[i].whose = whose(&host->devices[i], known, domain);
}

static void read_configs(struct os *os, struct machine *machine, struct bhyve_host *host,
			 const struct freebsd_function *functions)
{
	struct freebsd_pci pci;
	struct error err = { 0 };
	bool is_open = freebsd_pci_open(os, &pci, &err) == 0;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		uint8_t config[CONFIG_SPACE_SIZE];
		size_t length = 0;
		int r = is_open ? freebsd_read_config(&pci, &functions[i], config, &length) : 0;

		if (r < 0 && r != -EPERM)
			machine_note(machine, "%s: config space: %s", machine->devices[i].name,
				     strerror(-r));
		host->devices[i].config = passthrough_config(config, length);
		if (length == 0) /* which everybody is told */
			host->devices[i].config.header_type = functions[i].header_type;
	}
	if (is_open)
		freebsd_pci_close(&pci);
}

static void find_states(const struct machine *machine, struct bhyve_host *host,
			const struct freebsd_function *functions)
{
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct ppt_facts facts = {
			.driver_known = true,
			.driver = functions[i].driver[0] ? functions[i].driver : NULL,
			.attached = functions[i].attached,
			.domain = host->devices[i].whose,
		};

		host->devices[i].ppt = ppt_status(&facts, &host->bhyve);
	}
}

/* A VM has a group when it has a device of it. */
static void find_users(struct machine *machine, const struct bhyve_host *host)
{
	for (size_t i = 0; i < machine->nr_groups; i++) {
		struct group *group = &machine->groups[i];

		group->holders_complete = true;
		for (size_t k = 0; k < group->nr_devices; k++) {
			enum ppt_state state =
				host->devices[group->devices[k] - machine->devices].ppt.state;

			group->is_open |= state == PPT_ASSIGNED;
			group->holders_complete &= state != PPT_STATE_UNKNOWN;
		}
	}
}

void freebsd_collect_bhyve(struct os *os, struct machine *machine,
			   const struct freebsd_function *functions)
{
	struct bhyve_host *host =
		xcalloc(1, sizeof(*host) + machine->nr_devices * sizeof(host->devices[0]));

	machine->bhyve = host;
	freebsd_ask_bhyve(os, machine, &host->bhyve);
	freebsd_collect_uses(os, machine->nr_devices, host, functions);
	find_domains(os, machine, host, functions);
	read_configs(os, machine, host, functions);
	find_states(machine, host, functions);
	find_users(machine, host);
}
