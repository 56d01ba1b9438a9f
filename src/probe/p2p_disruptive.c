/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of p2p-test that may escalate: DMA to a target that does not answer. On hardware that may
 * end in AER, a link that DPC takes down, or a firmware that handles errors first. None of them is
 * right or wrong: what is seen is told.
 */
#include <inttypes.h>
#include <string.h>

#include "probe/p2p_parts.h"

#define FAULT_WAIT_MS 300

static const char *seen_name(enum seen_data seen)
{
	static const char *const names[] = {
		[SEEN_DATA] = "data",	    [SEEN_ONES] = "all-ones (UR)",
		[SEEN_ZEROES] = "zeroes",   [SEEN_OTHER] = "other bytes",
		[SEEN_NOTHING] = "nothing", [SEEN_ERROR] = "error",
	};

	return names[seen];
}

/* What a read at the mapped part gets; a fault in the log says more than the data. */
static const char *look(struct p2p_test *test, struct p2p_finding *finding, const uint8_t *pattern,
			size_t size)
{
	const struct device *from = test->from->device;
	enum seen_data seen;

	kernel_log_skip(test->pair->log);
	seen = look_at(test, part_iova(test), pattern, size);
	finding->moved = true;
	if (seen != SEEN_DATA &&
	    kernel_log_find(test->pair->log, from->carrier ? &from->carrier->bdf : &from->bdf,
			    &finding->fault, FAULT_WAIT_MS)) {
		finding->has_fault = true;
		return "fault";
	}
	return seen_name(seen);
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
		      "%s executes what it reads, so it reads nothing that may "
		      "be anything",
		      test->engine.ops->name);
		return 0;
	}
	size = show_pattern(test, pattern);
	if (size == 0)
		skips(&finding->verdict, "the target holds nothing that could be told from what a "
					 "read that failed returns, or too little");
	return size && map_part(test, finding) ? size : 0;
}

/* @before: while the target did not answer; @after: once it does again. */
static void tell(struct p2p_test *test, struct p2p_finding *finding, const char *before,
		 const char *after)
{
	bool by_export = test->space->ops->map_export;

	if (by_export && strcmp(after, seen_name(SEEN_DATA)) != 0)
		after = "revoked";
	if (before)
		observes(&finding->verdict, "%s, then %s", before, after);
	else
		observes(&finding->verdict, "%s", after);
	informs(&finding->verdict, NULL);
}

/* --- the target's memory is disabled ------------------------------------------------------ */

void check_disabled(struct p2p_test *test, struct p2p_finding *finding)
{
	uint8_t pattern[P2P_CHUNK];
	size_t size = begin(test, finding, pattern);
	const char *before = NULL;
	struct error err = { 0 };

	if (size == 0)
		return;
	bar_view_close(&test->part.view); /* an access now would end this process */
	if (vfio_command_change(test->to, 0, COMMAND_MEMORY) == 0)
		before = look(test, finding, pattern, size);
	if (vfio_command_change(test->to, COMMAND_MEMORY, 0) < 0 || view_part(test, &err) < 0)
		fails(&finding->verdict, "the target's memory cannot be enabled again");
	else if (!before)
		skips(&finding->verdict, "the target's memory cannot be disabled");
	else
		tell(test, finding, before, look(test, finding, pattern, size));
	unmap_part(test, finding);
}

/* --- the target is reset ------------------------------------------------------------------ */

void check_reset(struct p2p_test *test, struct p2p_finding *finding)
{
	uint8_t pattern[P2P_CHUNK];
	struct error err = { 0 };
	size_t size;
	int code;

	if (!test->to->can_reset) {
		skips(&finding->verdict, "%s has no reset", test->to->device->name);
		return;
	}
	if (begin(test, finding, pattern) == 0)
		return;
	release_part(test);
	code = vfio_device_reset(test->to);
	if (regain_part(test, &err) < 0)
		fails(&finding->verdict, "after its reset: %s", err.text);
	else if (code < 0)
		fails(&finding->verdict, "the reset of the target ended with %s", errno_name(code));
	else if ((size = show_pattern(test, pattern)) == 0)
		skips(&finding->verdict, "after its reset the target holds nothing to be told");
	else
		tell(test, finding, NULL, look(test, finding, pattern, size));
	unmap_part(test, finding);
}

/* --- the target is closed ----------------------------------------------------------------- */

void check_closed(struct p2p_test *test, struct p2p_finding *finding)
{
	struct iospace *space = test->apart ? test->apart : test->space;
	uint8_t pattern[P2P_CHUNK], saved[P2P_CHUNK];
	size_t size = begin(test, finding, pattern);
	bool was_saved = test->part.is_saved;
	struct error err = { 0 };
	const char *seen;

	if (size == 0)
		return;
	memcpy(saved, test->part.saved, sizeof(saved));
	test->part.is_saved = false; /* the pattern stays there */
	close_target(test);
	seen = look(test, finding, pattern, size);
	if (iospace_unmap(test->space, test->at, test->part.pages.size) < 0)
		fails(&finding->verdict, "unmapping the BAR of a closed device did not give back "
					 "its size");
	if (open_target(test, space, &err) < 0) {
		test->is_put_back = !was_saved;
		fails(&finding->verdict, "it cannot be opened again: %s", err.text);
		return;
	}
	if (was_saved)
		memcpy(test->part.saved, saved, sizeof(saved));
	tell(test, finding, NULL, seen);
}
