/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of each device who has it: the host, ppt, or a VM. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/collectors.h"
#include "collect/freebsd/pci.h"
#include "collect/freebsd/units.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"
#include "util/cleanup.h"

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
