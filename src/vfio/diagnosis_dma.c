/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failed set-ups: who or what keeps the DMA of a group from user space. */
#include "vfio/diagnosis.h"

#include <inttypes.h>
#include <stdlib.h>

#include "model/regions.h"
#include "model/viability.h"
#include "util/alloc.h"

/* --- drivers of the host ------------------------------------------------------------------ */

static void list_devices(const struct group *group, enum tristate blocks, struct strings *list)
{
	for (size_t i = 0; i < group->nr_devices; i++) {
		const struct device *device = group->devices[i];

		if (device_blocks(device) == blocks)
			strings_take(list, blocks == TRI_YES ? xasprintf("%s=%s", device->name,
									 device->driver)
							     : xstrdup(device->name));
	}
}

bool blocked(const struct diagnosis *it)
{
	const struct group *group = it->device->group;
	const char *name = it->device->name;
	struct strings list = { 0 };

	if (!group)
		return false;
	list_devices(group, TRI_YES, &list);
	if (list.nr == 0)
		return false;
	return say_list(
		it, xasprintf("%s: group %u is not viable: the host uses ", name, group->number),
		&list, xasprintf("; iommutool bind --whole-group %s, or bind those", name));
}

bool blocked_unseen(const struct diagnosis *it)
{
	const struct group *group = it->device->group;
	const char *name = it->device->name;
	struct strings list = { 0 };

	if (!group)
		return false;
	list_devices(group, TRI_UNKNOWN, &list);
	if (group->has_strangers)
		strings_add(&list, "a device that cannot be seen");
	if (list.nr == 0)
		return false;
	return say_list(it,
			xasprintf("%s: group %u is not viable, and the driver is unknown of ", name,
				  group->number),
			&list, xasprintf("; iommutool -v groups %u says why", group->number));
}

/* --- other users -------------------------------------------------------------------------- */

/* One process once, however many nodes it has open. */
static void list_holders(const struct group *group, struct strings *list)
{
	for (size_t i = 0; i < group->nr_holders; i++) {
		char *text = xasprintf("%d (%s)", group->holders[i].pid, group->holders[i].command);

		if (strings_contain(list, text))
			free(text);
		else
			strings_take(list, text);
	}
}

bool held_seen(const struct diagnosis *it)
{
	const struct group *group = it->device->group;
	struct strings list = { 0 };

	if (!group)
		return false;
	list_holders(group, &list);
	if (list.nr == 0)
		return false;
	return say_list(it, xasprintf("%s: group %u is open in ", it->device->name, group->number),
			&list, xstrdup("; stop that VM or program first"));
}

bool held(const struct diagnosis *it)
{
	return held_seen(it) || say(it,
				    "%s: it or its group is open in a process that cannot be seen "
				    "from here; look as "
				    "root and outside of containers, and stop it first",
				    it->device->name);
}

bool owned(const struct diagnosis *it)
{
	return held_seen(it) ||
	       say(it,
		   "%s: the DMA of its group belongs to somebody else: a process that cannot be "
		   "seen from here, or a driver that has just come; iommutool groups %s",
		   it->device->name, it->device->name);
}

/* --- firmware and platform ---------------------------------------------------------------- */

static const struct region *refused_region(const struct machine *machine, const struct group *group)
{
	for (size_t i = 0; i < group->nr_regions; i++)
		if (region_meaning(machine, group, &group->regions[i]) == MEANING_REFUSED)
			return &group->regions[i];
	return NULL;
}

/* EPERM of the Intel driver before Linux 6.6, EINVAL of the core since then. */
bool direct_region(const struct diagnosis *it)
{
	const struct group *group = it->device->group;
	const struct region *region = group ? refused_region(it->machine, group) : NULL;
	const struct device **devices = NULL;
	struct strings list = { 0 };
	const char *source;
	size_t nr = 0;

	if (!region)
		return false;
	source = region_source(it->machine, group, region, &devices, &nr);
	for (size_t i = 0; i < nr; i++)
		strings_add(&list, devices[i]->name);
	free(devices);
	if (list.nr == 0)
		strings_add(&list, it->device->name);
	return say_list(it,
			xasprintf("%s: firmware wants 0x%016" PRIx64 "-0x%016" PRIx64
				  " (direct%s%s) mapped for ",
				  it->device->name, region->start, region->end, source ? ", " : "",
				  source ? source : ""),
			&list,
			xasprintf(", so the kernel lends group %u to nobody; ask the vendor for "
				  "firmware without it",
				  group->number));
}

/* Whose parameter it is: of the container, which may be iommufd's imitation, or of iommufd. */
static bool is_iommufd(const struct diagnosis *it)
{
	return it->failure->step == SETUP_BIND_IOMMUFD || it->failure->step == SETUP_GET_DEVICE;
}

bool interrupts(const struct diagnosis *it)
{
	const char *name = it->device->name;

	if (it->machine->remapping == TRI_YES)
		return say(it,
			   "%s: VFIO refuses it though interrupt remapping is on, which does not "
			   "reach this device, as it seems; the kernel's log may say why",
			   name);
	return say(it,
		   "%s: no interrupt remapping: it could raise any interrupt of the host; turn it "
		   "on in the firmware (or VM), or take that risk: echo Y "
		   ">/sys/module/%s/parameters/allow_unsafe_interrupts",
		   name, is_iommufd(it) ? "iommufd" : "vfio_iommu_type1");
}

bool interrupts_known(const struct diagnosis *it)
{
	enum tristate unsafe = is_iommufd(it) ? it->system->iommufd_unsafe_interrupts
					      : it->system->unsafe_interrupts;

	if (it->machine->remapping != TRI_NO || unsafe == TRI_YES)
		return false;
	return interrupts(it);
}

/* --- address spaces ----------------------------------------------------------------------- */

bool conflict(const struct diagnosis *it)
{
	return say(it,
		   "%s: what is mapped here overlaps its reserved regions, or is beyond what its "
		   "IOMMU can map; unmap that first, or give it an address space of its own",
		   it->device->name);
}

bool no_domain_left(const struct diagnosis *it)
{
	const struct unit *unit = it->device->unit;

	return say(it,
		   "%s: its IOMMU%s%s has no domain left; close other users of VFIO, iommutool "
		   "domains lists them",
		   it->device->name, unit ? " " : "", unit ? unit->name : "");
}

/* What a space has mapped is pinned again for another IOMMU. */
bool memory_limit(const struct diagnosis *it)
{
	const struct system *system = it->system;

	if (!system->memlock_known || system->memlock == UINT64_MAX)
		return false;
	return say(it,
		   "%s: no memory, or more than may be locked, %" PRIu64 " KiB; raise that with "
		   "ulimit -l, or run this as root",
		   it->device->name, system->memlock / 1024);
}
