/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves of an engine, and a look at both ends of them: an engine's own word is no evidence. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "probe/p2p_parts.h"
#include "util/clock.h"
#include "util/random.h"

/* A posted write may still be on its way when the device is done. */
static void settle(void)
{
	clock_nap(10000);
}

/* --- places ------------------------------------------------------------------------------- */

struct place place_ours(const struct p2p_test *test, uint64_t lead, size_t size)
{
	return (struct place){ "a page of ours", test->ours + lead, lead, size, true };
}

struct place place_target(const struct p2p_test *test)
{
	const struct p2p_part *part = &test->part;

	return (struct place){ "the target", NULL, part->lead, part->size, part->may_write };
}

static void store(struct p2p_test *test, const struct place *place, const uint8_t *bytes,
		  size_t size)
{
	if (place->memory) {
		memcpy(place->memory, bytes, size);
		return;
	}
	test->part.saved.is_changed = true;
	bar_store(&test->part.view, bytes, size);
}

/* The compiler does not know who else writes there. */
static void load(const struct p2p_test *test, const struct place *place, uint8_t *bytes,
		 size_t size)
{
	if (place->memory) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		for (size_t i = 0; i < size; i++)
			bytes[i] = ((const volatile uint8_t *)place->memory)[i];
	} else {
		bar_load(&test->part.view, bytes, size);
	}
}

/* Bytes that are all alike: what a read that failed may look like. */
static bool is_blank(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((bytes[i] != 0x00 && bytes[i] != 0xff) || bytes[i] != bytes[0])
			return false;
	return true;
}

static void tell_forgetful(struct p2p_finding *finding, const struct place *place)
{
	skips(&finding->verdict,
	      "%s does not hold what this process writes to it: it is no memory, or it is gone",
	      place->name);
}

/* Fills the place with random bytes. Return: whether it holds them, as memory does. */
static bool fill(struct p2p_test *test, struct p2p_finding *finding, const struct place *place,
		 uint8_t *bytes, size_t size)
{
	uint8_t now[P2P_CHUNK];

	random_bytes(bytes, size);
	store(test, place, bytes, size);
	load(test, place, now, size);
	if (memcmp(now, bytes, size) == 0)
		return true;
	tell_forgetful(finding, place);
	return false;
}

/*
 * Fills the place with what the engine can tell again, and @bytes with what is there; what may not
 * be written stays. @telling: it can be told from what a read that failed looks like. Return:
 * whether the place holds what was put there.
 */
static bool prepare(struct p2p_test *test, struct p2p_finding *finding, const struct place *place,
		    uint8_t *bytes, size_t size, bool *telling)
{
	uint8_t now[P2P_CHUNK];

	if (place->may_write) {
		engine_compose(&test->engine, bytes, size);
		store(test, place, bytes, size);
	}
	load(test, place, now, size);
	*telling = !is_blank(now, size);
	if (place->may_write && memcmp(now, bytes, size) != 0) {
		tell_forgetful(finding, place);
		return false;
	}
	memcpy(bytes, now, size);
	return true;
}

/* --- sizes -------------------------------------------------------------------------------- */

/* Return: whether the engine runs; where it was lost in this very check, that is a failure. */
static bool runs(const struct p2p_test *test, struct p2p_finding *finding)
{
	if (!test->engine.ops)
		fails(&finding->verdict, "%s", test->why_no_engine);
	return test->engine.ops;
}

/* Return: as much as fits the place; 0, and the finding says so. */
static size_t fit(const struct p2p_test *test, struct p2p_finding *finding,
		  const struct place *place, size_t least, size_t most)
{
	size_t alignment = test->engine.alignment;
	size_t size = place->size < most ? place->size : most;

	if (!runs(test, finding))
		return 0;
	size -= size % alignment;
	if (size >= least && place->lead % alignment == 0)
		return size;
	skips(&finding->verdict,
	      "%s moves %zu bytes at least, aligned to %zu; %s has %zu at 0x%" PRIx64 " of a page",
	      test->engine.ops->name, least, alignment, place->name, place->size, place->lead);
	return 0;
}

size_t send_size(const struct p2p_test *test, struct p2p_finding *finding,
		 const struct place *place)
{
	return fit(test, finding, place, test->engine.send_least, test->engine.send_size);
}

size_t fetch_size(const struct p2p_test *test, struct p2p_finding *finding,
		  const struct place *place)
{
	if (runs(test, finding) && test->engine.wants_composed && !place->may_write) {
		skips(&finding->verdict,
		      "%s executes what it reads, so it reads only what may be written before",
		      test->engine.ops->name);
		return 0;
	}
	return fit(test, finding, place, test->engine.fetch_least, test->engine.fetch_size);
}

/* --- what must be ------------------------------------------------------------------------- */

/* Return: how many bytes are not the same; @first is where the first of them is. */
static size_t count_differences(const uint8_t *a, const uint8_t *b, size_t size, size_t *first)
{
	size_t nr = 0;

	*first = size;
	for (size_t i = size; i-- > 0;) {
		if (a[i] != b[i]) {
			*first = i;
			nr++;
		}
	}
	return nr;
}

/* Return: whether all bytes are as they should be. */
static bool must_equal(struct p2p_finding *finding, const char *what, const uint8_t *got,
		       const uint8_t *wanted, size_t size)
{
	size_t first, nr = count_differences(got, wanted, size, &first);

	if (nr == 0)
		return true;
	fails(&finding->verdict,
	      "%s: %zu of %zu bytes differ, first at offset 0x%zx: 0x%02x, not 0x%02x", what, nr,
	      size, first, got[first], wanted[first]);
	return false;
}

bool must_arrive(struct p2p_test *test, struct p2p_finding *finding, struct iova iova,
		 const struct place *place)
{
	uint8_t sent[P2P_CHUNK], before[P2P_CHUNK], after[P2P_CHUNK];
	size_t size = send_size(test, finding, place);
	struct error err = { 0 };

	if (!size || !fill(test, finding, place, before, size))
		return false;
	finding->moved = true;
	random_bytes(sent, size);
	if (engine_send(&test->engine, iova, sent, size, &err) < 0) {
		fails(&finding->verdict, "%s", err.text);
		revive_engine(test);
		return false;
	}
	settle();
	load(test, place, after, size);
	if (memcmp(after, before, size) == 0) {
		fails(&finding->verdict, "nothing of %zu bytes arrived in %s", size, place->name);
		return false;
	}
	if (!must_equal(finding, place->name, after, sent, size))
		return false;
	finding->bytes_verified += size;
	return true;
}

/* Return: whether the place still holds what it held. */
static bool is_still(const struct p2p_test *test, const struct place *place, const uint8_t *there,
		     size_t size)
{
	uint8_t now[P2P_CHUNK];

	load(test, place, now, size);
	return memcmp(now, there, size) == 0;
}

/* What cannot be told from a failure is no success. */
static void tell_blank(struct p2p_finding *finding, uint8_t byte)
{
	informs(&finding->verdict,
		"the target holds but 0x%02x, which a read that failed may return, too", byte);
}

bool must_come(struct p2p_test *test, struct p2p_finding *finding, struct iova iova,
	       const struct place *place)
{
	uint8_t there[P2P_CHUNK], got[P2P_CHUNK];
	size_t size = fetch_size(test, finding, place);
	struct error err = { 0 };
	bool telling;
	ssize_t nr;

	if (!size || !prepare(test, finding, place, there, size, &telling))
		return false;
	finding->moved = true;
	nr = engine_fetch(&test->engine, iova, there, got, size, &err);
	if (nr <= 0) {
		fails(&finding->verdict, "%s", nr < 0 ? err.text : "nothing came");
		revive_engine(test);
		return false;
	}
	if (!place->may_write && !is_still(test, place, there, size)) {
		informs(&finding->verdict,
			"%s changes by itself: what is read of it cannot be judged", place->name);
		return false;
	}
	if (!must_equal(finding, "what it read", got, there, (size_t)nr))
		return false;
	if (!telling) {
		tell_blank(finding, there[0]);
		return false;
	}
	finding->bytes_verified += (uint64_t)nr;
	return true;
}

/* --- what must not be --------------------------------------------------------------------- */

/* The engine may well stop at what the IOMMU refuses, but has to have tried, and to come back. */
static bool has_tried(struct p2p_test *test, struct p2p_finding *finding, const struct error *err)
{
	bool has_asked = test->engine.has_asked;

	if (!has_asked)
		fails(&finding->verdict, "it did not come so far: %s", err->text);
	if (revive_engine(test))
		return has_asked;
	fails(&finding->verdict, "the initiator does not come back after a refused request: %s",
	      test->why_no_engine ? test->why_no_engine : err->text);
	return false;
}

static bool must_not_arrive(struct p2p_test *test, struct p2p_finding *finding, struct iova iova,
			    const struct place *place)
{
	uint8_t sent[P2P_CHUNK], before[P2P_CHUNK], after[P2P_CHUNK];
	size_t size = send_size(test, finding, place), nr, first;
	struct error err = { 0 };

	if (!size || !fill(test, finding, place, before, size))
		return false;
	random_bytes(sent, size);
	finding->moved = true;
	engine_send(&test->engine, iova, sent, size, &err);
	if (!has_tried(test, finding, &err))
		return false;
	settle();
	load(test, place, after, size);
	nr = count_differences(after, before, size, &first);
	if (nr > 0)
		fails(&finding->verdict,
		      "a write to 0x%016" PRIx64
		      ", where it is not mapped, changed %zu bytes of %s, first at offset 0x%zx",
		      iova.value, nr, place->name, first);
	return nr == 0;
}

static bool must_not_come(struct p2p_test *test, struct p2p_finding *finding, struct iova iova,
			  const struct place *place)
{
	uint8_t there[P2P_CHUNK], got[P2P_CHUNK];
	size_t size = fetch_size(test, finding, place);
	struct error err = { 0 };
	bool telling;
	ssize_t nr;

	if (!size || !prepare(test, finding, place, there, size, &telling))
		return false;
	finding->moved = true;
	nr = engine_fetch(&test->engine, iova, there, got, size, &err);
	if (!has_tried(test, finding, &err))
		return false;
	if (nr <= 0 || memcmp(got, there, (size_t)nr) != 0)
		return true;
	if (telling)
		fails(&finding->verdict,
		      "a read at 0x%016" PRIx64 ", where it is not mapped, got what %s holds",
		      iova.value, place->name);
	else
		tell_blank(finding, there[0]);
	return false;
}

bool must_not_reach(struct p2p_test *test, struct p2p_finding *finding, struct iova iova,
		    const struct place *place)
{
	if (place->may_write && !must_not_arrive(test, finding, iova, place))
		return false;
	/* One that executes what it reads is not told to read what may be anything. */
	if (test->engine.wants_composed && place->may_write)
		return true;
	return must_not_come(test, finding, iova, place);
}

#define FAULT_WAIT_MS 300

void look_for_fault(struct p2p_test *test, struct p2p_finding *finding)
{
	const struct device *from = test->from->device;
	const struct bdf *requester = from->carrier ? &from->carrier->bdf : &from->bdf;

	if (!finding->has_fault)
		finding->has_fault =
			kernel_log_find(test->pair->log, requester, &finding->fault, FAULT_WAIT_MS);
}

/* --- what may be -------------------------------------------------------------------------- */

size_t show_pattern(struct p2p_test *test, uint8_t bytes[P2P_CHUNK])
{
	const struct place place = place_target(test);
	struct p2p_finding none = { 0 };
	size_t size = fetch_size(test, &none, &place);
	bool telling = false;

	if (size && !prepare(test, &none, &place, bytes, size, &telling))
		telling = false;
	verdict_free(&none.verdict);
	return telling ? size : 0;
}

enum seen_data look_at(struct p2p_test *test, struct iova iova, const uint8_t *pattern, size_t size)
{
	struct error err = { 0 };
	uint8_t got[P2P_CHUNK];
	ssize_t nr = engine_fetch(&test->engine, iova, pattern, got, size, &err);

	if (!revive_engine(test) || nr < 0)
		return SEEN_ERROR;
	if (nr == 0)
		return SEEN_NOTHING;
	if (memcmp(got, pattern, (size_t)nr) == 0)
		return SEEN_DATA;
	if (!is_blank(got, (size_t)nr))
		return SEEN_OTHER;
	return got[0] ? SEEN_ONES : SEEN_ZEROES;
}

/* --- mapping the part --------------------------------------------------------------------- */

struct iova part_iova(const struct p2p_test *test)
{
	return (struct iova){ test->at.value + test->mapped_lead };
}

bool map_part(struct p2p_test *test, struct p2p_finding *finding)
{
	int code = iospace_map_bar(test->space, &test->part.pages, test->at,
				   ACCESS_READ | ACCESS_WRITE);

	if (code < 0)
		fails(&finding->verdict, "mapping 0x%" PRIx64 " bytes of BAR %u ended with %s",
		      test->part.pages.size, test->part.pages.region, errno_name(code));
	test->mapped = test->part.pages;
	test->mapped_lead = test->part.lead;
	return code == 0;
}

bool unmap_part(struct p2p_test *test, struct p2p_finding *finding)
{
	int code = iospace_unmap(test->space, test->at, test->mapped.size);

	if (code < 0)
		fails(&finding->verdict, "unmapping 0x%" PRIx64 " bytes of BAR %u ended with %s",
		      test->mapped.size, test->mapped.region, errno_name(code));
	return code == 0;
}
