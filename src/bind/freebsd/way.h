/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of bind and restore on FreeBSD.
 *
 * In struct binding, .driver is the driver that is attached. .override is the class of a device
 * that has none, which is forced then; of a device with a driver nobody can ask whether it is
 * forced to it, and .override is NULL. In a goal, .override says that it is to be forced.
 */
#ifndef IOMMUTOOL_FREEBSD_WAY_H
#define IOMMUTOOL_FREEBSD_WAY_H

#include "bind/steps.h"
#include "collect/freebsd/os.h"
#include "model/machine.h"
#include "util/error.h"

/* As freebsd_look(): what of it is a binding. Return: 0 or negative errno. */
int freebsd_binding_now(struct os *os, const char *device, struct binding *binding,
			struct error *err);

/* As steps_between(). There is one step, but to a class that is forced while no driver has it. To
 * ppt a device is always forced. */
void freebsd_steps_between(const struct binding *now, enum goal_kind kind,
			   const struct binding *goal, struct steps *steps);

/* As step_name() and step_text(); for people, what devctl(8) and kldload(8) would be told. */
char *freebsd_step_name(const struct step *step);
char *freebsd_step_text(struct os *os, const char *device, const struct step *step);

/**
 * freebsd_take_step() - do a step
 * @device: address, "0000:03:00.0"; not looked at for STEP_LOAD
 * @err: "STEP: what and why; next step"
 *
 * Return: as the functions in devctl.h.
 */
int freebsd_take_step(struct os *os, const char *device, const struct step *step,
		      struct error *err);

#endif
