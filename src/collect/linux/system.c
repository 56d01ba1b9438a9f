/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules, device nodes and limits that VFIO needs. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/modules.h"
#include "model/system.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static enum tristate has_node(const struct source *source, const char *folder, const char *name)
{
	struct strings names = { 0 };
	int r = source_list(source, folder, &names);
	enum tristate found = r == 0	     ? (enum tristate)strings_contain(&names, name)
			      : r == -ENOENT ? TRI_NO
					     : TRI_UNKNOWN;

	strings_free(&names);
	return found;
}

/* A parameter that is Y or N. */
static enum tristate read_switch(const struct source *source, int dir, const char *name)
{
	char text[8];

	if (read_attribute(source, dir, name, text, sizeof(text)) <= 0)
		return TRI_UNKNOWN;
	return *text == 'Y' ? TRI_YES : TRI_NO;
}

static void read_iommufd(const struct source *source, struct system *system)
{
	_cleanup_close_ int dir = source_open_dir(source, "sys/module/iommufd/parameters");

	system->iommufd_unsafe_interrupts =
		dir < 0 ? TRI_UNKNOWN : read_switch(source, dir, "allow_unsafe_interrupts");
}

static void read_type1(const struct source *source, struct system *system)
{
	_cleanup_close_ int dir = source_open_dir(source, "sys/module/vfio_iommu_type1/parameters");
	uint64_t limit;

	system->unsafe_interrupts = TRI_UNKNOWN;
	system->small_pages_only = TRI_UNKNOWN;
	system->entry_limit = -1;
	if (dir < 0)
		return;
	system->unsafe_interrupts = read_switch(source, dir, "allow_unsafe_interrupts");
	system->small_pages_only = read_switch(source, dir, "disable_hugepages");
	if (read_number(source, dir, "dma_entry_limit", 10, INT64_MAX, &limit) == 0)
		system->entry_limit = (int64_t)limit;
}

/* "Max locked memory         8388608              8388608              bytes" */
static void read_memlock(const struct source *source, struct system *system)
{
	static const char title[] = "Max locked memory";
	_cleanup_free_ uint8_t *text = NULL;
	size_t length;
	char *at, *value;

	if (source_read(source, "proc/self/limits", 1u << 16, &text, &length) < 0)
		return;
	at = strstr((char *)text, title);
	if (!at)
		return;
	at += strlen(title);
	at += strspn(at, " ");
	value = strsep(&at, " \n");
	system->memlock = UINT64_MAX;
	system->memlock_known = strcmp(value, "unlimited") == 0 ||
				parse_u64(value, 10, UINT64_MAX, &system->memlock) == 0;
}

void collect_system(const struct source *source, struct machine *machine, struct system *system)
{
	const char *release = machine->release;
	struct strings cdevs = { 0 };

	*system = (struct system){
		.vfio_pci = find_module(source, release, "vfio_pci"),
		.vfio_type1 = find_module(source, release, "vfio_iommu_type1"),
		.iommufd = find_module(source, release, "iommufd"),
		.vfio_node = has_node(source, "dev/vfio", "vfio"),
		.iommufd_node = has_node(source, "dev", "iommu"),
	};
	if (source_list(source, "dev/vfio/devices", &cdevs) == 0)
		system->nr_cdevs = cdevs.nr;
	strings_free(&cdevs);
	if (system->vfio_pci == MODULE_UNKNOWN || system->vfio_type1 == MODULE_UNKNOWN ||
	    system->iommufd == MODULE_UNKNOWN)
		machine_note(machine,
			     "modules: /lib/modules/%s has no readable modules.dep and "
			     "modules.builtin: what is not loaded may be loadable",
			     release ? release : "?");
	read_type1(source, system);
	read_iommufd(source, system);
	read_memlock(source, system);
}
