/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of p2p-test that may escalate: DMA to a target that does not answer. On hardware that may
 * end in AER, a link that DPC takes down, or a firmware that handles errors first. None of them is
 * right or wrong: what is seen is told.
 */
#include <inttypes.h>

#include "probe/p2p_parts.h"

static const char *seen_name(enum seen_data seen)
{
	static const char *const names[] = {
		[SEEN_DATA] = "data",	    [SEEN_ONES] = "all-ones (UR)",
		[SEEN_ZEROES] = "zeroes",   [SEEN_OTHER] = "other bytes",
		[SEEN_NOTHING] = "nothing", [SEEN_ERROR] = "error",
	};

	return names[seen];
}

/* What a read at the mapped part got; a fault in the log says more than the data. */
struct look {
	enum seen_data seen;
	bool has_fault;
};

static struct look look(struct p2p_test *test, struct p2p_finding *finding, const uint8_t *pattern,
			size_t size)
{
	struct p2p_finding fault = { 0 };
	struct look look;

	kernel_log_skip(test->pair->log);
	look.seen = look_at(test, part_iova(test), pattern, size);
	finding->moved = true;
	if (look.seen != SEEN_DATA)
		look_for_fault(test, &fault);
	look.has_fault = fault.has_fault;
	if (fault.has_fault && !finding->has_fault) {
		finding->has_fault = true;
		finding->fault = fault.fault;
	}
	if (!test->engine.ops)
		fails(&finding->verdict, "the initiator does not come back: %s",
		      test->why_no_engine);
	return look;
}

static const char *look_name(const struct look *look)
{
	return look->has_fault ? "fault" : seen_name(look->seen);
}

/* The target answers again: where nothing of it comes, what iommufd mapped is revoked. */
static const char *later_name(const struct p2p_test *test, const struct look *look)
{
	if (!test->space->ops->map_export || look->seen == SEEN_DATA || look->seen == SEEN_ERROR)
		return look_name(look);
	return look->has_fault ? "revoked (fault)" : "revoked";
}

/* Return: how much of the part holds a pattern; 0: none can, and the finding says so. */
static size_t begin(struct p2p_test *test, struct p2p_finding *finding, uint8_t *pattern)
{
	size_t size;

	if (!test->part.may_read) {
		skips(&finding->verdict, "%s", test->part.why_not);
		return 0;
	}
	if (test->engine.wants_composed) {
		skips(&finding->verdict,
		      "%s executes what it reads, so it reads nothing that may be anything",
		      test->engine.ops->name);
		return 0;
	}
	size = show_pattern(test, pattern);
	if (size == 0)
		skips(&finding->verdict, "the target holds nothing that could be told from what a "
					 "read that failed returns, or too little");
	return size && map_part(test, finding) ? size : 0;
}

/* --- the target's memory is disabled ------------------------------------------------------ */

static void look_while_disabled(struct p2p_test *test, struct p2p_finding *finding,
				const uint8_t *pattern, size_t size)
{
	int code = vfio_command_change(test->to, 0, COMMAND_MEMORY);
	struct look before = { 0 }, after;
	struct error err = { 0 };

	if (code == 0)
		before = look(test, finding, pattern, size);
	if (reopen_part(test, &err) < 0) {
		fails(&finding->verdict, "afterwards: %s", err.text);
		return;
	}
	if (code < 0) {
		skips(&finding->verdict, "the target's memory cannot be disabled: %s",
		      errno_name(code));
		return;
	}
	if (!test->engine.ops)
		return;
	after = look(test, finding, pattern, size);
	observes(&finding->verdict, "%s, then %s", look_name(&before), later_name(test, &after));
	informs(&finding->verdict, NULL);
}

void check_disabled(struct p2p_test *test, struct p2p_finding *finding)
{
	uint8_t pattern[P2P_CHUNK];
	size_t size;

	/* Its bit is one that VFIO makes up (vfio_pci_config.c). */
	if (test->to->device->physical) {
		skips(&finding->verdict, "%s is a virtual function, whose memory is never disabled",
		      test->to->device->name);
		return;
	}
	size = begin(test, finding, pattern);
	if (size == 0)
		return;
	shut_part(test); /* an access while it is disabled would end this process */
	look_while_disabled(test, finding, pattern, size);
	unmap_part(test, finding);
}

/* --- the target is reset ------------------------------------------------------------------ */

static void look_after_reset(struct p2p_test *test, struct p2p_finding *finding)
{
	uint8_t pattern[P2P_CHUNK];
	struct error err = { 0 };
	struct look after;
	size_t size;
	int code;

	release_part(test);
	code = vfio_device_reset(test->to);
	if (regain_part(test, &err) < 0) {
		fails(&finding->verdict, "after its reset: %s", err.text);
		return;
	}
	if (code < 0) {
		fails(&finding->verdict, "the reset of the target ended with %s", errno_name(code));
		return;
	}
	size = show_pattern(test, pattern);
	if (size == 0) {
		skips(&finding->verdict, "after its reset the target holds nothing to be told");
		return;
	}
	after = look(test, finding, pattern, size);
	observes(&finding->verdict, "%s", later_name(test, &after));
	informs(&finding->verdict, NULL);
}

void check_reset(struct p2p_test *test, struct p2p_finding *finding)
{
	uint8_t pattern[P2P_CHUNK];

	if (!test->to->can_reset) {
		skips(&finding->verdict, "%s has no reset", test->to->device->name);
		return;
	}
	if (begin(test, finding, pattern) == 0)
		return;
	look_after_reset(test, finding);
	unmap_part(test, finding);
}

/* --- the target is closed ----------------------------------------------------------------- */

void check_closed(struct p2p_test *test, struct p2p_finding *finding)
{
	struct iospace *space = test->apart ? test->apart : test->space;
	uint8_t pattern[P2P_CHUNK];
	size_t size = begin(test, finding, pattern);
	struct error err = { 0 };
	struct p2p_saved saved;
	struct look closed;

	if (size == 0)
		return;
	saved = take_saved(test); /* the pattern stays there */
	close_target(test);
	closed = look(test, finding, pattern, size);
	unmap_part(test, finding);
	if (open_target(test, space, &err) < 0)
		fails(&finding->verdict, "it cannot be opened again: %s", err.text);
	give_saved(test, &saved);
	observes(&finding->verdict, "%s", later_name(test, &closed));
	informs(&finding->verdict, NULL);
}
