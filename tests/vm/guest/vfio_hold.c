/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio_hold GROUP DEVICE [device-only]: open the device through its VFIO group, print "ready" and
 * keep it until killed, whatever the kernel asks. With "device-only" the group and the container
 * are closed again: the device's own file descriptor is what holds it. When the kernel refuses:
 * "STEP: ERRNO" on stderr, exit 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int refused(const char *step)
{
	fprintf(stderr, "%s: %s\n", step, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	char path[64];

	if (argc < 3)
		return 64;
	snprintf(path, sizeof(path), "/dev/vfio/%s", argv[1]);
	int container = open("/dev/vfio/vfio", O_RDWR);
	if (container < 0)
		return refused("open /dev/vfio/vfio");
	int group = open(path, O_RDWR);
	if (group < 0)
		return refused("open group");
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
		return refused("SET_CONTAINER");
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return refused("SET_IOMMU");
	int device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, argv[2]);
	if (device < 0)
		return refused("GET_DEVICE_FD");
	if (argc > 3) {
		close(group);
		close(container);
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
