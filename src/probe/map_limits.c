/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Check of map-test: how many mappings there may be. */
#include "probe/map_checks.h"

#include <errno.h>
#include <inttypes.h>

#include "probe/memlock.h"

/* Twice what type 1 allows by itself: more would take long, and is no limit that anybody meets. */
#define MOST_ENTRIES 131072

#define ASKED_FOR_SIGNALS 1024 /* after so many mappings */

/* One page of memory, mapped many times: entry i at page i of the room. */
struct entries {
	struct map_test *test;
	struct verdict *verdict;
	struct memory memory;
	uint64_t nr; /* mapped */
};

static struct iova entry_iova(const struct entries *entries, uint64_t i)
{
	return (struct iova){ entries->test->room.start + i * entries->test->space->page_size };
}

/* Return: what ended it: -ENOSPC when the limit is reached; -EINTR; 0 beyond @most. */
static int fill(struct entries *entries, uint64_t most)
{
	int code = 0;

	while (code == 0 && entries->nr < most) {
		if (entries->nr % ASKED_FOR_SIGNALS == 0 && !not_interrupted(entries->verdict))
			return -EINTR;
		code = ask_map(entries->test, entries->memory.va, entry_iova(entries, entries->nr),
			       entries->memory.size, ACCESS_BOTH);
		if (code == 0)
			entries->nr++;
	}
	return code;
}

static void drain(struct entries *entries)
{
	while (entries->nr > 0) {
		entries->nr--;
		if (!must_unmap(entries->test, entries->verdict, "one of many mappings",
				entry_iova(entries, entries->nr), entries->memory.size))
			return;
	}
}

static void try_entries(struct entries *entries, uint64_t left)
{
	struct iospace *space = entries->test->space;
	struct verdict *verdict = entries->verdict;
	int code = fill(entries, left + 1);

	if (code == -EINTR)
		observes(verdict, "%" PRIu64 " mapped", entries->nr);
	else if (code != -ENOSPC)
		fails(verdict,
		      "mapping number %" PRIu64 ", where %" PRIu64 " may be made, ended with %s",
		      code ? entries->nr + 1 : entries->nr, left, errno_name(code));
	else if (entries->nr != left)
		fails(verdict, "the limit came after %" PRIu64 " mappings, not after %" PRIu64,
		      entries->nr, left);
	else
		passes(verdict, "%s after %" PRIu64, errno_name(code), left);
	drain(entries);
	if (space->ops->query(space) < 0 || space->entries_left != left)
		fails(verdict, "%" PRIu64 " mappings may be made after all are gone, not %" PRIu64,
		      space->entries_left, left);
}

/* Return: whether the check can go on. */
static bool can_fill(const struct map_test *test, struct verdict *verdict, uint64_t left)
{
	uint64_t page_size = test->space->page_size;

	if (left == ENTRIES_UNLIMITED)
		skips(verdict, "this backend has no limit");
	else if (left > MOST_ENTRIES)
		skips(verdict, "the limit is %" PRIu64 " mappings, more than are tried here", left);
	else if (!test->has_room || (test->room.end - test->room.start) / page_size < left)
		skips(verdict, "no usable range has room for %" PRIu64 " pages", left + 1);
	else if (memlock_left() / page_size < left + 1)
		skips(verdict,
		      "the limit of locked memory ends it before %" PRIu64
		      " pages; raise it with ulimit -l",
		      left + 1);
	else
		return true;
	return false;
}

void check_entry_limit(struct map_test *test, struct verdict *verdict)
{
	struct entries entries = { test, verdict, { 0 }, 0 };
	uint64_t page_size = test->space->page_size, left = test->space->entries_left;

	if (!can_fill(test, verdict, left) ||
	    !get_memory(verdict, page_size, page_size, &entries.memory))
		return;
	try_entries(&entries, left);
	memory_put(&entries.memory);
}
