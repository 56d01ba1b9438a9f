/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which backends there are, which of them this machine has, and a space with a device in it. */
#include "vfio/setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/viability.h"
#include "util/alloc.h"
#include "util/cleanup.h"

const struct iospace_ops *const backends[] = { &type1_ops, &iommufd_ops, NULL };

const struct iospace_ops *find_backend(const char *name)
{
	for (size_t i = 0; backends[i]; i++)
		if (strcmp(backends[i]->name, name) == 0)
			return backends[i];
	return NULL;
}

/* What we may not look at may be there: opening it will tell. */
static bool exists(const char *path)
{
	return access(path, F_OK) == 0 || errno == EACCES;
}

static bool is_gone(const struct device *device)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/pci/devices/%s", device->name);

	return device->is_pci && !exists(path);
}

/* The kernel names a device below vfio-dev/ from 6.1 on, and makes a node of that name from 6.6
 * on where CONFIG_VFIO_DEVICE_CDEV is set. */
static bool has_cdev_node(const struct device *device)
{
	for (size_t i = 0; i < device->cdevs.nr; i++) {
		_cleanup_free_ char *path =
			xasprintf("/dev/vfio/devices/%s", device->cdevs.items[i]);

		if (exists(path))
			return true;
	}
	return false;
}

const struct iospace_ops *choose_backend(const struct device *device)
{
	return exists(IOMMUFD_NODE) && has_cdev_node(device) ? &iommufd_ops : &type1_ops;
}

/* A device that no driver of VFIO has yet says nothing about the machine: setting up will tell. */
static bool lacks_cdev(const struct device *device)
{
	return !has_cdev_node(device) && (device->has_vfio_dev || driver_is_vfio(device->driver));
}

char *backend_lacks(const struct iospace_ops *backend, const struct device *device,
		    const struct setup_facts *facts)
{
	struct setup_failure failure;
	struct error err = { 0 };

	if (backend == &type1_ops && !exists(CONTAINER_NODE))
		failure = (struct setup_failure){ SETUP_OPEN_CONTAINER, -ENOENT, CONTAINER_NODE,
						  false };
	else if (backend == &iommufd_ops && !exists(IOMMUFD_NODE))
		failure =
			(struct setup_failure){ SETUP_OPEN_IOMMUFD, -ENOENT, IOMMUFD_NODE, false };
	else if (backend == &iommufd_ops && lacks_cdev(device))
		failure = (struct setup_failure){ SETUP_OPEN_CDEV, -ENODEV, "", false };
	else
		return NULL;
	explain_failure(&failure, device, facts, &err);
	return xstrdup(err.text);
}

int setup_space(const struct iospace_ops *backend, const struct device *device,
		const struct setup_facts *facts, struct iospace **space,
		struct vfio_device **opened, struct error *err)
{
	struct setup_failure failure = { .step = SETUP_DONE };
	int rc = iospace_open(backend, space, &failure);

	*opened = NULL;
	if (rc < 0) {
		*space = NULL;
		return explain_failure(&failure, device, facts, err);
	}
	rc = join_space(*space, device, facts, opened, err);
	if (rc < 0) {
		iospace_close(*space);
		*space = NULL;
	}
	return rc;
}

int join_space(struct iospace *space, const struct device *device, const struct setup_facts *facts,
	       struct vfio_device **opened, struct error *err)
{
	struct setup_failure failure = { .step = SETUP_DONE };
	int rc = iospace_attach(space, device, opened, &failure);

	if (rc == 0)
		return 0;
	*opened = NULL;
	failure.gone = is_gone(device);
	return explain_failure(&failure, device, facts, err);
}
