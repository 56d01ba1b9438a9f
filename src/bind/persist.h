/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bind --persist: what is bound now is bound again after a reboot. */
#ifndef IOMMUTOOL_PERSIST_H
#define IOMMUTOOL_PERSIST_H

#include "bind/bind.h"

/**
 * persist_check() - whether persist() could do it, before anything is bound
 *
 * Return: 0. Linux: -EPERM when others than root could replace the program that rules would run;
 * other negative errno, when there is no folder for rules or it cannot be written to. FreeBSD:
 * -ENOTSUP for another driver than ppt, which is wrong usage.
 */
int persist_check(const struct bind_request *request, struct error *err);

/* What persist() does for a device, as a step for people, to be freed; NULL: nothing. */
char *persist_text(const char *device);

/**
 * persist() - have all devices of a plan that are bound now bound again at boot
 * @lines: added to: lines that the user has to write into @file, where it is his
 * @file: set to its path; NULL: there is nothing left to do
 *
 * Linux: writes their rules. FreeBSD: says what loader.conf(5) has to have, also for a dry run.
 *
 * Return: 0 or negative errno of the first that failed.
 */
int persist(const struct bind_plan *plan, struct strings *lines, const char **file,
	    struct error *err);

#endif
