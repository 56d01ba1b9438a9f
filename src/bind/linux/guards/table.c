/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards of Linux. */
#include "bind/guards.h"

#include <stddef.h>

#include "bind/linux/guards/list.h"

/* First what nobody can force, then what would lose data, then what would only be missed. */
const struct guard guards[] = {
	{ "root", false, "a disk below it holds the root file system", ask_root },
	{ "swap", false, "a disk below it holds swap space in use", ask_swap },
	{ "uplink", false,
	  "the root file system, a network mount or this login comes through its interface",
	  ask_uplink },
	{ "vfio-user", false, "a process has it, or a virtual function of it, open through VFIO",
	  ask_vfio_user },
	{ "bridge", false, "it is a bridge to other devices, or the IOMMU itself", ask_bridge },
	{ "platform", true,
	  "it is a part of the platform: host or ISA bridge, SMBus, SPI, DMA, timer, interrupts",
	  ask_platform },
	{ "memory", true, "it backs memory of the host: CXL, persistent memory", ask_memory },
	{ "mounted", true, "a file system on a disk below it is mounted", ask_mounted },
	{ "holders", true,
	  "a disk below it is held: by RAID, LVM, ZFS, a process, a mount elsewhere", ask_holders },
	{ "kdump", true, "a loaded crash kernel writes its dump to a disk below it", ask_kdump },
	{ "resume", true, "the kernel resumes from hibernation from a disk below it", ask_resume },
	{ "network", true,
	  "its interface is up with an address, has the default route, or others are stacked on it",
	  ask_network },
	{ "display", true, "it shows the boot screen, is in use, or is the only display",
	  ask_display },
	{ "users", true, "processes have other nodes of it open: UIO, RDMA, computing", ask_users },
	{ "sound", true, "processes have its sound devices open; only a warning", ask_sound },
	{ "input", true, "processes have its input devices open; only a warning", ask_input },
	{ "console", true, "a console of the kernel is on it", ask_console },
	{ "sriov", true, "virtual functions of it are enabled", ask_sriov },
	{ "group", true, "another device of its IOMMU group is not free for this", ask_group },
	{ "no-group", true, "no IOMMU translates for it", ask_no_group },
	{ "driver", true, "the new driver does not list such devices", ask_driver },
	{ "twins", true,
	  "loading vfio-pci would take other devices with its configured ids=", ask_twins },
	{ "direct", true, "firmware wants memory mapped for it, which VFIO refuses; only a warning",
	  ask_direct },
	{ NULL, false, NULL, NULL },
};
