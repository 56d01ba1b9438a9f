/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules through modprobe, and which devices their drivers are for (modules.alias, depmod(8)). */
#include "bind/linux/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bind/driver.h"
#include "collect/modules.h"
#include "model/viability.h"
#include "util/alloc.h"
#include "util/child.h"
#include "util/cleanup.h"

#define ALIASES_MAX (64u << 20) /* bytes; Debian's has 1.3 MB */

/* --- loading ---------------------------------------------------------------------------- */

struct loading {
	const char *modprobe, *module;
};

static int run_modprobe(const void *argument, struct child_answer *answer)
{
	const struct loading *loading = argument;
	char *const argv[] = { (char *)"modprobe", (char *)"--quiet", (char *)"--",
			       (char *)loading->module, NULL };
	pid_t child = fork();
	int status;

	(void)answer;
	if (child == 0)
		be_modprobe(loading->modprobe, argv, -1);
	if (child < 0)
		return -errno;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static bool is_driver_here(const struct source *source, const char *name)
{
	_cleanup_free_ char *path = xasprintf("sys/bus/pci/drivers/%s", name);
	_cleanup_close_ int dir = source_open_dir(source, path);

	return dir >= 0;
}

int load_module(const char *name, int timeout_ms, pid_t *stuck)
{
	_cleanup_free_ char *modprobe = NULL;
	struct loading loading = { .module = name };
	struct source source;
	int r = -ENOENT;

	*stuck = 0;
	if (source_open(&source, NULL, NULL) < 0)
		return -ENOENT;
	loading.modprobe = modprobe = modprobe_path(&source);
	if (modprobe)
		r = run_in_child(run_modprobe, &loading, timeout_ms, NULL, stuck);
	/* modprobe.d may have something else done instead. */
	if (r == 0 && !is_driver_here(&source, name) &&
	    find_module(&source, NULL, name) != MODULE_LOADED)
		r = -ENOENT;
	source_close(&source);
	return r;
}

/* --- is there such a driver -------------------------------------------------------------- */

static bool some_device_has(const struct machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].driver && strcmp(machine->devices[i].driver, name) == 0)
			return true;
	return false;
}

enum driver_state driver_state(const struct source *source, const struct machine *machine,
			       const char *name)
{
	if (is_driver_here(source, name) || some_device_has(machine, name))
		return DRIVER_LOADED;
	switch (find_module(source, machine->release, name)) {
	case MODULE_LOADABLE:
		return DRIVER_LOADABLE;
	case MODULE_LOADED:
	case MODULE_BUILT_IN: /* a capture has no list of drivers */
		return source->live ? DRIVER_MISSING : DRIVER_LOADED;
	case MODULE_MISSING:
		/* Of other modules a capture has no list either. */
		return source->live || driver_is_vfio(name) ? DRIVER_MISSING : DRIVER_UNKNOWN;
	default:
		return source->live ? DRIVER_MISSING : DRIVER_UNKNOWN;
	}
}

bool driver_hands_out(const char *name)
{
	return driver_is_vfio(name);
}

void driver_needs(const struct source *source, const struct machine *machine, const char *name,
		  struct steps *loads)
{
	if (driver_state(source, machine, name) == DRIVER_LOADABLE)
		steps_add(loads, STEP_LOAD, name);
	if (driver_is_vfio(name) &&
	    find_module(source, machine->release, "vfio_iommu_type1") == MODULE_LOADABLE)
		steps_add(loads, STEP_LOAD, "vfio_iommu_type1");
}

/* --- is it for this device --------------------------------------------------------------- */

/* The module that a driver comes from, which may have another name. */
static char *module_of(const struct source *source, const char *driver)
{
	_cleanup_free_ char *path = xasprintf("sys/bus/pci/drivers/%s", driver);
	_cleanup_close_ int dir = source_open_dir(source, path);
	char text[64];

	if (dir >= 0 && read_link_name(dir, "module", text, sizeof(text)) >= 0)
		return xstrdup(text);
	return xstrdup(driver);
}

static bool is_for(const char *pattern, const char *modalias)
{
	static const char override_only[] = "vfio_"; /* "vfio_pci:v..." of drivers like vfio-pci */

	if (strncmp(pattern, override_only, strlen(override_only)) == 0)
		pattern += strlen(override_only);
	return fnmatch(pattern, modalias, 0) == 0;
}

/* Lines are "alias PATTERN MODULE". Return: TRI_UNKNOWN when the module has none for PCI. */
static enum tristate search_aliases(char *text, const char *module, const char *modalias)
{
	enum tristate found = TRI_UNKNOWN;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *at = line, *word = strsep(&at, " "), *pattern = strsep(&at, " ");

		if (!at || strcmp(word, "alias") != 0 || !same_module(at, module) ||
		    (strncmp(pattern, "pci:", 4) != 0 && strncmp(pattern, "vfio_pci:", 9) != 0))
			continue;
		if (is_for(pattern, modalias))
			return TRI_YES;
		found = TRI_NO;
	}
	return found;
}

static int read_modalias(const struct source *source, const struct device *device, char *text,
			 size_t size)
{
	_cleanup_free_ char *path = xasprintf("sys/bus/pci/devices/%s", device->name);
	_cleanup_close_ int dir = source_open_dir(source, path);
	ssize_t n = dir < 0 ? dir : read_attribute(source, dir, "modalias", text, size);

	return n < 0 ? (int)n : 0;
}

enum tristate driver_matches(const struct source *source, const struct machine *machine,
			     const char *name, const struct device *device)
{
	/* Without a list of devices: they take what an override gives them. */
	static const char *const for_any[] = { "vfio-pci", "pci-stub", "uio_pci_generic" };
	_cleanup_free_ char *path = NULL, *module = NULL;
	_cleanup_free_ uint8_t *aliases = NULL;
	char modalias[128];
	enum tristate found;
	size_t length;

	for (size_t i = 0; i < sizeof(for_any) / sizeof(for_any[0]); i++)
		if (strcmp(name, for_any[i]) == 0)
			return TRI_YES;
	if (!machine->release || read_modalias(source, device, modalias, sizeof(modalias)) < 0)
		return TRI_UNKNOWN;
	path = xasprintf("lib/modules/%s/modules.alias", machine->release);
	if (source_read(source, path, ALIASES_MAX, &aliases, &length) < 0)
		return TRI_UNKNOWN;
	module = module_of(source, name);
	found = search_aliases((char *)aliases, module, modalias);
	/* No list at all: like pci-stub it takes what it is told to. */
	return found == TRI_UNKNOWN && is_driver_here(source, name) ? TRI_YES : found;
}
