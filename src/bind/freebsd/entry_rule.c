/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of bind: FreeBSD has none. What is bound at boot is in loader.conf(5), which is the user's.
 */
#include "bind/rule.h"

#include <stddef.h>

int rule_read(const char *device, struct rule **rule, struct error *err)
{
	(void)device;
	(void)err;
	*rule = NULL;
	return 0;
}

int rule_remove(const char *device, struct error *err)
{
	(void)device;
	(void)err;
	return 0;
}

int rule_list(struct strings *devices, struct error *err)
{
	(void)devices;
	(void)err;
	return 0;
}

char *rule_path(const char *device)
{
	(void)device;
	return NULL; /* nobody asks: there is none to show */
}
