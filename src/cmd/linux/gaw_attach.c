/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gaw --attach: the width as VFIO tells it. */
#include "cmd/gaw_attach.h"

#include <errno.h>

#include "model/system.h"
#include "model/viability.h"
#include "util/interrupt.h"
#include "vfio/setup.h"

struct inquiry {
	const struct context *context;
	struct setup_facts facts;
	const bool *named;
};

/* --- which device ----------------------------------------------------------------------------- */

/* How a device is suited to be asked, the best last. */
enum fitness {
	UNFIT, /* another unit's, or no driver of VFIO has it */
	TAKEN, /* by a driver of the host, or by user space: setting up says by whom */
	IDLE,
	IDLE_AND_NAMED,
};

static enum fitness fitness_of(const struct inquiry *inquiry, const struct device *device,
			       const struct unit *unit)
{
	if (device->unit != unit || !device->group ||
	    (!device->has_vfio_dev && !driver_is_vfio(device->driver)))
		return UNFIT;
	if (group_viable(device->group) == TRI_NO || group_in_use(device->group) == TRI_YES)
		return TAKEN;
	return inquiry->named[device - inquiry->facts.machine->devices] ? IDLE_AND_NAMED : IDLE;
}

static bool has_devices(const struct machine *machine, const struct unit *unit)
{
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].unit == unit)
			return true;
	return false;
}

/* --- asking ----------------------------------------------------------------------------------- */

static unsigned bits_of(uint64_t last)
{
	unsigned bits = 0;

	for (; last; last >>= 1)
		bits++;
	return bits;
}

static void settle(struct known_width *known, const struct device *device, uint64_t last)
{
	unsigned gaw = bits_of(last);

	known->width.gaw = gaw;
	if (known->width.gaw_max < gaw) /* also when it is unknown */
		known->width.gaw_max = gaw;
	known->last = last;
	known->attached = device;
}

/* Return: 0, and a space with the device in it; negative errno, and @err says why. */
static int open_space(const struct inquiry *inquiry, const struct device *device,
		      struct iospace **space, struct error *err)
{
	const struct iospace_ops *best = choose_backend(device);
	struct error second = { 0 };
	struct vfio_device *opened;

	if (setup_space(best, device, &inquiry->facts, space, &opened, err) == 0)
		return 0;
	/* The ranges are the same; it is permissions and interrupts that may differ. */
	if (best != &type1_ops &&
	    setup_space(&type1_ops, device, &inquiry->facts, space, &opened, &second) == 0) {
		*err = (struct error){ 0 };
		return 0;
	}
	return err->code;
}

static int ask_device(const struct inquiry *inquiry, const struct device *device,
		      struct known_width *known, struct error *err)
{
	struct iospace *space;
	int r = open_space(inquiry, device, &space, err);

	if (r < 0)
		return r;
	if (space->usable.nr > 0)
		settle(known, device, space->usable.items[space->usable.nr - 1].end);
	else
		r = fail(err, -ENODATA,
			 "%s: VFIO says that no IOVA can be mapped for it; see dmesg",
			 device->name);
	iospace_close(space);
	return r;
}

/* Tries the devices of one fitness. Return: whether the unit is settled. */
static bool ask_devices(const struct inquiry *inquiry, const struct unit *unit,
			enum fitness fitness, struct known_width *known, struct error *err)
{
	const struct machine *machine = inquiry->facts.machine;

	for (size_t i = 0; i < machine->nr_devices && !interrupted(); i++)
		if (fitness_of(inquiry, &machine->devices[i], unit) == fitness &&
		    ask_device(inquiry, &machine->devices[i], known, err) == 0)
			return true;
	return false;
}

/* What was tried said why in @err; only where nothing better is there those taken are tried. */
static int ask_unit(const struct inquiry *inquiry, const struct unit *unit,
		    struct known_width *known)
{
	const struct context *context = inquiry->context;
	struct error err = { 0 };

	if (ask_devices(inquiry, unit, IDLE_AND_NAMED, known, &err) ||
	    ask_devices(inquiry, unit, IDLE, known, &err))
		return STATUS_OK;
	if (err.code == 0 && ask_devices(inquiry, unit, TAKEN, known, &err))
		return STATUS_OK;
	if (err.code != 0)
		return complain_error(context, &err);
	if (has_devices(inquiry->facts.machine, unit))
		complain(context,
			 "%s: no driver of VFIO has a device of it, so VFIO cannot be asked; bind "
			 "one that nobody uses: iommutool bind DEVICE",
			 unit->name);
	else
		complain(context, "%s: there is no device of it through which VFIO could be asked",
			 unit->name);
	return STATUS_FAILED;
}

int attach_units(const struct context *context, const struct source *source,
		 struct machine *machine, const bool *units, const bool *named,
		 struct known_width *known)
{
	struct inquiry inquiry = { .context = context, .named = named };
	struct system system;
	int status = STATUS_OK;

	collect_system(source, machine, &system);
	inquiry.facts = (struct setup_facts){ machine, &system };
	hold_signals();
	for (size_t i = 0; i < machine->nr_units && !interrupted(); i++)
		if (units[i])
			status = status_worst(status,
					      ask_unit(&inquiry, &machine->units[i], &known[i]));
	release_signals();
	return status;
}
