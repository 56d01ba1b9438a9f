/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps a device from a virtual machine now, and what to do about each of it. */
#include "model/obstacles.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/regions.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* What the finders are handed. */
struct hunt {
	const struct machine *machine;
	const struct system *system;
	const struct device *device;
	struct obstacles *found;
};

/* Takes @what and @next over. */
static void add(const struct hunt *hunt, enum obstacle_kind kind, char *what, char *next)
{
	struct obstacles *found = hunt->found;

	found->items = xgrow(found->items, found->nr, sizeof(*found->items));
	found->items[found->nr++] = (struct obstacle){ kind, what, next };
}

static char *see_why(const struct hunt *hunt)
{
	return xasprintf("iommutool -v explain %s", hunt->device->name);
}

/* Return: the list in one string, and releases it. */
static char *joined(struct strings *list)
{
	char *text = strings_join(list, ", ");

	strings_free(list);
	return text;
}

/* --- the device itself ------------------------------------------------------------------------ */

/* The sentence says what and, behind its first "; ", what to do. */
static void add_why_empty(const struct hunt *hunt)
{
	const char *sentence = why_empty_sentence(hunt->machine);
	const char *next = strstr(sentence, "; ");
	size_t length = next ? (size_t)(next - sentence) : strlen(sentence);

	add(hunt, why_empty(hunt->machine) ? OBSTACLE_BLOCKS : OBSTACLE_UNKNOWN,
	    xasprintf("%.*s", (int)length, sentence), next ? xstrdup(next + 2) : see_why(hunt));
}

/* Return: whether it is in a group. */
static bool find_group_missing(const struct hunt *hunt)
{
	const struct device *device = hunt->device;

	if (device->group)
		return false;
	if (!device->group_known)
		add(hunt, OBSTACLE_UNKNOWN, xstrdup("which group it is in is unknown"),
		    see_why(hunt));
	else if (hunt->machine->nr_groups == 0)
		add_why_empty(hunt);
	else
		add(hunt, OBSTACLE_BLOCKS, xstrdup("in no group: no IOMMU translates for it"),
		    xstrdup("iommutool tables shows what the units cover"));
	return true;
}

/* Return: whether the device is nothing to hand out. */
static bool find_no_endpoint(const struct hunt *hunt)
{
	static const char *const whats[] = {
		[ROLE_BRIDGE] = "it is a bridge; VFIO hands those to nobody",
		[ROLE_HOST_BRIDGE] = "it is the host bridge, which the host itself needs",
		[ROLE_ISA_BRIDGE] = "it is the ISA bridge, which the host itself needs",
		[ROLE_IOMMU] = "it is the IOMMU itself",
		[ROLE_PLATFORM] = NULL,
	};
	enum role role = device_role(hunt->device);

	if (role == ROLE_ENDPOINT || role == ROLE_UNKNOWN)
		return false;
	if (whats[role])
		add(hunt, OBSTACLE_BLOCKS, xstrdup(whats[role]),
		    xstrdup("name an endpoint; iommutool groups -o +ROLE lists them"));
	else
		add(hunt, OBSTACLE_UNKNOWN,
		    xstrdup("it is not on a PCI bus; whether a driver of VFIO takes it is unknown"),
		    xstrdup("name a PCI device; iommutool groups lists them"));
	return true;
}

static void find_unknown_class(const struct hunt *hunt)
{
	if (device_role(hunt->device) == ROLE_UNKNOWN)
		add(hunt, OBSTACLE_UNKNOWN,
		    xstrdup("its class cannot be read; it may be a bridge, which nobody gets"),
		    see_why(hunt));
}

/* What one guest leaves in it the next one finds; VFIO hands it out all the same. */
static void find_no_reset(const struct hunt *hunt)
{
	if (hunt->device->resets_known && hunt->device->resets.nr == 0)
		add(hunt, OBSTACLE_WARNS,
		    xstrdup("it cannot be reset: what a guest leaves in it, the next one and the "
			    "host find there"),
		    xstrdup("restart the host before somebody else gets it"));
}

/* --- firmware and platform -------------------------------------------------------------------- */

static void add_region(const struct hunt *hunt, const struct region *region, bool sure)
{
	_cleanup_free_ const struct device **devices = NULL;
	struct strings names = { 0 };
	_cleanup_free_ char *list = NULL;
	const char *source;
	size_t nr = 0;

	source = region_source(hunt->machine, hunt->device->group, region, &devices, &nr);
	for (size_t i = 0; i < nr; i++)
		strings_add(&names, devices[i]->name);
	list = joined(&names);
	add(hunt, sure ? OBSTACLE_BLOCKS : OBSTACLE_UNKNOWN,
	    xasprintf("firmware wants 0x%016" PRIx64 "-0x%016" PRIx64 " (direct%s%s)%s%s mapped: "
		      "the kernel %s lend group %" PRIu32,
		      region->start, region->end, source ? ", " : "", source ? source : "",
		      *list ? " for " : "", list, sure ? "does not" : "may not",
		      hunt->device->group->number),
	    xstrdup("ask the vendor for firmware without it"));
}

static void find_direct_regions(const struct hunt *hunt)
{
	const struct group *group = hunt->device->group;

	if (!group->regions_known)
		add(hunt, OBSTACLE_UNKNOWN,
		    xstrdup("its reserved regions cannot be read; one may forbid it"),
		    see_why(hunt));
	for (size_t i = 0; i < group->nr_regions; i++) {
		const struct region *region = &group->regions[i];
		enum region_meaning meaning = region_meaning(hunt->machine, group, region);

		if (meaning == MEANING_REFUSED ||
		    (meaning == MEANING_UNKNOWN && region->type == REGION_DIRECT))
			add_region(hunt, region, meaning == MEANING_REFUSED);
	}
}

/*
 * Either backend may be told to go without. Of a module that is not loaded the parameter is
 * unknown; the other's no decides then, as where there is but one of them.
 */
static void find_interrupts(const struct hunt *hunt)
{
	static const char turn_on[] = "turn interrupt remapping on in the firmware setup (or VM)";
	enum tristate type1 = hunt->system->unsafe_interrupts;
	enum tristate iommufd = hunt->system->iommufd_unsafe_interrupts;

	if (hunt->machine->remapping == TRI_YES)
		return;
	if (hunt->machine->remapping == TRI_UNKNOWN)
		add(hunt, OBSTACLE_UNKNOWN,
		    xstrdup("whether interrupts are remapped is unknown; VFIO refuses it if not"),
		    see_why(hunt));
	else if (type1 == TRI_YES || iommufd == TRI_YES)
		add(hunt, OBSTACLE_WARNS,
		    xasprintf("no interrupt remapping: it could raise any interrupt of the host, "
			      "which allow_unsafe_interrupts of %s allows",
			      type1 == TRI_YES ? "vfio_iommu_type1" : "iommufd"),
		    xstrdup(turn_on));
	else if (type1 == TRI_NO || iommufd == TRI_NO)
		add(hunt, OBSTACLE_BLOCKS,
		    xstrdup("no interrupt remapping: it could raise any interrupt of the host"),
		    xasprintf("%s, or take that risk: echo Y "
			      ">/sys/module/%s/parameters/allow_unsafe_interrupts",
			      turn_on, type1 == TRI_NO ? "vfio_iommu_type1" : "iommufd"));
	else
		add(hunt, OBSTACLE_UNKNOWN,
		    xstrdup("no interrupt remapping, and whether VFIO may go without it is "
			    "unknown: vfio_iommu_type1 is not loaded"),
		    xstrdup(turn_on));
}

/* --- the group -------------------------------------------------------------------------------- */

static void find_users(const struct hunt *hunt)
{
	const struct group *group = hunt->device->group;
	struct strings users = { 0 };

	for (size_t i = 0; i < group->nr_holders; i++) {
		_cleanup_free_ char *text =
			xasprintf("%d (%s)", group->holders[i].pid, group->holders[i].command);

		if (!strings_contain(&users, text))
			strings_add(&users, text);
	}
	if (users.nr > 0) {
		_cleanup_free_ char *list = joined(&users);

		add(hunt, OBSTACLE_BLOCKS,
		    xasprintf("group %" PRIu32 " is open in %s", group->number, list),
		    xstrdup("stop that VM or program first"));
	} else if (group_in_use(group) == TRI_UNKNOWN && group_has_vfio_driver(group) != TRI_NO) {
		add(hunt, OBSTACLE_UNKNOWN,
		    xasprintf("whether group %" PRIu32 " is in use is unknown", group->number),
		    xasprintf("the running machine tells root: iommutool domains %s",
			      hunt->device->name));
	}
}

/* The others of the group, by what device_blocks() says of them. */
static char *other_members(const struct hunt *hunt, enum tristate blocks)
{
	const struct group *group = hunt->device->group;
	struct strings list = { 0 };

	for (size_t i = 0; i < group->nr_devices; i++) {
		const struct device *other = group->devices[i];

		if (other == hunt->device || device_blocks(other) != blocks)
			continue;
		strings_take(&list, blocks == TRI_YES
					    ? xasprintf("%s=%s", other->name, other->driver)
					    : xstrdup(other->name));
	}
	if (group->has_strangers && blocks == TRI_UNKNOWN)
		strings_add(&list, "a device that cannot be seen");
	return joined(&list);
}

static void find_blockers(const struct hunt *hunt)
{
	_cleanup_free_ char *blockers = other_members(hunt, TRI_YES);
	_cleanup_free_ char *unknown = other_members(hunt, TRI_UNKNOWN);
	uint32_t number = hunt->device->group->number;

	if (*blockers)
		add(hunt, OBSTACLE_BLOCKS,
		    xasprintf("group %" PRIu32 " is not viable: the host uses %s", number,
			      blockers),
		    xasprintf("iommutool bind --whole-group %s", hunt->device->name));
	if (*unknown)
		add(hunt, OBSTACLE_UNKNOWN,
		    xasprintf("whether group %" PRIu32 " is viable is unknown: the driver of %s "
			      "is",
			      number, unknown),
		    xasprintf("iommutool -v groups %" PRIu32, number));
}

static void find_driver(const struct hunt *hunt)
{
	const struct device *device = hunt->device;

	if (device->has_vfio_dev || driver_is_vfio(device->driver))
		return;
	if (hunt->system->vfio_pci == MODULE_MISSING)
		add(hunt, OBSTACLE_BLOCKS, xstrdup("this kernel has no vfio-pci"),
		    xstrdup("use a kernel with CONFIG_VFIO_PCI"));
	if (!device->driver_known)
		add(hunt, OBSTACLE_UNKNOWN, xstrdup("its driver cannot be read"), see_why(hunt));
	else
		add(hunt, OBSTACLE_BLOCKS,
		    device->driver ? xasprintf("its driver is %s, not one of VFIO", device->driver)
				   : xstrdup("it has no driver; VFIO hands out what its own has"),
		    xasprintf("iommutool bind %s", device->name));
}

/* --- all of it -------------------------------------------------------------------------------- */

void find_obstacles(const struct machine *machine, const struct system *system,
		    const struct device *device, struct obstacles *obstacles)
{
	/* What cannot be removed by a command comes first. */
	static void (*const finders[])(const struct hunt *) = {
		find_unknown_class, find_direct_regions, find_interrupts, find_users,
		find_blockers,	    find_driver,	 find_no_reset,
	};
	const struct hunt hunt = { machine, system, device, obstacles };

	*obstacles = (struct obstacles){ 0 };
	if (find_group_missing(&hunt) || find_no_endpoint(&hunt))
		return;
	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++)
		finders[i](&hunt);
}
