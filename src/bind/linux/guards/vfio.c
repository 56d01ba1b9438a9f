/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what VFIO and the IOMMU have to say about a device. */
#include "bind/linux/guards/below.h"
#include "bind/linux/guards/list.h"

#include <inttypes.h>
#include <stdlib.h>

#include "model/regions.h"
#include "model/viability.h"
#include "util/alloc.h"

/* --- the group ---------------------------------------------------------------------------- */

static bool is_for_vfio(const struct guard_question *question)
{
	return driver_is_vfio(question->to) && !question->giving_back;
}

static bool is_taken(const struct guard_question *question, const struct device *device)
{
	return question->taken[device - question->machine->devices];
}

static struct guard_finding refuse_members(const struct guard_question *question,
					   struct strings *members)
{
	bool one = members->nr == 1;
	char *list = list_text(members);
	char *fact = xasprintf("%s %s in group %" PRIu32 " too and %s with the host; VFIO would "
			       "refuse the group",
			       list, one ? "is" : "are", question->device->group->number,
			       one ? "stays" : "stay");

	strings_free(members);
	free(list);
	return guard_refuse(question, "group", fact,
			    one ? "take it along with --whole-group, or name it too"
				: "take them along with --whole-group, or name them too");
}

/* For VFIO: who would keep user space out of the group. */
static struct guard_finding judge_members(const struct guard_question *question)
{
	const struct group *group = question->device->group;
	const struct device *untold = NULL;
	struct strings members = { 0 };

	for (size_t i = 0; i < group->nr_devices; i++) {
		const struct device *device = group->devices[i];
		enum tristate blocks = device_blocks(device);

		if (device == question->device || is_taken(question, device))
			continue;
		if (blocks == TRI_YES)
			strings_take(&members, xasprintf("%s (%s)", device->name, device->driver));
		else if (blocks == TRI_UNKNOWN && !untold)
			untold = device;
	}
	if (members.nr > 0)
		return refuse_members(question, &members);
	if (untold)
		return guard_unknown_file(question, "group",
					  xasprintf("the driver of %s, which is in group %" PRIu32
						    " too, is unknown",
						    untold->name, group->number),
					  untold, "driver");
	if (group->has_strangers)
		return guard_unknown(question, "group",
				     xasprintf("the kernel lists more devices in group %" PRIu32
					       " than could be read",
					       group->number),
				     "make sure that nothing in it stays with the host");
	return guard_pass(
		xasprintf("nothing in group %" PRIu32 " stays with the host", group->number));
}

static bool sibling_on_vfio(const struct guard_question *question)
{
	const struct group *group = question->device->group;

	for (size_t i = 0; i < group->nr_devices; i++)
		if (group->devices[i] != question->device &&
		    !is_taken(question, group->devices[i]) && on_vfio_driver(group->devices[i]))
			return true;
	return false;
}

/* For a driver of the host: it gets no device of a group that user space owns (8.4: EBUSY). */
static struct guard_finding judge_owner(const struct guard_question *question)
{
	const struct group *group = question->device->group;
	struct guard_finding finding;
	struct strings seen = { 0 };

	if (!sibling_on_vfio(question))
		return guard_pass(NULL);
	for (size_t i = 0; i < group->nr_holders; i++)
		strings_take(&seen, xasprintf("%d (%s)", group->holders[i].pid,
					      group->holders[i].command));
	if (opened_unseen(group))
		strings_add(&seen, "a process that cannot be seen from here");
	if (seen.nr > 0) {
		char *list = list_text(&seen);

		strings_free(&seen);
		finding = guard_refuse(
			question, "group",
			xasprintf("the kernel refuses a driver while %s has group %" PRIu32 " open",
				  list, group->number),
			"stop that VM or program first");
		free(list);
		return finding;
	}
	if (group->holders_complete)
		return guard_pass(NULL);
	/* No harm comes of trying: the kernel itself refuses. */
	finding = guard_unknown(question, NULL,
				xasprintf("whether a process has group %" PRIu32
					  " open is unknown; while "
					  "one has, the kernel refuses a driver",
					  group->number),
				part_next(question, USAGE_USERS));
	finding.answer = GUARD_WARN;
	return finding;
}

struct guard_finding ask_group(const struct guard_question *question)
{
	const struct device *device = question->device;

	if (question->to && !driver_is_harmless(question->to))
		return device->group ? judge_owner(question) : guard_pass(NULL);
	if (!is_for_vfio(question))
		return guard_pass(NULL);
	if (!device->group_known)
		return guard_unknown_file(question, "group",
					  xstrdup("which devices are in its group is unknown"),
					  device, "iommu_group");
	return device->group ? judge_members(question) : guard_pass(NULL);
}

struct guard_finding ask_no_group(const struct guard_question *question)
{
	const struct machine *machine = question->machine;
	const struct device *device = question->device;

	if (!is_for_vfio(question) || device->group)
		return guard_pass(NULL);
	if (!device->group_known)
		return guard_unknown_file(question, "no-group",
					  xstrdup("whether it is in an IOMMU group is unknown"),
					  device, "iommu_group");
	return guard_refuse(question, "no-group", xstrdup("no IOMMU translates for it"),
			    machine->nr_groups == 0
				    ? why_empty_sentence(machine)
				    : "see iommutool tables for the devices that the "
				      "IOMMU covers");
}

/* Whether VFIO refuses a group for a region; what is not known may be. */
static enum tristate is_refused(const struct guard_question *question, const struct region *region)
{
	if (region->type != REGION_DIRECT)
		return TRI_NO;
	switch (region_meaning(question->machine, question->device->group, region)) {
	case MEANING_REFUSED:
		return TRI_YES;
	case MEANING_UNKNOWN:
		return TRI_UNKNOWN;
	case MEANING_USABLE:
	case MEANING_EXCLUDED:
	case MEANING_IGNORED:
		break;
	}
	return TRI_NO;
}

/* Binding itself works, so this is only said. */
struct guard_finding ask_direct(const struct guard_question *question)
{
	const struct group *group = question->device->group;
	enum tristate refused = TRI_NO;
	struct guard_finding finding;
	struct strings seen = { 0 };
	char *list, *next;

	if (!is_for_vfio(question) || !group || !group->regions_known)
		return guard_pass(NULL);
	for (size_t i = 0; i < group->nr_regions; i++) {
		const struct region *region = &group->regions[i];
		enum tristate verdict = is_refused(question, region);

		if (verdict == TRI_NO)
			continue;
		if (refused != TRI_YES)
			refused = verdict;
		strings_take(&seen, xasprintf("0x%016" PRIx64 " to 0x%016" PRIx64, region->start,
					      region->end));
	}
	if (seen.nr == 0)
		return guard_pass(NULL);
	list = list_text(&seen);
	next = xasprintf("see iommutool resv-regions %" PRIu32, group->number);
	finding =
		guard_refuse(question, NULL,
			     xasprintf("firmware wants %s mapped for %s: VFIO %s refuse the device",
				       list, group->nr_devices == 1 ? "it" : "its group",
				       refused == TRI_YES ? "will" : "may"),
			     next);
	finding.answer = GUARD_WARN;
	strings_free(&seen);
	free(list);
	free(next);
	return finding;
}
