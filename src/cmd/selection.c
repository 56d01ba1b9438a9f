/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which groups and devices the operands of a command mean. */
#include "cmd/selection.h"

#include <stdlib.h>
#include <string.h>

#include "collect/collect.h"
#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define FAULTS_SHOWN 5

/* "10de:2330": what lspci -n shows as the ID, which does not say which device is meant. */
static bool parse_id(const char *text, int *vendor, int *product)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *colon = strchr(copy, ':');
	uint64_t v, p;

	if (!colon || colon - copy != 4 || strlen(colon + 1) != 4)
		return false;
	*colon = '\0';
	if (parse_u64(copy, 16, 0xffff, &v) < 0 || parse_u64(colon + 1, 16, 0xffff, &p) < 0)
		return false;
	*vendor = (int)v;
	*product = (int)p;
	return true;
}

unsigned selection_facts(const struct arguments *arguments)
{
	int vendor, product;

	for (size_t i = 0; i < arguments->nr_operands; i++)
		if (parse_id(arguments->operands[i], &vendor, &product))
			return FACT_ID;
	return 0;
}

static int refuse_id(const struct context *context, const struct machine *machine, const char *text,
		     int vendor, int product)
{
	struct strings matches = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].vendor == vendor && machine->devices[i].product == product)
			strings_add(&matches, machine->devices[i].name);
	joined = strings_join(&matches, " ");
	strings_free(&matches);
	return usage_error(context, "%s: an ID names a kind of device, not one; %s%s", text,
			   *joined ? "name it by its address: " : "and no device here has it",
			   joined);
}

int find_operand_device(const struct context *context, const struct machine *machine,
			const char *text, const struct device **device)
{
	_cleanup_free_ char *problem = NULL;
	struct bdf bdf;
	int vendor, product;

	*device = NULL;
	if (parse_id(text, &vendor, &product))
		return refuse_id(context, machine, text, vendor, product);
	*device = bdf_parse(text, &bdf) == 0 ? find_device(machine, &bdf)
					     : find_device_named(machine, text);
	if (*device)
		return STATUS_OK;
	problem = bdf_problem(text);
	if (problem)
		complain(context, "%s: %s", text, problem);
	else
		complain(context, "%s: %s; \"iommutool groups --all\" lists them",
			 *text ? text : "\"\"",
			 bdf_parse(text, &bdf) == 0
				 ? "no such device here"
				 : "neither a PCI address (0000:03:00.0) nor the name of a device "
				   "here");
	return STATUS_FAILED;
}

static void select_group(struct selection *selection, const struct machine *machine,
			 const struct group *group)
{
	selection->groups[group - machine->groups] = true;
	for (size_t i = 0; i < group->nr_devices; i++)
		selection->devices[group->devices[i] - machine->devices] = true;
}

static int select_device(const struct context *context, struct selection *selection,
			 const struct machine *machine, bool takes_ungrouped, const char *text)
{
	const struct device *device;
	int status = find_operand_device(context, machine, text, &device);

	if (!device)
		return status;
	selection->devices[device - machine->devices] = true;
	if (device->group) {
		select_group(selection, machine, device->group);
	} else if (!device->group_known) {
		complain(context, "%s: which group it is in is unknown; see -v", device->name);
		return STATUS_FAILED;
	} else if (!takes_ungrouped && machine->nr_groups > 0) {
		complain(context,
			 "%s: in no group: no IOMMU translates for it; \"iommutool "
			 "tables\" shows what the units cover",
			 device->name);
		return STATUS_NO;
	}
	return status;
}

static int select_one(const struct context *context, struct selection *selection,
		      const struct machine *machine, bool takes_ungrouped, const char *text)
{
	const struct group *group;
	uint64_t number;

	if (strspn(text, "0123456789") != strlen(text) || !*text)
		return select_device(context, selection, machine, takes_ungrouped, text);
	group = parse_u64(text, 10, UINT32_MAX, &number) == 0
			? find_group(machine, (uint32_t)number)
			: NULL;
	if (!group) {
		complain(context, "%s: no such group here; \"iommutool groups\" lists them", text);
		return STATUS_FAILED;
	}
	select_group(selection, machine, group);
	return STATUS_OK;
}

int select_operands(const struct arguments *arguments, const struct machine *machine,
		    bool takes_ungrouped, struct selection *selection)
{
	int status = STATUS_OK;

	*selection = (struct selection){
		.everything = arguments->nr_operands == 0,
		.groups = xcalloc(machine->nr_groups, sizeof(bool)),
		.devices = xcalloc(machine->nr_devices, sizeof(bool)),
	};
	for (size_t i = 0; i < arguments->nr_operands; i++)
		status = status_worst(status, select_one(arguments->context, selection, machine,
							 takes_ungrouped, arguments->operands[i]));
	selection->wrong_usage = status == STATUS_USAGE;
	return status;
}

void selection_free(struct selection *selection)
{
	free(selection->groups);
	free(selection->devices);
}

bool selects_group(const struct selection *selection, const struct machine *machine,
		   const struct group *group)
{
	return selection->everything || selection->groups[group - machine->groups];
}

int nothing_to_show(const struct context *context, const struct machine *machine, int status)
{
	if (machine->nr_groups == 0) {
		if (!context->quiet)
			complain(context, "%s", why_empty_sentence(machine));
		return status_worst(status, machine->groups_known ? STATUS_SKIPPED : STATUS_FAILED);
	}
	if (status == STATUS_OK && !context->quiet)
		complain(context, "nothing here matches; \"iommutool groups --all\" shows what "
				  "there is");
	return status_worst(status, STATUS_NO);
}

/* What is wrong with a device or group that nobody asked for does not matter. */
static bool matters(const struct selection *selection, const struct machine *machine,
		    const char *subject)
{
	const struct device *device = find_device_named(machine, subject);
	const struct group *group = NULL;
	uint64_t number;

	if (!selection || selection->everything)
		return true;
	if (device)
		return selection->devices[device - machine->devices];
	if (strncmp(subject, "group ", 6) == 0 &&
	    parse_u64(subject + 6, 10, UINT32_MAX, &number) == 0)
		group = find_group(machine, (uint32_t)number);
	return !group || selection->groups[group - machine->groups];
}

int show_notes(const struct context *context, const struct machine *machine,
	       const struct selection *selection)
{
	size_t faults = 0;

	for (size_t i = 0; i < machine->notes.nr && context->verbose; i++)
		complain(context, "%s", machine->notes.items[i]);
	for (size_t i = 0; i < machine->nr_faults; i++) {
		if (!matters(selection, machine, machine->faults[i].subject))
			continue;
		if (faults++ < FAULTS_SHOWN && !context->verbose)
			complain(context, "%s", machine->faults[i].text);
	}
	if (faults > FAULTS_SHOWN && !context->verbose)
		complain(context, "and %zu more of that kind; -v shows all", faults - FAULTS_SHOWN);
	return faults ? STATUS_FAILED : STATUS_OK;
}

int end_groups(const struct arguments *arguments, const struct machine *machine,
	       const struct selection *selection, struct out *out, int status)
{
	if (status == STATUS_USAGE)
		return status;
	out_document(out, "why_empty", out_string(why_empty(machine)));
	if (out_count(out) == 0)
		status = nothing_to_show(arguments->context, machine, status);
	status = status_worst(status, show_notes(arguments->context, machine, selection));
	show(arguments->context, out);
	return status;
}
