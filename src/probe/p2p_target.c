/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The target of p2p-test: which part of which BAR is hit, and that it holds in the end what it
 * held. Written is what the user named, or what an engine of ours lends: nobody else can use that
 * while we have the device.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/resources.h"
#include "probe/p2p_parts.h"
#include "util/alloc.h"

/* --- which part --------------------------------------------------------------------------- */

static void note_why_not(struct p2p_part *part, char *why)
{
	free(part->why_not);
	part->why_not = why;
}

static void set_part(struct p2p_test *test, unsigned region, uint64_t offset, uint64_t size)
{
	struct p2p_part *part = &test->part;
	uint64_t end;

	part->size = (size_t)(size < P2P_CHUNK ? size : P2P_CHUNK) & ~(size_t)7;
	part->lead = offset % P2P_PAGE;
	end = part->lead + part->size;
	part->pages = (struct bar_part){
		.device = test->to,
		.region = region,
		.offset = offset - part->lead,
		.size = end + (P2P_PAGE - end % P2P_PAGE) % P2P_PAGE,
	};
}

/* The BAR that was named; that the device has it, and the offset in it, is known. */
static void take_named(struct p2p_test *test)
{
	const struct p2p_target *target = &test->pair->target;
	const struct vfio_region *region = &test->to->regions[target->bar];

	if (!region->mappable) {
		note_why_not(&test->part,
			     xasprintf("BAR %d of %s cannot be mapped: VFIO hands out whole pages "
				       "of memory only",
				       target->bar, target->device->name));
	} else if (target->offset >= region->size || region->size - target->offset < 8) {
		note_why_not(&test->part, xasprintf("BAR %d of %s has 0x%" PRIx64
						    " bytes: none at offset 0x%" PRIx64,
						    target->bar, target->device->name, region->size,
						    target->offset));
	} else {
		set_part(test, (unsigned)target->bar, target->offset,
			 region->size - target->offset);
		test->part.may_write = true;
		test->part.may_read = true;
	}
}

/* Reads of prefetchable memory have no effects (PCI Express Base Specification, 7.5.1.2.1). */
static bool is_prefetchable(const struct device *device, unsigned index)
{
	const struct resource *bar = device_bar(device, index);

	return bar && bar->flags & RESOURCE_PREFETCHABLE;
}

/* One that nobody named and nobody lends: the largest, a prefetchable one before others. */
static void take_largest(struct p2p_test *test)
{
	const struct device *device = test->to->device;
	int best = -1;

	for (unsigned i = 0; i < NR_BARS; i++) {
		const struct vfio_region *region = &test->to->regions[i];
		bool better =
			best < 0 ||
			is_prefetchable(device, i) > is_prefetchable(device, (unsigned)best) ||
			(is_prefetchable(device, i) == is_prefetchable(device, (unsigned)best) &&
			 region->size > test->to->regions[best].size);

		if (region->mappable && region->size >= 8 && better)
			best = (int)i;
	}
	if (best < 0) {
		note_why_not(&test->part,
			     xasprintf("%s has no memory BAR that can be mapped", device->name));
		return;
	}
	set_part(test, (unsigned)best, 0, test->to->regions[best].size);
	test->part.may_read = is_prefetchable(device, (unsigned)best);
	if (!test->part.why_not)
		note_why_not(&test->part,
			     xasprintf("BAR %d of %s is %s only with your consent: --target=%s:%d",
				       best, device->name,
				       test->part.may_read ? "written" : "written and read",
				       device->name, best));
}

static void take_lent(struct p2p_test *test)
{
	const struct loan *loan = &test->part.loan;

	set_part(test, loan->region, loan->offset, loan->size);
	test->part.may_write = true;
	test->part.may_read = true;
}

static void choose_part(struct p2p_test *test)
{
	struct error err = { 0 };
	int code;

	if (test->pair->target.bar >= 0) {
		take_named(test);
		return;
	}
	code = loan_begin(&test->part.loan, test->to, &err);
	if (code == 0) {
		take_lent(test);
		return;
	}
	if (code != -ENXIO)
		note_why_not(&test->part, xstrdup(err.text));
	take_largest(test);
}

/* --- access ------------------------------------------------------------------------------- */

/* What can be neither read nor written is not looked at either. */
static int view_part(struct p2p_test *test, struct error *err)
{
	struct p2p_part *part = &test->part;
	const struct bar_part bytes = {
		.device = test->to,
		.region = part->pages.region,
		.offset = part->pages.offset + part->lead,
		.size = part->size,
	};
	int code;

	if (part->size == 0 || !part->may_read)
		return 0;
	code = bar_view_open(&bytes, &part->view);
	if (code < 0)
		return fail(err, code, "%s: BAR %u cannot be mapped into this process: %s",
			    test->to->device->name, bytes.region, errno_name(code));
	return 0;
}

static int enable_memory(struct p2p_test *test, struct error *err)
{
	int code = vfio_command_change(test->to, COMMAND_MEMORY, 0);

	return code < 0 ? fail(err, code, "%s: its memory cannot be enabled: %s",
			       test->to->device->name, errno_name(code))
			: 0;
}

/* Nothing of it may be accessed any more, nor given back: its memory may be disabled. */
static int lose_part(struct p2p_test *test, int code, const struct error *err)
{
	struct p2p_part *part = &test->part;

	bar_view_close(&part->view);
	part->loan.ops = NULL;
	part->may_read = false;
	part->may_write = false;
	note_why_not(part, xstrdup(err->text));
	return code;
}

void shut_part(struct p2p_test *test)
{
	bar_view_close(&test->part.view);
}

int reopen_part(struct p2p_test *test, struct error *err)
{
	int code = enable_memory(test, err);

	if (code == 0)
		code = view_part(test, err);
	return code < 0 ? lose_part(test, code, err) : 0;
}

void release_part(struct p2p_test *test)
{
	struct p2p_part *part = &test->part;

	bar_view_close(&part->view);
	loan_end(&part->loan);
	part->size = 0;
	part->may_write = false;
	part->may_read = false;
	note_why_not(part, NULL);
}

/* --- what it held ------------------------------------------------------------------------- */

static bool is_saved_part(const struct p2p_part *part, const struct p2p_saved *saved)
{
	return saved->region == part->pages.region &&
	       saved->offset == part->pages.offset + part->lead && saved->size == part->size;
}

static void save(struct p2p_part *part)
{
	part->saved.size = 0;
	part->saved.is_changed = false;
	if (!part->may_write)
		return;
	part->saved.region = part->pages.region;
	part->saved.offset = part->pages.offset + part->lead;
	part->saved.size = part->size;
	bar_load(&part->view, part->saved.bytes, part->size);
}

/* What nobody changed is left alone: even its own value may mean something to a register. */
static void put_back(struct p2p_test *test)
{
	struct p2p_part *part = &test->part;
	struct p2p_saved *saved = &part->saved;
	uint8_t now[P2P_CHUNK];
	bool is_back = !saved->is_changed;

	if (saved->is_changed && part->may_write && part->view.va && is_saved_part(part, saved)) {
		bar_store(&part->view, saved->bytes, part->size);
		bar_load(&part->view, now, part->size);
		is_back = memcmp(now, saved->bytes, part->size) == 0;
	}
	saved->size = 0;
	saved->is_changed = false;
	test->is_put_back &= is_back;
}

struct p2p_saved take_saved(struct p2p_test *test)
{
	struct p2p_saved saved = test->part.saved;

	test->part.saved.size = 0;
	test->part.saved.is_changed = false;
	return saved;
}

void give_saved(struct p2p_test *test, const struct p2p_saved *saved)
{
	if (test->to && is_saved_part(&test->part, saved))
		test->part.saved = *saved;
	else if (saved->is_changed)
		test->is_put_back = false;
}

/* --- open, reset, close ------------------------------------------------------------------- */

static int take_part(struct p2p_test *test, struct error *err)
{
	int code = enable_memory(test, err);

	if (code < 0)
		return code;
	choose_part(test);
	return view_part(test, err);
}

int open_target(struct p2p_test *test, struct iospace *space, struct error *err)
{
	const struct p2p_pair *pair = test->pair;
	int code = join_space(space, pair->target.device, pair->facts, &test->to, err);

	if (code < 0)
		return code;
	code = take_part(test, err);
	if (code < 0) {
		close_target(test);
		return code;
	}
	save(&test->part);
	return 0;
}

/* What a reset left of a loan may be another part, or none. */
int regain_part(struct p2p_test *test, struct error *err)
{
	const struct p2p_saved *saved = &test->part.saved;
	int code = take_part(test, err);

	if (code == 0 && saved->size > 0 && !is_saved_part(&test->part, saved))
		code = fail(err, -ENXIO, "%s: it does not lend the same part of a BAR any more",
			    test->to->device->name);
	return code < 0 ? lose_part(test, code, err) : 0;
}

void close_target(struct p2p_test *test)
{
	struct iospace *space = test->apart ? test->apart : test->space;

	if (!test->to)
		return;
	put_back(test);
	release_part(test);
	iospace_detach(space, test->to);
	test->to = NULL;
}
