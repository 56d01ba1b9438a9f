/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What "iommutool capture" writes: everything that a collector reads has its line here, and
 * nothing else has. Who teaches a collector to read one more file adds it below.
 *
 * Never added are attributes that wait for the device lock, which a hung driver holds:
 * driver_override, uevent, and sriov_numvfs (drivers/pci/iov.c), which the virtfnN links tell.
 */
#include "collect/linux/capture/parts.h"

#include "collect/linux/collectors.h"

#define MANY (16u << 20) /* bytes; for files that grow with the machine */

/* --- devices ---------------------------------------------------------------------------- */

static const struct capture_item cdev[] = {
	{ .name = "dev" },
	{ 0 },
};

static const struct capture_item cdevs[] = {
	{ .name = "*", .kind = CAPTURE_DIR, .inside = cdev },
	{ 0 },
};

static const struct capture_item device[] = {
	{ .name = "vendor" },
	{ .name = "device" },
	{ .name = "class" },
	{ .name = "revision" },
	{ .name = "subsystem_vendor" },
	{ .name = "subsystem_device" },
	{ .name = "config", .edit = blank_config, .cut_short = true },
	{ .name = "resource" },
	{ .name = "reset_method" },
	{ .name = "enable" },
	{ .name = "boot_vga" },
	{ .name = "modalias" },
	{ .name = "numa_node" },
	{ .name = "power_state" },
	{ .name = "sriov_totalvfs" },
	{ .name = "driver", .kind = CAPTURE_LINK },
	{ .name = "iommu", .kind = CAPTURE_LINK },
	{ .name = "iommu_group", .kind = CAPTURE_LINK },
	{ .name = "physfn", .kind = CAPTURE_LINK },
	{ .name = "virtfn*", .kind = CAPTURE_LINK },
	{ .name = "vfio-dev", .kind = CAPTURE_DIR, .inside = cdevs },
	{ 0 },
};

static const struct capture_item devices[] = {
	{ .name = "*", .kind = CAPTURE_DEVICE, .inside = device },
	{ 0 },
};

/* --- groups and units ------------------------------------------------------------------- */

static const struct capture_item group[] = {
	{ .name = "type" },
	{ .name = "reserved_regions" },
	{ .name = "name" },
	{ .name = "devices", .kind = CAPTURE_DIR, .inside = devices },
	{ 0 },
};

static const struct capture_item groups[] = {
	{ .name = "*", .kind = CAPTURE_DIR, .inside = group },
	{ 0 },
};

static const struct capture_item all_files[] = {
	{ .name = "*" },
	{ 0 },
};

static const struct capture_item unit[] = {
	{ .name = "intel-iommu", .kind = CAPTURE_DIR, .inside = all_files },
	{ .name = "amd-iommu", .kind = CAPTURE_DIR, .inside = all_files },
	{ .name = "devices", .kind = CAPTURE_DIR, .inside = devices },
	{ 0 },
};

static const struct capture_item units[] = {
	{ .name = "*", .kind = CAPTURE_DEVICE, .inside = unit },
	{ 0 },
};

/* --- what is below devices: that it is there, not what it is used for ----------------------- */

static const struct capture_item links[] = {
	{ .name = "*", .kind = CAPTURE_LINK },
	{ 0 },
};

/* Names of virtual interfaces tell what networks there are. */
static const struct capture_item interfaces[] = {
	{ .name = "*", .kind = CAPTURE_LINK, .not_virtual = true },
	{ 0 },
};

static const struct capture_item disk[] = {
	{ .name = "dev" },
	{ .name = "hidden" },
	{ .name = "holders", .kind = CAPTURE_DIR, .inside = links },
	{ 0 },
};

static const struct capture_item disks[] = {
	{ .name = "*", .kind = CAPTURE_DEVICE, .inside = disk },
	{ 0 },
};

static const struct capture_item console[] = {
	{ .name = "active" },
	{ 0 },
};

static const struct capture_item terminals[] = {
	{ .name = "console", .kind = CAPTURE_DEVICE, .inside = console },
	{ .name = "ttyS*", .kind = CAPTURE_LINK },
	{ 0 },
};

static const struct capture_item driven[] = {
	{ .name = "driver", .kind = CAPTURE_LINK },
	{ 0 },
};

static const struct capture_item virtio[] = {
	{ .name = "*", .kind = CAPTURE_DEVICE, .inside = driven },
	{ 0 },
};

/* --- firmware and kernel ---------------------------------------------------------------- */

static const struct capture_item tables[] = {
	{ .name = "DMAR*", .name_tells = true },
	{ .name = "IVRS*", .name_tells = true },
	{ .name = "VIOT*", .name_tells = true },
	{ 0 },
};

static const struct capture_item module[] = {
	{ .name = "parameters", .kind = CAPTURE_DIR, .inside = all_files },
	{ 0 },
};

static const struct capture_item modules[] = {
	{ .name = "*vfio*", .kind = CAPTURE_DIR, .inside = module },
	{ .name = "mdev", .kind = CAPTURE_DIR, .inside = module },
	{ .name = "iommufd*", .kind = CAPTURE_DIR, .inside = module },
	{ .name = "virtio_iommu", .kind = CAPTURE_DIR, .inside = module },
	{ .name = "vmd", .kind = CAPTURE_DIR, .inside = module },
	{ 0 },
};

static const struct capture_item proc[] = {
	{ .name = "cmdline", .edit = blank_command_line },
	{ .name = "cpuinfo", .edit = keep_cpu_family, .max = MANY },
	{ .name = "interrupts", .edit = keep_interrupt_chips, .max = MANY },
	{ 0 },
};

static const struct capture_item kernel[] = {
	{ .name = "osrelease" },
	{ 0 },
};

static const struct capture_item self[] = {
	{ .name = "limits" },
	{ 0 },
};

static const struct capture_item module_lists[] = {
	{ .name = "modules.dep", .edit = keep_module_lines, .max = MANY },
	{ .name = "modules.builtin", .edit = keep_module_lines, .max = MANY },
	{ 0 },
};

/* --- /dev and names --------------------------------------------------------------------- */

static const struct capture_item nodes[] = {
	{ .name = "*", .kind = CAPTURE_NODE },
	{ 0 },
};

static const struct capture_item vfio_nodes[] = {
	{ .name = "devices", .kind = CAPTURE_DIR, .inside = nodes },
	{ .name = "*", .kind = CAPTURE_NODE },
	{ 0 },
};

static const struct capture_item dev[] = {
	{ .name = "iommu", .kind = CAPTURE_NODE },
	{ 0 },
};

static const struct capture_item names[] = {
	{ .name = "pci.ids", .edit = keep_known_names, .max = MANY },
	{ 0 },
};

const struct capture_folder capture_folders[] = {
	{ .path = PATH_PCI_DEVICES, .items = devices },
	{ .path = PATH_GROUPS, .items = groups },
	{ .path = PATH_UNITS, .items = units },
	{ .path = PATH_TABLES, .items = tables },
	{ .path = "sys/class/accel", .items = links },
	{ .path = "sys/class/block", .items = disks },
	{ .path = "sys/class/drm", .items = links },
	{ .path = "sys/class/graphics", .items = links },
	{ .path = "sys/class/infiniband_verbs", .items = links },
	{ .path = "sys/class/input", .items = links },
	{ .path = "sys/class/net", .items = interfaces },
	{ .path = "sys/class/nvme", .items = links },
	{ .path = "sys/class/sound", .items = links },
	{ .path = "sys/class/tty", .items = terminals },
	{ .path = "sys/class/uio", .items = links },
	{ .path = "sys/bus/cxl/devices", .items = links },
	{ .path = "sys/bus/nd/devices", .items = links },
	{ .path = "sys/bus/virtio/devices", .items = virtio },
	{ .path = "sys/module", .items = modules },
	{ .path = "proc", .items = proc },
	{ .path = "proc/sys/kernel", .items = kernel },
	{ .path = "proc/self", .items = self },
	{ .path = "lib/modules", .per_release = true, .items = module_lists },
	{ .path = "dev", .items = dev },
	{ .path = "dev/vfio", .items = vfio_nodes },
	{ .path = "usr/share/misc", .items = names },
	{ 0 },
};
