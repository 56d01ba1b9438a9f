/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the model of a device that moves bytes stands on: a clock that only naps move, memory by
 * IOVA, the device's BAR 0 and its command register. The test is linked with --wrap for all below;
 * the model has device_read(), device_write() and device_tick().
 */
#ifndef IOMMUTOOL_TEST_DMA_MODEL_H
#define IOMMUTOOL_TEST_DMA_MODEL_H

#include "unit.h"

#include <errno.h>
#include <time.h>

#include "dma/engine.h"

/* What an IOVA leads to. */
struct window {
	uint64_t iova;
	uint8_t *bytes;
	uint64_t size;
	bool no_read, no_write; /* by the device: nothing is moved, and it is not told */
};

#define MAX_WINDOWS 4

static struct {
	uint64_t now_ns;  /* monotonic */
	uint64_t real_ms; /* since 1970, when that was 0 */
	struct window windows[MAX_WINDOWS];
	unsigned nr_refused; /* moves that were not wholly done */
	bool cannot_open;    /* BAR 0 cannot be mapped */
	unsigned nr_views;   /* open */
	unsigned nr_accesses;
	unsigned gone_at; /* the access from which on the device is gone; 0: never */
	uint16_t command;
	bool command_fails;
	unsigned nr_resets;
} bus;

static uint64_t device_read(uint64_t offset, unsigned size);
static void device_write(uint64_t offset, uint64_t value, unsigned size);
static void device_tick(void);

static bool is_gone(void)
{
	return bus.gone_at != 0 && bus.nr_accesses >= bus.gone_at;
}

/* --- time ------------------------------------------------------------------------------------- */

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	uint64_t ns = bus.now_ns;

	if (clock == CLOCK_REALTIME)
		ns += bus.real_ms * 1000000u;
	else
		assert_int_equal(clock, CLOCK_MONOTONIC);
	now->tv_sec = (time_t)(ns / 1000000000u);
	now->tv_nsec = (long)(ns % 1000000000u);
	return 0;
}

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
			   struct timespec *left);
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
			   struct timespec *left)
{
	(void)left;
	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(flags, 0);
	assert_true(wanted->tv_sec > 0 || wanted->tv_nsec > 0);
	bus.now_ns += (uint64_t)wanted->tv_sec * 1000000000u + (uint64_t)wanted->tv_nsec;
	if (!is_gone())
		device_tick();
	return 0;
}

/* --- memory ----------------------------------------------------------------------------------- */

static struct window *window_at(uint64_t iova)
{
	for (size_t i = 0; i < MAX_WINDOWS; i++)
		if (iova - bus.windows[i].iova < bus.windows[i].size)
			return &bus.windows[i];
	return NULL;
}

/* The device moves bytes; what cannot be moved is left as it is. Return: whether all were. */
static bool dma(uint64_t iova, uint8_t *bytes, uint64_t size, bool to_memory)
{
	bool is_whole = true;

	if (!(bus.command & COMMAND_MASTER))
		return false;
	for (uint64_t i = 0; i < size; i++) {
		struct window *window = window_at(iova + i);

		if (!window || (to_memory ? window->no_write : window->no_read)) {
			is_whole = false;
			continue;
		}
		if (to_memory)
			window->bytes[iova + i - window->iova] = bytes[i];
		else
			bytes[i] = window->bytes[iova + i - window->iova];
	}
	bus.nr_refused += !is_whole;
	return is_whole;
}

/* --- BAR 0 ------------------------------------------------------------------------------------ */

int __wrap_bar_view_open(const struct bar_part *part, struct bar_view *view);
int __wrap_bar_view_open(const struct bar_part *part, struct bar_view *view)
{
	static uint8_t nothing;
	uint64_t whole = part->device->regions[0].size;

	*view = (struct bar_view){ 0 };
	assert_int_equal(part->region, 0);
	assert_int_equal(part->offset, 0);
	assert_true(part->size > 0);
	if (bus.cannot_open || part->size > whole)
		return -EINVAL;
	*view = (struct bar_view){ .va = &nothing, .size = part->size };
	bus.nr_views++;
	return 0;
}

void __wrap_bar_view_close(struct bar_view *view);
void __wrap_bar_view_close(struct bar_view *view)
{
	if (view->va)
		bus.nr_views--;
	*view = (struct bar_view){ 0 };
}

/* Return: whether the device is there to hear of the access. */
static bool reaches(const struct bar_view *view, uint64_t offset, unsigned size)
{
	assert_non_null(view->va);
	assert_true(bus.command & COMMAND_MEMORY);
	assert_int_equal(offset % size, 0);
	assert_true(offset < view->size && size <= view->size - offset);
	bus.nr_accesses++;
	return !is_gone();
}

uint32_t __wrap_bar_read32(const struct bar_view *view, uint64_t offset);
uint32_t __wrap_bar_read32(const struct bar_view *view, uint64_t offset)
{
	return reaches(view, offset, 4) ? (uint32_t)device_read(offset, 4) : UINT32_MAX;
}

uint64_t __wrap_bar_read64(const struct bar_view *view, uint64_t offset);
uint64_t __wrap_bar_read64(const struct bar_view *view, uint64_t offset)
{
	return reaches(view, offset, 8) ? device_read(offset, 8) : UINT64_MAX;
}

void __wrap_bar_write32(const struct bar_view *view, uint64_t offset, uint32_t value);
void __wrap_bar_write32(const struct bar_view *view, uint64_t offset, uint32_t value)
{
	if (reaches(view, offset, 4))
		device_write(offset, value, 4);
}

void __wrap_bar_write64(const struct bar_view *view, uint64_t offset, uint64_t value);
void __wrap_bar_write64(const struct bar_view *view, uint64_t offset, uint64_t value)
{
	if (reaches(view, offset, 8))
		device_write(offset, value, 8);
}

/* --- config space ----------------------------------------------------------------------------- */

int __wrap_vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear);
int __wrap_vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear)
{
	assert_non_null(opened);
	if (bus.command_fails)
		return -EIO;
	bus.command = (uint16_t)((bus.command | set) & ~clear);
	return 0;
}

int __wrap_vfio_device_reset(struct vfio_device *opened);
int __wrap_vfio_device_reset(struct vfio_device *opened)
{
	assert_non_null(opened);
	assert_false(bus.command & COMMAND_MASTER);
	assert_int_equal(bus.nr_views, 0);
	bus.nr_resets++;
	return 0;
}

#endif
