/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to /dev/devctl2, each with a look before and after. */
#include "bind/freebsd/devctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "model/freebsd/ppt.h"

#define OUTCOME_SIZE (ABI_NAME_SIZE + 16)

/* One request and what is known around it. */
struct attempt {
	struct os *os;
	const struct bdf *bdf;
	char name[DEVICE_NAME_SIZE];
	char step[64]; /* for messages */
	struct freebsd_place before, after;
	int code; /* what the kernel said: 0 or negative errno */
	struct error *err;
};

static bool is_passthrough(const char *driver)
{
	return strcmp(driver, PPT_DRIVER) == 0;
}

/* --- one request -------------------------------------------------------------------------- */

/* @driver: NULL when none is set. What can never be is refused before anything is asked. */
static int begin(struct attempt *attempt, struct os *os, const struct bdf *bdf, const char *step,
		 const char *driver, struct error *err)
{
	int r;

	*attempt = (struct attempt){ .os = os, .bdf = bdf, .err = err };
	snprintf(attempt->step, sizeof(attempt->step), "%s%s%s", step, driver ? " " : "",
		 driver ? driver : "");
	if (driver && is_passthrough(driver) && bdf->domain != 0)
		return fail(err, -EINVAL,
			    "%s: it is in PCI domain %u, and bhyve only knows domain 0; pass "
			    "another device through",
			    attempt->step, bdf->domain);
	r = freebsd_look(os, bdf, &attempt->before, err);
	freebsd_device_name(&attempt->before.sel, attempt->name);
	if (r == 0 && attempt->before.is_bridge)
		return fail(err, -EINVAL,
			    "%s: it is a bridge, with other devices behind it; name one of these",
			    attempt->step);
	return r;
}

/* Return: 0 when it can be seen what came of it, whatever the kernel said; negative errno. */
static int ask(struct attempt *attempt, unsigned long request, int flags, const char *driver)
{
	const struct os_ops *ops = attempt->os->ops;
	struct abi_devreq argument = { .flags = flags };
	int fd = ops->open(attempt->os, ABI_DEVCTL_NODE, O_RDONLY);
	struct error unseen = { 0 };
	int r;

	if (fd < 0)
		return fail(attempt->err, fd, "%s: " ABI_DEVCTL_NODE ": %s; %s", attempt->step,
			    strerror(-fd),
			    fd == -ENOENT ? "jails have none, nor has FreeBSD before 10.3"
					  : "drivers are changed by root");
	memcpy(argument.name, attempt->name, sizeof(attempt->name));
	argument.data = driver;
	r = ops->ioctl(attempt->os, fd, request, &argument);
	ops->close(attempt->os, fd);
	attempt->code = r < 0 ? r : 0;
	r = freebsd_look(attempt->os, attempt->bdf, &attempt->after, &unseen);
	if (r < 0)
		return fail(attempt->err, r, "%s: what came of it is unknown: %s", attempt->step,
			    unseen.text);
	return 0;
}

/* --- what is said when it failed ---------------------------------------------------------- */

static int fail_privilege(const struct attempt *attempt)
{
	return fail(attempt->err, attempt->code, "%s: %s; drivers are changed by root, on the host",
		    attempt->step, strerror(-attempt->code));
}

/* The driver that it has does not let go. ppt has one reason for that. */
static int fail_busy(const struct attempt *attempt)
{
	const char *driver = attempt->after.class_name;

	if (is_passthrough(driver) && attempt->code == -EBUSY)
		return fail(attempt->err, attempt->code,
			    "%s: it is in use by a VM; end that VM (\"bhyvectl --destroy "
			    "--vm=NAME\"), then try again",
			    attempt->step);
	return fail(attempt->err, attempt->code,
		    "%s: %s does not let go of it: %s; end what uses it, see dmesg", attempt->step,
		    driver, strerror(-attempt->code));
}

/* The kernel says that it is done. */
static int fail_undone(const struct attempt *attempt)
{
	return fail(attempt->err, -EIO,
		    "%s: the kernel says that it is done, but no driver is attached; it may be "
		    "disabled: \"devctl enable %s\"",
		    attempt->step, attempt->name);
}

static int fail_set(const struct attempt *attempt, const char *driver)
{
	if (attempt->code == -EPERM)
		return fail_privilege(attempt);
	if (attempt->code == -ENOENT && is_passthrough(driver))
		return fail(attempt->err, attempt->code,
			    "%s: vmm.ko, which has it, is not loaded; \"kldload vmm\", or "
			    "vmm_load=\"YES\" in /boot/loader.conf",
			    attempt->step);
	if (attempt->code == -ENOENT)
		return fail(attempt->err, attempt->code,
			    "%s: no such driver for PCI devices is loaded; kldload its module",
			    attempt->step);
	if (attempt->after.is_attached && attempt->code < 0)
		return fail_busy(attempt);
	if (attempt->code == 0)
		return fail_undone(attempt);
	return fail(attempt->err, attempt->code, "%s: %s; see dmesg", attempt->step,
		    strerror(-attempt->code));
}

/* --- attaching ---------------------------------------------------------------------------- */

static bool is_wanted(const struct freebsd_place *place, const char *driver)
{
	return place->is_attached && (!driver || freebsd_has_class(place, driver));
}

/* Nothing is to be undone: a driver that does not take it leaves the class as it was. */
static int let_attach(struct attempt *attempt, const char *driver)
{
	int r;

	if (is_wanted(&attempt->before, driver))
		return 0;
	if (attempt->before.is_attached)
		return fail(attempt->err, -EBUSY, "%s: %s has it by now; look at it, and try again",
			    attempt->step, attempt->before.class_name);
	r = ask(attempt, ABI_DEV_ATTACH, 0, NULL);
	if (r < 0 || is_wanted(&attempt->after, driver))
		return r;
	if (attempt->code == -EPERM)
		return fail_privilege(attempt);
	/* Nobody wants it. */
	if (!driver && attempt->code == -ENXIO && !*attempt->after.class_name)
		return 0;
	if (attempt->code == 0)
		return fail_undone(attempt);
	return fail(attempt->err, attempt->code,
		    "%s: no driver took it: %s; see dmesg, and whether it is disabled (\"devctl "
		    "enable %s\")",
		    attempt->step, strerror(-attempt->code), attempt->name);
}

int freebsd_attach(struct os *os, const struct bdf *bdf, const char *driver, struct error *err)
{
	struct attempt attempt;
	int r = begin(&attempt, os, bdf, "attach", driver, err);

	return r < 0 ? r : let_attach(&attempt, driver);
}

/* --- forcing ------------------------------------------------------------------------------ */

/* What it has after it was given back, for messages. Return: a constant, or @text. */
static const char *outcome_of(const struct attempt *back, const char *driver,
			      char text[OUTCOME_SIZE])
{
	const struct freebsd_place *before = &back->before, *after = &back->after;

	if (freebsd_has_class(after, driver))
		return "it is still forced to it";
	if (!after->is_attached)
		return before->is_attached ? "its driver did not take it back"
					   : "it has no driver, as before";
	if (before->is_attached && freebsd_has_class(after, before->class_name))
		return "it has its driver again";
	snprintf(text, OUTCOME_SIZE, "%s has it now", after->class_name);
	return text;
}

/*
 * It was forced to a driver that did not take it. What ppt had goes back to ppt: the kernel would
 * choose a driver of the host. Return: as the request.
 */
static int give_back(struct attempt *attempt, const char *driver)
{
	struct attempt back = *attempt;
	struct error unseen = { 0 };
	const char *reason = attempt->code ? strerror(-attempt->code) : "nothing came of it";
	char text[OUTCOME_SIZE];
	int r;

	back.err = &unseen;
	if (freebsd_has_driver(&attempt->before, PPT_DRIVER))
		r = ask(&back, ABI_DEV_SET_DRIVER, ABI_SET_DRIVER_DETACH, PPT_DRIVER);
	else
		r = ask(&back, ABI_DEV_CLEAR_DRIVER, ABI_CLEAR_DRIVER_DETACH, NULL);
	return fail(attempt->err, attempt->code ? attempt->code : -EIO,
		    "%s: %s did not take it: %s; %s; see dmesg, and whether it is disabled "
		    "(\"devctl enable %s\")",
		    attempt->step, driver, reason,
		    r < 0 ? "what it has now is unknown" : outcome_of(&back, driver, text),
		    attempt->name);
}

int freebsd_set_driver(struct os *os, const struct bdf *bdf, const char *driver, struct error *err)
{
	struct attempt attempt;
	int r = begin(&attempt, os, bdf, "set driver", driver, err);

	if (r < 0)
		return r;
	/* A request for the class that it has does nothing. */
	if (freebsd_has_class(&attempt.before, driver))
		return let_attach(&attempt, driver);
	r = ask(&attempt, ABI_DEV_SET_DRIVER, ABI_SET_DRIVER_DETACH, driver);
	if (r < 0)
		return r;
	if (freebsd_has_driver(&attempt.after, driver))
		return 0;
	if (freebsd_has_class(&attempt.after, driver))
		return give_back(&attempt, driver);
	return fail_set(&attempt, driver);
}

/* --- no longer forcing -------------------------------------------------------------------- */

/* ppt has it, whatever was cleared. */
static int fail_kept(const struct attempt *attempt)
{
	const struct abi_pcisel *sel = &attempt->after.sel;
	enum tristate reserved = freebsd_is_reserved(attempt->os, sel);

	if (reserved == TRI_YES)
		return fail(attempt->err, -EEXIST,
			    "%s: it is reserved by pptdevs; take %u/%u/%u out of it in "
			    "/boot/loader.conf and reboot; until then \"devctl set driver -f %s "
			    "DRIVER\"",
			    attempt->step, sel->bus, sel->device, sel->function, attempt->name);
	return fail(
		attempt->err, -EIO,
		"%s: ppt keeps it, and pptdevs %s; see /boot/loader.conf and dmesg, or \"devctl "
		"set driver -f %s DRIVER\"",
		attempt->step, reserved == TRI_NO ? "does not name it" : "cannot be read",
		attempt->name);
}

int freebsd_clear_driver(struct os *os, const struct bdf *bdf, struct error *err)
{
	struct attempt attempt;
	int r = begin(&attempt, os, bdf, "clear driver", NULL, err);

	if (r == 0)
		r = ask(&attempt, ABI_DEV_CLEAR_DRIVER, ABI_CLEAR_DRIVER_DETACH, NULL);
	if (r < 0)
		return r;
	if (attempt.code == -EPERM)
		return fail_privilege(&attempt);
	if (attempt.code < 0 && attempt.after.is_attached)
		return fail_busy(&attempt);
	if (freebsd_has_driver(&attempt.after, PPT_DRIVER))
		return fail_kept(&attempt);
	if (attempt.after.is_attached || (attempt.code == -ENXIO && !*attempt.after.class_name))
		return 0;
	if (attempt.code == 0)
		return *attempt.after.class_name ? fail_undone(&attempt) : 0;
	return fail(err, attempt.code,
		    "%s: it is free, but the driver that the kernel chose did not take it: %s; see "
		    "dmesg",
		    attempt.step, strerror(-attempt.code));
}

/* --- detaching ---------------------------------------------------------------------------- */

int freebsd_detach(struct os *os, const struct bdf *bdf, struct error *err)
{
	struct attempt attempt;
	int r = begin(&attempt, os, bdf, "detach", NULL, err);

	if (r < 0 || !attempt.before.is_attached)
		return r;
	r = ask(&attempt, ABI_DEV_DETACH, 0, NULL);
	if (r < 0 || !attempt.after.is_attached)
		return r;
	if (attempt.code == -EPERM)
		return fail_privilege(&attempt);
	if (attempt.code == 0)
		return fail(err, -EIO, "%s: %s still has it; see dmesg", attempt.step,
			    attempt.after.class_name);
	return fail_busy(&attempt);
}
