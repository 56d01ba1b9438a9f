/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failed set-ups: nodes, modules and drivers that are not there, and devices that do not open. */
#include "vfio/diagnosis.h"

#include <string.h>

#include "model/viability.h"

/* --- nodes and modules -------------------------------------------------------------------- */

static bool is_there(enum module_state state)
{
	return state == MODULE_LOADED || state == MODULE_BUILT_IN;
}

/* ", or ..." with the other backend, where this kernel may have it. */
static const char *or_iommufd(const struct diagnosis *it)
{
	return it->system->iommufd == MODULE_MISSING ? "" : ", or --backend=iommufd";
}

bool too_many_files(const struct diagnosis *it)
{
	return say(it, "%s: %s; raise the limit with ulimit -n", it->device->name,
		   strerror(-it->failure->code));
}

bool not_permitted(const struct diagnosis *it)
{
	return say(it,
		   "%s: not permitted; run this as root, or give the node to your user with chown "
		   "or a rule of udev",
		   it->failure->path);
}

/* The mode of a node answers EACCES; EPERM is of the device cgroup, or of no-IOMMU mode. */
bool kept_back(const struct diagnosis *it)
{
	if (it->machine->has_noiommu_groups)
		return say(it, "%s: without an IOMMU VFIO wants CAP_SYS_RAWIO; run this as root",
			   it->failure->path);
	return say(it,
		   "%s: kept back whatever its mode is, as the device cgroup of a container or "
		   "service does; allow the node there, or run this outside",
		   it->failure->path);
}

bool container_missing(const struct diagnosis *it)
{
	const char *path = it->failure->path;

	switch (it->system->vfio_type1) {
	case MODULE_MISSING:
		return say(it,
			   "%s: not there: this kernel has no type 1 of VFIO "
			   "(CONFIG_VFIO_IOMMU_TYPE1); use another kernel%s",
			   path, or_iommufd(it));
	case MODULE_LOADED:
	case MODULE_BUILT_IN:
		return say(it,
			   "%s: not there though vfio_iommu_type1 is loaded: this /dev is not the "
			   "machine's own; run this outside of containers",
			   path);
	case MODULE_LOADABLE:
		return say(it, "%s: not there: VFIO is not loaded; modprobe vfio_iommu_type1",
			   path);
	case MODULE_UNKNOWN:
		break;
	}
	return say(it,
		   "%s: not there: VFIO is not loaded, or this kernel has none; modprobe "
		   "vfio_iommu_type1",
		   path);
}

bool iommufd_missing(const struct diagnosis *it)
{
	const char *path = it->failure->path;

	switch (it->system->iommufd) {
	case MODULE_MISSING:
		return say(it,
			   "%s: this kernel has no iommufd, as those of Debian; use "
			   "--backend=type1",
			   path);
	case MODULE_LOADED:
	case MODULE_BUILT_IN:
		return say(it,
			   "%s: not there though iommufd is loaded: this /dev is not the machine's "
			   "own; run this outside of containers, or use --backend=type1",
			   path);
	case MODULE_LOADABLE:
		return say(it, "%s: not there: iommufd is not loaded; modprobe iommufd", path);
	case MODULE_UNKNOWN:
		break;
	}
	return say(it,
		   "%s: not there: iommufd is not loaded, or this kernel has none, as those of "
		   "Debian; modprobe iommufd, or use --backend=type1",
		   path);
}

bool wrong_version(const struct diagnosis *it)
{
	return say(it,
		   "%s: VFIO speaks another version than 0, the only one that this program knows; "
		   "use a newer one",
		   it->device->name);
}

bool type1_missing(const struct diagnosis *it)
{
	const char *name = it->device->name;

	if (is_there(it->system->vfio_type1))
		return false;
	if (it->system->vfio_type1 == MODULE_MISSING)
		return say(it,
			   "%s: this kernel has no type 1 of VFIO (CONFIG_VFIO_IOMMU_TYPE1); use "
			   "another kernel%s",
			   name, or_iommufd(it));
	return say(it,
		   "%s: VFIO has no IOMMU driver: vfio_iommu_type1 is not loaded; modprobe "
		   "vfio_iommu_type1",
		   name);
}

/* --- groups and drivers ------------------------------------------------------------------- */

/* Groups that VFIO makes by itself have no unit behind them. */
bool no_group(const struct diagnosis *it)
{
	const struct device *device = it->device;
	const char *why = why_empty(it->machine) ? why_empty_sentence(it->machine) : NULL;

	/* iommufd does without it. */
	if (!device->group_known && it->failure->step == SETUP_OPEN_GROUP)
		return say(it,
			   "%s: whether it is in an IOMMU group is unknown; iommutool -v groups "
			   "says why",
			   device->name);
	if (device->group_known && !device->group)
		return why ? say(it, "%s: %s", device->name, why)
			   : say(it,
				 "%s: is in no IOMMU group, so nothing translates its DMA; "
				 "iommutool "
				 "status says whether the IOMMU is on",
				 device->name);
	if (it->machine->has_noiommu_groups && device->unit_known && !device->unit)
		return say(it,
			   "%s: VFIO has it in no-IOMMU mode, where nothing translates its DMA; "
			   "turn on a real IOMMU",
			   device->name);
	return false;
}

bool not_bound(const struct diagnosis *it)
{
	const struct device *device = it->device;

	if (!device->driver_known || device->has_vfio_dev || driver_is_vfio(device->driver))
		return false;
	if (!device->driver)
		return say(it, "%s: has no driver; iommutool bind %s gives it to vfio-pci",
			   device->name, device->name);
	return say(it, "%s: its driver is %s, not one of VFIO; iommutool bind %s", device->name,
		   device->driver, device->name);
}

bool group_node_missing(const struct diagnosis *it)
{
	if (!it->device->driver_known)
		return say(it,
			   "%s: not there: no device of this group has a driver of VFIO; iommutool "
			   "bind %s",
			   it->failure->path, it->device->name);
	return say(it,
		   "%s: not there though VFIO has %s: this kernel has no CONFIG_VFIO_GROUP, or "
		   "this /dev is not the machine's own; run this outside of containers%s",
		   it->failure->path, it->device->name, or_iommufd(it));
}

bool cdev_missing(const struct diagnosis *it)
{
	return say(it,
		   "%s: has no node in /dev/vfio/devices: the kernel is older than 6.6, or was "
		   "built without CONFIG_VFIO_DEVICE_CDEV; use --backend=type1",
		   it->device->name);
}

/* --- the device itself -------------------------------------------------------------------- */

/* pci_try_reset_function() does not wait for whoever has the lock of the device. */
bool locked(const struct diagnosis *it)
{
	return say(it,
		   "%s: something binds, resets or removes it right now, so that VFIO could not "
		   "reset it; try again",
		   it->device->name);
}

/* vfio_pci_core.c, vfio_pci_validate_vf_token() */
bool token_wanted(const struct diagnosis *it)
{
	const struct device *physical = it->device->physical;

	if (physical)
		return say(it,
			   "%s: its physical function %s is on VFIO, too, whose owner has to allow "
			   "it with a token; iommutool restore %s",
			   it->device->name, physical->name, physical->name);
	return say(it,
		   "%s: its virtual functions are in use through VFIO, so it wants the token that "
		   "they use; close those first",
		   it->device->name);
}

bool busy(const struct diagnosis *it)
{
	return say(it,
		   "%s: its group is being reset, or has another address space; try again, and see "
		   "who has it: iommutool domains %s",
		   it->device->name, it->device->name);
}

bool gone(const struct diagnosis *it)
{
	return say(it,
		   "%s: VFIO does not have it any more: it was unbound or removed just now; "
		   "iommutool groups %s",
		   it->device->name, it->device->name);
}

bool not_enabled(const struct diagnosis *it)
{
	return say(it,
		   "%s: the kernel could not wake it up and enable it (%s), or somebody unseen has "
		   "it open; the kernel's log may say why",
		   it->device->name, strerror(-it->failure->code));
}

bool not_pci(const struct diagnosis *it)
{
	return say(it, "%s: is no PCI device to VFIO; name a PCI function", it->device->name);
}

bool no_answer(const struct diagnosis *it)
{
	return say(it,
		   "%s: its config space cannot be read: it does not answer, or is powered down; "
		   "the kernel's log may say why",
		   it->device->name);
}
