/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan for changing default domains, and the rules of the kernel (iommu_group_store_type() in
 * drivers/iommu/iommu.c).
 */
#include "bind/linux/domain.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

const char *const domain_types[] = { "DMA", "DMA-FQ", "identity", "auto", NULL };

const char *domain_result_name(enum domain_result result)
{
	static const char *const names[] = {
		[DOMAIN_PLANNED] = "planned",	      [DOMAIN_UNCHANGED] = "unchanged",
		[DOMAIN_REFUSED] = "refused",	      [DOMAIN_CHANGED] = "changed",
		[DOMAIN_FAILED] = "failed",	      [DOMAIN_STUCK] = "stuck",
		[DOMAIN_ROLLED_BACK] = "rolled-back",
	};

	return names[result];
}

/* --- rules -------------------------------------------------------------------------------- */

#define RELEASE(major, minor) ((unsigned)(major) << 16 | (unsigned)(minor))

struct question {
	const struct machine *machine;
	const struct group *group;
	const char *type; /* that is wanted */
};

/* Each returns NULL, or how the rule is broken and what to do next, to be freed. */

static char *too_old(const struct question *question)
{
	return xasprintf("Linux %s cannot change the type of a group, 5.11 and later can; boot "
			 "with iommu.passthrough=1 for identity, =0 for DMA",
			 question->machine->release);
}

static char *no_flush_queue(const struct question *question)
{
	if (strcmp(question->type, "DMA-FQ") != 0)
		return NULL;
	return xasprintf("Linux %s does not know DMA-FQ, 5.15 and later do; boot with "
			 "iommu.strict=0",
			 question->machine->release);
}

static char *no_device(const struct question *question)
{
	if (question->group->nr_devices > 0 || question->group->has_strangers)
		return NULL;
	return xstrdup("it has no devices any more; \"iommutool groups\" shows those that have");
}

static char *several_devices(const struct question *question)
{
	const struct group *group = question->group;

	if (group->nr_devices + group->has_strangers < 2)
		return NULL;
	return xasprintf("it has %s%zu devices, and Linux before 6.4 changes only groups of one; "
			 "use Linux 6.4 or later, or set the type of all groups at boot "
			 "(iommu.passthrough=, iommu.strict=)",
			 group->has_strangers ? "more than " : "", group->nr_devices);
}

static char *held_open(const struct question *question)
{
	const struct group *group = question->group;
	const struct holder *holder = group->holders;

	if (group->nr_holders == 0)
		return NULL;
	if (group->nr_holders > 1)
		return xasprintf("%d (%s) has %s open, and not only that one; end them first: "
				 "\"iommutool domains %" PRIu32 "\" lists them",
				 holder->pid, holder->command, holder->node, group->number);
	return xasprintf("%d (%s) has %s open; end that process first", holder->pid,
			 holder->command, holder->node);
}

/* Even drivers that leave DMA to others, vfio-pci among them. */
static char *any_driver(const struct question *question)
{
	const struct group *group = question->group;

	for (size_t i = 0; i < group->nr_devices; i++) {
		const struct device *device = group->devices[i];

		if (!device->driver)
			continue;
		if (device_role(device) == ROLE_BRIDGE)
			return xasprintf("%s is a bridge with driver %s, and Linux before 6.4 "
					 "wants no driver at all; use Linux 6.4 or later",
					 device->name, device->driver);
		return xasprintf("%s has driver %s, and Linux before 6.4 wants no driver at all; "
				 "unbind it first%s%s",
				 device->name, device->driver,
				 device->is_pci ? ": iommutool restore --to-none " : "",
				 device->is_pci ? device->name : "");
	}
	return NULL;
}

static char *kernel_driver(const struct question *question)
{
	const struct group *group = question->group;
	const struct device *first = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < group->nr_devices; i++) {
		if (device_blocks(group->devices[i]) != TRI_YES)
			continue;
		first = first ? first : group->devices[i];
		nr++;
	}
	if (!first)
		return NULL;
	if (!first->is_pci)
		return xasprintf("%s has driver %s; unbind it first", first->name, first->driver);
	if (nr == 1)
		return xasprintf("%s has driver %s; bind it to vfio-pci or unbind it first: "
				 "iommutool bind %s",
				 first->name, first->driver, first->name);
	return xasprintf("%s has driver %s, and %zu more of the group %s one; bind them to "
			 "vfio-pci or unbind them first: iommutool bind --whole-group %s",
			 first->name, first->driver, nr - 1, nr == 2 ? "has" : "have", first->name);
}

/*
 * In the order in which they are asked; the first that is broken is shown. 6.4 is where the domain
 * of a group of any size can be changed, and where only those count who own its DMA.
 */
static const struct rule {
	unsigned since, before; /* the releases that have it; before 0: all later ones */
	bool for_live;		/* a live change has to keep it too */
	char *(*broken)(const struct question *question);
} rules[] = {
	{ 0, RELEASE(5, 11), true, too_old },
	{ RELEASE(5, 11), RELEASE(5, 15), true, no_flush_queue },
	{ RELEASE(5, 11), 0, true, no_device },
	{ RELEASE(5, 11), RELEASE(6, 4), true, several_devices },
	{ RELEASE(5, 11), RELEASE(6, 4), true, held_open },
	{ RELEASE(5, 11), RELEASE(6, 4), false, any_driver },
	{ RELEASE(6, 4), 0, false, held_open },
	{ RELEASE(6, 4), 0, false, kernel_driver },
};

/*
 * Return: RELEASE() of a kernel, 0 when it is unknown. The number says nothing of kernels of Red
 * Hat and those made from them (".el9"): they take over the IOMMU code of later ones.
 */
static unsigned release_number(const char *release)
{
	unsigned major, minor;

	if (!release || !isdigit((unsigned char)*release) || strstr(release, ".el") ||
	    sscanf(release, "%4u.%4u", &major, &minor) != 2 || major > 0xffff || minor > 0xffff)
		return 0;
	return RELEASE(major, minor);
}

/* Return: the first rule that is broken, as its sentence; NULL when none is. */
static char *find_broken(const struct question *question, bool live)
{
	unsigned release = release_number(question->machine->release);
	char *reason = NULL;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && release && !reason; i++)
		if (release >= rules[i].since && (!rules[i].before || release < rules[i].before) &&
		    (rules[i].for_live || !live))
			reason = rules[i].broken(question);
	return reason;
}

/* --- the plan ----------------------------------------------------------------------------- */

bool is_live_change(const struct domain_change *change)
{
	return change->group->type && strcmp(change->group->type, "DMA") == 0 &&
	       strcmp(change->to, "DMA-FQ") == 0;
}

void add_domain_step(struct domain_change *change, const char *word)
{
	strings_take(&change->steps,
		     xasprintf("echo %s > /sys/kernel/iommu_groups/%" PRIu32 "/type", word,
			       change->group->number));
}

/* Only writes that are made, or will be, stay in the list. */
static void forget_steps(struct domain_change *change)
{
	strings_free(&change->steps);
	change->steps = (struct strings){ 0 };
}

static void __attribute__((format(printf, 3, 0)))
conclude(struct domain_change *change, enum domain_result result, const char *format, va_list ap)
{
	free(change->reason);
	change->reason = NULL;
	change->result = result;
	if (format && vasprintf(&change->reason, format, ap) < 0)
		die_out_of_memory();
}

void conclude_change(struct domain_change *change, enum domain_result result, const char *reason,
		     ...)
{
	va_list ap;

	va_start(ap, reason);
	conclude(change, result, reason, ap);
	va_end(ap);
	if (result == DOMAIN_REFUSED)
		forget_steps(change);
}

void drop_planned(struct domain_plan *plan, enum domain_result result, const char *reason, ...)
{
	for (size_t i = 0; i < plan->nr; i++) {
		va_list ap;

		if (plan->changes[i].result != DOMAIN_PLANNED)
			continue;
		va_start(ap, reason);
		conclude(&plan->changes[i], result, reason, ap);
		va_end(ap);
		forget_steps(&plan->changes[i]);
	}
}

static void plan_change(struct domain_change *change, const struct machine *machine)
{
	const struct group *group = change->group;
	const struct question question = { machine, group, change->to };
	_cleanup_free_ char *reason = NULL;

	if (!group->type) {
		conclude_change(change, DOMAIN_REFUSED,
				"it has no default domain, or its type cannot be read; see -v");
		return;
	}
	if (strcmp(group->type, change->to) == 0) {
		change->result = DOMAIN_UNCHANGED;
		return;
	}
	reason = find_broken(&question, is_live_change(change));
	if (reason)
		conclude_change(change, DOMAIN_REFUSED, "%s", reason);
	else
		add_domain_step(change, change->to);
}

void plan_domains(struct domain_plan *plan, const struct machine *machine, const bool *groups,
		  const char *type)
{
	*plan = (struct domain_plan){ .type = type };
	for (size_t i = 0; i < machine->nr_groups; i++) {
		if (!groups[i])
			continue;
		plan->changes = xgrow(plan->changes, plan->nr, sizeof(*plan->changes));
		plan->changes[plan->nr] = (struct domain_change){
			.group = &machine->groups[i],
			.to = xstrdup(type),
			.result = DOMAIN_PLANNED,
		};
		plan_change(&plan->changes[plan->nr++], machine);
	}
}

void domain_plan_free(struct domain_plan *plan)
{
	for (size_t i = 0; i < plan->nr; i++) {
		free(plan->changes[i].to);
		free(plan->changes[i].reason);
		strings_free(&plan->changes[i].steps);
	}
	free(plan->changes);
}

const struct domain_change *find_change(const struct domain_plan *plan, enum domain_result result)
{
	for (size_t i = 0; i < plan->nr; i++)
		if (plan->changes[i].result == result)
			return &plan->changes[i];
	return NULL;
}
