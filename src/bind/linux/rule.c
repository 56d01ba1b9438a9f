/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of this system: in its folder for them. */
#include "bind/rule.h"

#include <string.h>

#include "bind/linux/udev_rule.h"

int rule_read(const char *device, struct rule **rule, struct error *err)
{
	return udev_rule_read(RULES_PATH, device, rule, err);
}

int rule_remove(const char *device, struct error *err)
{
	return udev_rule_remove(RULES_PATH, device, err);
}

int rule_list(struct strings *devices, struct error *err)
{
	int r = udev_rule_list(RULES_PATH, devices);

	return r < 0 ? fail(err, r, RULES_PATH ": %s", strerror(-r)) : 0;
}

char *rule_path(const char *device)
{
	return udev_rule_path(RULES_PATH, device);
}
