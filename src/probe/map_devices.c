/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of map-test: a BAR of the device, and another device beside it. */
#include "probe/map_checks.h"

#include <errno.h>
#include <inttypes.h>

#include "vfio/device.h"
#include "vfio/setup.h"

/* --- a BAR of its own ------------------------------------------------------------------- */

/* Return: the largest BAR that can be mapped; its part that fits the window; size 0: none. */
static struct bar_part largest_bar(const struct map_test *test)
{
	struct bar_part part = { .device = test->opened };

	for (unsigned i = 0; i < NR_BARS; i++) {
		const struct vfio_region *region = &test->opened->regions[i];

		if (!region->mappable || region->size < test->space->page_size ||
		    region->size <= part.size)
			continue;
		part.region = i;
		part.size = region->size;
	}
	if (part.size > test->window_size)
		part.size = test->window_size;
	part.size -= part.size % test->space->page_size;
	return part;
}

static void try_bar(struct map_test *test, struct verdict *verdict, const struct bar_part *part)
{
	struct iova iova = window_at(test, 0);
	int code = test->space->ops->map_bar(test->space, part, iova, ACCESS_BOTH);

	if (code == -ENOTTY || code == -EOPNOTSUPP)
		skips(verdict, "iommufd of this kernel maps no BAR; Linux 6.19 and later can, with "
			       "CONFIG_VFIO_PCI_DMABUF");
	else if (code < 0)
		fails(verdict, "mapping 0x%" PRIx64 " bytes of BAR %u ended with %s", part->size,
		      part->region, errno_name(code));
	else if (must_unmap(test, verdict, "the BAR", iova, part->size))
		passes(verdict, "BAR %u, 0x%" PRIx64 " bytes", part->region, part->size);
}

void check_own_bar(struct map_test *test, struct verdict *verdict)
{
	struct bar_part part;
	int code;

	if (!has_window(test, verdict))
		return;
	part = largest_bar(test);
	if (part.size == 0) {
		skips(verdict,
		      "the device has no memory BAR of at least a page that can be mapped");
		return;
	}
	if (test->space->is_compat) {
		skips(verdict, "the container is one of iommufd, which maps no BAR");
		return;
	}
	code = vfio_command_change(test->opened, COMMAND_MEMORY, 0);
	if (code < 0)
		skips(verdict, "the device's memory could not be enabled: %s", errno_name(code));
	else
		try_bar(test, verdict, &part);
	vfio_device_restore(test->opened);
}

/* --- another device --------------------------------------------------------------------- */

/* Mapped in a space to see what the other device, or its space, makes of it. */
#define SHARED_PAGES 4

static bool has_other(const struct map_test *test, struct verdict *verdict)
{
	if (test->other)
		return has_window(test, verdict);
	skips(verdict, "takes another device, in another group, to be named");
	return false;
}

/* Two address spaces: what happens in one must not show in the other. */
static void try_apart(struct map_test *test, struct verdict *verdict, struct map_test *second)
{
	struct iova iova = window_at(test, 0);
	uint64_t size = SHARED_PAGES * test->space->page_size;
	struct memory memory;

	if (!begin_in_window(test, verdict, 2 * SHARED_PAGES, &memory)) /* for each space */
		return;
	if (must_map(test, verdict, "the first space", memory.va, iova, size) &&
	    must_map(second, verdict, "the same IOVA in the second space", memory.va, iova, size) &&
	    must_unmap(test, verdict, "the first space", iova, size) &&
	    must_be_whole(second, verdict, "the second space, after the first let go", memory.va,
			  iova, size))
		passes(verdict, "with %s", test->other->name);
	memory_put(&memory);
}

void check_two_containers(struct map_test *test, struct verdict *verdict)
{
	struct map_test second = *test;
	struct error err = { 0 };

	if (!has_other(test, verdict))
		return;
	if (setup_space(test->space->ops, test->other, test->facts, &second.space, &second.opened,
			&err) < 0) {
		skips(verdict, "the other device could not be attached: %s", err.text);
		return;
	}
	if (iospace_check(second.space, test->window, SHARED_PAGES * test->space->page_size) < 0)
		skips(verdict, "the two devices have no usable range in common here");
	else
		try_apart(test, verdict, &second);
	iospace_close(second.space);
}

/* Return: whether everything usable was usable before, too. */
static bool only_shrank(const struct ranges *before, const struct ranges *after)
{
	struct ranges common = { 0 };
	bool same;

	ranges_copy(&common, after);
	ranges_intersect(&common, before);
	same = common.nr == after->nr;
	for (size_t i = 0; same && i < common.nr; i++)
		same = common.items[i].start == after->items[i].start &&
		       common.items[i].end == after->items[i].end;
	ranges_free(&common);
	return same;
}

/*
 * The device was refused. Whether it was for the mapping that is in place shows once that is gone:
 * refusing is right only where the other device's own ranges do not have it.
 */
static void judge_refusal(struct map_test *test, struct verdict *verdict,
			  const struct setup_failure *refused, uint64_t size)
{
	struct iova iova = window_at(test, 0);
	struct setup_failure failure;
	struct vfio_device *joined;
	struct error err = { 0 };

	if (!must_unmap(test, verdict, "the mapping", iova, size))
		return;
	if (iospace_attach(test->space, test->other, &joined, &failure) < 0) {
		explain_failure(&failure, test->other, test->facts, &err);
		skips(verdict, "the other device does not get into the same space: %s", err.text);
		return;
	}
	if (iospace_check(test->space, iova, size) == 0)
		fails(verdict,
		      "the other device joins an empty space, but with a mapping in it: %s",
		      errno_name(refused->code));
	else
		skips(verdict, "the two devices have no usable range in common here");
	iospace_detach(test->space, joined);
}

/* With a mapping in place that the caller made. Return: whether the device joined as it should. */
static bool try_joined(struct map_test *test, struct verdict *verdict, uint64_t size)
{
	struct ranges before = { 0 };
	struct setup_failure refused;
	struct vfio_device *joined;
	bool is_good;

	ranges_copy(&before, &test->space->usable);
	if (iospace_attach(test->space, test->other, &joined, &refused) < 0) {
		ranges_free(&before);
		judge_refusal(test, verdict, &refused, size);
		return false;
	}
	is_good = only_shrank(&before, &test->space->usable);
	if (!is_good)
		fails(verdict, "with the other device more is usable than without it");
	iospace_detach(test->space, joined);
	ranges_free(&before);
	return is_good;
}

void check_same_container(struct map_test *test, struct verdict *verdict)
{
	struct memory memory;

	if (!has_other(test, verdict) || !begin_in_window(test, verdict, SHARED_PAGES, &memory))
		return;
	if (must_map(test, verdict, "the mapping", memory.va, window_at(test, 0), memory.size) &&
	    try_joined(test, verdict, memory.size) &&
	    must_be_whole(test, verdict, "the mapping, after the other device joined and left",
			  memory.va, window_at(test, 0), memory.size))
		passes(verdict, "with %s", test->other->name);
	memory_put(&memory);
}
