/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bind and restore say of FreeBSD's drivers. */
#include "cmd/changes_words.h"

const char bind_doc[] =
	"Give devices to VMs of bhyve: bind them to ppt, or another driver. First guards look at "
	"what the host does with each of them and what bhyve would say; if one refuses, nothing is "
	"changed. \"iommutool restore\" gives a device back.";
const char restore_doc[] =
	"Give devices back to the driver that they had before \"iommutool bind\". What was "
	"interrupted is put right. A device of which nothing is recorded gets the driver that the "
	"kernel chooses. What pptdevs in /boot/loader.conf reserves comes back at the next boot.";
const char to_meaning[] = "Bind to this driver (default ppt)";
const char persist_meaning[] =
	"Say what /boot/loader.conf has to have, so that it is bound at each boot";

const char *missing_driver_advice(const char *name)
{
	(void)name;
	return "see kldstat -v, or load its module";
}
