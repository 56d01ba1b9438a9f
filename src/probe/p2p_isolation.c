/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check "isolation" of p2p-test: what is not mapped is not reached.
 *
 * An IOVA that is mapped nowhere would be, if nothing translated it, the physical address of
 * whatever lies there: a write that gets through would hurt somebody, and nobody would see it. So
 * the addresses asked for are those of something of ours: the physical address of a page of this
 * process, and the bus address of the target.
 *
 * At each the same request is first made with a page of ours mapped there. It has to arrive in
 * that: otherwise the engine does not get so far up, and that nothing arrives later would prove
 * nothing. The target's bus address does not lead to the target then either: a switch that sends
 * requests down by themselves would do just that.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "model/resources.h"
#include "probe/p2p_parts.h"
#include "probe/pagemap.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* An address that is asked for while nothing is mapped there. */
struct forbidden {
	struct iova pages;   /* of whole pages */
	uint64_t span;	     /* bytes of them */
	struct place ours;   /* what is mapped there first */
	struct place target; /* what a request that is not translated would hit; size 0: ours */
	bool reads_only;     /* the target may not be written */
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

/* What is no failure makes an address one that does not count. Return: whether it is none. */
static bool leave_out_unless_failed(const struct p2p_finding *finding, struct tried *tried)
{
	if (finding->verdict.outcome == OUTCOME_FAIL)
		return false;
	leave_out(tried, xstrdup(finding->verdict.reason));
	return true;
}

/* With a page of ours there. It is read first, which hurts nobody where an engine that cuts off
 * addresses gets to. Return: whether the engine gets there and, if so, only to that. */
static bool try_mapped(struct p2p_test *test, struct p2p_finding *finding,
		       const struct forbidden *it, struct tried *tried)
{
	struct p2p_finding arrival = { 0 };
	bool arrived = (test->engine.wants_composed ||
			must_come(test, &arrival, address_of(it), &it->ours)) &&
		       (it->reads_only || must_arrive(test, &arrival, address_of(it), &it->ours));

	if (!revive_engine(test)) {
		fails(&finding->verdict, "%s", test->why_no_engine);
		verdict_free(&arrival.verdict);
		return false;
	}
	if (!arrived)
		leave_out(tried,
			  xasprintf("%s does not reach 0x%016" PRIx64 " when it is mapped: %s",
				    test->engine.ops->name, address_of(it).value,
				    arrival.verdict.reason));
	verdict_free(&arrival.verdict);
	if (it->target.size && !must_not_reach(test, finding, address_of(it), &it->target)) {
		leave_out_unless_failed(finding, tried);
		return false;
	}
	return arrived;
}

static bool arrives_mapped(struct p2p_test *test, struct p2p_finding *finding,
			   const struct forbidden *it, struct tried *tried)
{
	int code = iospace_map(test->space, it->ours.memory - it->ours.lead, it->pages, it->span,
			       ACCESS_READ | ACCESS_WRITE);
	bool arrived;

	if (code < 0) {
		leave_out(tried,
			  xasprintf("0x%016" PRIx64 " cannot be mapped: %s", it->pages.value,
				    code == -ERANGE ? "it is not usable" : errno_name(code)));
		return false;
	}
	arrived = try_mapped(test, finding, it, tried);
	code = iospace_unmap(test->space, it->pages, it->span);
	if (code < 0)
		fails(&finding->verdict, "unmapping a page ended with %s", errno_name(code));
	return arrived && code == 0;
}

/* Return: whether nothing got through, as far as it was tried. */
static bool try_address(struct p2p_test *test, struct p2p_finding *finding,
			const struct forbidden *it, struct tried *tried)
{
	if (!arrives_mapped(test, finding, it, tried))
		return finding->verdict.outcome != OUTCOME_FAIL;
	kernel_log_skip(test->pair->log);
	if ((!it->reads_only && !must_not_reach(test, finding, address_of(it), &it->ours)) ||
	    (it->target.size && !must_not_reach(test, finding, address_of(it), &it->target)))
		return leave_out_unless_failed(finding, tried);
	look_for_fault(test, finding);
	strings_take(&tried->addresses, xasprintf("0x%016" PRIx64 "%s", address_of(it).value,
						  it->reads_only ? " (reads only)" : ""));
	return true;
}

/* --- the addresses ------------------------------------------------------------------------ */

static bool try_own_page(struct p2p_test *test, struct p2p_finding *finding, struct tried *tried)
{
	struct forbidden it = { .span = P2P_PAGE, .ours = place_ours(test, 0, P2P_PAGE) };
	int code = physical_addresses(test->ours, 1, &it.pages.value);

	if (code == 0)
		return try_address(test, finding, &it, tried);
	leave_out(tried, xasprintf("the physical address of a page of ours: %s",
				   code == -EPERM || code == -EACCES ? "only root is told it"
								     : errno_name(code)));
	return true;
}

/* Return: whether the engine can move as little as the place has. */
static bool moves_there(struct p2p_test *test, const struct place *place, struct tried *tried)
{
	struct p2p_finding fit = { 0 };
	bool moves = (!place->may_write || send_size(test, &fit, place)) &&
		     fetch_size(test, &fit, place);

	if (!moves)
		leave_out(tried, xstrdup(fit.verdict.reason));
	verdict_free(&fit.verdict);
	return moves;
}

/* The target's bus address; a target that may not be written is read there, which hurts nobody. */
static bool try_target(struct p2p_test *test, struct p2p_finding *finding, struct tried *tried)
{
	const struct p2p_part *part = &test->part;
	const struct resource *bar = device_bar(test->pair->target.device, part->pages.region);
	struct forbidden it = {
		.span = part->pages.size,
		.ours = place_ours(test, part->lead, part->size),
		.target = place_target(test),
		.reads_only = !part->may_write,
	};

	if (!bar || !part->may_read) {
		leave_out(tried, xasprintf("the target's bus address: %s",
					   !bar ? "it is unknown" : "it may not be read"));
		return true;
	}
	if (__builtin_add_overflow(bar->start, part->pages.offset, &it.pages.value) ||
	    !moves_there(test, &it.target, tried))
		return true;
	return try_address(test, finding, &it, tried);
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
	    (test->part.size == 0 || try_target(test, finding, &tried)))
		tell(finding, &tried);
	test->is_isolated = finding->verdict.outcome == OUTCOME_PASS;
	test->is_unsafe = finding->verdict.outcome == OUTCOME_FAIL;
	strings_free(&tried.addresses);
	strings_free(&tried.reasons);
}
