/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guard of devices, and of their virtual functions, that a process has open through VFIO. */
#include "bind/linux/guards/below.h"
#include "bind/linux/guards/list.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

#define DEVICE_NODE "/dev/vfio/devices/"

/* --- who has it open ---------------------------------------------------------------------- */

/* Whether a holder's node stands for one device; else it stands for the whole group. */
static bool is_device_node(const struct holder *holder)
{
	return strncmp(holder->node, DEVICE_NODE, strlen(DEVICE_NODE)) == 0;
}

static bool has_open(const struct guard_question *question, const struct device *device,
		     const struct holder *holder)
{
	if (is_device_node(holder))
		return strings_contain(&device->cdevs, holder->node + strlen(DEVICE_NODE));
	/*
	 * A device without a driver may be added to the group that a VM has. To take it away, or to
	 * give it to the host, is another thing.
	 */
	return on_vfio_driver(device) || !device->driver_known ||
	       (question->giving_back && device == question->device);
}

/* One process once, however many nodes it has open. */
static bool seen_before(const struct guard_question *question, const struct device *device,
			size_t n)
{
	const struct group *group = device->group;

	for (size_t i = 0; i < n; i++)
		if (group->holders[i].pid == group->holders[n].pid &&
		    has_open(question, device, &group->holders[i]))
			return true;
	return false;
}

/* @what: "it", or what else @device is to the device in question */
static void see_openers(const struct guard_question *question, const struct device *device,
			const char *what, struct strings *seen)
{
	const struct group *group = device->group;

	for (size_t i = 0; group && i < group->nr_holders; i++) {
		const struct holder *holder = &group->holders[i];

		if (has_open(question, device, holder) && !seen_before(question, device, i))
			strings_take(seen, xasprintf("%d (%s) has %s open through %s", holder->pid,
						     holder->command, what, holder->node));
	}
}

/* Return: the next virtual function behind @after (NULL: the first), or NULL: they go when the
 * driver of their physical one goes. */
static const struct device *next_virtual(const struct guard_question *question,
					 const struct device *after)
{
	const struct machine *machine = question->machine;

	for (size_t i = after ? (size_t)(after - machine->devices) + 1 : 0; i < machine->nr_devices;
	     i++)
		if (machine->devices[i].physical == question->device)
			return &machine->devices[i];
	return NULL;
}

static void see_all_openers(const struct guard_question *question, struct strings *seen)
{
	const struct device *device = NULL;

	see_openers(question, question->device, "it", seen);
	while ((device = next_virtual(question, device))) {
		char *what = xasprintf("its virtual function %s", device->name);

		see_openers(question, device, what, seen);
		free(what);
	}
}

/* --- who cannot be seen ------------------------------------------------------------------- */

/*
 * vfio-pci enables a device only while it is open (vfio_pci_core.c), which nothing hides.
 * @about: before what is said, "" or "virtual function 0000:03:10.0: "
 */
static struct guard_finding judge_enabled(const struct guard_question *question,
					  const struct device *device, const char *about)
{
	const struct function *function = find_function(question->usage, device);
	const struct group *group = device->group;
	bool complete = group && group->holders_complete;
	int enabled = function ? function->enabled : -1;
	struct guard_finding finding;

	if (enabled == 0 || (enabled < 0 && complete))
		return guard_pass(xstrdup("no process has it open"));
	if (enabled < 0)
		return guard_unknown(question, NULL,
				     xasprintf("%swhether a process has it open is unknown: not "
					       "every process could be looked at",
					       about),
				     part_next(question, USAGE_USERS));
	if (!complete)
		return guard_refuse(
			question, NULL,
			xasprintf("%sit is in use (its enable count is %d) by a process that "
				  "cannot be seen from here: other PID namespaces and other "
				  "users' processes are not visible",
				  about, enabled),
			"look as root outside of containers");
	/* Some drivers of the host leave the count behind. */
	finding = guard_refuse(
		question, NULL,
		xasprintf("%sits enable count is %d though no process is seen to have it open",
			  about, enabled),
		"make sure that no VM has it");
	finding.answer = GUARD_WARN;
	return finding;
}

static struct guard_finding judge_unseen(const struct guard_question *question,
					 const struct device *device, const char *about)
{
	if (on_vfio_driver(device) && opened_unseen(device->group))
		return guard_refuse(question, NULL,
				    xasprintf("%sa process that cannot be seen from here has its "
					      "group open",
					      about),
				    "look as root outside of containers, and stop it first");
	if (on_vfio_driver(device))
		return judge_enabled(question, device, about);
	if (!device->driver_known)
		return guard_unknown_file(question, NULL,
					  xasprintf("%sits driver is unknown, and so whether a "
						    "process has it open through VFIO",
						    about),
					  device, "driver");
	return guard_pass(NULL);
}

struct guard_finding ask_vfio_user(const struct guard_question *question)
{
	const struct device *device = NULL;
	struct guard_finding worst;
	struct strings seen = { 0 };

	see_all_openers(question, &seen);
	if (seen.nr > 0)
		return guard_refuse_seen(question, NULL, &seen, "stop that VM or program first");
	worst = judge_unseen(question, question->device, "");
	while ((device = next_virtual(question, device))) {
		char *about = xasprintf("virtual function %s: ", device->name);
		struct guard_finding finding = judge_unseen(question, device, about);

		if (finding.answer > worst.answer) {
			guard_finding_free(&worst);
			worst = finding;
		} else {
			guard_finding_free(&finding);
		}
		free(about);
	}
	return worst;
}
