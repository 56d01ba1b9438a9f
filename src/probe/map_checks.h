/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the checks of map-test alone: their functions, and what they share. They ask the kernel
 * through space->ops, since iospace_map() refuses by itself what a test wants the kernel to refuse.
 */
#ifndef IOMMUTOOL_MAP_CHECKS_H
#define IOMMUTOOL_MAP_CHECKS_H

#include "probe/map_test.h"
#include "probe/memory.h"
#include "util/text.h"

#define ACCESS_BOTH (ACCESS_READ | ACCESS_WRITE)

/* --- the checks ------------------------------------------------------------------------------ */

typedef void map_check_function(struct map_test *test, struct verdict *verdict);

map_check_function check_attach;
/* map_pages.c */
map_check_function check_page_4k, check_page_2m, check_page_1g, check_read_only, check_no_memory;
/* map_bounds.c */
map_check_function check_first_page, check_last_page, check_top_page, check_beyond_aperture,
	check_reserved;
/* map_refusals.c */
map_check_function check_unaligned, check_zero_size, check_wrap, check_no_access, check_overlap;
/* map_unmaps.c */
map_check_function check_unmap, check_unmap_superset, check_unmap_hole, check_unmap_piece,
	check_unmap_all;
/* map_limits.c, map_memlock.c */
map_check_function check_entry_limit, check_memlock;
/* map_sequences.c */
map_check_function check_replay, check_evolve;
/* map_devices.c */
map_check_function check_own_bar, check_two_containers, check_same_container;

/* --- what a check begins with ----------------------------------------------------------- */

/* Each of these returns whether the check can go on; where not, the verdict says why. */
bool has_window(const struct map_test *test, struct verdict *verdict);
/* As much may be locked at a time, too. */
bool get_memory(struct verdict *verdict, uint64_t page_size, uint64_t size, struct memory *memory);
bool not_interrupted(struct verdict *verdict);

/* has_window(), and memory of some pages of the smallest size that may be mapped. */
bool begin_in_window(const struct map_test *test, struct verdict *verdict, uint64_t pages,
		     struct memory *memory);

/* Return: the address so many bytes into the window of the check. */
struct iova window_at(const struct map_test *test, uint64_t offset);

bool is_iommufd(const struct iospace *space);

/* --- what the kernel has to do ---------------------------------------------------------- */

/* Return: what the kernel answers. Whatever it is, nothing is recorded. */
int ask_map(const struct map_test *test, const void *va, struct iova iova, uint64_t size,
	    unsigned access);

/*
 * Each of these returns whether the kernel did what it has to do; where not, the verdict says so,
 * with @what: "the last page".
 */
bool must_map(const struct map_test *test, struct verdict *verdict, const char *what,
	      const void *va, struct iova iova, uint64_t size);
bool must_unmap(const struct map_test *test, struct verdict *verdict, const char *what,
		struct iova iova, uint64_t size);
/* Both, one after the other. */
bool must_map_and_unmap(const struct map_test *test, struct verdict *verdict, const char *what,
			const void *va, struct iova iova, uint64_t size);
/* A mapping of @size is in place as a whole: a page in it is taken (EEXIST); then unmaps it. */
bool must_be_whole(const struct map_test *test, struct verdict *verdict, const char *what,
		   const void *va, struct iova iova, uint64_t size);

/* --- what it has to refuse -------------------------------------------------------------- */

/*
 * The errnos that a backend may refuse with, 0 behind the last one. The imitation of a container
 * that iommufd has may answer as either.
 */
struct answers {
	int type1[2], iommufd[2];
};

bool is_answer(const struct iospace *space, const struct answers *answers, int code);

/* The errnos that came, each once, for the verdict's observation. */
struct seen {
	struct strings names;
};

void see(struct seen *seen, int code);
/* Passes with what was seen, unless the verdict is a failure already, and frees it. */
void pass_with(struct seen *seen, struct verdict *verdict);

/* A request to map that the kernel must refuse. */
struct refusal {
	const char *what; /* "the last page of the reserved region msi 0x..." */
	const void *va;
	struct iova iova;
	uint64_t size;
	unsigned access;
	struct answers answers;
};

/* What was mapped nevertheless is unmapped. Return: whether it was refused as it must be. */
bool must_refuse(const struct map_test *test, struct verdict *verdict,
		 const struct refusal *refusal, struct seen *seen);

/* A refusal in a table of them: addresses in units of half a page. */
struct refusal_row {
	const char *what;
	unsigned va, iova, size;
};

/* Each row, from @va and @iova on, with access for both. Return: whether all were refused. */
bool must_refuse_rows(const struct map_test *test, struct verdict *verdict,
		      const struct refusal_row *rows, const struct answers *answers, const void *va,
		      struct iova iova, struct seen *seen);

#endif
