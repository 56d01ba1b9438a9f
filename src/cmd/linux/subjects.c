/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a testing command tests: devices, each with its backends. */
#include "cmd/linux/subjects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/selection.h"
#include "model/bdf.h"
#include "model/viability.h"
#include "out/tap.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "vfio/setup.h"

/* --- devices ---------------------------------------------------------------------------------- */

static bool is_on_vfio(const struct device *device)
{
	return device->has_vfio_dev || driver_is_vfio(device->driver);
}

/* Why a device that was named cannot be tested. */
static void refuse_device(const struct context *context, const struct device *device)
{
	if (device_role(device) == ROLE_BRIDGE)
		complain(context, "%s: it is a bridge; VFIO hands those to nobody", device->name);
	else if (!device->driver_known)
		complain(context, "%s: its driver cannot be read; see -v", device->name);
	else if (!device->driver)
		complain(context, "%s: it has no driver; iommutool bind %s", device->name,
			 device->name);
	else
		complain(context, "%s: its driver is %s, not one of VFIO; iommutool bind %s",
			 device->name, device->driver, device->name);
}

static bool take_group(const struct group *group, const struct machine *machine, bool *wanted)
{
	bool any = false;

	for (size_t i = 0; i < group->nr_devices; i++) {
		if (!is_on_vfio(group->devices[i]))
			continue;
		wanted[group->devices[i] - machine->devices] = true;
		any = true;
	}
	return any;
}

/* Return: whether an operand names a group; else it names a device. NULL: there is none. */
static bool find_operand(const struct machine *machine, const char *text,
			 const struct group **group, const struct device **device)
{
	uint64_t number;
	struct bdf bdf;

	*group = NULL;
	*device = NULL;
	if (parse_u64(text, 10, UINT32_MAX, &number) == 0) {
		*group = find_group(machine, (uint32_t)number);
		return true;
	}
	*device = bdf_parse(text, &bdf) == 0 ? find_device(machine, &bdf)
					     : find_device_named(machine, text);
	return false;
}

/* What is not there at all was said by select_operands(). */
static int take_operand(const struct context *context, const struct machine *machine,
			const char *text, bool *wanted)
{
	const struct device *device;
	const struct group *group;

	if (find_operand(machine, text, &group, &device)) {
		if (!group || take_group(group, machine, wanted))
			return STATUS_OK;
		complain(context,
			 "group %s: no driver of VFIO has a device of it; "
			 "\"iommutool groups %s\" shows them, and iommutool bind binds one",
			 text, text);
		return STATUS_FAILED;
	}
	if (!device || !device->group)
		return STATUS_OK;
	if (!is_on_vfio(device)) {
		refuse_device(context, device);
		return STATUS_FAILED;
	}
	wanted[device - machine->devices] = true;
	return STATUS_OK;
}

static int take_all(const struct context *context, const struct machine *machine, bool *wanted)
{
	bool any = false;

	for (size_t i = 0; i < machine->nr_groups; i++)
		any |= take_group(&machine->groups[i], machine, wanted);
	if (any)
		return STATUS_OK;
	complain(context, "no driver of VFIO has a device; iommutool bind binds one");
	return STATUS_SKIPPED;
}

static int choose_devices(const struct testing_arguments *arguments, const struct machine *machine,
			  bool *wanted)
{
	const struct arguments *shared = &arguments->shared;
	const struct context *context = shared->context;
	struct selection selection;
	int status = select_operands(shared, machine, false, &selection);

	/* To be in no group is no answer to what was asked. */
	if (status == STATUS_NO)
		status = STATUS_FAILED;
	if (status != STATUS_USAGE)
		status = status_worst(status, show_notes(context, machine, &selection));
	selection_free(&selection);
	if (status == STATUS_USAGE)
		return status;
	if (machine->nr_groups == 0)
		return nothing_to_show(context, machine, status);
	if (arguments->all)
		return status_worst(status, take_all(context, machine, wanted));
	for (size_t i = 0; i < shared->nr_operands; i++)
		status = status_worst(status,
				      take_operand(context, machine, shared->operands[i], wanted));
	return status;
}

/* Why nothing of an operand can be tested; NULL: something can, or there are no groups at all. */
static const char *refusal(const struct machine *machine, const char *text)
{
	_cleanup_free_ bool *members = xcalloc(machine->nr_devices, sizeof(*members));
	const struct device *device;
	const struct group *group;

	if (find_operand(machine, text, &group, &device)) {
		if (!group)
			return "no such group here";
		return take_group(group, machine, members) ? NULL
							   : "no driver of VFIO has a device of it";
	}
	if (!device)
		return "no such device here";
	if (!device->group_known)
		return "which group it is in is unknown";
	if (!device->group)
		return machine->nr_groups ? "in no group: no IOMMU translates for it" : NULL;
	return is_on_vfio(device) ? NULL : "no driver of VFIO has it";
}

static void note_refusals(const struct arguments *shared, const struct machine *machine,
			  struct subjects *subjects)
{
	for (size_t i = 0; i < shared->nr_operands; i++) {
		const char *reason = refusal(machine, shared->operands[i]);

		if (!reason)
			continue;
		strings_add(&subjects->refused, shared->operands[i]);
		strings_add(&subjects->reasons, reason);
	}
}

/* --- backends --------------------------------------------------------------------------------- */

static void add_subject(struct subjects *subjects, const struct device *device,
			const struct iospace_ops *backend, char *lacks)
{
	subjects->items = xgrow(subjects->items, subjects->nr, sizeof(*subjects->items));
	subjects->items[subjects->nr++] = (struct subject){ device, backend, lacks };
}

/* The nodes of a capture are looked at in the capture: its facts have them. */
static const struct iospace_ops *automatic(const struct source *source, const struct device *device,
					   const struct system *system)
{
	if (source->live)
		return choose_backend(device);
	return system->iommufd_node == TRI_YES && device->cdevs.nr > 0 ? &iommufd_ops : &type1_ops;
}

/* The same of what a machine lacks. Return: as backend_lacks(). */
static char *lacks(const struct source *source, const struct iospace_ops *backend,
		   const struct device *device, const struct setup_facts *facts)
{
	const struct setup_failure failure = { SETUP_OPEN_IOMMUFD, -ENOENT, IOMMUFD_NODE, false };
	struct error err = { 0 };

	if (source->live)
		return backend_lacks(backend, device, facts);
	if (backend != &iommufd_ops || facts->system->iommufd_node != TRI_NO)
		return NULL;
	explain_failure(&failure, device, facts, &err);
	return xstrdup(err.text);
}

/* A sentence that holds for several devices is said once. */
static void complain_once(const struct context *context, struct strings *said, char *sentence)
{
	if (strings_contain(said, sentence)) {
		free(sentence);
		return;
	}
	complain(context, "%s", sentence);
	strings_take(said, sentence);
}

static int add_subjects(const struct testing_arguments *arguments, const struct source *source,
			const struct device *device, const struct setup_facts *facts,
			struct subjects *subjects, struct strings *said)
{
	const char *name = arguments->backend ? arguments->backend : "auto";
	const struct iospace_ops *backend = strcmp(name, "auto") == 0
						    ? automatic(source, device, facts->system)
						    : find_backend(name);
	char *why;

	for (size_t i = 0; backends[i] && !backend; i++) /* all */
		add_subject(subjects, device, backends[i],
			    lacks(source, backends[i], device, facts));
	if (!backend)
		return STATUS_OK;
	why = lacks(source, backend, device, facts);
	if (why) {
		complain_once(arguments->shared.context, said, why);
		return STATUS_SKIPPED;
	}
	add_subject(subjects, device, backend, NULL);
	return STATUS_OK;
}

int choose_subjects(const struct testing_arguments *arguments, const struct source *source,
		    const struct machine *machine, const struct system *system,
		    struct subjects *subjects)
{
	_cleanup_free_ bool *wanted = xcalloc(machine->nr_devices, sizeof(*wanted));
	const struct setup_facts facts = { machine, system };
	struct strings said = { 0 };
	int status;

	*subjects = (struct subjects){ 0 };
	status = choose_devices(arguments, machine, wanted);
	note_refusals(&arguments->shared, machine, subjects);
	subjects->devices = xcalloc(machine->nr_devices, sizeof(*subjects->devices));
	for (size_t i = 0; i < machine->nr_devices && status != STATUS_USAGE; i++) {
		if (!wanted[i])
			continue;
		subjects->devices[subjects->nr_devices++] = &machine->devices[i];
		status = status_worst(status, add_subjects(arguments, source, &machine->devices[i],
							   &facts, subjects, &said));
	}
	strings_free(&said);
	return status;
}

void subjects_free(struct subjects *subjects)
{
	for (size_t i = 0; i < subjects->nr; i++)
		free(subjects->items[i].lacks);
	free(subjects->items);
	free(subjects->devices);
	strings_free(&subjects->refused);
	strings_free(&subjects->reasons);
	*subjects = (struct subjects){ 0 };
}

void tap_refusals(struct tap *tap, const struct subjects *subjects)
{
	for (size_t i = 0; i < subjects->refused.nr; i++) {
		const struct tap_detail details[] = {
			{ "result", "fail" },
			{ "reason", subjects->reasons.items[i] },
			{ NULL, NULL },
		};

		tap_show(tap, &(struct tap_point){ .name = subjects->refused.items[i],
						   .details = details });
	}
}
