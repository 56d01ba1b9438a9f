/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of p2p-test: a BAR is mapped for the initiator, hit, and not hit any more. */
#include <errno.h>
#include <inttypes.h>

#include "probe/p2p_parts.h"
#include "probe/size_text.h"
#include "util/cleanup.h"

/* --- map ---------------------------------------------------------------------------------- */

/* All of the BAR, as a VMM does; the pages that are hit where there is no room for it. */
static struct bar_part choose_all(const struct p2p_test *test, struct iova *iova)
{
	const struct bar_part *pages = &test->part.pages;
	uint64_t size = test->to->regions[pages->region].size;
	struct bar_part all = { .device = test->to, .region = pages->region };

	if (size <= UINT64_MAX - P2P_PAGE) {
		all.size = size + (P2P_PAGE - size % P2P_PAGE) % P2P_PAGE;
		if (find_room(test, test->space, all.size, iova))
			return all;
	}
	*iova = test->at;
	return *pages;
}

void check_map(struct p2p_test *test, struct p2p_finding *finding)
{
	struct verdict *verdict = &finding->verdict;
	_cleanup_free_ char *size = NULL;
	struct bar_part part;
	struct iova iova;
	int code;

	if (test->part.size == 0) {
		skips(verdict, "%s", test->part.why_not);
		return;
	}
	if (test->space->ops->map_export &&
	    test->to->regions[test->part.pages.region].size % P2P_PAGE) {
		skips(verdict,
		      "BAR %u of %s has no whole number of pages, and iommufd maps nothing "
		      "else; --backend=type1 can",
		      test->part.pages.region, test->to->device->name);
		return;
	}
	part = choose_all(test, &iova);
	size = size_text(part.size);
	code = iospace_map_bar(test->space, &part, iova, ACCESS_READ | ACCESS_WRITE);
	if (code == -ENOTTY || code == -EOPNOTSUPP)
		skips(verdict, "iommufd of this kernel maps no BAR: Linux 6.19 and later can, with "
			       "CONFIG_VFIO_PCI_DMABUF; --backend=type1 can on any");
	else if (code == -EFAULT && test->space->is_compat)
		skips(verdict, "the container is one of iommufd, which maps no BAR; "
			       "--backend=iommufd may");
	else if (code < 0)
		fails(verdict, "mapping %s of BAR %u ended with %s", size, part.region,
		      errno_name(code));
	else if (iospace_unmap(test->space, iova, part.size) < 0)
		fails(verdict, "unmapping %s of BAR %u did not give back its size", size,
		      part.region);
	else
		passes(verdict, "%s of BAR %u", size, part.region);
	test->can_map = verdict->outcome == OUTCOME_PASS;
}

/* --- write, read -------------------------------------------------------------------------- */

void check_write(struct p2p_test *test, struct p2p_finding *finding)
{
	const struct place target = place_target(test);

	if (!test->part.may_write) {
		skips(&finding->verdict, "%s", test->part.why_not);
		return;
	}
	if (!test->is_isolated) {
		skips(&finding->verdict, NOT_ISOLATED);
		return;
	}
	if (!map_part(test, finding))
		return;
	test->has_arrived = must_arrive(test, finding, part_iova(test), &target);
	if (test->has_arrived)
		passes(&finding->verdict, "%" PRIu64 " bytes", finding->bytes_verified);
	unmap_part(test, finding);
}

/* Return: whether the part may be read; the finding says so where not. */
static bool may_read(const struct p2p_test *test, struct p2p_finding *finding)
{
	if (!test->part.may_read)
		skips(&finding->verdict, "%s", test->part.why_not);
	return test->part.may_read;
}

void check_read(struct p2p_test *test, struct p2p_finding *finding)
{
	const struct place target = place_target(test);

	if (!may_read(test, finding))
		return;
	/* What it executes has to be ours, so it has to be known where it comes from. */
	if (test->engine.wants_composed && !test->has_arrived) {
		skips(&finding->verdict,
		      "%s executes what it reads, and \"write\" did not show "
		      "that it comes from the target",
		      test->engine.ops->name);
		return;
	}
	if (!map_part(test, finding))
		return;
	test->has_come = must_come(test, finding, part_iova(test), &target);
	if (test->has_come)
		passes(&finding->verdict, "%" PRIu64 " bytes", finding->bytes_verified);
	unmap_part(test, finding);
}

/* --- unmap -------------------------------------------------------------------------------- */

void check_gone(struct p2p_test *test, struct p2p_finding *finding)
{
	struct place target = place_target(test);

	if (!may_read(test, finding) || !map_part(test, finding) || !unmap_part(test, finding))
		return;
	/* Were nothing translated, the address would be one of somebody's memory. */
	target.may_write &= test->is_isolated;
	if (must_not_reach(test, finding, part_iova(test), &target))
		passes(&finding->verdict, "0 bytes reached it");
}
