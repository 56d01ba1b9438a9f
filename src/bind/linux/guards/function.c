/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what a PCI function is. */
#include "bind/linux/guards/below.h"
#include "bind/linux/guards/list.h"

#include <stdlib.h>

#include "model/viability.h"
#include "util/alloc.h"

#define CLASS_CXL_MEMORY 0x0502

static struct guard_finding unknown_class(const struct guard_question *question, const char *guard)
{
	return guard_unknown_file(question, guard, xstrdup("its class is unknown"),
				  question->device, "class");
}

struct guard_finding ask_bridge(const struct guard_question *question)
{
	if (only_gives_back(question))
		return guard_pass(NULL);
	switch (device_role(question->device)) {
	case ROLE_BRIDGE:
		return guard_refuse(question, NULL,
				    xstrdup("it is a bridge, and VFIO hands no bridge out"),
				    "name the devices below it");
	case ROLE_IOMMU:
		return guard_refuse(question, NULL, xstrdup("it is the IOMMU's own function"),
				    "leave it with the host");
	case ROLE_UNKNOWN:
		return unknown_class(question, NULL);
	case ROLE_ENDPOINT:
	case ROLE_HOST_BRIDGE:
	case ROLE_ISA_BRIDGE:
	case ROLE_PLATFORM:
		break;
	}
	return guard_pass(NULL);
}

struct guard_finding ask_platform(const struct guard_question *question)
{
	int class = question->device->class >> 8;
	const char *name = platform_function(class);

	if (only_gives_back(question))
		return guard_pass(NULL);
	if (class < 0)
		return unknown_class(question, "platform");
	if (!name)
		return guard_pass(NULL);
	return guard_refuse(
		question, "platform",
		xasprintf("platform function (%s): the host's firmware and drivers count on "
			  "it",
			  name),
		"leave it with the host");
}

struct guard_finding ask_memory(const struct guard_question *question)
{
	const struct node *node = NULL;
	struct strings seen = { 0 };

	if (only_gives_back(question))
		return guard_pass(NULL);
	if (question->device->class >> 8 == CLASS_CXL_MEMORY)
		strings_add(&seen, "it is CXL memory");
	while ((node = next_node(question, NODE_MEMORY, node)))
		strings_take(&seen, xasprintf("%s is memory of the host", node->name));
	if (seen.nr > 0)
		return guard_refuse_seen(question, "memory", &seen,
					 "take that memory offline first");
	if (question->device->class < 0)
		return unknown_class(question, "memory");
	return guard_pass_if_known(question, "memory", PART(USAGE_BELOW), NULL);
}

struct guard_finding ask_console(const struct guard_question *question)
{
	struct strings seen = { 0 };

	for (const struct node *node = NULL; (node = next_node(question, NODE_CONSOLE, node));)
		strings_take(&seen, xasprintf("%s is a console of the kernel", node->name));
	if (seen.nr > 0)
		return guard_refuse_seen(
			question, "console", &seen,
			"remove its console= from the kernel command line and reboot");
	return guard_pass_if_known(question, "console", PART(USAGE_BELOW) | PART(USAGE_CONSOLES),
				   NULL);
}

/*
 * A driver that goes takes the virtual functions along, one of VFIO that comes refuses
 * (vfio_pci_core.c, vfio_pci_core_register_device): so this is asked too when it goes back.
 */
struct guard_finding ask_sriov(const struct guard_question *question)
{
	const struct function *function = find_function(question->usage, question->device);
	int nr = function ? function->nr_virtual : -1;
	const struct device *device = question->device;
	bool to_vfio = driver_is_vfio(question->to);
	struct guard_finding finding;
	char *fact, *next;

	if (device->physical || (device->driver_known && !device->driver && !to_vfio))
		return guard_pass(NULL);
	if (nr < 0)
		return guard_unknown_file(question, "sriov",
					  xstrdup("whether virtual functions are enabled is "
						  "unknown"),
					  device, "");
	if (nr == 0)
		return guard_pass(NULL);
	fact = xasprintf("%d virtual %s enabled; %s would go%s%s%s", nr,
			 nr == 1 ? "function is" : "functions are", nr == 1 ? "it" : "they",
			 to_vfio ? ", and " : "", to_vfio ? question->to : "",
			 to_vfio ? " refuses" : "");
	next = xasprintf("echo 0 > /sys/bus/pci/devices/%s/sriov_numvfs", device->name);
	finding = guard_refuse(question, "sriov", fact, next);
	free(next);
	return finding;
}

struct guard_finding ask_driver(const struct guard_question *question)
{
	struct guard_finding finding;

	if (question->giving_back || !question->to || question->matches == TRI_YES)
		return guard_pass(NULL);
	if (question->matches == TRI_NO)
		return guard_refuse(question, "driver",
				    xasprintf("%s is not for such devices: it does not list their "
					      "IDs",
					      question->to),
				    "name a driver that is");
	finding = guard_refuse(question, NULL,
			       xasprintf("whether %s is for such devices is unknown: its list of "
					 "IDs is not to be had",
					 question->to),
			       "make sure that it is");
	finding.answer = GUARD_WARN;
	return finding;
}
