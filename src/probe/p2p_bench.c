/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast an engine moves bytes to and from the target, as it is driven here. */
#include "probe/p2p_parts.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/random.h"

/* As long as this, but some moves at least. */
#define LEAST_NS 1000000000u
#define LEAST_MOVES 4

/* Return: bytes that were moved; 0 when it failed. */
static size_t move(struct p2p_test *test, bool writes, uint8_t *bytes, size_t size)
{
	struct error err = { 0 };
	uint8_t got[P2P_CHUNK];
	ssize_t nr;

	if (writes)
		return engine_send(&test->engine, part_iova(test), bytes, size, &err) < 0 ? 0
											  : size;
	nr = engine_fetch(&test->engine, part_iova(test), bytes, got, size, &err);
	return nr <= 0 ? 0 : size;
}

/* Return: bytes per second; 0 when a move failed. */
static uint64_t measure(struct p2p_test *test, bool writes, uint8_t *bytes, size_t size)
{
	uint64_t begin = clock_ns(), spent = 0, moved = 0;

	for (unsigned moves = 0; moves < LEAST_MOVES || spent < LEAST_NS; moves++) {
		size_t nr = interrupted() ? 0 : move(test, writes, bytes, size);

		if (nr == 0)
			return 0;
		moved += nr;
		spent = clock_ns() - begin;
	}
	return (uint64_t)((double)moved * 1e9 / (double)spent);
}

static void measure_direction(struct p2p_test *test, struct p2p_summary *summary, bool writes)
{
	const struct place target = place_target(test);
	struct p2p_finding none = { 0 };
	uint8_t bytes[P2P_CHUNK];
	size_t size = writes ? send_size(test, &none, &target) : fetch_size(test, &none, &target);
	uint64_t rate;

	verdict_free(&none.verdict);
	if (size == 0)
		return;
	if (writes)
		random_bytes(bytes, size);
	else
		show_pattern(test, bytes);
	rate = measure(test, writes, bytes, size);
	if (rate > 0)
		summary->rates[summary->nr_rates++] =
			(struct p2p_rate){ writes ? "write" : "read", rate };
}

void measure_moves(struct p2p_test *test, struct p2p_summary *summary)
{
	struct p2p_finding finding = { 0 };

	if ((test->has_arrived || test->has_come) && map_part(test, &finding)) {
		if (test->has_arrived)
			measure_direction(test, summary, true);
		if (test->has_come && revive_engine(test))
			measure_direction(test, summary, false);
		revive_engine(test);
		unmap_part(test, &finding);
	}
	verdict_free(&finding.verdict);
}
