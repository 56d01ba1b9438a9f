/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of map-test: that the kernel maps and unmaps as its interface promises. Each is an
 * entry of a table; map_test.c has the table and runs it, map_*.c have the checks.
 */
#ifndef IOMMUTOOL_MAP_TEST_H
#define IOMMUTOOL_MAP_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/machine.h"
#include "model/plan.h"
#include "probe/verdict.h"
#include "vfio/device.h"
#include "vfio/iospace.h"
#include "vfio/setup.h"

/* Addresses that each check has for itself: no other check maps anything there. */
#define MAP_WINDOW (64ull << 20)

/* What a check is handed. The space is empty before each check, and made empty after it. */
struct map_test {
	const struct setup_facts *facts;
	const struct device *device;
	struct iospace *space; /* the device is in it */
	struct vfio_device *opened;
	/* Another device that was named, in another group and in no space; NULL: there is none. */
	const struct device *other;
	/* MAP_WINDOW bytes of usable addresses, aligned to as many; is empty (size 0) where no
	 * usable range has room for one. */
	struct iova window;
	uint64_t window_size;
	/* The roomiest usable range beyond the windows of all checks, without its first and last
	 * page: for what needs more. */
	struct range room;
	bool has_room;
	/* A process hangs in the kernel with this space: whoever asks it for more may hang, too. */
	bool is_stuck;
};

struct map_check {
	const char *name;    /* "last-page" */
	const char *proves;  /* one line for --list: what holds when it passes */
	const char *needs;   /* for --list: what it takes beside a device; NULL: nothing */
	/* Checks, joined by commas, without which this one says nothing: when one of them failed in
	 * this run it is skipped. NULL: none. */
	const char *after;
	void (*run)(struct map_test *test, struct verdict *verdict);
	unsigned entries; /* mappings that it has at once, at most */
};

extern const struct map_check map_checks[]; /* ends with a NULL name; the first is "attach" */

/* Return: the check of that name, or NULL. */
const struct map_check *find_map_check(const char *name);

/* Who is told of each verdict as it comes, and of each check that begins (verdict NULL). */
struct map_listener {
	void (*tell)(void *data, const struct map_check *check, const struct verdict *verdict);
	void *data;
};

/**
 * run_map_checks() - run checks on a device
 * @test: with facts, device, other
 * @backend: of the address space, which is made for this and gone at the end
 * @only: one for each entry of map_checks, whether it is wanted; "attach" always runs
 * @err: why the device could not be attached, when it could not
 *
 * When the device cannot be attached, "attach" fails and all others are skipped. When a signal is
 * waiting (interrupted()) no further check is begun.
 *
 * Return: 0, or negative errno when the device could not be attached.
 */
int run_map_checks(struct map_test *test, const struct iospace_ops *backend, const bool *only,
		   const struct map_listener *listener, struct error *err);

/**
 * try_plan() - whether a memory map could be mapped as a whole
 * @test: with everything but the windows
 * @file: name of the plan, for messages
 *
 * Needs neither memory of that size nor entries: each range is offered to the kernel with addresses
 * of this process behind which there is no memory (PROT_NONE). It gets as far as pinning and says
 * EFAULT when the range would fit, EINVAL when not (linux vfio_iommu_type1.c, vfio_dma_do_map;
 * iommufd io_pagetable.c). Overlaps, entries and locked memory are computed.
 */
void try_plan(struct map_test *test, const struct plan *plan, const char *file,
	      struct verdict *verdict);

#endif
