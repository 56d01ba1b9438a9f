/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bind and restore say of Linux's drivers. */
#include "cmd/changes_words.h"

#include <string.h>

#include "bind/driver.h"
#include "collect/modules.h"

const char bind_doc[] =
	"Give devices to user space: bind them to vfio-pci, or another driver. First guards look "
	"at what the host does with each of them; if one refuses, nothing is changed. \"iommutool "
	"restore\" gives a device back.";
const char restore_doc[] =
	"Give devices back to the driver that they had before \"iommutool bind\", with the driver "
	"override as it was. What was interrupted is put right, and a rule of bind --persist is "
	"removed. A device of which nothing is recorded gets the driver that the kernel chooses.";
const char to_meaning[] = "Bind to this driver (default vfio-pci)";
const char persist_meaning[] = "Bind it again after each reboot";

const char *missing_driver_advice(const char *name)
{
	if (strcmp(name, default_driver) == 0)
		return "this kernel has no VFIO, or its modules are not installed";
	if (same_module(name, default_driver))
		return "did you mean vfio-pci?";
	return "see /sys/bus/pci/drivers, or install the module";
}
