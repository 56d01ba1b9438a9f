/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules that bind a device again at boot: a small udev rule each, which matches the device's
 * address and identity, and runs bind, so that the guards are asked again. A twin with the same
 * IDs at another address is not matched, nor another device that a renumbered bus brings to this
 * address.
 *
 * What was there before is kept in the rule: the journal is gone after a reboot.
 */
#ifndef IOMMUTOOL_UDEV_RULE_H
#define IOMMUTOOL_UDEV_RULE_H

#include "bind/rule.h"

#define RULES_PATH "/etc/udev/rules.d"

/*
 * Takes the address. Before udev's own 80-drivers.rules: what rules run is run in their order, so
 * that we come before the device's usual driver is loaded.
 */
#define RULE_PREFIX "70-iommutool-"
#define RULE_SUFFIX ".rules"
#define RULE_NAME RULE_PREFIX "%s" RULE_SUFFIX

/**
 * udev_rule_read() - the rule of a device
 * @rule: set to it, to be freed with rule_free(); NULL when there is none
 *
 * Return: 0; -EBADMSG when it is not as we write it; other negative errno.
 */
int udev_rule_read(const char *folder, const char *device, struct rule **rule, struct error *err);

/**
 * udev_rule_write() - write and sync a rule, at once or not at all
 * @program: path of the program that it runs
 *
 * Return: 0 or negative errno.
 */
int udev_rule_write(const char *folder, const struct rule *rule, const char *program,
		    struct error *err);

/* Return: 0, also when there is none; negative errno. */
int udev_rule_remove(const char *folder, const char *device, struct error *err);

/* Addresses of all devices that have a rule, sorted. Return: 0 or negative errno. */
int udev_rule_list(const char *folder, struct strings *devices);

/* Return: the path of a device's rule, to be freed. */
char *udev_rule_path(const char *folder, const char *device);

#endif
