/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of p2p-test with the target in an address space of its own, and with the target gone. */
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "probe/p2p_parts.h"
#include "probe/pagemap.h"
#include "util/cleanup.h"

/* --- cross-container ---------------------------------------------------------------------- */

/* Where nobody moves anything it says little that the BAR can be mapped from another space. */
static bool reaches_across(struct p2p_test *test, struct p2p_finding *finding)
{
	const struct place target = place_target(test);
	bool good = true;

	if (!map_part(test, finding))
		return false;
	if (may_move(test) && test->is_isolated && test->part.may_write)
		good = must_arrive(test, finding, part_iova(test), &target);
	else if (may_move(test) && test->part.may_read)
		good = must_come(test, finding, part_iova(test), &target);
	return unmap_part(test, finding) && good;
}

/*
 * A page of ours that only the target's space has, at its physical address where that is known: a
 * request of the initiator that is not translated would hit it, too. Else nothing is written.
 */
static bool keeps_apart(struct p2p_test *test, struct p2p_finding *finding)
{
	struct place ours = place_ours(test, 0, P2P_PAGE);
	struct iova iova = { 0 };
	int code;
	bool good;

	if (!test->is_isolated || physical_addresses(test->ours, 1, &iova.value) < 0 ||
	    iospace_check(test->space, iova, P2P_PAGE) < 0 ||
	    iospace_check(test->apart, iova, P2P_PAGE) < 0) {
		ours.may_write = false;
		if (!find_room(test, test->apart, P2P_PAGE, &iova)) {
			informs(&finding->verdict,
				"no address is free in both spaces, so that they "
				"are apart was not tried");
			return false;
		}
	}
	code = iospace_map(test->apart, test->ours, iova, P2P_PAGE, ACCESS_READ | ACCESS_WRITE);
	if (code < 0) {
		fails(&finding->verdict, "mapping a page for the target ended with %s",
		      errno_name(code));
		return false;
	}
	for (size_t i = 0; i < P2P_PAGE; i++)
		test->ours[i] = (uint8_t)(i * 7 + 1);
	good = must_not_reach(test, finding, iova, &ours);
	iospace_unmap(test->apart, iova, P2P_PAGE);
	return good;
}

void check_cross_container(struct p2p_test *test, struct p2p_finding *finding)
{
	const struct group *group = test->from->device->group;

	if (!test->apart) {
		skips(&finding->verdict,
		      "both are in group %" PRIu32 ", which has one address space", group->number);
		return;
	}
	if (!reaches_across(test, finding))
		return;
	if (!may_move(test)) {
		observes(&finding->verdict, "mapped");
		informs(&finding->verdict, "nothing was moved: %s",
			test->engine.ops ? "isolation failed" : test->why_no_engine);
	} else if (finding->bytes_verified == 0) {
		observes(&finding->verdict, "mapped");
		informs(&finding->verdict, "nothing was moved: %s",
			test->part.may_write ? NOT_ISOLATED : test->part.why_not);
	} else if (keeps_apart(test, finding)) {
		passes(&finding->verdict, "%" PRIu64 " bytes, and nothing of the other space",
		       finding->bytes_verified);
	}
}

/* --- lifetime ----------------------------------------------------------------------------- */

static void tell_stale(struct p2p_test *test, struct p2p_finding *finding)
{
	static const char meaning[] =
		"the mapping outlives the target: until it is unmapped, DMA of the initiator goes "
		"where the BAR was, whoever has that device then";

	if (test->pair->require_revoked)
		fails(&finding->verdict, "%s", meaning);
	else
		informs(&finding->verdict, "%s", meaning);
	observes(&finding->verdict, "stale");
}

/* By address: what can still be unmapped was still mapped. */
static void close_mapped(struct p2p_test *test, struct p2p_finding *finding)
{
	uint64_t unmapped;
	int code;

	if (!map_part(test, finding))
		return;
	close_target(test);
	code = test->space->ops->unmap(test->space, test->at, test->mapped.size, &unmapped);
	if (code < 0) {
		fails(&finding->verdict, "unmapping the BAR of a closed device ended with %s",
		      errno_name(code));
		return;
	}
	iospace_forget(test->space, test->at);
	if (unmapped == 0)
		passes(&finding->verdict, "revoked");
	else if (unmapped == test->mapped.size)
		tell_stale(test, finding);
	else
		fails(&finding->verdict, "of 0x%" PRIx64 " bytes 0x%" PRIx64 " were still mapped",
		      test->mapped.size, unmapped);
}

/* By dma-buf: its range stays until it is unmapped, but leads nowhere; and it cannot be mapped
 * again, which is what can be seen without DMA. */
static void close_exported(struct p2p_test *test, struct p2p_finding *finding)
{
	const unsigned access = ACCESS_READ | ACCESS_WRITE;
	const struct bar_part *pages = &test->part.pages;
	_cleanup_close_ int dma_buf = vfio_region_export(test->to, pages);
	int code = dma_buf;

	if (code >= 0)
		code = iospace_map_export(test->space, dma_buf, test->at, pages->size, access);
	if (code < 0) {
		fails(&finding->verdict, "mapping a dma-buf of BAR %u ended with %s", pages->region,
		      errno_name(code));
		return;
	}
	test->mapped = *pages;
	close_target(test);
	if (!unmap_part(test, finding))
		return;
	code = iospace_map_export(test->space, dma_buf, test->at, test->mapped.size, access);
	if (code == 0 && unmap_part(test, finding))
		tell_stale(test, finding);
	else if (code == -ENODEV)
		passes(&finding->verdict, "revoked");
	else if (code < 0)
		fails(&finding->verdict,
		      "mapping the dma-buf of a closed device ended with %s, not "
		      "ENODEV",
		      errno_name(code));
}

void check_lifetime(struct p2p_test *test, struct p2p_finding *finding)
{
	if (test->space->ops->map_export)
		close_exported(test, finding);
	else
		close_mapped(test, finding);
}
