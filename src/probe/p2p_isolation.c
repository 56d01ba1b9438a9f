/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check "isolation" of p2p-test: what is not mapped is not reached.
 *
 * An IOVA that is mapped nowhere would be, if nothing translated it, the physical address of
 * whatever lies there: a write that gets through would hurt somebody, and nobody would see it. So
 * the addresses asked for are those of something of ours: the physical address of a page of this
 * process, and the bus address of the target. At each the same request is first made with a page of
 * ours mapped there, and has to arrive in that: otherwise the engine does not get so far up, and
 * that nothing arrives later would prove nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "model/resources.h"
#include "probe/p2p_parts.h"
#include "probe/pagemap.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define FAULT_WAIT_MS 300

/* An address that is asked for while nothing is mapped there. */
struct forbidden {
	struct iova pages;   /* of whole pages */
	uint64_t span;	     /* bytes of them */
	struct place ours;   /* what is mapped there first */
	struct place target; /* what a request that is not translated would hit; size 0: ours */
};

/* What came out, over all addresses. */
struct tried {
	struct strings addresses; /* at which nothing got through */
	struct strings reasons;	  /* why others were not asked for */
};

static struct iova address_of(const struct forbidden *it)
{
	return (struct iova){ it->pages.value + it->ours.lead };
}

static void leave_out(struct tried *tried, char *why)
{
	strings_take(&tried->reasons, why);
}

/* The same request arrives where it is mapped, and not in the target. */
static bool arrives_mapped(struct p2p_test *test, struct p2p_finding *finding,
			   const struct forbidden *it, struct tried *tried)
{
	struct p2p_finding arrival = { 0 };
	int code = iospace_map(test->space, it->ours.memory - it->ours.lead, it->pages, it->span,
			       ACCESS_READ | ACCESS_WRITE);
	bool arrived;

	if (code < 0) {
		leave_out(tried, xasprintf("0x%016" PRIx64 " cannot be mapped: %s", it->pages.value,
					   code == -ERANGE ? "it is not usable"
							   : errno_name(code)));
		return false;
	}
	arrived = must_arrive(test, &arrival, address_of(it), &it->ours);
	if (!arrived)
		leave_out(tried,
			  xasprintf("%s does not reach 0x%016" PRIx64 " when it is mapped: %s",
				    test->engine.ops ? test->engine.ops->name : "the engine",
				    address_of(it).value, arrival.verdict.reason));
	verdict_free(&arrival.verdict);
	code = iospace_unmap(test->space, it->pages, it->span);
	if (code < 0)
		fails(&finding->verdict, "unmapping a page ended with %s", errno_name(code));
	if (!arrived)
		revive_engine(test);
	return arrived && code == 0;
}

/* Notes a fault of the initiator, if the log has one since it was last looked at. */
static void look_for_fault(struct p2p_test *test, struct p2p_finding *finding)
{
	const struct device *from = test->from->device;
	const struct bdf *requester = from->carrier ? &from->carrier->bdf : &from->bdf;

	if (!finding->has_fault)
		finding->has_fault = kernel_log_find(test->pair->log, requester, &finding->fault,
						     FAULT_WAIT_MS);
}

/* Return: whether nothing got through, as far as it was tried. */
static bool try_address(struct p2p_test *test, struct p2p_finding *finding,
			const struct forbidden *it, struct tried *tried)
{
	if (!arrives_mapped(test, finding, it, tried))
		return finding->verdict.outcome != OUTCOME_FAIL;
	kernel_log_skip(test->pair->log);
	if (!must_not_reach(test, finding, address_of(it), &it->ours) ||
	    (it->target.size && !must_not_reach(test, finding, address_of(it), &it->target)))
		return false;
	look_for_fault(test, finding);
	strings_take(&tried->addresses, xasprintf("0x%016" PRIx64, address_of(it).value));
	return true;
}

/* --- the addresses ------------------------------------------------------------------------ */

static bool try_own_page(struct p2p_test *test, struct p2p_finding *finding, struct tried *tried)
{
	struct forbidden it = { .span = P2P_PAGE, .ours = place_ours(test, 0, P2P_PAGE) };
	int code = physical_address(test->ours, &it.pages.value);

	if (code == 0)
		return try_address(test, finding, &it, tried);
	leave_out(tried, xasprintf("the physical address of a page of ours: %s",
				   code == -EPERM || code == -EACCES ? "only root is told it"
								     : errno_name(code)));
	return true;
}

static bool try_target(struct p2p_test *test, struct p2p_finding *finding, struct tried *tried)
{
	const struct p2p_part *part = &test->part;
	const struct resource *bar = device_bar(test->pair->target.device, part->pages.region);
	struct forbidden it = {
		.span = part->pages.size,
		.ours = place_ours(test, part->lead, part->size),
		.target = place_target(test),
	};

	if (!bar || !part->may_write) {
		leave_out(tried, xasprintf("the target's bus address: %s",
					   !bar ? "it is unknown" : "it may not be written"));
		return true;
	}
	if (__builtin_add_overflow(bar->start, part->pages.offset, &it.pages.value))
		return true;
	return try_address(test, finding, &it, tried);
}

/* Neither may be had: reads alone hurt nobody. */
static bool try_read_only(struct p2p_test *test, struct p2p_finding *finding, struct tried *tried)
{
	const struct p2p_part *part = &test->part;
	const struct resource *bar = device_bar(test->pair->target.device, part->pages.region);
	const struct place target = place_target(test);
	struct iova iova;

	if (!bar || !part->may_read ||
	    __builtin_add_overflow(bar->start, part->pages.offset + part->lead, &iova.value))
		return true;
	kernel_log_skip(test->pair->log);
	if (!must_not_reach(test, finding, iova, &target))
		return false;
	look_for_fault(test, finding);
	strings_take(&tried->addresses, xasprintf("0x%016" PRIx64 " (reads only)", iova.value));
	return true;
}

/* --- the check ---------------------------------------------------------------------------- */

static void tell(struct p2p_finding *finding, const struct tried *tried)
{
	_cleanup_free_ char *addresses = strings_join(&tried->addresses, ", ");
	_cleanup_free_ char *reasons = strings_join(&tried->reasons, "; ");

	if (tried->addresses.nr == 0)
		skips(&finding->verdict, "no address could be asked for that hurts nobody: %s",
		      reasons);
	else
		passes(&finding->verdict, "0 bytes through %s%s", addresses,
		       finding->has_fault ? "; fault logged" : "");
}

void check_isolates(struct p2p_test *test, struct p2p_finding *finding)
{
	struct tried tried = { 0 };

	if (try_own_page(test, finding, &tried) &&
	    (test->part.size == 0 || try_target(test, finding, &tried)) &&
	    (tried.addresses.nr > 0 || test->part.size == 0 ||
	     try_read_only(test, finding, &tried)))
		tell(finding, &tried);
	test->is_unsafe = finding->verdict.outcome == OUTCOME_FAIL;
	strings_free(&tried.addresses);
	strings_free(&tried.reasons);
}
