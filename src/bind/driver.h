/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operating system does for bind and restore: drivers, overrides, modules, nodes. Chosen
 * at build time; this is all that the rest of bind/ knows of it.
 *
 * Whatever may wait for a driver is done in a child, and a child that does not come back is named.
 * @source is this machine, but where a capture is spoken of.
 */
#ifndef IOMMUTOOL_DRIVER_H
#define IOMMUTOOL_DRIVER_H

#include <sys/types.h>

#include "bind/bind.h"
#include "collect/collect.h"
#include "model/machine.h"
#include "util/error.h"

/* The driver that bind goes to without --to. */
extern const char default_driver[];
/* What the override of a device is called. */
extern const char override_name[];
/* What collect() is asked for beside BIND_FACTS, for the guards. */
extern const unsigned guard_facts;

/* Return: NULL, or what is wrong with @name as the name of a driver. */
const char *driver_name_problem(const char *name);

/* Whether there is such a driver for PCI devices. */
enum driver_state {
	DRIVER_MISSING,
	DRIVER_LOADED,
	DRIVER_LOADABLE, /* a module of this name is installed */
	DRIVER_UNKNOWN,	 /* a capture does not tell */
};

/* @machine: for a capture, where the drivers of its devices are all that is known */
enum driver_state driver_state(const struct source *source, const struct machine *machine,
			       const char *name);

/* Whether the driver's own list of devices has this one: TRI_YES also for drivers of VFIO and those
 * without a list, which take whatever they are told to. */
enum tristate driver_matches(const struct source *source, const struct machine *machine,
			     const char *name, const struct device *device);

/* Return: whether a driver of this name hands its devices to user space or to VMs. NULL: no. */
bool driver_hands_out(const char *name);

/* What has to be loaded for a driver; for one of VFIO also its type1. */
void driver_needs(const struct source *source, const struct machine *machine, const char *name,
		  struct steps *loads);

/* Return: NULL, or why we may not change drivers, with the next step. */
const char *driver_permission(const struct source *source);

/**
 * driver_now() - the driver that a device has, by its link: never waits
 * @driver: set to its name, to be freed; NULL when it has none
 *
 * Return: 0; -ENODEV when there is no such device; other negative errno.
 */
int driver_now(const struct source *source, const char *device, char **driver);

/* The IDs that a device has, by their attributes: never waits. Return: 0 or negative errno. */
int ids_now(const struct source *source, const char *device, int *vendor, int *product);

/**
 * override_now() - the driver override of a device
 * @stuck: as of run_in_child()
 *
 * Return: 0; -ETIMEDOUT; other negative errno.
 */
int override_now(const struct source *source, const char *device, int timeout_ms, char **override,
		 pid_t *stuck);

/* Return: read_serial(), of a live device in a child, since reading config space may wait. */
char *serial_now(const struct source *source, const struct device *device, int timeout_ms);

/* The same step for people, as a shell would do it; to be freed. @device is NULL for STEP_LOAD. */
char *step_text(const struct source *source, const char *device, const struct step *step);
/* The step in a word or two, for the journal and messages: "unbind nvme"; to be freed. */
char *step_name(const struct step *step);

/**
 * take_step() - do a step
 * @stuck: as of run_in_child()
 * @err: "STEP: what and why; next step", where the system has more to say than a code; else it is
 *       left as it is
 *
 * Return: 0 when the system says that it is done, which is no proof; -ETIMEDOUT; other negative
 * errno.
 */
int take_step(const struct source *source, const char *device, const struct step *step,
	      int timeout_ms, pid_t *stuck, struct error *err);

/* Where a stuck child waits in the kernel, or ""; and when the child began, for the journal. */
void child_waits_in(pid_t child, char text[64]);
uint64_t child_start(pid_t child);

#define NODE_TIMEOUT_MS 5000

/**
 * wait_for_nodes() - wait until user space can open what VFIO made for a device
 *
 * Until the nodes are there and, where udev runs, it has set their owner and mode; not when we run
 * as part of an event of udev itself, which would wait for us.
 *
 * Return: 0; -ETIMEDOUT with the path in @err.
 */
int wait_for_nodes(const char *device, int timeout_ms, struct error *err);

#endif
