/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of try_plan() share: map_plan.c runs it, map_plan_facts.c judges by known facts.
 */
#ifndef IOMMUTOOL_MAP_PLAN_PARTS_H
#define IOMMUTOOL_MAP_PLAN_PARTS_H

#include "probe/map_test.h"
#include "probe/memory.h"

struct trial {
	const struct map_test *test;
	const struct plan *plan;
	const char *file;
	struct verdict *verdict;
	/* The first line that overlaps one before it, and the first of those; nr_lines: none does.
	 */
	size_t overlapping, overlapped;
	uint64_t total;	      /* bytes of all lines; UINT64_MAX: that or more */
	uint64_t locked;      /* bytes of the lines that were judged */
	uint64_t lockable;    /* as memlock_left() */
	struct memory memory; /* addresses of ours with nothing behind them */
};

/* Return: the sum, UINT64_MAX when it is that or more. */
uint64_t add_range_size(uint64_t sum, struct range range);

/* Return: "FILE:LINE: 0x1000-0x1fff (NAME)", to be freed. */
char *plan_line_text(const struct trial *trial, const struct plan_line *line);

/* Fails, saying which line it is and the reason. Return: false, for a judge to return. */
bool refuse_line(const struct trial *trial, size_t index, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Fills in .overlapping and .overlapped. */
void find_overlap(struct trial *trial);

/* Judges of one line, by its index; each fails with the reason. Return: whether it may pass. */
bool judge_alignment(struct trial *trial, size_t index);
bool judge_overlap(struct trial *trial, size_t index);
bool judge_entries(struct trial *trial, size_t index);
bool judge_range(struct trial *trial, size_t index);
/* Every line comes here once, in order: it adds them up. */
bool judge_memlock(struct trial *trial, size_t index);

#endif
