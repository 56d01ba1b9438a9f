/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the checks of p2p-test alone: what a pair has while it is tested, and what checks share. */
#ifndef IOMMUTOOL_P2P_PARTS_H
#define IOMMUTOOL_P2P_PARTS_H

#include "dma/engine.h"
#include "probe/memory.h"
#include "probe/p2p_test.h"

#define P2P_PAGE 4096u
/* Most bytes that are moved at once; memory of ours and what is mapped of a BAR are a page more,
 * for a part that does not begin with a page. */
#define P2P_CHUNK 4096u
#define P2P_SPAN (P2P_CHUNK + P2P_PAGE)

/* What a part held before it was changed, and which it was. */
struct p2p_saved {
	unsigned region;
	uint64_t offset; /* in the region */
	size_t size;	 /* 0: nothing is saved */
	uint8_t bytes[P2P_CHUNK];
	bool is_changed; /* something was written there since */
};

/* The part of the target's BAR that is hit. */
struct p2p_part {
	struct bar_part pages; /* whole pages around it: what is mapped */
	uint64_t lead;	       /* bytes of them before it */
	size_t size;	       /* bytes; at most P2P_CHUNK; 0: the target has no BAR to hit */
	bool may_write, may_read;
	char *why_not; /* no BAR, or not to be written or read; owned; NULL: it may be */
	struct loan loan;
	struct bar_view view;
	struct p2p_saved saved;
};

struct p2p_test {
	const struct p2p_pair *pair;
	struct iospace *space; /* the initiator's */
	struct vfio_device *from;
	struct engine engine;	/* ops NULL: not running */
	struct memory memory; /* mapped at .base as long as the pair is tested: pinned */
	struct iova base;
	struct engine_memory own; /* the engine's part of it, as the engine sees it */
	uint8_t *ours;		  /* another P2P_SPAN bytes of it */
	struct iova at;		/* P2P_SPAN usable addresses, for what is mapped of the BAR */
	struct bar_part mapped; /* there, by map_part() */
	uint64_t mapped_lead;	/* of the part in it */

	struct iospace *apart;	/* the target's, while it has one of its own */
	struct vfio_device *to; /* NULL: closed */
	struct p2p_part part;

	bool can_map;	     /* "map" passed */
	bool is_isolated;    /* "isolation" passed: what is not mapped may be asked for */
	bool is_unsafe;	     /* it failed: nothing more is sent */
	bool has_arrived;    /* "write" passed */
	bool has_come;	     /* "read" passed */
	bool is_put_back;    /* what the target held is there again, as far as it was changed */
	int engine_code;     /* why it does not run: negative errno */
	char *why_no_engine; /* owned */
};

/* --- the pair (p2p_setup.c) --------------------------------------------------------------- */

/* Opens the initiator, and the target beside it. Return: 0; negative errno, and @err. */
int p2p_open(struct p2p_test *test, struct error *err);
/* Puts the target into a space of its own, unless it has to share that of its group. Opens it where
 * it was closed. Return: 0; negative errno, and @err. */
int p2p_move_apart(struct p2p_test *test, struct error *err);
/* Ends everything that is open or mapped. */
void p2p_close(struct p2p_test *test);

/* --- the target (p2p_target.c) ------------------------------------------------------------ */

/**
 * open_target() - the target with its part: chosen, accessible, saved
 * @space: where it is put; the initiator's or another
 *
 * Return: 0, also when it has no part that can be hit (part.size 0, why_not); negative errno.
 */
int open_target(struct p2p_test *test, struct iospace *space, struct error *err);

/* Puts back what it held, unless that cannot be (is_put_back), and closes it. */
void close_target(struct p2p_test *test);

/* Around a reset of the target; what was saved stays saved. In between nothing of the part may be
 * accessed. Return: 0; -ENXIO: it is another one now; negative errno. It is lost then. */
void release_part(struct p2p_test *test);
int regain_part(struct p2p_test *test, struct error *err);
/* Around what disables its memory alone: the same. */
void shut_part(struct p2p_test *test);
int reopen_part(struct p2p_test *test, struct error *err);

/* What was saved is for when the target is opened again, and holds what it then has to give back.
 */
struct p2p_saved take_saved(struct p2p_test *test);
void give_saved(struct p2p_test *test, const struct p2p_saved *saved);

/* --- addresses (p2p_room.c) --------------------------------------------------------------- */

/* Maps memory for the pair, outside all that devices decode. Return: 0; negative errno, and @err.
 */
int lay_out_memory(struct p2p_test *test, struct error *err);

/* Return: whether there are @size usable bytes, mapped neither in the space nor in the initiator's,
 * nor decoded by a device; aligned as BARs of that size are, to at most 1 GiB and at least 4 KiB.
 */
bool find_room(const struct p2p_test *test, const struct iospace *space, uint64_t size,
	       struct iova *room);

/* --- moves (p2p_moves.c) ------------------------------------------------------------------ */

/* What is looked at to see what a request did. */
struct place {
	const char *name; /* "a page of ours", "the target" */
	uint8_t *memory;  /* ours; NULL: the target's part */
	uint64_t lead;	  /* bytes of its first page before it */
	size_t size;	  /* bytes; at most P2P_CHUNK */
	bool may_write;
};

/* In memory of ours, as far from the beginning of a page, and as large, as is said. */
struct place place_ours(const struct p2p_test *test, uint64_t lead, size_t size);
struct place place_target(const struct p2p_test *test);

/* How many bytes the engine can move there at once; 0: none, and the finding is a skip that says
 * why. */
size_t send_size(const struct p2p_test *test, struct p2p_finding *finding,
		 const struct place *place);
size_t fetch_size(const struct p2p_test *test, struct p2p_finding *finding,
		  const struct place *place);

/* Each of these sets the finding when it is no success. Return: whether it is one. */

/* The initiator writes to @iova, which leads to the place: every byte that it sent is there. */
bool must_arrive(struct p2p_test *test, struct p2p_finding *finding, struct iova iova,
		 const struct place *place);
/* The initiator reads at @iova: it gets what the place holds. */
bool must_come(struct p2p_test *test, struct p2p_finding *finding, struct iova iova,
	       const struct place *place);
/* Neither a write (if the place may be written) nor a read at @iova reaches the place. */
bool must_not_reach(struct p2p_test *test, struct p2p_finding *finding, struct iova iova,
		    const struct place *place);

/* What a read got that may be anything. */
enum seen_data { SEEN_DATA, SEEN_ONES, SEEN_ZEROES, SEEN_OTHER, SEEN_NOTHING, SEEN_ERROR };

/* Something to be seen: fills the target's part, and @bytes with it. Return: how much an engine can
 * read of it; 0: nothing. */
size_t show_pattern(struct p2p_test *test, uint8_t bytes[P2P_CHUNK]);
/* The initiator reads at @iova, where that pattern may be; nothing of the target is touched. */
enum seen_data look_at(struct p2p_test *test, struct iova iova, const uint8_t *pattern,
		       size_t size);

/* The engine runs again if it was lost. Return: whether it does. One that was lost may go on with
 * what it was told: nothing may be unmapped or put back before this. */
bool revive_engine(struct p2p_test *test);

/* Notes a fault of the initiator, if the log has one since it was last passed over. */
void look_for_fault(struct p2p_test *test, struct p2p_finding *finding);

/* --- mapping the part --------------------------------------------------------------------- */

/* Maps the pages of the part at @test->at. The finding is a failure where that fails. */
bool map_part(struct p2p_test *test, struct p2p_finding *finding);
/* And unmaps them, whatever the part is by now: their size has to be what was mapped. */
bool unmap_part(struct p2p_test *test, struct p2p_finding *finding);
/* Return: where the part itself is then. */
struct iova part_iova(const struct p2p_test *test);

/* Return: whether anything may be sent at all. */
bool may_move(const struct p2p_test *test);

/* Why nothing is written. */
#define NOT_ISOLATED                                                                               \
	"isolation was not shown, and a write that nothing translates would hit somebody's memory"

/* --- the checks --------------------------------------------------------------------------- */

typedef void p2p_check_function(struct p2p_test *test, struct p2p_finding *finding);

p2p_check_function check_engine, check_map, check_write, check_read, check_gone; /* p2p_checks.c */
p2p_check_function check_isolates;			      /* p2p_isolation.c */
p2p_check_function check_cross_container, check_lifetime;     /* p2p_apart.c */
p2p_check_function check_disabled, check_reset, check_closed; /* p2p_disruptive.c */

/* --- speed (p2p_bench.c) ------------------------------------------------------------------ */

/* Of a direction whose check passed. */
void measure_moves(struct p2p_test *test, struct p2p_summary *summary);

#endif
