/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the host's domain has the memory of VMs: which domains these are. */
#include "collect/freebsd/guests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "collect/freebsd/units.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* The domains as the context tables have them at one time. */
struct domains {
	bool has_host;
	struct freebsd_domain host;
	struct freebsd_domain *guests; /* each once */
	size_t nr_guests;
};

static bool same_domain(const struct freebsd_domain *a, const struct freebsd_domain *b)
{
	return a->table == b->table && a->levels == b->levels;
}

static void add_guest(struct domains *domains, const struct freebsd_domain *domain)
{
	for (size_t i = 0; i < domains->nr_guests; i++)
		if (same_domain(&domains->guests[i], domain))
			return;
	domains->guests = xgrow(domains->guests, domains->nr_guests, sizeof(*domains->guests));
	domains->guests[domains->nr_guests++] = *domain;
}

/* Return: whether each device of the host is in the same domain, and each of a VM in another. */
static bool find_domains(struct os *os, struct machine *machine, struct domains *domains)
{
	_cleanup_free_ struct freebsd_context *contexts = freebsd_collect_contexts(os, machine);

	*domains = (struct domains){ 0 };
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct bhyve_device *device = &machine->bhyve->devices[i];
		const struct freebsd_domain domain = { contexts[i].table, contexts[i].levels };
		bool is_guest = device->ppt.state == PPT_ASSIGNED;

		if (!is_guest && device->whose != PPT_DOMAIN_HOST)
			continue;
		if (contexts[i].way != FREEBSD_WAY_TRANSLATED ||
		    contexts[i].domain != device->domain)
			return false;
		if (is_guest) {
			add_guest(domains, &domain);
			continue;
		}
		if (domains->has_host && !same_domain(&domains->host, &domain))
			return false;
		domains->has_host = true;
		domains->host = domain;
	}
	for (size_t i = 0; i < domains->nr_guests; i++)
		if (domains->guests[i].table == domains->host.table)
			return false;
	return domains->has_host;
}

static bool same_domains(const struct domains *a, const struct domains *b)
{
	if (!same_domain(&a->host, &b->host) || a->nr_guests != b->nr_guests)
		return false;
	for (size_t i = 0; i < a->nr_guests; i++)
		if (!same_domain(&a->guests[i], &b->guests[i]))
			return false;
	return true;
}

static const struct pr260178_obstacle *find_obstacle(const struct machine *machine)
{
	size_t nr_assigned = 0, nr_unknown = 0;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		nr_assigned += machine->bhyve->devices[i].ppt.state == PPT_ASSIGNED;
		nr_unknown += machine->bhyve->devices[i].ppt.state == PPT_STATE_UNKNOWN;
	}
	return pr260178_obstacle(&machine->bhyve->bhyve, nr_assigned, nr_unknown);
}

static void obstruct(struct pr260178_look *look, const char *what)
{
	snprintf(look->obstacle, sizeof(look->obstacle), "%s", what);
}

/* What VMs come and go meanwhile do to the tables would look like what is searched for. */
void freebsd_look_at_guests(struct os *os, struct machine *machine)
{
	struct pr260178_look *look = &machine->bhyve->look;
	const struct pr260178_obstacle *obstacle = find_obstacle(machine);
	struct domains before = { 0 }, after = { 0 };
	struct error err = { 0 };

	*look = (struct pr260178_look){ .is_asked = true };
	if (obstacle) {
		look->is_skipped = obstacle->is_skipped;
		obstruct(look, obstacle->what);
		return;
	}
	if (!find_domains(os, machine, &before))
		obstruct(look, "which tables are the host's and which a VM's cannot be told; try "
			       "again");
	else if (freebsd_hold_guests(os, &before.host, before.guests, before.nr_guests,
				     &look->memory, &err) < 0)
		obstruct(look, err.text);
	if (!look->obstacle[0] &&
	    (!find_domains(os, machine, &after) || !same_domains(&before, &after)))
		obstruct(look, "VMs came or went while their memory was looked at; try again");
	free(before.guests);
	free(after.guests);
}
