/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's events, through libudev.
 *
 * They are taken from the kernel itself, not from udevd, which sends them on when its rules are
 * done: those come late, in the order in which its workers end, and not at all while it is stopped
 * or where it does not run. That udevd has not looked at a device yet does not matter to us; we
 * only read sysfs. libudev makes no file of a device that came with an event, so nothing waits here
 * for a device that hangs.
 */
#include "collect/events.h"

#include <errno.h>
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/bdf.h"
#include "util/alloc.h"

/* Bytes that may wait to be read. Without privilege it is what net.core.rmem_max allows. */
#define BUFFER (128 << 20)

/* Number of the first user namespace in /proc, in every kernel (PROC_USER_INIT_INO). */
#define FIRST_USER_NAMESPACE 0xEFFFFFFDu

struct events {
	struct udev *udev;
	struct udev_monitor *monitor;
};

static int start(struct events *events)
{
	int r;

	events->udev = udev_new();
	if (!events->udev)
		return -errno;
	events->monitor = udev_monitor_new_from_netlink(events->udev, "kernel");
	if (!events->monitor)
		return -errno;
	r = udev_monitor_filter_add_match_subsystem_devtype(events->monitor, "pci", NULL);
	if (r < 0)
		return r;
	udev_monitor_set_receive_buffer_size(events->monitor, BUFFER); /* as much as we get */
	return udev_monitor_enable_receiving(events->monitor);
}

int events_open(struct events **events, struct error *err)
{
	int r;

	*events = xcalloc(1, sizeof(**events));
	r = start(*events);
	if (r >= 0)
		return 0;
	events_close(*events);
	*events = NULL;
	return fail(err, r, "events of the kernel: %s; is netlink allowed here?", strerror(-r));
}

void events_close(struct events *events)
{
	if (!events)
		return;
	udev_monitor_unref(events->monitor);
	udev_unref(events->udev);
	free(events);
}

int events_fd(const struct events *events)
{
	return udev_monitor_get_fd(events->monitor);
}

/* Return: whether it is one of our events, then in @event. */
static bool take(struct udev_device *device, struct event *event)
{
	const char *action = udev_device_get_action(device);
	const char *name = udev_device_get_sysname(device);
	const char *driver = udev_device_get_property_value(device, "DRIVER");

	*event = (struct event){ 0 };
	if (!action || !name || event_kind_parse(action, &event->kind) < 0 ||
	    bdf_parse(name, &event->bdf) < 0 ||
	    udev_device_get_property_value(device, "SYNTH_UUID"))
		return false;
	if (event->kind == EVENT_BIND && driver && strlen(driver) < sizeof(event->driver))
		strcpy(event->driver, driver);
	return true;
}

int events_next(struct events *events, struct event *event)
{
	struct udev_device *device;
	bool taken = false;

	while (!taken) {
		device = udev_monitor_receive_device(events->monitor);
		if (!device && errno == ENOMEM)
			die_out_of_memory();
		if (!device) /* nothing there, or a message that is none of the kernel's */
			return errno == ENOBUFS ? -ENOBUFS : 0;
		taken = take(device, event);
		udev_device_unref(device);
	}
	return 1;
}

bool events_kept_away(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) == 0 && st.st_ino != FIRST_USER_NAMESPACE;
}
