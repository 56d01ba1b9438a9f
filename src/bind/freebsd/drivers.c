/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drivers of FreeBSD and their modules. */
#include "bind/freebsd/drivers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "collect/freebsd/abi.h"
#include "model/freebsd/bhyve.h"
#include "model/freebsd/ppt.h"

const char *freebsd_driver_name_problem(const char *name)
{
	size_t length = strlen(name);

	if (!length)
		return "the name of a driver is missing";
	if (length >= ABI_NAME_SIZE)
		return "too long for the name of a driver: /dev/pci has room for 16 characters";
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f || *at == '/')
			return "a driver has no blank, slash or control character in its name";
	return NULL;
}

const char *freebsd_module_of(const char *driver)
{
	return strcmp(driver, PPT_DRIVER) == 0 ? "vmm" : driver;
}

enum driver_state freebsd_driver_state(struct os *os, const struct machine *machine,
				       const char *name)
{
	if (os && os->ops->find_module(os, freebsd_module_of(name)) >= 0)
		return DRIVER_LOADED;
	/* It belongs to the system; where it does not, loading it will say so. */
	if (os && strcmp(name, PPT_DRIVER) == 0)
		return DRIVER_LOADABLE;
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].driver && strcmp(machine->devices[i].driver, name) == 0)
			return DRIVER_LOADED;
	return DRIVER_UNKNOWN;
}

static const char *load_advice(int code)
{
	switch (code) {
	case -EPERM:
		return "modules are loaded by root, with kern.securelevel 0 or below";
	case -ENOENT:
		return "this system has no such module";
	default:
		return BHYVE_WANTS;
	}
}

int freebsd_load_driver(struct os *os, const char *driver, struct error *err)
{
	const char *module = freebsd_module_of(driver);
	int r = os->ops->find_module(os, module);

	if (r >= 0)
		return 0;
	r = os->ops->load_module(os, module);
	if (r < 0 && r != -EEXIST)
		return fail(err, r, "kldload %s: %s; %s", module, strerror(-r), load_advice(r));
	/* The file stays there for ppt, which is in it, when vmm itself gives up. */
	if (strcmp(driver, PPT_DRIVER) == 0 && os->ops->find_module(os, module) < 0)
		return fail(err, -ENXIO, "%s: it was loaded and did not start; " BHYVE_WANTS,
			    module);
	return 0;
}

const char *freebsd_driver_permission(struct os *os)
{
	int fd = os->ops->open(os, ABI_DEVCTL_NODE, O_RDONLY);

	if (fd == -ENOENT)
		return ABI_DEVCTL_NODE " is not there; drivers are changed on the host, not in a "
				       "jail, and by FreeBSD 10.3 or newer";
	if (fd < 0)
		return "changing drivers takes root; try again as root";
	os->ops->close(os, fd);
	fd = os->ops->open(os, ABI_PCI_NODE, O_RDWR);
	if (fd < 0)
		return ABI_PCI_NODE " cannot be opened for writing, so that nobody could tell what "
				    "came of it; kern.securelevel has to be 0 or below";
	os->ops->close(os, fd);
	return NULL;
}
