/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PCI device that is open through VFIO: what it has, its config space and its reset. */
#include "vfio/device.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/alloc.h"

/* No driver tells more about a region; what is larger is not believed. */
#define INFO_MAX 65536u

_Static_assert(VFIO_REGIONS == VFIO_PCI_NUM_REGIONS, "regions of a PCI device");
_Static_assert(COMMAND_MEMORY == PCI_COMMAND_MEMORY, "bits of the command register");
_Static_assert(COMMAND_MASTER == PCI_COMMAND_MASTER, "bits of the command register");

/* --- regions ------------------------------------------------------------------------------ */

/* What VFIO_DEVICE_GET_REGION_INFO answered: the struct with capabilities behind it. */
struct region_answer {
	struct vfio_region_info *info;
	size_t size; /* bytes that may be read */
};

static int ask_region(int fd, uint32_t index, struct region_answer *answer, size_t size)
{
	*answer = (struct region_answer){ .info = xcalloc(1, size), .size = size };
	answer->info->argsz = (uint32_t)size;
	answer->info->index = index;
	return ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, answer->info) < 0 ? -errno : 0;
}

/* Asks again where the capabilities did not fit. The answer is freed by the caller, always. */
static int ask_whole_region(int fd, uint32_t index, struct region_answer *answer)
{
	int rc = ask_region(fd, index, answer, sizeof(*answer->info));
	uint32_t wanted = answer->info->argsz;

	if (rc < 0 || wanted <= answer->size || wanted > INFO_MAX)
		return rc;
	free(answer->info);
	return ask_region(fd, index, answer, wanted);
}

/* Whether @size bytes at @offset are inside the answer; if so they are copied. */
static bool take(const struct region_answer *answer, size_t offset, void *bytes, size_t size)
{
	if (offset > answer->size || size > answer->size - offset)
		return false;
	memcpy(bytes, (const uint8_t *)answer->info + offset, size);
	return true;
}

/* Whether one of the areas that may be mapped is all of the region. */
static bool areas_cover(const struct region_answer *answer, size_t offset)
{
	struct vfio_region_info_cap_sparse_mmap sparse;
	struct vfio_region_sparse_mmap_area area;

	if (!take(answer, offset, &sparse, sizeof(sparse)))
		return false;
	for (uint32_t i = 0; i < sparse.nr_areas; i++) {
		if (!take(answer, offset + sizeof(sparse) + i * sizeof(area), &area, sizeof(area)))
			return false;
		if (area.offset == 0 && area.size >= answer->info->size)
			return true;
	}
	return false;
}

/* Capabilities that cannot be read might leave parts out, so they count as if they did. */
static bool is_mappable(const struct region_answer *answer)
{
	const struct vfio_region_info *info = answer->info;
	struct vfio_info_cap_header header;

	if (!(info->flags & VFIO_REGION_INFO_FLAG_MMAP))
		return false;
	if (!(info->flags & VFIO_REGION_INFO_FLAG_CAPS))
		return true;
	if (info->cap_offset == 0)
		return info->argsz <= answer->size;
	/* Each is behind the one before it, or the walk would not end. */
	for (uint32_t at = info->cap_offset, before = sizeof(*info) - 1; at != 0;) {
		if (at <= before || !take(answer, at, &header, sizeof(header)))
			return false;
		if (header.id == VFIO_REGION_INFO_CAP_SPARSE_MMAP && !areas_cover(answer, at))
			return false;
		before = at;
		at = header.next;
	}
	return true;
}

/* A region that cannot be asked about is none. */
static struct vfio_region read_region(int fd, uint32_t index)
{
	struct vfio_region region = { 0 };
	struct region_answer answer;

	if (ask_whole_region(fd, index, &answer) == 0 && answer.info->size > 0)
		region = (struct vfio_region){
			.size = answer.info->size,
			.offset = answer.info->offset,
			.readable = answer.info->flags & VFIO_REGION_INFO_FLAG_READ,
			.writable = answer.info->flags & VFIO_REGION_INFO_FLAG_WRITE,
			.mappable = is_mappable(&answer),
		};
	free(answer.info);
	return region;
}

/* --- config space ------------------------------------------------------------------------- */

/* Return: 0 and where @size bytes at @offset of config space are in the file; -EINVAL. */
static int config_place(const struct vfio_device *opened, uint64_t offset, size_t size,
			off_t *place)
{
	const struct vfio_region *config = &opened->regions[VFIO_PCI_CONFIG_REGION_INDEX];

	if (offset > config->size || size > config->size - offset || config->offset > INT64_MAX ||
	    offset > INT64_MAX - config->offset)
		return -EINVAL;
	*place = (off_t)(config->offset + offset);
	return 0;
}

/* What pread() and pwrite() return, as 0 or negative errno. */
static int whole(ssize_t done, size_t size)
{
	if (done < 0)
		return -errno;
	return (size_t)done == size ? 0 : -EIO;
}

int vfio_config_read(const struct vfio_device *opened, uint64_t offset, void *bytes, size_t size)
{
	off_t place;
	int rc = config_place(opened, offset, size, &place);

	return rc < 0 ? rc : whole(pread(opened->fd, bytes, size, place), size);
}

int vfio_config_write(struct vfio_device *opened, uint64_t offset, const void *bytes, size_t size)
{
	off_t place;
	int rc = config_place(opened, offset, size, &place);

	return rc < 0 ? rc : whole(pwrite(opened->fd, bytes, size, place), size);
}

/* Config space is little-endian, whatever this processor is. */
static int command_read(const struct vfio_device *opened, uint16_t *command)
{
	uint8_t bytes[2];
	int rc = vfio_config_read(opened, PCI_COMMAND, bytes, sizeof(bytes));

	if (rc == 0)
		*command = (uint16_t)(bytes[0] | bytes[1] << 8);
	return rc;
}

static int command_write(struct vfio_device *opened, uint16_t command)
{
	const uint8_t bytes[2] = { (uint8_t)command, (uint8_t)(command >> 8) };

	return vfio_config_write(opened, PCI_COMMAND, bytes, sizeof(bytes));
}

int vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear)
{
	uint16_t before = 0, wanted, after = 0;
	int rc = command_read(opened, &before);

	if (rc < 0)
		return rc;
	if (before == UINT16_MAX) /* no such register: nobody answers */
		return -ENODEV;
	wanted = (uint16_t)((before | set) & ~clear);
	if (wanted == before)
		return 0;
	/* Before the write: one that fails may have changed some of them. */
	opened->command_changed |= (uint16_t)(wanted ^ before);
	rc = command_write(opened, wanted);
	if (rc == 0)
		rc = command_read(opened, &after);
	if (rc < 0)
		return rc;
	return ((after ^ wanted) & (set | clear)) == 0 ? 0 : -EIO;
}

void vfio_device_restore(struct vfio_device *opened)
{
	uint16_t changed = opened->command_changed, now = 0;

	if (changed == 0 || command_read(opened, &now) < 0)
		return;
	command_write(opened, (uint16_t)((now & ~changed) | (opened->command & changed)));
	opened->command_changed = 0;
}

/* --- the device --------------------------------------------------------------------------- */

int vfio_device_init(struct vfio_device *opened)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	if (ioctl(opened->fd, VFIO_DEVICE_GET_INFO, &info) < 0)
		return -errno;
	if (!(info.flags & VFIO_DEVICE_FLAGS_PCI))
		return -EOPNOTSUPP;
	opened->can_reset = info.flags & VFIO_DEVICE_FLAGS_RESET;
	for (uint32_t i = 0; i < VFIO_REGIONS; i++)
		opened->regions[i] = i < info.num_regions ? read_region(opened->fd, i)
							  : (struct vfio_region){ 0 };
	opened->command_changed = 0;
	return command_read(opened, &opened->command);
}

int vfio_device_reset(struct vfio_device *opened)
{
	if (!opened->can_reset)
		return -ENOTTY;
	return ioctl(opened->fd, VFIO_DEVICE_RESET) < 0 ? -errno : 0;
}
