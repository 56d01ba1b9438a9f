/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What binds a device again at boot, as far as bind wrote it down. On Linux a udev rule each
 * (linux/udev_rule.h), which also keeps what was there before: the journal is gone after a reboot.
 * On FreeBSD nothing: the file that does it there is the user's.
 */
#ifndef IOMMUTOOL_RULE_H
#define IOMMUTOOL_RULE_H

#include "bind/steps.h"
#include "util/error.h"
#include "util/text.h"

struct rule {
	char *device;	/* address */
	char *identity; /* as device_identity() */
	char *serial;	/* the PCI Express serial number, "00-11-22-33-44-55-66-77"; NULL: none */
	char *to;	/* driver */
	char *forced;	/* guards that were overridden, joined by commas; NULL: none */
	struct binding before;
};

void rule_free(struct rule *rule);

/**
 * rule_read() - the rule of a device
 * @rule: set to it, to be freed with rule_free(); NULL when there is none
 *
 * Return: 0; -EBADMSG when it is not as we write it; other negative errno.
 */
int rule_read(const char *device, struct rule **rule, struct error *err);

/* Return: 0, also when there is none; negative errno. */
int rule_remove(const char *device, struct error *err);

/* Addresses of all devices that have a rule, sorted. Return: 0; negative errno. */
int rule_list(struct strings *devices, struct error *err);

/* Return: the path of a device's rule, to be freed. */
char *rule_path(const char *device);

#endif
