/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards of FreeBSD. Those that Linux has, too, have the same names. */
#include <stddef.h>

#include "bind/freebsd/guard_list.h"

/* First what nobody can force, then what would lose data, then what would only be missed. */
const struct guard guards[] = {
	{ "domain", false, "it is in another PCI domain than 0, the only one that ppt knows",
	  freebsd_guard_domain },
	{ "bridge", false, "it is a bridge to other devices, or the IOMMU itself",
	  freebsd_guard_bridge },
	{ "vm", false, "a VM has it", freebsd_guard_vm },
	{ "pptdevs", false,
	  "restore: it is reserved by loader.conf, so that it would be with ppt again",
	  freebsd_guard_pptdevs },
	{ "uplink", false, "this login comes through its interface", freebsd_guard_uplink },
	{ "platform", true,
	  "it is a part of the platform: host or ISA bridge, SMBus, SPI, DMA, timer, interrupts",
	  freebsd_guard_platform },
	{ "storage", true,
	  "disks may be below it; which ones, and what they are in use for, cannot be asked",
	  freebsd_guard_storage },
	{ "network", true, "its interface is up, or which one it has is unknown",
	  freebsd_guard_network },
	{ "display", true, "it shows the console, is the only display, or may be",
	  freebsd_guard_display },
	{ "console", true, "the kernel has a serial console, which may be on it",
	  freebsd_guard_console },
	{ "iommu", true, "bhyve cannot use an IOMMU for it: none, switched off, failed, unfit",
	  freebsd_guard_iommu },
	{ "bhyve", true, "bhyve would refuse the device itself, for what it lacks",
	  freebsd_guard_bhyve },
	{ "group", true,
	  "the host uses another device of its computed group; only a warning, since bhyve allows "
	  "it",
	  freebsd_guard_group },
	{ "driver", true, "whether the new driver is for such devices is unknown; only a warning",
	  freebsd_guard_driver },
	{ NULL, false, NULL, NULL },
};
