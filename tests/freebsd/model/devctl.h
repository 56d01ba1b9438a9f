/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model's /dev/devctl2: which driver a device has, by the order of checks in devctl2_ioctl()
 * of sys/kern/subr_bus.c and by sys/amd64/vmm/io/ppt.c. The state is in struct model_function.
 *
 * The log has a line for each request, "SET_DRIVER pci0:1:0:0 flags=1 ppt", and one for each method
 * of a driver that is called: "igb detach", "ppt attach". model_fails() makes either fail.
 *
 * Not modelled: that a driver which is loaded later takes devices without one.
 */
#ifndef IOMMUTOOL_FREEBSD_MODEL_DEVCTL_H
#define IOMMUTOOL_FREEBSD_MODEL_DEVCTL_H

#include "model.h"

/* For .devctl of the model: ppt of 12.0 to 14.2, which never fails to attach, and lets go of
 * everything but what a VM has. Return: 0 or negative errno. */
int model_devctl_ioctl(struct model *model, unsigned long request, void *argument);

/* The same with ppt of the main branch of 2025, where both may fail. */
int model_devctl_ioctl_2025(struct model *model, unsigned long request, void *argument);

#endif
