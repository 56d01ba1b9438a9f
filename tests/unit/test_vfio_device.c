/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device of VFIO: its file is a sparse file in memory, with the regions at made up offsets; what
 * it answers to ioctl(2) is made here.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio/device.h"

int __wrap_ioctl(int fd, unsigned long request, ...);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t offset);
void *__wrap_mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset);
void *__real_mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset);
int __wrap_munmap(void *address, size_t size);
int __real_munmap(void *address, size_t size);

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define CONFIG_AT (16 * GIB)
#define FILE_SIZE (CONFIG_AT + 256)
#define RWM (VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE | VFIO_REGION_INFO_FLAG_MMAP)

/* What the ioctl for a region answers. */
struct answer {
	int error; /* errno; 0: none */
	uint32_t flags;
	uint64_t size, offset;
	const uint8_t *caps; /* behind the struct, beginning with the first capability */
	size_t caps_size;
	uint32_t first; /* cap_offset; 0: right behind the struct */
	uint32_t argsz; /* what it says it needs; 0: as much as it does */
};

/* The kernel's side. */
static struct {
	struct vfio_device_info info;
	int info_error;
	struct answer regions[VFIO_REGIONS];
	int nr_regions_asked;
	int feature_error, reset_error, nr_resets;
	uint8_t feature[64];
	uint16_t stuck; /* bits of the command register that ignore writes */
	int nr_writes;
	int fail_mmap; /* the how manieth fails; 0: none */
	int nr_mmaps;
	int64_t mapped; /* bytes, those unmapped taken off */
} kernel;

static int answer_info(struct vfio_device_info *info)
{
	assert_int_equal(info->argsz, sizeof(*info));
	if (kernel.info_error) {
		errno = kernel.info_error;
		return -1;
	}
	info->flags = kernel.info.flags;
	info->num_regions = kernel.info.num_regions;
	return 0;
}

static int answer_region(struct vfio_region_info *info)
{
	const struct answer *answer;
	uint32_t needed;

	kernel.nr_regions_asked++;
	assert_true(info->index < VFIO_REGIONS);
	assert_true(info->argsz >= sizeof(*info));
	answer = &kernel.regions[info->index];
	if (answer->error) {
		errno = answer->error;
		return -1;
	}
	needed = (uint32_t)(sizeof(*info) + answer->caps_size);
	info->flags = answer->flags;
	info->size = answer->size;
	info->offset = answer->offset;
	info->cap_offset = 0;
	if (answer->caps_size == 0)
		return 0;
	if (info->argsz < needed) {
		info->argsz = answer->argsz ? answer->argsz : needed;
		return 0;
	}
	memcpy(info + 1, answer->caps, answer->caps_size);
	info->cap_offset = answer->first ? answer->first : sizeof(*info);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	void *argument;
	va_list ap;
	int error;

	(void)fd;
	va_start(ap, request);
	argument = va_arg(ap, void *);
	va_end(ap);
	switch (request) {
	case VFIO_DEVICE_GET_INFO:
		return answer_info(argument);
	case VFIO_DEVICE_GET_REGION_INFO:
		return answer_region(argument);
	case VFIO_DEVICE_FEATURE:
		assert_int_equal(*(uint32_t *)argument, 40);
		memcpy(kernel.feature, argument, 40);
		error = kernel.feature_error;
		errno = error;
		return error ? -1 : 77;
	case VFIO_DEVICE_RESET:
		kernel.nr_resets++;
		errno = kernel.reset_error;
		return kernel.reset_error ? -1 : 0;
	default:
		fail_msg("an ioctl that nobody expects: %lx", request);
		return -1;
	}
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
	uint8_t now[2], new[2];

	kernel.nr_writes++;
	if (kernel.stuck == 0 || size != 2)
		return __real_pwrite(fd, bytes, size, offset);
	assert_int_equal(pread(fd, now, 2, offset), 2);
	for (int i = 0; i < 2; i++) {
		uint8_t stuck = (uint8_t)(kernel.stuck >> 8 * i);

		new[i] = (uint8_t)((now[i] & stuck) | (((const uint8_t *)bytes)[i] & ~stuck));
	}
	return __real_pwrite(fd, new, size, offset);
}

void *__wrap_mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset)
{
	if (++kernel.nr_mmaps == kernel.fail_mmap) {
		errno = fd < 0 ? ENOMEM : EBUSY;
		return MAP_FAILED;
	}
	if (!(flags & MAP_FIXED))
		kernel.mapped += (int64_t)size;
	return __real_mmap(address, size, prot, flags, fd, offset);
}

int __wrap_munmap(void *address, size_t size)
{
	kernel.mapped -= (int64_t)size;
	return __real_munmap(address, size);
}

/* --- a device ----------------------------------------------------------------------------- */

static void put_command(int fd, uint8_t low, uint8_t high)
{
	const uint8_t bytes[] = { low, high };

	assert_int_equal(__real_pwrite(fd, bytes, 2, CONFIG_AT + 4), 2);
}

static uint16_t command_of(int fd)
{
	uint8_t bytes[2];

	assert_int_equal(pread(fd, bytes, 2, CONFIG_AT + 4), 2);
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

/* BAR 0 of 4 GiB that can be mapped, BAR 2 of 256 bytes, config space; command register 0x0403. */
static int set_up(void **state)
{
	struct vfio_device *opened = calloc(1, sizeof(*opened));

	memset(&kernel, 0, sizeof(kernel));
	kernel.info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	kernel.info.num_regions = VFIO_REGIONS;
	kernel.regions[0] = (struct answer){ .flags = RWM, .size = 4 * GIB, .offset = 1 * GIB };
	kernel.regions[2] = (struct answer){ .flags = RWM, .size = 256, .offset = 8 * GIB };
	kernel.regions[VFIO_PCI_CONFIG_REGION_INDEX] =
		(struct answer){ .flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
				 .size = 256,
				 .offset = CONFIG_AT };
	opened->fd = memfd_create("device", MFD_CLOEXEC);
	opened->iommufd_id = 5;
	*state = opened;
	if (opened->fd < 0 || ftruncate(opened->fd, FILE_SIZE) < 0)
		return -1;
	put_command(opened->fd, 0x03, 0x04);
	return 0;
}

static int tear_down(void **state)
{
	struct vfio_device *opened = *state;

	close(opened->fd);
	free(opened);
	return 0;
}

static struct vfio_device *ready(void **state)
{
	struct vfio_device *opened = *state;

	assert_int_equal(vfio_device_init(opened), 0);
	kernel.nr_writes = kernel.nr_mmaps = 0;
	kernel.mapped = 0;
	return opened;
}

/* --- what it has -------------------------------------------------------------------------- */

static void test_init(void **state)
{
	struct vfio_device *opened = *state;

	kernel.regions[1].error = EINVAL; /* one region that cannot be asked about */
	kernel.regions[6] = (struct answer){ .flags = VFIO_REGION_INFO_FLAG_READ,
					     .size = 0x10000,
					     .offset = 9 * GIB };
	opened->regions[1] = (struct vfio_region){ 4096, 4096, true, true, true };
	opened->command_changed = 0xffff;
	assert_int_equal(vfio_device_init(opened), 0);
	assert_true(opened->can_reset);
	assert_int_equal(opened->iommufd_id, 5);
	assert_int_equal(opened->command, 0x0403);
	assert_int_equal(opened->command_changed, 0);
	assert_int_equal(opened->regions[0].size, 4 * GIB);
	assert_int_equal(opened->regions[0].offset, 1 * GIB);
	assert_true(opened->regions[0].readable && opened->regions[0].writable &&
		    opened->regions[0].mappable);
	assert_int_equal(opened->regions[1].size, 0);
	assert_false(opened->regions[1].readable || opened->regions[1].writable ||
		     opened->regions[1].mappable);
	assert_true(opened->regions[6].readable);
	assert_false(opened->regions[6].writable || opened->regions[6].mappable);
	assert_int_equal(opened->regions[VFIO_PCI_CONFIG_REGION_INDEX].size, 256);
	assert_int_equal(kernel.nr_regions_asked, 9);
	assert_int_equal(kernel.nr_writes, 0);
}

/* A region without a size is none, whatever its flags say. */
static void test_init_empty_region(void **state)
{
	struct vfio_device *opened = *state;

	kernel.regions[3] = (struct answer){ .flags = RWM, .size = 0, .offset = GIB };
	assert_int_equal(vfio_device_init(opened), 0);
	assert_int_equal(opened->regions[3].offset, 0);
	assert_false(opened->regions[3].readable || opened->regions[3].mappable);
}

/* Without a VGA region; the last one is not asked about and none. */
static void test_init_fewer_regions(void **state)
{
	struct vfio_device *opened = *state;

	kernel.info.num_regions = 8;
	kernel.regions[8] = (struct answer){ .flags = RWM, .size = 0xc0000 };
	assert_int_equal(vfio_device_init(opened), 0);
	assert_int_equal(kernel.nr_regions_asked, 8);
	assert_int_equal(opened->regions[8].size, 0);
}

static void test_init_more_regions(void **state)
{
	kernel.info.num_regions = 11; /* those of its driver: not ours */
	assert_int_equal(vfio_device_init(*state), 0);
	assert_int_equal(kernel.nr_regions_asked, 9);
}

static void test_init_fails(void **state)
{
	struct vfio_device *opened = *state;

	kernel.info_error = EIO;
	assert_int_equal(vfio_device_init(opened), -EIO);
	kernel.info_error = 0;
	kernel.info.flags = VFIO_DEVICE_FLAGS_PLATFORM;
	assert_int_equal(vfio_device_init(opened), -EOPNOTSUPP);
	kernel.info.flags = VFIO_DEVICE_FLAGS_PCI;
	assert_int_equal(vfio_device_init(opened), 0);
	assert_false(opened->can_reset);
	kernel.regions[VFIO_PCI_CONFIG_REGION_INDEX].error = EINVAL;
	assert_int_equal(vfio_device_init(opened), -EINVAL);
	kernel.regions[VFIO_PCI_CONFIG_REGION_INDEX].error = 0;
	assert_int_equal(ftruncate(opened->fd, CONFIG_AT + 5), 0); /* one byte of two */
	assert_int_equal(vfio_device_init(opened), -EIO);
}

/* --- capabilities of a region ------------------------------------------------------------- */

/* Capabilities as the kernel lays them out, for a region of 0x4000 bytes; struct
 * vfio_region_info is 32 bytes, so the first is at 32. */
#define HEAD(id, next) (id), 0, 1, 0, (next), 0, 0, 0
#define U32(value) (value), 0, 0, 0
#define U64(low, high) (low), (high), 0, 0, 0, 0, 0, 0
#define SPARSE(next, nr) HEAD(1, next), U32(nr), U32(0)
#define WHOLE U64(0, 0), U64(0, 0x40)
#define PART U64(0, 0x10), U64(0, 0x30)

static const uint8_t no_cap[] = { HEAD(3, 0) };
static const uint8_t whole[] = { SPARSE(0, 1), WHOLE };
static const uint8_t larger[] = { SPARSE(0, 1), U64(0, 0), U64(0, 0x80) };
static const uint8_t shorter[] = { SPARSE(0, 1), U64(0, 0), U64(0xff, 0x3f) };
static const uint8_t moved[] = { SPARSE(0, 1), U64(0, 0x10), U64(0, 0x40) };
static const uint8_t part[] = { SPARSE(0, 1), PART };
static const uint8_t part_and_whole[] = { SPARSE(0, 2), PART, WHOLE };
static const uint8_t no_areas[] = { SPARSE(0, 0), WHOLE };
static const uint8_t cut_areas[] = { SPARSE(0, 2), PART };
static const uint8_t many_areas[] = { HEAD(1, 0), 0xff, 0xff, 0xff, 0xff, U32(0), PART };
static const uint8_t cut_sparse[] = { HEAD(1, 0), U32(1) };
static const uint8_t second_part[] = { HEAD(3, 40), SPARSE(0, 1), PART };
static const uint8_t second_whole[] = { HEAD(3, 40), SPARSE(0, 1), WHOLE };
static const uint8_t to_itself[] = { HEAD(3, 32) };
static const uint8_t backwards[] = { HEAD(3, 40), HEAD(3, 32) };
static const uint8_t into_struct[] = { HEAD(3, 8) };
static const uint8_t next_beyond[] = { HEAD(3, 0xf0) };
static const uint8_t next_cut[] = { HEAD(3, 40), 1, 0, 1, 0 };

static void test_capabilities(void **state)
{
	static const struct {
		const char *name;
		const uint8_t *caps;
		size_t size;
		uint32_t first, argsz;
		bool mappable;
	} cases[] = {
		{ "another capability", no_cap, sizeof(no_cap), 0, 0, true },
		{ "one area, all", whole, sizeof(whole), 0, 0, true },
		{ "one area, more than all", larger, sizeof(larger), 0, 0, true },
		{ "a byte short", shorter, sizeof(shorter), 0, 0, false },
		{ "as large, but not at 0", moved, sizeof(moved), 0, 0, false },
		{ "one area, a part", part, sizeof(part), 0, 0, false },
		{ "a part, and all", part_and_whole, sizeof(part_and_whole), 0, 0, true },
		{ "no areas", no_areas, sizeof(no_areas), 0, 0, false },
		{ "areas beyond the end", cut_areas, sizeof(cut_areas), 0, 0, false },
		{ "2^32-1 areas", many_areas, sizeof(many_areas), 0, 0, false },
		{ "cut in the count", cut_sparse, sizeof(cut_sparse), 0, 0, false },
		{ "second, a part", second_part, sizeof(second_part), 0, 0, false },
		{ "second, all", second_whole, sizeof(second_whole), 0, 0, true },
		{ "next is itself", to_itself, sizeof(to_itself), 0, 0, false },
		{ "next goes back", backwards, sizeof(backwards), 0, 0, false },
		{ "next in the struct", into_struct, sizeof(into_struct), 0, 0, false },
		{ "next beyond the end", next_beyond, sizeof(next_beyond), 0, 0, false },
		{ "next cut", next_cut, sizeof(next_cut), 0, 0, false },
		{ "first in the struct", no_cap, sizeof(no_cap), 31, 0, false },
		{ "first beyond the end", no_cap, sizeof(no_cap), 40, 0, false },
		{ "first at 2^32-1", no_cap, sizeof(no_cap), UINT32_MAX, 0, false },
		{ "wants 64 KiB and more", whole, sizeof(whole), 0, 65537, false },
	};
	struct vfio_device *opened = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		kernel.regions[4] = (struct answer){ .flags = RWM | VFIO_REGION_INFO_FLAG_CAPS,
						     .size = 0x4000,
						     .caps = cases[i].caps,
						     .caps_size = cases[i].size,
						     .first = cases[i].first,
						     .argsz = cases[i].argsz };
		assert_int_equal(vfio_device_init(opened), 0);
		assert_case(opened->regions[4].mappable == cases[i].mappable, cases[i].name);
		assert_case_equal(opened->regions[4].size, 0x4000, cases[i].name);
	}
}

static void test_capabilities_without_mmap(void **state)
{
	struct vfio_device *opened = *state;

	kernel.regions[4] =
		(struct answer){ .flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_CAPS,
				 .size = 0x4000,
				 .caps = whole,
				 .caps_size = sizeof(whole) };
	assert_int_equal(vfio_device_init(opened), 0);
	assert_false(opened->regions[4].mappable);
	/* The flag alone, and nothing behind it. */
	kernel.regions[4] =
		(struct answer){ .flags = RWM | VFIO_REGION_INFO_FLAG_CAPS, .size = 0x4000 };
	assert_int_equal(vfio_device_init(opened), 0);
	assert_true(opened->regions[4].mappable);
}

/* --- config space ------------------------------------------------------------------------- */

static void test_config(void **state)
{
	struct vfio_device *opened = ready(state);
	const uint8_t wrote[] = { 1, 2, 3, 4 };
	uint8_t bytes[256] = { 0 };

	assert_int_equal(vfio_config_write(opened, 252, wrote, 4), 0);
	assert_int_equal(vfio_config_read(opened, 252, bytes, 4), 0);
	assert_memory_equal(bytes, wrote, 4);
	assert_int_equal(pread(opened->fd, bytes, 4, CONFIG_AT + 252), 4);
	assert_memory_equal(bytes, wrote, 4);
	assert_int_equal(vfio_config_read(opened, 0, bytes, 256), 0);
	assert_int_equal(bytes[4], 0x03);
}

static void test_config_refused(void **state)
{
	static const struct {
		uint64_t offset;
		size_t size;
	} cases[] = {
		{ 253, 4 }, { 256, 1 }, { 0, 257 }, { UINT64_MAX, 2 }, { 257, 0 }, { 4, SIZE_MAX },
	};
	struct vfio_device *opened = ready(state);
	uint8_t bytes[4] = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(vfio_config_read(opened, cases[i].offset, bytes, cases[i].size),
				 -EINVAL);
		assert_int_equal(vfio_config_write(opened, cases[i].offset, bytes, cases[i].size),
				 -EINVAL);
	}
	assert_int_equal(kernel.nr_writes, 0);
	opened->regions[VFIO_PCI_CONFIG_REGION_INDEX].offset = (uint64_t)INT64_MAX + 1;
	assert_int_equal(vfio_config_read(opened, 0, bytes, 4), -EINVAL);
	opened->regions[VFIO_PCI_CONFIG_REGION_INDEX].offset = INT64_MAX - 3;
	assert_int_equal(vfio_config_read(opened, 4, bytes, 4), -EINVAL);
}

static void test_config_fails(void **state)
{
	struct vfio_device *opened = ready(state);
	uint8_t bytes[4] = { 0 };
	int fd = opened->fd;

	assert_int_equal(ftruncate(fd, CONFIG_AT + 6), 0);
	assert_int_equal(vfio_config_read(opened, 4, bytes, 4), -EIO);
	opened->fd = -1;
	assert_int_equal(vfio_config_read(opened, 4, bytes, 4), -EBADF);
	assert_int_equal(vfio_config_write(opened, 4, bytes, 4), -EBADF);
	opened->fd = fd;
}

/* --- the command register ----------------------------------------------------------------- */

static void test_command(void **state)
{
	struct vfio_device *opened = ready(state);

	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, COMMAND_MEMORY), 0);
	assert_int_equal(command_of(opened->fd), 0x0405);
	assert_int_equal(opened->command_changed, 0x0006);
	assert_int_equal(opened->command, 0x0403);
	assert_int_equal(kernel.nr_writes, 1);
	/* As it is already. */
	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, COMMAND_MEMORY), 0);
	assert_int_equal(kernel.nr_writes, 1);
	/* The high byte, too. */
	assert_int_equal(vfio_command_change(opened, 0, 0x0400), 0);
	assert_int_equal(command_of(opened->fd), 0x0005);
	assert_int_equal(opened->command_changed, 0x0406);
}

static void test_command_nothing(void **state)
{
	struct vfio_device *opened = ready(state);

	assert_int_equal(vfio_command_change(opened, COMMAND_MEMORY, COMMAND_MASTER), 0);
	assert_int_equal(opened->command_changed, 0);
	vfio_device_restore(opened);
	assert_int_equal(kernel.nr_writes, 0);
}

static void test_command_does_not_take(void **state)
{
	struct vfio_device *opened = ready(state);

	kernel.stuck = COMMAND_MASTER;
	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, 0), -EIO);
	assert_int_equal(command_of(opened->fd), 0x0403);
	kernel.stuck = COMMAND_MEMORY;
	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, COMMAND_MEMORY), -EIO);
	/* What did take has to be taken back. */
	assert_int_equal(command_of(opened->fd), 0x0407);
	vfio_device_restore(opened);
	assert_int_equal(command_of(opened->fd), 0x0403);
}

static void test_command_fails(void **state)
{
	struct vfio_device *opened = ready(state);
	char path[64];
	int fd = opened->fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	opened->fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(opened->fd >= 0);
	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, 0), -EBADF);
	close(opened->fd);
	opened->fd = -1;
	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, 0), -EBADF);
	opened->fd = fd;
}

/* Bits that others changed meanwhile stay as they are. */
static void test_restore(void **state)
{
	struct vfio_device *opened = ready(state);

	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, 0), 0);
	assert_int_equal(vfio_command_change(opened, 0, COMMAND_MEMORY), 0);
	put_command(opened->fd, 0x44, 0x00);
	kernel.nr_writes = 0;
	vfio_device_restore(opened);
	assert_int_equal(command_of(opened->fd), 0x0042);
	assert_int_equal(kernel.nr_writes, 1);
	vfio_device_restore(opened);
	assert_int_equal(kernel.nr_writes, 1);
}

/* Set and cleared again: it is written back all the same, to what it was. */
static void test_restore_to_and_fro(void **state)
{
	struct vfio_device *opened = ready(state);

	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, 0), 0);
	assert_int_equal(vfio_command_change(opened, 0, COMMAND_MASTER), 0);
	put_command(opened->fd, 0x07, 0x04); /* a driver of ours, or a reset */
	vfio_device_restore(opened);
	assert_int_equal(command_of(opened->fd), 0x0403);
}

/* --- mapping ------------------------------------------------------------------------------ */

static void test_map(void **state)
{
	static const struct {
		uint64_t offset, size, align;
	} cases[] = {
		{ 0, 4096, 2 * MIB },
		{ 0, 4 * MIB, 2 * MIB },
		{ 5 * MIB, 3 * MIB, 2 * MIB },
		{ 2 * MIB - 4096, 8192, 2 * MIB },
		{ GIB + 2 * MIB, GIB - 4096, 2 * MIB },
		{ 0, GIB, GIB },
		{ 3 * MIB, 2 * GIB, GIB },
		{ 4 * GIB - 4096, 4096, 2 * MIB }, /* the last page */
		{ 0, 4 * GIB, GIB },		   /* all of it */
	};
	struct vfio_device *opened = ready(state);

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bar_part bar = { opened, 0, cases[i].offset, cases[i].size };
		const uint64_t mark = 0x1122334455667700 + i;
		volatile uint64_t *last;
		void *va = NULL;

		kernel.mapped = 0;
		assert_int_equal(vfio_region_map(opened, &bar, PROT_READ | PROT_WRITE, &va), 0);
		assert_int_equal((uintptr_t)va % cases[i].align, cases[i].offset % cases[i].align);
		/* What was reserved around it is gone. */
		assert_int_equal(kernel.mapped, cases[i].size);
		last = (volatile uint64_t *)((uint8_t *)va + cases[i].size - 8);
		assert_int_equal(__real_pwrite(opened->fd, &mark, 8,
					       (off_t)(GIB + cases[i].offset + cases[i].size - 8)),
				 8);
		assert_int_equal(*last, mark);
		*last = 0;
		assert_int_equal(__real_munmap(va, cases[i].size), 0);
	}
}

/* A BAR below the page size has the page to itself when it can be mapped. */
static void test_map_small(void **state)
{
	struct vfio_device *opened = ready(state);
	struct bar_part bar = { opened, 2, 0, 4096 };
	void *va = NULL;

	assert_int_equal(vfio_region_map(opened, &bar, PROT_READ, &va), 0);
	__real_munmap(va, 4096);
	bar.size = 8192;
	assert_int_equal(vfio_region_map(opened, &bar, PROT_READ, &va), -EINVAL);
}

static void test_map_refused(void **state)
{
	static const struct {
		const char *name;
		unsigned region;
		uint64_t offset, size;
	} cases[] = {
		{ "empty", 0, 0, 0 },
		{ "offset in a page", 0, 1, 4096 },
		{ "size in a page", 0, 0, 4095 },
		{ "beyond by a page", 0, 4096, 4 * GIB },
		{ "from the end", 0, 4 * GIB, 4096 },
		{ "from beyond the end", 0, 5 * GIB, 4096 },
		{ "wraps", 0, 4096, UINT64_MAX - 4095 },
		{ "wraps into it", 0, UINT64_MAX - 4095, 8192 },
		{ "no such BAR", 1, 0, 4096 },
		{ "cannot be mapped", VFIO_PCI_CONFIG_REGION_INDEX, 0, 4096 },
		{ "no such region", VFIO_REGIONS, 0, 4096 },
		{ "offset in the file", 3, 0, 4096 },
		{ "size of all", 4, 0, 4096 },
		{ "wraps in a large one", 5, UINT64_C(1) << 62, UINT64_C(3) << 62 },
	};
	struct vfio_device *opened = ready(state);

	opened->regions[3] = (struct vfio_region){ .size = 4096,
						   .offset = (uint64_t)INT64_MAX - 4094,
						   .mappable = true };
	opened->regions[4] = (struct vfio_region){ .size = UINT64_C(1) << 63, .mappable = true };
	opened->regions[5] = (struct vfio_region){ .size = INT64_MAX - 4095, .mappable = true };
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bar_part bar = { opened, cases[i].region, cases[i].offset,
					      cases[i].size };
		void *va = NULL;

		assert_case(vfio_region_map(opened, &bar, PROT_READ, &va) == -EINVAL,
			    cases[i].name);
		assert_case_equal(kernel.nr_mmaps, 0, cases[i].name);
	}
}

static void test_map_fails(void **state)
{
	struct vfio_device *opened = ready(state);
	const struct bar_part bar = { opened, 0, 0, 4096 };
	void *va = NULL;

	kernel.fail_mmap = 1;
	assert_int_equal(vfio_region_map(opened, &bar, PROT_READ, &va), -ENOMEM);
	assert_int_equal(kernel.nr_mmaps, 1);
	assert_int_equal(kernel.mapped, 0);
	kernel.nr_mmaps = 0;
	kernel.fail_mmap = 2;
	assert_int_equal(vfio_region_map(opened, &bar, PROT_READ, &va), -EBUSY);
	assert_int_equal(kernel.nr_mmaps, 2);
	assert_int_equal(kernel.mapped, 0); /* the reservation is gone */
}

/* --- dma-buf and reset -------------------------------------------------------------------- */

/* struct vfio_device_feature and struct vfio_device_feature_dma_buf of Linux 6.19. */
static void test_export(void **state)
{
	struct vfio_device *opened = ready(state);
	const struct bar_part bar = { opened, 2, 0x123000, 0x4000 };
	struct {
		uint32_t argsz, flags, region, open_flags, reserved, nr_ranges;
		uint64_t offset, length;
	} sent;

	assert_int_equal(vfio_region_export(opened, &bar), 77);
	memcpy(&sent, kernel.feature, sizeof(sent));
	assert_int_equal(sent.argsz, 40);
	assert_int_equal(sent.flags, 0x1000b); /* VFIO_DEVICE_FEATURE_GET, 11 */
	assert_int_equal(sent.region, 2);
	assert_int_equal(sent.open_flags, O_CLOEXEC | O_RDWR);
	assert_int_equal(sent.reserved, 0);
	assert_int_equal(sent.nr_ranges, 1);
	assert_int_equal(sent.offset, 0x123000);
	assert_int_equal(sent.length, 0x4000);
}

static void test_export_fails(void **state)
{
	static const struct {
		int error, code;
	} cases[] = {
		{ ENOTTY, -ENOTTY },
		{ EOPNOTSUPP, -ENOTTY },
		{ ENODEV, -ENODEV },
		{ EINVAL, -EINVAL },
	};
	struct vfio_device *opened = ready(state);
	const struct bar_part bar = { opened, 0, 0, 4096 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		kernel.feature_error = cases[i].error;
		assert_int_equal(vfio_region_export(opened, &bar), cases[i].code);
	}
}

static void test_reset(void **state)
{
	struct vfio_device *opened = ready(state);

	assert_int_equal(vfio_device_reset(opened), 0);
	kernel.reset_error = EIO;
	assert_int_equal(vfio_device_reset(opened), -EIO);
	assert_int_equal(kernel.nr_resets, 2);
	opened->can_reset = false;
	assert_int_equal(vfio_device_reset(opened), -ENOTTY);
	assert_int_equal(kernel.nr_resets, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_init),
		TEST(test_init_empty_region),
		TEST(test_init_fewer_regions),
		TEST(test_init_more_regions),
		TEST(test_init_fails),
		TEST(test_capabilities),
		TEST(test_capabilities_without_mmap),
		TEST(test_config),
		TEST(test_config_refused),
		TEST(test_config_fails),
		TEST(test_command),
		TEST(test_command_nothing),
		TEST(test_command_does_not_take),
		TEST(test_command_fails),
		TEST(test_restore),
		TEST(test_restore_to_and_fro),
		TEST(test_map),
		TEST(test_map_small),
		TEST(test_map_refused),
		TEST(test_map_fails),
		TEST(test_export),
		TEST(test_export_fails),
		TEST(test_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
