/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drivers of FreeBSD: their names, their modules, and whether we may change them. */
#ifndef IOMMUTOOL_FREEBSD_DRIVERS_H
#define IOMMUTOOL_FREEBSD_DRIVERS_H

#include "bind/driver.h"
#include "collect/freebsd/os.h"

/* As driver_name_problem(). */
const char *freebsd_driver_name_problem(const char *name);

/*
 * As driver_state(). The kernel has no list that can be asked: of many it is unknown.
 * @os: NULL for a capture
 */
enum driver_state freebsd_driver_state(struct os *os, const struct machine *machine,
				       const char *name);

/* Return: the module of a driver: "vmm" for ppt, else its own name. */
const char *freebsd_module_of(const char *driver);

/* Loads the module of a driver, when it is not loaded. Return: 0 or negative errno. */
int freebsd_load_driver(struct os *os, const char *driver, struct error *err);

/* As driver_permission(): by opening the nodes, which changes nothing. */
const char *freebsd_driver_permission(struct os *os);

#endif
