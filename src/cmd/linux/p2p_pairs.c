/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pairs p2p-test tests. */
#include "cmd/linux/p2p_pairs.h"

#include <inttypes.h>
#include <stdlib.h>

#include "model/bdf.h"
#include "model/resources.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "vfio/setup.h"

/* --- who was named ---------------------------------------------------------------------------- */

/* Return: whether the device is meant, itself or by its group. */
static bool means(const struct machine *machine, const char *text, const struct device *device)
{
	uint64_t number;
	struct bdf bdf;

	if (parse_u64(text, 10, UINT32_MAX, &number) == 0)
		return device->group && device->group->number == number;
	return (bdf_parse(text, &bdf) == 0 ? find_device(machine, &bdf)
					   : find_device_named(machine, text)) == device;
}

static bool any_means(const struct machine *machine, char *const *texts, size_t nr,
		      const struct device *device)
{
	for (size_t i = 0; i < nr; i++)
		if (means(machine, texts[i], device))
			return true;
	return false;
}

static bool is_both(const struct p2p_arguments *arguments, const struct machine *machine,
		    const struct device *device)
{
	const struct testing_arguments *testing = &arguments->testing;

	return testing->all ||
	       any_means(machine, testing->shared.operands, testing->shared.nr_operands, device);
}

static bool is_initiator(const struct p2p_arguments *arguments, const struct machine *machine,
			 const struct device *device)
{
	return is_both(arguments, machine, device) ||
	       any_means(machine, arguments->initiators, arguments->nr_initiators, device);
}

static bool is_target(const struct p2p_arguments *arguments, const struct machine *machine,
		      const struct device *device)
{
	for (size_t i = 0; i < arguments->nr_targets; i++)
		if (means(machine, arguments->targets[i].device, device))
			return true;
	return is_both(arguments, machine, device);
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool is_chosen(const struct subjects *everyone, const struct machine *machine,
		      const char *text)
{
	for (size_t i = 0; i < everyone->nr_devices; i++)
		if (means(machine, text, everyone->devices[i]))
			return true;
	return false;
}

/* @everyone: who needs no further look. */
static void add_name(struct strings *names, const struct subjects *everyone,
		     const struct machine *machine, const char *text)
{
	if (!strings_contain(names, text) && !is_chosen(everyone, machine, text))
		strings_add(names, text);
}

static void add_names(const struct p2p_arguments *arguments, const struct machine *machine,
		      const struct subjects *everyone, struct strings *names)
{
	const struct arguments *shared = &arguments->testing.shared;

	for (size_t i = 0; i < shared->nr_operands; i++)
		add_name(names, everyone, machine, shared->operands[i]);
	for (size_t i = 0; i < arguments->nr_initiators; i++)
		add_name(names, everyone, machine, arguments->initiators[i]);
	for (size_t i = 0; i < arguments->nr_targets; i++)
		add_name(names, everyone, machine, arguments->targets[i].device);
}

static void refuse(struct subjects *everyone, const char *name, const char *reason)
{
	strings_add(&everyone->refused, name);
	strings_add(&everyone->reasons, reason);
}

/* Those that were named beside --all, and are none of them. */
static int refuse_others(const struct testing_arguments *testing, const struct source *source,
			 const struct machine *machine, const struct system *system,
			 struct subjects *everyone)
{
	struct subjects others;
	int status = choose_subjects(testing, source, machine, system, &others);

	for (size_t i = 0; i < others.refused.nr; i++)
		refuse(everyone, others.refused.items[i], others.reasons.items[i]);
	subjects_free(&others);
	return status;
}

/* Whatever the sides they are on: so it is said once what cannot be tested. */
static int choose_everyone(const struct p2p_arguments *arguments, const struct source *source,
			   const struct machine *machine, const struct system *system,
			   struct subjects *everyone)
{
	struct testing_arguments testing = arguments->testing;
	struct strings names = { 0 };
	int status = STATUS_OK;

	if (testing.all)
		status = choose_subjects(&testing, source, machine, system, everyone);
	add_names(arguments, machine, everyone, &names);
	testing.shared.operands = names.items;
	testing.shared.nr_operands = names.nr;
	if (!testing.all) {
		status = choose_subjects(&testing, source, machine, system, everyone);
	} else if (names.nr > 0 && machine->nr_groups > 0) {
		testing.all = false;
		status = status_worst(status,
				      refuse_others(&testing, source, machine, system, everyone));
	}
	strings_free(&names);
	return status;
}

/* --- targets ---------------------------------------------------------------------------------- */

/* What is to be hit, by device, and what was named of one before the next. */
struct targets {
	struct p2p_target *items;
	size_t nr;
};

/* A place that was named twice is hit once. */
static void add_target(struct targets *targets, struct p2p_target target)
{
	for (size_t i = 0; i < targets->nr; i++)
		if (targets->items[i].device == target.device &&
		    targets->items[i].bar == target.bar &&
		    targets->items[i].offset == target.offset)
			return;
	targets->items = xgrow(targets->items, targets->nr, sizeof(*targets->items));
	targets->items[targets->nr++] = target;
}

/* Return: why the BAR cannot be hit at the offset, to be freed; NULL: it can, or VFIO will tell. */
static char *misplaced(const struct p2p_target *target)
{
	const struct device *device = target->device;
	const struct resource *bar;
	uint64_t size;

	if (!device->resources_known)
		return NULL;
	bar = device_bar(device, (unsigned)target->bar);
	if (!bar)
		return xasprintf("it has no BAR %d; \"lspci -vs %s\" shows those it has",
				 target->bar, device->name);
	if (bar->flags & RESOURCE_IO)
		return xasprintf("BAR %d is one of I/O ports, which no device reaches by DMA; "
				 "name one of memory",
				 target->bar);
	size = resource_size(bar);
	if (size < 8 || target->offset > size - 8)
		return xasprintf("BAR %d has 0x%" PRIx64 " bytes, none at offset 0x%" PRIx64,
				 target->bar, size, target->offset);
	return NULL;
}

/* A BAR that is named stands in place of the one that would be chosen. */
static int add_targets_of(const struct p2p_arguments *arguments, const struct machine *machine,
			  const struct device *device, struct subjects *everyone,
			  struct targets *targets)
{
	int status = STATUS_OK;
	bool named = false;

	for (size_t i = 0; i < arguments->nr_targets; i++) {
		const struct target_argument *argument = &arguments->targets[i];
		const struct p2p_target target = { device, argument->bar, argument->offset };
		_cleanup_free_ char *label = NULL, *why = NULL;

		if (argument->bar < 0 || !means(machine, argument->device, device))
			continue;
		named = true;
		why = misplaced(&target);
		if (!why) {
			add_target(targets, target);
			continue;
		}
		label = target_label(&target);
		refuse(everyone, label, why);
		complain(arguments->testing.shared.context, "%s: %s", device->name, why);
		status = STATUS_FAILED;
	}
	if (!named)
		add_target(targets, (struct p2p_target){ .device = device, .bar = -1 });
	return status;
}

static int choose_targets(const struct p2p_arguments *arguments, const struct machine *machine,
			  struct subjects *everyone, struct targets *targets)
{
	int status = STATUS_OK;

	for (size_t i = 0; i < everyone->nr_devices; i++)
		if (is_target(arguments, machine, everyone->devices[i]))
			status = status_worst(status, add_targets_of(arguments, machine,
								     everyone->devices[i], everyone,
								     targets));
	return status;
}

/* --- pairs ------------------------------------------------------------------------------------ */

static const struct subject *find_subject(const struct subjects *everyone,
					  const struct device *device,
					  const struct iospace_ops *backend)
{
	for (size_t i = 0; i < everyone->nr; i++)
		if (everyone->items[i].device == device && everyone->items[i].backend == backend)
			return &everyone->items[i];
	return NULL;
}

/* What one of both lacks the pair lacks. */
static void add_pairs_of(struct pairs *pairs, const struct subject *subject,
			 const struct targets *targets)
{
	for (size_t i = 0; i < targets->nr; i++) {
		const struct p2p_target *target = &targets->items[i];
		const struct subject *other =
			find_subject(&pairs->everyone, target->device, subject->backend);
		const char *lacks = subject->lacks ? subject->lacks : other ? other->lacks : NULL;

		if (target->device == subject->device)
			continue;
		pairs->items = xgrow(pairs->items, pairs->nr, sizeof(*pairs->items));
		pairs->items[pairs->nr++] =
			(struct pair){ subject->device, *target, subject->backend, lacks };
	}
}

/* There are targets and initiators, but no two. */
static int refuse_alone(const struct p2p_arguments *arguments, const struct device *device)
{
	const struct context *context = arguments->testing.shared.context;

	if (!arguments->testing.all)
		return usage_error(context, "%s: a device is not its own target; name another one",
				   device->name);
	complain(context,
		 "%s: no driver of VFIO has another device, and a pair takes two; iommutool bind "
		 "binds one",
		 device->name);
	return STATUS_SKIPPED;
}

int choose_pairs(const struct p2p_arguments *arguments, const struct source *source,
		 const struct machine *machine, const struct system *system, struct pairs *pairs)
{
	struct subjects *everyone = &pairs->everyone;
	struct targets targets = { 0 };
	bool has_initiators = false;
	int status;

	*pairs = (struct pairs){ 0 };
	status = choose_everyone(arguments, source, machine, system, everyone);
	if (status != STATUS_USAGE)
		status = status_worst(status,
				      choose_targets(arguments, machine, everyone, &targets));
	for (size_t b = 0; backends[b] && status != STATUS_USAGE; b++) {
		for (size_t i = 0; i < everyone->nr; i++) {
			const struct subject *subject = &everyone->items[i];

			if (subject->backend != backends[b] ||
			    !is_initiator(arguments, machine, subject->device))
				continue;
			has_initiators = true;
			add_pairs_of(pairs, subject, &targets);
		}
	}
	if (status == STATUS_OK && pairs->nr == 0 && targets.nr > 0 && has_initiators)
		status = refuse_alone(arguments, targets.items[0].device);
	free(targets.items);
	return status;
}

void pairs_free(struct pairs *pairs)
{
	subjects_free(&pairs->everyone);
	free(pairs->items);
	*pairs = (struct pairs){ 0 };
}

char *target_label(const struct p2p_target *target)
{
	if (target->bar < 0)
		return xstrdup(target->device->name);
	if (target->offset == 0)
		return xasprintf("%s:%d", target->device->name, target->bar);
	return xasprintf("%s:%d:0x%" PRIx64, target->device->name, target->bar, target->offset);
}
