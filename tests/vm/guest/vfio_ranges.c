/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio_ranges GROUP: put the group into a VFIO container of type 1 and print the ranges of IOVA
 * that VFIO says may be mapped, "0xSTART 0xEND" a line. When the kernel refuses: "STEP ERRNO" on
 * stderr, exit 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static int refused(const char *step)
{
	fprintf(stderr, "%s: %s\n", step, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	static union {
		struct vfio_iommu_type1_info info;
		char bytes[65536];
	} answer;
	struct vfio_iommu_type1_info *info = &answer.info;
	char path[64];

	if (argc != 2)
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
	info->argsz = sizeof(answer);
	if (ioctl(container, VFIO_IOMMU_GET_INFO, info))
		return refused("GET_INFO");
	if (!(info->flags & VFIO_IOMMU_INFO_CAPS))
		return 0;
	for (__u32 at = info->cap_offset; at != 0;) {
		struct vfio_info_cap_header *header = (void *)(answer.bytes + at);

		if (header->id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) {
			struct vfio_iommu_type1_info_cap_iova_range *cap = (void *)header;

			for (__u32 i = 0; i < cap->nr_iovas; i++)
				printf("0x%016llx 0x%016llx\n", cap->iova_ranges[i].start,
				       cap->iova_ranges[i].end);
		}
		at = header->next;
	}
	return 0;
}
