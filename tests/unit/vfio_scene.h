/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices of kernel_model.h as the model of the machine has them, and memory to map. */
#ifndef IOMMUTOOL_TEST_VFIO_SCENE_H
#define IOMMUTOOL_TEST_VFIO_SCENE_H

#include "kernel_model.h"
#include "model/machine.h"
#include "vfio/device.h"
#include "vfio/iospace.h"

#define PAGE KERNEL_PAGE
#define SCENE_PAGES 64
#define TOP_PAGE (UINT64_MAX - (PAGE - 1))
#define READ_WRITE (ACCESS_READ | ACCESS_WRITE)

struct vfio_scene {
	struct group groups[2];
	struct device *members[2][2];
	struct device devices[KERNEL_DEVICES];
	char *cdevs[KERNEL_DEVICES];
	char *memory; /* SCENE_PAGES */
	struct setup_failure failure;
	struct iospace *space;
};

static struct vfio_scene scene;

static inline struct iova at(uint64_t value)
{
	return (struct iova){ value };
}

static inline int scene_setup(void **state)
{
	(void)state;
	kernel_start();
	scene = (struct vfio_scene){
		.groups = { { .number = GROUP_OF_A, .nr_devices = 2 },
			    { .number = GROUP_OF_B, .nr_devices = 1 } },
		.members = { { &scene.devices[DEVICE_A], &scene.devices[DEVICE_TWIN] },
			     { &scene.devices[DEVICE_B] } },
	};
	for (unsigned i = 0; i < KERNEL_DEVICES; i++) {
		unsigned group = kernel.devices[i].group;

		scene.cdevs[i] = (char *)kernel.devices[i].cdev;
		scene.groups[group].devices = scene.members[group];
		scene.devices[i] = (struct device){
			.name = (char *)kernel.devices[i].name,
			.is_pci = true,
			.bdf = { 0, 0, (uint8_t)(group + 2), i == DEVICE_TWIN },
			.group_known = true,
			.group = &scene.groups[group],
			.driver_known = true,
			.driver = (char *)"vfio-pci",
			.has_vfio_dev = true,
			.cdevs = { &scene.cdevs[i], 1 },
			.vendor = -1,
			.product = -1,
			.class = -1,
			.root_bus = 0,
		};
	}
	scene.memory = mmap(NULL, SCENE_PAGES * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(scene.memory, MAP_FAILED);
	return 0;
}

static inline int scene_teardown(void **state)
{
	(void)state;
	munmap(scene.memory, SCENE_PAGES * PAGE);
	kernel_stop();
	return 0;
}

/* What vfio_device_init() asks. */
#define DEVICE_CALLS(name)                                                                         \
	name " GET_INFO\n" name " GET_REGION_INFO 0\n" name " GET_REGION_INFO 1\n" name            \
	     " GET_REGION_INFO 2\n" name " GET_REGION_INFO 3\n" name " GET_REGION_INFO 4\n" name   \
	     " GET_REGION_INFO 5\n" name " GET_REGION_INFO 6\n" name " GET_REGION_INFO 7\n" name   \
	     " GET_REGION_INFO 8\n"

static inline void scene_open(const struct iospace_ops *ops)
{
	assert_int_equal(iospace_open(ops, &scene.space, &scene.failure), 0);
	assert_non_null(scene.space);
}

static inline struct vfio_device *scene_attach(unsigned device)
{
	struct vfio_device *opened = NULL;

	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[device], &opened, &scene.failure), 0);
	assert_non_null(opened);
	assert_int_equal(scene.failure.step, SETUP_DONE);
	return opened;
}

/* A space with one device in it, and no calls to remember. */
static inline struct vfio_device *scene_begin(const struct iospace_ops *ops)
{
	struct vfio_device *opened;

	scene_open(ops);
	opened = scene_attach(DEVICE_A);
	kernel_forget_calls();
	return opened;
}

/* Closes the space; then nothing is left of it. */
static inline void scene_end(void)
{
	iospace_close(scene.space);
	scene.space = NULL;
	kernel_check_empty();
}

static inline void check_failure(enum setup_step step, int code, const char *path)
{
	assert_int_equal(scene.failure.step, step);
	assert_int_equal(scene.failure.code, code);
	assert_string_equal(scene.failure.path, path);
}

static inline void check_usable(const struct range *wanted, size_t nr)
{
	const struct ranges *usable = &scene.space->usable;

	assert_int_equal(usable->nr, nr);
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(usable->items[i].start, wanted[i].start);
		assert_int_equal(usable->items[i].end, wanted[i].end);
	}
}

/* The list of mappings in the space is that of the kernel. */
static inline void check_same_mappings(unsigned kernel_space)
{
	const struct kernel_space *there = &kernel.spaces[kernel_space];
	const struct mappings *here = &scene.space->mappings;

	assert_int_equal(here->nr, there->nr);
	for (size_t i = 0; i < here->nr; i++) {
		assert_int_equal(here->items[i].iova.value, there->items[i].start);
		assert_int_equal(iova_last(here->items[i].iova, here->items[i].size),
				 there->items[i].last);
	}
}

static inline int scene_map(uint64_t iova, uint64_t pages)
{
	return iospace_map(scene.space, scene.memory, at(iova), pages * PAGE, READ_WRITE);
}

#endif
