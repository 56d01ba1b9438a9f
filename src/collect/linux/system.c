/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules, device nodes and limits that VFIO needs. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/system.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define MODULE_LISTS_MAX (16u << 20)

/* Return: whether a list of module files, modules.dep or modules.builtin, names this one. */
static enum tristate list_names(const struct source *source, const char *release, const char *list,
				const char *file)
{
	_cleanup_free_ char *path = xasprintf("lib/modules/%s/%s", release, list);
	_cleanup_free_ uint8_t *text = NULL;
	size_t length;

	if (source_read(source, path, MODULE_LISTS_MAX, &text, &length) < 0)
		return TRI_UNKNOWN;
	return strstr((const char *)text, file) ? TRI_YES : TRI_NO;
}

/* @name as below /sys/module, @file as installed: "/vfio-pci.ko". */
static enum module_state module_state(const struct source *source, const char *release,
				      const char *name, const char *file)
{
	_cleanup_free_ char *path = xasprintf("sys/module/%s", name);
	_cleanup_close_ int dir = source_open_dir(source, path);
	enum tristate built_in, loadable;

	if (dir >= 0)
		return MODULE_LOADED;
	if (!release)
		return MODULE_UNKNOWN;
	built_in = list_names(source, release, "modules.builtin", file);
	if (built_in == TRI_YES)
		return MODULE_BUILT_IN;
	loadable = list_names(source, release, "modules.dep", file);
	if (loadable == TRI_YES)
		return MODULE_LOADABLE;
	return built_in == TRI_NO && loadable == TRI_NO ? MODULE_MISSING : MODULE_UNKNOWN;
}

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

static void read_type1(const struct source *source, struct system *system)
{
	_cleanup_close_ int dir = source_open_dir(source, "sys/module/vfio_iommu_type1/parameters");
	char text[8];
	uint64_t limit;

	system->unsafe_interrupts = TRI_UNKNOWN;
	system->entry_limit = -1;
	if (dir < 0)
		return;
	if (read_attribute(source, dir, "allow_unsafe_interrupts", text, sizeof(text)) > 0)
		system->unsafe_interrupts = *text == 'Y' ? TRI_YES : TRI_NO;
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
		.vfio_pci = module_state(source, release, "vfio_pci", "/vfio-pci.ko"),
		.vfio_type1 =
			module_state(source, release, "vfio_iommu_type1", "/vfio_iommu_type1.ko"),
		.iommufd = module_state(source, release, "iommufd", "/iommufd.ko"),
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
	read_memlock(source, system);
}
