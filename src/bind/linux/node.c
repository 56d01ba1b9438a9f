/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for the nodes that VFIO makes for a device, and for udev to be done with them. */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bind/driver.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define POLL_MS 10

struct awaited {
	const char *subsystem; /* of the kernel's device behind the node */
	char *name;
	char *path; /* in /dev */
};

static void awaited_free(struct awaited *awaited)
{
	free(awaited->name);
	free(awaited->path);
}

/* "/dev/vfio/8": without a group there is "noiommu-8", which nobody waits for. */
static bool find_group_node(int dir, struct awaited *node)
{
	char group[32];

	if (faccessat(dir, "vfio-dev", F_OK, 0) < 0)
		return false;
	if (read_link_name(dir, "iommu_group", group, sizeof(group)) < 0)
		return false;
	*node = (struct awaited){ "vfio", xstrdup(group), xasprintf("/dev/vfio/%s", group) };
	return true;
}

/* "/dev/vfio/devices/vfio0", where the kernel was built with them: then it has a number. */
static bool find_cdev_node(int dir, struct awaited *node)
{
	int fd = openat(dir, "vfio-dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (list && (entry = readdir(list))) {
		_cleanup_free_ char *dev = xasprintf("%s/dev", entry->d_name);

		if (*entry->d_name == '.' || faccessat(dirfd(list), dev, F_OK, 0) < 0)
			continue;
		*node = (struct awaited){ "vfio-dev", xstrdup(entry->d_name),
					  xasprintf("/dev/vfio/devices/%s", entry->d_name) };
		return true;
	}
	return false;
}

static bool is_ready(struct udev *udev, const struct awaited *node)
{
	struct udev_device *device;
	bool ready;

	if (access(node->path, F_OK) < 0)
		return false;
	if (!udev)
		return true;
	device = udev_device_new_from_subsystem_sysname(udev, node->subsystem, node->name);
	ready = !device || udev_device_get_is_initialized(device);
	udev_device_unref(device);
	return ready;
}

/* udev sends an event when it is done with a device. */
static struct udev_monitor *listen_to(struct udev *udev, const char *subsystem)
{
	struct udev_monitor *monitor = udev_monitor_new_from_netlink(udev, "udev");

	if (monitor)
		udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystem, NULL);
	if (monitor && udev_monitor_enable_receiving(monitor) >= 0)
		return monitor;
	udev_monitor_unref(monitor);
	return NULL;
}

static void wait_a_little(struct udev_monitor *monitor)
{
	struct pollfd pollfd = {
		.fd = monitor ? udev_monitor_get_fd(monitor) : -1,
		.events = POLLIN,
	};

	if (poll(&pollfd, 1, monitor ? 10 * POLL_MS : POLL_MS) > 0)
		udev_device_unref(udev_monitor_receive_device(monitor));
}

static int wait_for_node(struct udev *udev, const struct awaited *node, int timeout_ms,
			 struct error *err)
{
	struct udev_monitor *monitor = udev ? listen_to(udev, node->subsystem) : NULL;
	struct timespec now;
	long long end = 0, left = timeout_ms;
	bool ready;

	while (!(ready = is_ready(udev, node)) && left > 0) {
		wait_a_little(monitor);
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
		end = end ? end : left + timeout_ms;
		left = end - left;
	}
	udev_monitor_unref(monitor);
	if (ready)
		return 0;
	return fail(err, -ETIMEDOUT,
		    "%s: not there after %d s; does /dev show this kernel's devices?", node->path,
		    timeout_ms / 1000);
}

/* udev runs us for an event: it would not handle another one for the same device meanwhile. */
static bool in_udev_event(void)
{
	return getenv("SEQNUM") && getenv("DEVPATH");
}

/* Its socket stays when udevd has ended; a connection is closed again before anything is said. */
static bool udev_runs(void)
{
	const struct sockaddr_un address = { AF_UNIX, "/run/udev/control" };
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd >= 0 && (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ||
			   errno == EAGAIN);
}

int wait_for_nodes(const char *name, int timeout_ms, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/pci/devices/%s", name);
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct udev *udev = NULL;
	struct awaited node;
	int r = 0;

	if (dir < 0 || in_udev_event())
		return 0;
	if (udev_runs())
		udev = udev_new();
	if (find_group_node(dir, &node)) {
		r = wait_for_node(udev, &node, timeout_ms, err);
		awaited_free(&node);
	}
	if (r == 0 && find_cdev_node(dir, &node)) {
		r = wait_for_node(udev, &node, timeout_ms, err);
		awaited_free(&node);
	}
	udev_unref(udev);
	return r;
}
