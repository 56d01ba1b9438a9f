/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host does with its devices, as far as taking one away would hurt: the facts that the
 * guards of bind judge. Collected only for the devices that are asked for; what is below a device
 * exists only while it has a driver.
 */
#ifndef IOMMUTOOL_USAGE_H
#define IOMMUTOOL_USAGE_H

#include "model/machine.h"

/* How somebody has a disk beside what is stacked, mounted or swapped to. */
enum disk_holder_kind {
	HOLDER_PROCESS,	     /* has it open: "812 (qemu)" */
	HOLDER_ELSEWHERE,    /* another mount namespace: "/x for 911 (runc)" */
	HOLDER_PERHAPS_ROOT, /* the root file system may be on it: "zfs rpool/ROOT" */
};

struct disk_holder {
	enum disk_holder_kind kind;
	char *text;
};

/* A disk or partition whose data comes through a device. */
struct disk {
	const struct device *device; /* the PCI function; a multipath disk has an entry for each */
	char *name;		     /* as in /sys/class/block: "nvme0n1", "sda2" */
	enum tristate claimed;	     /* an exclusive open says EBUSY: somebody has it */
	struct strings stacked;	     /* block devices upon it, all the way up: "dm-0", "md127" */
	/* Where it, or what is stacked upon it, is mounted in the namespace of process 1. */
	struct strings mounts;
	struct strings swaps; /* swap spaces on it, or files on what is mounted: "/swapfile" */
	bool has_root;	      /* the root file system needs it, or may: HOLDER_PERHAPS_ROOT */
	bool is_resume;	      /* the kernel resumes from hibernation from it (/sys/power/resume) */
	char *dump;	      /* a loaded crash kernel writes its dump there; NULL: none does */
	bool dump_is_certain; /* false: it may be there */
	struct disk_holder *holders;
	size_t nr_holders;
};

/* A network interface whose packets go through a device. */
struct interface {
	const struct device *device;
	char *name;
	bool up;
	struct strings addresses; /* its own and those of what is stacked upon it, without prefix */
	bool has_default_route;	  /* it, or what is stacked upon it */
	char *master;		  /* bond, bridge or team that it is part of; NULL: none */
	struct strings stacked;	  /* interfaces upon it, all the way up: "eth0.10", "br10" */
	/* What the host would not survive: "the root file system", "/home (nfs4 from 10.0.0.1)",
	 * "this login (from 10.0.0.7)" */
	struct strings carries;
};

/* What other nodes below a device are for. */
enum node_kind {
	NODE_DRM,	  /* /dev/dri/card0; users are processes that have it open */
	NODE_FRAMEBUFFER, /* the firmware's or kernel's picture lies in its memory: "efifb" */
	NODE_SOUND,
	NODE_INPUT,
	NODE_USER,    /* drivers in user space and computing: "uio0", "uverbs0", "nvidia0" */
	NODE_CONSOLE, /* a serial port that is a console of the kernel */
	NODE_MEMORY,  /* memory of the host: "region0" of pmem, CXL, virtio-mem */
};

struct node {
	const struct device *device;
	enum node_kind kind;
	char *name;
	struct strings users; /* "812 (Xorg)"; always empty for framebuffer, console and memory */
};

/* Facts of a device itself that the readers have no use for. */
struct function {
	const struct device *device;
	enum tristate boot_vga;	     /* firmware chose it for the picture; TRI_NO: not, or no VGA */
	int nr_virtual;		     /* SR-IOV virtual functions that are enabled; -1: unknown */
	int enabled;		     /* how often pci_enable_device() was called; -1: unknown */
	int sub_vendor, sub_product; /* 16 bits each; -1: unknown */
};

/* What may be unknown as a whole. */
enum usage_part {
	USAGE_BELOW,	 /* which disks, interfaces and nodes there are */
	USAGE_CLAIMS,	 /* struct disk.claimed where it is TRI_UNKNOWN */
	USAGE_MOUNTS,	 /* .mounts, .has_root */
	USAGE_SWAPS,	 /* .swaps */
	USAGE_ADDRESSES, /* struct interface.up, .addresses */
	USAGE_ROUTES,	 /* .has_default_route */
	USAGE_CARRIES,	 /* .carries */
	USAGE_USERS,	 /* struct node.users; HOLDER_PROCESS of disks */
	USAGE_CONSOLES,
	USAGE_FRAMEBUFFERS,
	USAGE_DUMP,   /* struct disk.dump */
	USAGE_RESUME, /* struct disk.is_resume */
	USAGE_VFIO_IDS,
	NR_USAGE_PARTS,
};

struct usage {
	bool captured; /* by a capture, which lacks much of it: the machine itself would know */
	bool network_hangs; /* no command for network interfaces would come back */
	/*
	 * One for each device that was asked for, each virtual function of those, each display, and
	 * each that loading vfio-pci may take.
	 */
	struct function *functions;
	size_t nr_functions;
	struct disk *disks; /* by device, then name */
	size_t nr_disks;
	struct interface *interfaces;
	size_t nr_interfaces;
	struct node *nodes;
	size_t nr_nodes;
	bool vfio_pci_loaded;
	struct strings vfio_ids; /* what vfio-pci is configured to take when loaded: "10de:2330" */
	/* Why a part is unknown, "a capture does not have it"; NULL: known. */
	char *unknown[NR_USAGE_PARTS];
};

struct usage *usage_new(void);
void usage_free(struct usage *usage);

/* Say that a part is unknown; the first reason stays. */
void usage_unknown(struct usage *usage, enum usage_part part, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* New entries, with everything in them unknown or empty; valid until the next one is added. */
struct disk *usage_add_disk(struct usage *usage, const struct device *device, const char *name);
struct interface *usage_add_interface(struct usage *usage, const struct device *device,
				      const char *name);
/* Takes @text; one holder once. */
void disk_add_holder(struct disk *disk, enum disk_holder_kind kind, char *text);
struct node *usage_add_node(struct usage *usage, const struct device *device, enum node_kind kind,
			    const char *name);

/* Return: the entry of a device, or NULL when there is none. */
const struct function *find_function(const struct usage *usage, const struct device *device);

#endif
