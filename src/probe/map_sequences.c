/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of map-test: many requests one after the other, against the list that we keep of them. */
#include "probe/map_checks.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

/* --- a set that cannot be mapped as a whole --------------------------------------------- */

#define SET_SIZE 64
#define FOREIGN 40 /* the one of the set that cannot be mapped */

/* Each of one page, with a page between them. */
static struct iova set_iova(const struct map_test *test, size_t i)
{
	return window_at(test, 2 * i * test->space->page_size);
}

/* Return: whether nothing of the set is mapped, by our list and by the kernel. */
static bool is_rolled_back(const struct map_test *test, struct verdict *verdict,
			   const struct memory *memory)
{
	if (test->space->mappings.nr > 0) {
		fails(verdict, "%zu ranges are still in the list of mappings",
		      test->space->mappings.nr);
		return false;
	}
	for (size_t i = 0; i < SET_SIZE; i++)
		if (i != FOREIGN &&
		    !must_map_and_unmap(test, verdict, "a range rolled back", memory->va,
					set_iova(test, i), test->space->page_size))
			return false;
	return true;
}

static void try_set(struct map_test *test, struct verdict *verdict, const struct memory *memory)
{
	struct map_request set[SET_SIZE];
	uint64_t page = test->space->page_size;
	size_t failed = SET_SIZE;
	int code;

	for (size_t i = 0; i < SET_SIZE; i++)
		set[i] = (struct map_request){ memory->va, set_iova(test, i), page, ACCESS_BOTH };
	code = iospace_map_set(test->space, set, SET_SIZE, &failed);
	if (code != -EEXIST || failed != FOREIGN)
		fails(verdict, "range %d of %d is taken, but mapping them ended with %s at %zu",
		      FOREIGN, SET_SIZE, errno_name(code), failed);
	else if (is_rolled_back(test, verdict, memory))
		passes(verdict, "%d of %d mapped and rolled back", FOREIGN, SET_SIZE);
}

/*
 * The kernel has a mapping that our list has not, so only the kernel can refuse. One page serves
 * for all, but what is locked counts for each.
 */
void check_replay(struct map_test *test, struct verdict *verdict)
{
	uint64_t page = test->space->page_size;
	struct memory memory;

	if (!begin_in_window(test, verdict, SET_SIZE, &memory))
		return;
	if (must_map(test, verdict, "a mapping in the way", memory.va, set_iova(test, FOREIGN),
		     page)) {
		try_set(test, verdict, &memory);
		must_be_whole(test, verdict, "the mapping in the way", memory.va,
			      set_iova(test, FOREIGN), page);
	}
	memory_put(&memory);
}

/* --- a map that changes at random ------------------------------------------------------- */

#define EVOLVE_PAGES 512
#define EVOLVE_STEPS 2000
#define EVOLVE_COMPARED 250 /* after so many steps */
#define EVOLVE_LARGEST 24   /* pages of a mapping */

struct evolution {
	struct map_test *test;
	struct verdict *verdict;
	struct memory memory;
	uint64_t state; /* of the random numbers */
};

/* Splitmix64: no more is asked of it than that it repeats what a seed began. */
static uint64_t draw(struct evolution *evolution, uint64_t below)
{
	uint64_t z = evolution->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (z ^ z >> 31) % below;
}

static uint64_t new_seed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec ^ (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid();
}

/* Maps a range: the kernel has to say what our list says. */
static int step_map(struct evolution *evolution, uint64_t at, uint64_t pages)
{
	struct iospace *space = evolution->test->space;
	uint64_t page = space->page_size;
	struct iova iova = window_at(evolution->test, at * page);
	int expected = iospace_check(space, iova, pages * page);
	int code = iospace_map(space, (char *)evolution->memory.va + at * page, iova, pages * page,
			       ACCESS_BOTH);

	return code == expected ? 0 : code ? code : -EBADE;
}

/* Unmaps what lies in a range; a mapping that lies in it in part (EINVAL) is left alone. */
static int step_unmap(struct evolution *evolution, uint64_t at, uint64_t pages)
{
	struct iospace *space = evolution->test->space;
	int code = iospace_unmap(space, window_at(evolution->test, at * space->page_size),
				 pages * space->page_size);

	return code == -EINVAL ? 0 : code;
}

/* Takes out one mapping, and maps part of where it was. */
static int step_punch(struct evolution *evolution)
{
	struct iospace *space = evolution->test->space;
	struct mapping hit;
	uint64_t at;
	int code;

	if (space->mappings.nr == 0)
		return 0;
	hit = space->mappings.items[draw(evolution, space->mappings.nr)];
	code = iospace_unmap(space, hit.iova, hit.size);
	at = (hit.iova.value - evolution->test->window.value) / space->page_size;
	return code ? code
		    : step_map(evolution, at, 1 + draw(evolution, hit.size / space->page_size));
}

static int step(struct evolution *evolution)
{
	uint64_t pages = 1 + draw(evolution, EVOLVE_LARGEST);
	uint64_t at = draw(evolution, EVOLVE_PAGES - pages + 1);

	switch (draw(evolution, 4)) {
	case 0:
		return step_unmap(evolution, at, pages);
	case 1:
		return step_punch(evolution);
	default:
		return step_map(evolution, at, pages);
	}
}

/* Return: whether the kernel has exactly those pages taken that the list has. */
static bool agrees(const struct evolution *evolution)
{
	struct iospace *space = evolution->test->space;
	uint64_t page = space->page_size, unmapped;

	for (uint64_t i = 0; i < EVOLVE_PAGES; i++) {
		struct iova iova = window_at(evolution->test, i * page);
		int expected = mappings_overlap(&space->mappings, iova, page) ? -EEXIST : 0;
		int code = ask_map(evolution->test, evolution->memory.va, iova, page, ACCESS_BOTH);

		if (code == 0)
			space->ops->unmap(space, iova, page, &unmapped);
		if (code != expected) {
			fails(evolution->verdict,
			      "page %" PRIu64 " is %s by our list, but mapping it ended with %s", i,
			      expected ? "taken" : "free", errno_name(code));
			return false;
		}
	}
	return true;
}

static bool evolve(struct evolution *evolution)
{
	for (unsigned i = 1; i <= EVOLVE_STEPS; i++) {
		int code = step(evolution);

		if (code < 0) {
			fails(evolution->verdict, "step %u ended with %s, not as our list says", i,
			      errno_name(code));
			return false;
		}
		if (i % EVOLVE_COMPARED == 0 &&
		    (!not_interrupted(evolution->verdict) || !agrees(evolution)))
			return false;
	}
	return true;
}

void check_evolve(struct map_test *test, struct verdict *verdict)
{
	uint64_t seed = new_seed();
	struct evolution evolution = { test, verdict, { 0 }, seed };

	if (!begin_in_window(test, verdict, EVOLVE_PAGES, &evolution.memory))
		return;
	if (evolve(&evolution))
		passes(verdict, "%d changes", EVOLVE_STEPS);
	if (iospace_unmap_all(test->space) < 0 || test->space->mappings.nr > 0)
		fails(verdict, "not everything could be unmapped at the end");
	if (verdict->outcome == OUTCOME_FAIL)
		observes(verdict, "seed 0x%" PRIx64, seed);
	memory_put(&evolution.memory);
}
