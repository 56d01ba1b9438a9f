/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pairs p2p-test tests. */
#include "cmd/p2p_pairs.h"

#include <inttypes.h>
#include <stdlib.h>

#include "model/bdf.h"
#include "model/resources.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "vfio/setup.h"

/* --- sides ------------------------------------------------------------------------------------ */

/* The devices of one side, as choose_subjects() has them of operands. */
static int choose_side(const struct p2p_arguments *arguments, char **operands, size_t nr,
		       const struct source *source, const struct machine *machine,
		       const struct system *system, struct subjects *side)
{
	struct testing_arguments testing = arguments->testing;

	*side = (struct subjects){ 0 };
	if (nr == 0)
		return STATUS_OK;
	testing.all = false;
	testing.shared.operands = operands;
	testing.shared.nr_operands = nr;
	return choose_subjects(&testing, source, machine, system, side);
}

static int choose_sides(const struct p2p_arguments *arguments, const struct source *source,
			const struct machine *machine, const struct system *system,
			struct pairs *pairs)
{
	const struct testing_arguments *testing = &arguments->testing;
	_cleanup_free_ char **targets = xcalloc(arguments->nr_targets + 1, sizeof(*targets));
	int status = STATUS_OK;

	for (size_t i = 0; i < arguments->nr_targets; i++)
		targets[i] = arguments->targets[i].device;
	if (testing->all || testing->shared.nr_operands)
		status = choose_subjects(testing, source, machine, system, &pairs->both);
	/* One side is enough to say that there are no groups at all. */
	if (status == STATUS_USAGE || (machine->nr_groups == 0 && status != STATUS_OK))
		return status;
	status = status_worst(status, choose_side(arguments, arguments->initiators,
						  arguments->nr_initiators, source, machine, system,
						  &pairs->initiators));
	if (status == STATUS_USAGE || (machine->nr_groups == 0 && status != STATUS_OK))
		return status;
	return status_worst(status, choose_side(arguments, targets, arguments->nr_targets, source,
						machine, system, &pairs->targets));
}

static const struct subject *find_subject(const struct subjects *side, const struct device *device,
					  const struct iospace_ops *backend)
{
	for (size_t i = 0; i < side->nr; i++)
		if (side->items[i].device == device && side->items[i].backend == backend)
			return &side->items[i];
	return NULL;
}

static bool is_in(const struct subjects *side, const struct device *device)
{
	for (size_t i = 0; i < side->nr_devices; i++)
		if (side->devices[i] == device)
			return true;
	return false;
}

/* --- targets ---------------------------------------------------------------------------------- */

/* What is to be hit, by device, and what was named of one before the next. */
struct targets {
	struct p2p_target *items;
	size_t nr;
};

static void add_target(struct targets *targets, const struct device *device, int bar,
		       uint64_t offset)
{
	targets->items = xgrow(targets->items, targets->nr, sizeof(*targets->items));
	targets->items[targets->nr++] = (struct p2p_target){ device, bar, offset };
}

/* Return: whether the BAR may be hit at the offset; unknown ones may be, VFIO will tell. */
static bool has_place(const struct context *context, const struct device *device,
		      const struct target_argument *argument)
{
	const struct resource *bar;

	if (argument->bar < 0 || !device->resources_known)
		return true;
	bar = device_bar(device, (unsigned)argument->bar);
	if (!bar)
		complain(context, "%s: it has no BAR %d; \"lspci -vs %s\" shows those it has",
			 device->name, argument->bar, device->name);
	else if (bar->flags & RESOURCE_IO)
		complain(context,
			 "%s: BAR %d is one of I/O ports, which no device reaches by DMA; "
			 "name one of memory",
			 device->name, argument->bar);
	else if (argument->offset > resource_size(bar) - 8)
		complain(context, "%s: BAR %d has 0x%" PRIx64 " bytes, none at offset 0x%" PRIx64,
			 device->name, argument->bar, resource_size(bar), argument->offset);
	else
		return true;
	return false;
}

static bool names(const struct machine *machine, const struct target_argument *argument,
		  const struct device *device)
{
	struct bdf bdf;

	return (bdf_parse(argument->device, &bdf) == 0
			? find_device(machine, &bdf)
			: find_device_named(machine, argument->device)) == device;
}

/* A BAR that is named stands in place of the one that would be chosen. */
static int add_targets_of(const struct p2p_arguments *arguments, const struct machine *machine,
			  const struct device *device, struct targets *targets)
{
	const struct context *context = arguments->testing.shared.context;
	int status = STATUS_OK;
	bool named = false;

	for (size_t i = 0; i < arguments->nr_targets; i++) {
		const struct target_argument *argument = &arguments->targets[i];

		if (argument->bar < 0 || !names(machine, argument, device))
			continue;
		named = true;
		if (has_place(context, device, argument))
			add_target(targets, device, argument->bar, argument->offset);
		else
			status = STATUS_FAILED;
	}
	if (!named)
		add_target(targets, device, -1, 0);
	return status;
}

static int choose_targets(const struct p2p_arguments *arguments, const struct machine *machine,
			  const struct pairs *pairs, struct targets *targets)
{
	int status = STATUS_OK;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];

		if (is_in(&pairs->both, device) || is_in(&pairs->targets, device))
			status = status_worst(status,
					      add_targets_of(arguments, machine, device, targets));
	}
	return status;
}

/* --- pairs ------------------------------------------------------------------------------------ */

static const struct subject *initiator_of(const struct pairs *pairs, const struct device *device,
					  const struct iospace_ops *backend)
{
	const struct subject *subject = find_subject(&pairs->both, device, backend);

	return subject ? subject : find_subject(&pairs->initiators, device, backend);
}

static void add_pairs_of(struct pairs *pairs, const struct subject *subject,
			 const struct targets *targets)
{
	for (size_t i = 0; i < targets->nr; i++) {
		if (targets->items[i].device == subject->device)
			continue;
		pairs->items = xgrow(pairs->items, pairs->nr, sizeof(*pairs->items));
		pairs->items[pairs->nr++] = (struct pair){ subject->device, targets->items[i],
							   subject->backend, subject->lacks };
	}
}

static bool has_initiators(const struct pairs *pairs)
{
	return pairs->both.nr > 0 || pairs->initiators.nr > 0;
}

int choose_pairs(const struct p2p_arguments *arguments, const struct source *source,
		 const struct machine *machine, const struct system *system, struct pairs *pairs)
{
	struct targets targets = { 0 };
	int status;

	*pairs = (struct pairs){ 0 };
	status = choose_sides(arguments, source, machine, system, pairs);
	if (status != STATUS_USAGE)
		status = status_worst(status, choose_targets(arguments, machine, pairs, &targets));
	for (size_t b = 0; backends[b] && status != STATUS_USAGE; b++) {
		for (size_t i = 0; i < machine->nr_devices; i++) {
			const struct subject *subject =
				initiator_of(pairs, &machine->devices[i], backends[b]);

			if (subject)
				add_pairs_of(pairs, subject, &targets);
		}
	}
	if (status == STATUS_OK && pairs->nr == 0 && targets.nr > 0 && has_initiators(pairs))
		status = usage_error(arguments->testing.shared.context,
				     "%s: a device is not its own target; name another one",
				     targets.items[0].device->name);
	free(targets.items);
	return status;
}

void pairs_free(struct pairs *pairs)
{
	subjects_free(&pairs->both);
	subjects_free(&pairs->initiators);
	subjects_free(&pairs->targets);
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
