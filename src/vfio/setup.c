/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which backends there are, which of them this machine has, and a space with a device in it. */
#include "vfio/setup.h"

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

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
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
	return exists("/dev/iommu") && has_cdev_node(device) ? &iommufd_ops : &type1_ops;
}

static char *type1_lacks(void)
{
	if (exists("/dev/vfio/vfio"))
		return NULL;
	if (exists("/sys/module/vfio"))
		return xstrdup("/dev/vfio/vfio: not there though VFIO is loaded: this kernel has "
			       "no containers of VFIO, or this /dev is not the machine's own; "
			       "--backend=iommufd may do");
	return xstrdup("/dev/vfio/vfio: not there: VFIO is not loaded, or this kernel has none; "
		       "modprobe vfio_iommu_type1");
}

/* A device that no driver of VFIO has yet says nothing about the machine: setting up will tell. */
static char *cdev_lacks(const struct device *device)
{
	if (has_cdev_node(device) || (!device->has_vfio_dev && !driver_is_vfio(device->driver)))
		return NULL;
	return xasprintf("%s: has no node in /dev/vfio/devices: the kernel is older than 6.6, or "
			 "was built without CONFIG_VFIO_DEVICE_CDEV; use --backend=type1",
			 device->name);
}

static char *iommufd_lacks(const struct device *device)
{
	if (exists("/dev/iommu"))
		return cdev_lacks(device);
	if (exists("/sys/module/iommufd"))
		return xstrdup("/dev/iommu: not there though iommufd is loaded: this /dev is not "
			       "the machine's own; use --backend=type1");
	return xstrdup("/dev/iommu: not there: iommufd is not loaded, or this kernel has none, as "
		       "those of Debian; modprobe iommufd, or use --backend=type1");
}

char *backend_lacks(const struct iospace_ops *backend, const struct device *device)
{
	return backend == &iommufd_ops ? iommufd_lacks(device) : type1_lacks();
}

int setup_space(const struct iospace_ops *backend, const struct device *device,
		const struct setup_facts *facts, struct iospace **space,
		struct vfio_device **opened, struct error *err)
{
	struct setup_failure failure = { .step = SETUP_DONE };
	int rc = iospace_open(backend, space, &failure);

	if (rc == 0) {
		rc = iospace_attach(*space, device, opened, &failure);
		if (rc == 0)
			return 0;
		iospace_close(*space);
	}
	*space = NULL;
	*opened = NULL;
	explain_failure(&failure, device, facts, err);
	return rc;
}
