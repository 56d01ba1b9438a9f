/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A controller (nvme_model.h) as the device that moves bytes, its engine, and a target for it. */
#ifndef IOMMUTOOL_TEST_NVME_SCENE_H
#define IOMMUTOOL_TEST_NVME_SCENE_H

#include "nvme_model.h"

#define MEMORY_AT UINT64_C(0x7654321000)
#define TARGET_AT UINT64_C(0x123456789000)
#define TARGET_SIZE 12288u
#define CMBS (UINT64_C(1) << 57)
#define GIB (UINT64_C(1) << 30)
#define SECOND UINT64_C(1000000000)

static uint8_t memory[ENGINE_MEMORY_SIZE] __attribute__((aligned(4096)));
static uint8_t target[TARGET_SIZE];
static char name[] = "0000:01:00.0";
static struct device device;
static struct vfio_device opened;
static struct resource resources[NR_BARS];
static struct engine engine;
static struct error err;

enum { MEMORY_WINDOW, TARGET_WINDOW };

/* With the Timestamp feature or without. */
static inline void begin_with(bool has_timestamp)
{
	memset(&bus, 0, sizeof(bus));
	memset(&nvme, 0, sizeof(nvme));
	memset(memory, 0x11, sizeof(memory));
	memset(target, 0x22, sizeof(target));
	memset(resources, 0, sizeof(resources));
	bus.real_ms = UINT64_C(1700000000123);
	bus.windows[MEMORY_WINDOW] = (struct window){ MEMORY_AT, memory, sizeof(memory), 0, 0 };
	bus.windows[TARGET_WINDOW] = (struct window){ TARGET_AT, target, sizeof(target), 0, 0 };
	nvme.cap = CAP_USUAL;
	nvme.own_iova = MEMORY_AT;
	nvme.ready_ns = READY_NS;
	nvme.hangs = nvme.stops = nvme.fails = -1;
	for (size_t i = 0; i < sizeof(nvme.identify); i++)
		nvme.identify[i] = (uint8_t)(i * 7 + i / 256 + 1);
	nvme.identify[520] = has_timestamp ? 0x5f : 0x1f;
	device = (struct device){ .name = name,
				  .is_pci = true,
				  .class = 0x010802,
				  .resources_known = true,
				  .resources = resources,
				  .nr_resources = NR_BARS };
	opened = (struct vfio_device){ .device = &device };
	opened.regions[0] = (struct vfio_region){ .size = 16384, .mappable = true };
	engine = (struct engine){ 0 };
	err = (struct error){ 0 };
}

static inline int begin(void **state)
{
	(void)state;
	begin_with(true);
	return 0;
}

static inline int start(void)
{
	struct engine_memory given = { memory, { MEMORY_AT } };

	return engine_start(&engine, &nvme_engine, &opened, given, &err);
}

static inline void start_well(void)
{
	assert_int_equal(start(), 0);
}

static inline struct iova at(uint64_t offset)
{
	return (struct iova){ TARGET_AT + offset };
}

/* Nothing is left open, and the device is quiet. */
static inline void stop(void)
{
	unsigned resets = bus.nr_resets;

	engine_stop(&engine);
	assert_int_equal(bus.nr_views, 0);
	assert_false(bus.command & COMMAND_MASTER);
	assert_int_equal(bus.nr_resets, resets + 1);
}

static inline void assert_untouched(size_t from, size_t end)
{
	for (size_t i = from; i < end; i++)
		assert_int_equal(target[i], 0x22);
}

#endif
