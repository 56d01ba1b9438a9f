/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving PCI functions to drivers through /dev/devctl2 (devctl(8), sys/kern/subr_bus.c).
 *
 * FreeBSD has no override. A device has a class, which is the name of a driver, and a driver of
 * that name may be attached or not. The class may be forced: then no other driver is tried. Whether
 * it is forced cannot be asked; but a device without a driver only keeps a class that is forced, or
 * when it was disabled.
 *
 * Every function here looks at the device before and after: what the kernel says is no proof, and a
 * request that would do nothing says that it is done. Nothing is sent when the device is as it
 * should be, but for clearing, since that cannot be seen. A step that fails leaves the device as it
 * was, as far as the kernel lets it.
 */
#ifndef IOMMUTOOL_FREEBSD_DEVCTL_H
#define IOMMUTOOL_FREEBSD_DEVCTL_H

#include <stdbool.h>

#include "collect/freebsd/abi.h"
#include "collect/freebsd/os.h"
#include "model/machine.h"
#include "util/error.h"

#define DEVICE_NAME_SIZE 32 /* "pci4294967295:255:0:255" and a NUL */

/* Writes "pci0:10:31:7", the one form that names every function, with or without a driver. */
void freebsd_device_name(const struct abi_pcisel *sel, char text[DEVICE_NAME_SIZE]);

/* The same of an address; where the kernel's own is not known, it is taken to be that. */
void freebsd_name_device(struct os *os, const struct bdf *bdf, char text[DEVICE_NAME_SIZE]);

/* What the kernel has for a PCI function. */
struct freebsd_place {
	struct abi_pcisel sel;		/* as it addresses it; with ARI this is not struct bdf */
	char class_name[ABI_NAME_SIZE]; /* as far as GETCONF has room for it; "": none */
	bool is_attached;		/* the driver of that name has it */
	bool is_bridge;
	int vendor, product;
};

/**
 * freebsd_look() - where a function is now
 *
 * Whether a driver is attached is told to those who may write to /dev/pci, so nobody else gets an
 * answer.
 *
 * Return: 0; -ENODEV when there is no such function; -EACCES or -EPERM when we may not know; other
 * negative errno.
 */
int freebsd_look(struct os *os, const struct bdf *bdf, struct freebsd_place *place,
		 struct error *err);

/* Return: whether it is in the class of this driver, and whether the driver is attached besides. */
bool freebsd_has_class(const struct freebsd_place *place, const char *driver);
bool freebsd_has_driver(const struct freebsd_place *place, const char *driver);

/**
 * freebsd_is_reserved() - whether pptdevs of loader.conf names a function
 *
 * Return: TRI_UNKNOWN when kenv cannot be read.
 */
enum tristate freebsd_is_reserved(struct os *os, const struct abi_pcisel *sel);

/*
 * The steps. Errors are "STEP: what and why; next step", where the step is named as by
 * freebsd_step_name(). Return: 0, also when there was nothing to do; negative errno: what the
 * kernel said; -EINVAL for what this driver can never have, before anything is sent; -ENODEV; -EIO
 * when the kernel says that it is done, and it is not.
 */

/**
 * freebsd_set_driver() - force a function to a driver, away from the one that it has
 *
 * When the driver does not take it, the force is cleared, and the kernel chooses; what ppt had goes
 * back to ppt.
 */
int freebsd_set_driver(struct os *os, const struct bdf *bdf, const char *driver, struct error *err);

/**
 * freebsd_clear_driver() - no longer force a function to anything; the kernel chooses the driver
 *
 * That none wants it is no error. -EEXIST: pptdevs keeps it at ppt.
 */
int freebsd_clear_driver(struct os *os, const struct bdf *bdf, struct error *err);

/**
 * freebsd_attach() - let a function that has no driver have one
 * @driver: that it is forced to already; NULL: the kernel chooses, and it is no error when none
 *          wants it
 */
int freebsd_attach(struct os *os, const struct bdf *bdf, const char *driver, struct error *err);

/* Takes the driver away; a class that is forced stays so. */
int freebsd_detach(struct os *os, const struct bdf *bdf, struct error *err);

#endif
