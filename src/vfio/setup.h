/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a device of the model to an address space with it inside, or the sentence why not. */
#ifndef IOMMUTOOL_VFIO_SETUP_H
#define IOMMUTOOL_VFIO_SETUP_H

#include "model/machine.h"
#include "model/system.h"
#include "util/error.h"
#include "vfio/iospace.h"

/* All backends, in the order in which they are shown; NULL-ended. */
extern const struct iospace_ops *const backends[];

/* Return: the backend of that name, or NULL. */
const struct iospace_ops *find_backend(const char *name);

/**
 * choose_backend() - what "auto" means for a device
 *
 * Return: iommufd where /dev/iommu and the device's cdev exist, else type 1.
 */
const struct iospace_ops *choose_backend(const struct device *device);

/* What the sentences about a failed set-up are made of; neither is NULL. */
struct setup_facts {
	/* FACT_CLASS, FACT_DRIVER, FACT_VFIO, FACT_HOLDERS, FACT_RESERVED, FACT_UNIT, FACT_TABLES,
	 * FACT_TOPOLOGY, FACT_KERNEL, FACT_REMAPPING */
	const struct machine *machine;
	const struct system *system;
};

/**
 * backend_lacks() - whether this machine has a backend at all
 * @device: for iommufd it has to have a cdev, once a driver of VFIO has it
 *
 * Files are looked at, nothing is opened: a module that opening /dev/vfio/vfio would load may still
 * be missing.
 *
 * Return: NULL, or why not, with the next step: the sentence of explain_failure(), to be freed.
 */
char *backend_lacks(const struct iospace_ops *backend, const struct device *device,
		    const struct setup_facts *facts);

/**
 * setup_space() - an address space with a device in it
 * @space: set to it; ended with iospace_close()
 * @opened: set to the device in it
 *
 * Return: 0 or negative errno, and @err says what and why.
 */
int setup_space(const struct iospace_ops *backend, const struct device *device,
		const struct setup_facts *facts, struct iospace **space,
		struct vfio_device **opened, struct error *err);

/**
 * join_space() - a further device in an address space
 *
 * Return: as setup_space(); the space is as it was when it fails.
 */
int join_space(struct iospace *space, const struct device *device, const struct setup_facts *facts,
	       struct vfio_device **opened, struct error *err);

/**
 * explain_failure() - what a failed step means for a device, and what to do next
 *
 * Pure: everything it says comes from @failure and @facts.
 *
 * Return: @failure->code, which @err has, too.
 */
int explain_failure(const struct setup_failure *failure, const struct device *device,
		    const struct setup_facts *facts, struct error *err);

#endif
