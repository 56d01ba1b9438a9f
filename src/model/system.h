/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a system has to hand devices to VMs: modules, nodes, limits. */
#ifndef IOMMUTOOL_SYSTEM_H
#define IOMMUTOOL_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/machine.h"

enum module_state {
	MODULE_UNKNOWN,
	MODULE_LOADED,
	MODULE_BUILT_IN,
	MODULE_LOADABLE, /* installed for this kernel, not loaded */
	MODULE_MISSING,	 /* this kernel has none */
};

struct system {
	enum module_state vfio_pci, vfio_type1, iommufd;
	enum tristate vfio_node;    /* /dev/vfio/vfio */
	enum tristate iommufd_node; /* /dev/iommu */
	size_t nr_cdevs;	    /* nodes in /dev/vfio/devices */
	/* May run without interrupt remapping: */
	enum tristate unsafe_interrupts; /* type1 */
	enum tristate iommufd_unsafe_interrupts;
	enum tristate small_pages_only; /* type1 maps in the smallest pages (disable_hugepages) */
	int64_t entry_limit;		/* mappings a type1 container; -1: unknown */
	bool memlock_known;
	uint64_t memlock; /* bytes; UINT64_MAX: no limit */
};

#endif
