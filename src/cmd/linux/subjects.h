/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a testing command tests: devices, each with its backends. */
#ifndef IOMMUTOOL_SUBJECTS_H
#define IOMMUTOOL_SUBJECTS_H

#include "cmd/linux/testing.h"
#include "collect/collect.h"
#include "model/system.h"
#include "vfio/iospace.h"

/* What it takes to say why a device cannot be tested (struct setup_facts). */
#define TESTING_FACTS                                                                              \
	(FACT_CLASS | FACT_DRIVER | FACT_VFIO | FACT_HOLDERS | FACT_RESERVED | FACT_UNIT |         \
	 FACT_TABLES | FACT_TOPOLOGY | FACT_KERNEL | FACT_REMAPPING)

/* A device with a backend. */
struct subject {
	const struct device *device;
	const struct iospace_ops *backend;
	char *lacks; /* why the machine lacks the backend (--backend=all); NULL: it has it */
};

struct subjects {
	struct subject *items; /* by device, then backend */
	size_t nr;
	const struct device **devices; /* by address */
	size_t nr_devices;
	struct strings refused; /* operands of which nothing can be tested, as they were given */
	struct strings reasons; /* one for each of those */
};

/**
 * choose_subjects() - the devices that were named, or all, each with the backends asked for
 * @machine, @system: collected with TESTING_FACTS
 * @subjects: released with subjects_free(); holds what can be tested whatever is returned
 *
 * Says on stderr what cannot be.
 *
 * Return: STATUS_OK; STATUS_FAILED when something is not there or not on a driver of VFIO;
 * STATUS_SKIPPED when the machine lacks groups or the backend, or --all finds nothing;
 * STATUS_USAGE, and nothing is to be tested.
 */
int choose_subjects(const struct testing_arguments *arguments, const struct source *source,
		    const struct machine *machine, const struct system *system,
		    struct subjects *subjects);

void subjects_free(struct subjects *subjects);

struct tap;

/* Whoever reads only TAP sees what was refused, too: a test point each. */
void tap_refusals(struct tap *tap, const struct subjects *subjects);

#endif
