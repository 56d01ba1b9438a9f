/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what ppt and bhyve make of a device. */
#include <stdlib.h>
#include <string.h>

#include "bind/finding.h"
#include "bind/freebsd/guard_list.h"
#include "bind/journal.h"
#include "model/freebsd/bhyve_host.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static bool goes_to_ppt(const struct guard_question *question)
{
	return question->to && strcmp(question->to, PPT_DRIVER) == 0;
}

/* Return: NULL when nothing could be asked. */
static const struct bhyve_device *of(const struct guard_question *question)
{
	const struct bhyve_host *host = question->machine->bhyve;

	return host ? &host->devices[question->device - question->machine->devices] : NULL;
}

/* --- what can never be -------------------------------------------------------------------- */

struct guard_finding freebsd_guard_domain(const struct guard_question *question)
{
	unsigned domain = question->device->bdf.domain;

	if (domain == 0 || !goes_to_ppt(question))
		return guard_pass(NULL);
	return guard_refuse(
		question, NULL,
		xasprintf("it is in PCI domain %u; ppt and bhyve know only domain 0", domain),
		"choose a device of domain 0");
}

struct guard_finding freebsd_guard_bridge(const struct guard_question *question)
{
	const struct bhyve_device *known = of(question);

	if ((known && known->config.header_type > 0) ||
	    device_role(question->device) == ROLE_BRIDGE)
		return guard_refuse(question, NULL,
				    xstrdup("it is a bridge, to which ppt never attaches"),
				    "name the devices below it");
	if (device_role(question->device) == ROLE_IOMMU && !freebsd_only_gives_back(question))
		return guard_refuse(question, NULL, xstrdup("it is the IOMMU's own function"),
				    "leave it with the host");
	return guard_pass(NULL);
}

/* Of one that may be in a VM the kernel will say so: it is asked, and does nothing then. */
struct guard_finding freebsd_guard_vm(const struct guard_question *question)
{
	const struct bhyve_device *known = of(question);

	if (!known || known->ppt.state != PPT_ASSIGNED)
		return guard_pass(NULL);
	return guard_refuse(question, NULL, xstrdup("a VM has it, by the IOMMU's own tables"),
			    "end that VM (\"bhyvectl --destroy --vm=NAME\")");
}

/* The kernel would choose ppt again (vmm_is_pptdev). */
struct guard_finding freebsd_guard_pptdevs(const struct guard_question *question)
{
	const struct bhyve_device *known = of(question);
	const char *found[PPTDEVS_VALUES];
	const struct bdf *bdf;
	char *next;
	struct guard_finding finding;

	if (!question->giving_back || !known || !question->to ||
	    strcmp(question->to, ANY_DRIVER) != 0)
		return guard_pass(NULL);
	bhyve_pptdevs(&question->machine->bhyve->uses, found);
	bdf = &known->kernel_bdf;
	if (!pptdevs_lists(found, bdf))
		return guard_pass(NULL);
	next = xasprintf(
		"take %u/%u/%u out of /boot/loader.conf and reboot; until then \"devctl set "
		"driver -f pci%u:%u:%u:%u DRIVER\"",
		bdf->bus, bdf->device, bdf->function, bdf->domain, bdf->bus, bdf->device,
		bdf->function);
	finding = guard_refuse(question, NULL, xstrdup("it is reserved by pptdevs"), next);
	free(next);
	return finding;
}

/* --- what bhyve would say ----------------------------------------------------------------- */

/* Those of passthrough.h that are about the IOMMU, and those about the device. "vmm" is not among
 * them, since bind loads it, nor what it is bound to now; "domain" and "bridge" are guards, and
 * "group" tells more than "siblings". */
static const char *const iommu_rules[] = { "iommu",	   "enable-knob", "amd-knob",
					   "drhd-first",   "drhd-limit",  "coverage",
					   "caching-mode", "width",	  "host-driver",
					   "pr260178",	   NULL };
static const char *const device_rules[] = { "reserved",	     "alias", "msi",
					    "bar-alignment", "reset", NULL };

static bool is_among(const char *const *rules, const char *rule)
{
	for (; *rules; rules++)
		if (strcmp(*rules, rule) == 0)
			return true;
	return false;
}

static void see(const struct prechecks *checks, const char *const *rules,
		enum precheck_outcome outcome, struct strings *seen, const char **next)
{
	for (size_t i = 0; i < checks->nr; i++) {
		const struct precheck *check = &checks->items[i];

		if (check->outcome != outcome || !is_among(rules, check->rule))
			continue;
		strings_add(seen, check->what);
		if (!*next)
			*next = check->next;
	}
}

/* What fails refuses; binding does no harm where it is unknown, so that only warns. */
static struct guard_finding judge(const struct guard_question *question, const char *guard,
				  const struct prechecks *checks, const char *const *rules)
{
	struct guard_finding finding;
	struct strings seen = { 0 };
	const char *next = NULL;
	char *fact;
	bool fails;

	see(checks, rules, PRECHECK_FAIL, &seen, &next);
	fails = seen.nr > 0;
	if (!fails) {
		see(checks, rules, PRECHECK_WARN, &seen, &next);
		see(checks, rules, PRECHECK_UNKNOWN, &seen, &next);
	}
	if (seen.nr == 0)
		return guard_pass(NULL);
	fact = strings_join(&seen, "; ");
	strings_free(&seen);
	finding = guard_refuse(question, fails ? guard : NULL, fact,
			       next ? next : "see \"iommutool explain\"");
	if (!fails)
		finding.answer = GUARD_WARN;
	return finding;
}

static struct guard_finding ask_rules(const struct guard_question *question, const char *guard,
				      const char *const *rules)
{
	const struct bhyve_device *known = of(question);
	struct guard_finding finding;
	struct passthrough about;
	struct prechecks checks;

	if (question->giving_back || !goes_to_ppt(question))
		return guard_pass(NULL);
	if (!known)
		return guard_unknown(question, guard,
				     xstrdup("what bhyve needs could not be looked at"),
				     "run as root");
	about = (struct passthrough){ .machine = question->machine,
				      .device = question->device,
				      .bhyve = &question->machine->bhyve->bhyve,
				      .config = known->config,
				      .ppt = known->ppt };
	passthrough_check(&about, &checks);
	finding = judge(question, guard, &checks, rules);
	prechecks_free(&checks);
	return finding;
}

struct guard_finding freebsd_guard_iommu(const struct guard_question *question)
{
	return ask_rules(question, "iommu", iommu_rules);
}

struct guard_finding freebsd_guard_bhyve(const struct guard_question *question)
{
	return ask_rules(question, "bhyve", device_rules);
}

/* --- those around it ---------------------------------------------------------------------- */

struct guard_finding freebsd_guard_group(const struct guard_question *question)
{
	const struct group *group = question->device->group;
	_cleanup_free_ char *list = NULL;
	struct guard_finding finding;
	struct strings seen = { 0 };

	if (question->giving_back || !goes_to_ppt(question))
		return guard_pass(NULL);
	for (size_t i = 0; group && i < group->nr_devices; i++) {
		const struct device *member = group->devices[i];

		if (member != question->device &&
		    !question->taken[member - question->machine->devices] &&
		    device_blocks(member) == TRI_YES)
			strings_take(&seen, xasprintf("%s (%s)", member->name, member->driver));
	}
	if (seen.nr == 0)
		return guard_pass(NULL);
	list = list_text(&seen);
	strings_free(&seen);
	finding = guard_refuse(question, NULL,
			       xasprintf("the host uses %s of its computed group, which it can "
					 "reach past the IOMMU",
					 list),
			       "give all of the group (--whole-group)");
	finding.answer = GUARD_WARN;
	return finding;
}

struct guard_finding freebsd_guard_driver(const struct guard_question *question)
{
	struct guard_finding finding;

	if (question->giving_back || !question->to || question->matches != TRI_UNKNOWN)
		return guard_pass(NULL);
	finding = guard_refuse(
		question, NULL,
		xasprintf("whether %s is for such devices cannot be asked", question->to),
		"the kernel will tell when it attaches");
	finding.answer = GUARD_WARN;
	return finding;
}
