/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a guest's memory map could be mapped as a whole. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/map_plan_parts.h"
#include "probe/memlock.h"
#include "probe/size_text.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/interrupt.h"

/* The most that is asked for at once: half of what a process has with page tables of 4 levels. */
#define LARGEST_RESERVATION (UINT64_C(1) << 46)

uint64_t add_range_size(uint64_t sum, struct range range)
{
	uint64_t less_one = range.end - range.start;

	return less_one >= UINT64_MAX - sum ? UINT64_MAX : sum + less_one + 1;
}

/* --- messages --------------------------------------------------------------------------------- */

char *plan_line_text(const struct trial *trial, const struct plan_line *line)
{
	_cleanup_free_ char *number = line->number ? xasprintf(":%u", line->number) : xstrdup("");
	_cleanup_free_ char *name = line->name ? xasprintf(" (%s)", line->name) : xstrdup("");

	return xasprintf("%s%s: 0x%" PRIx64 "-0x%" PRIx64 "%s", trial->file, number,
			 line->range.start, line->range.end, name);
}

bool refuse_line(const struct trial *trial, size_t index, const char *format, ...)
{
	_cleanup_free_ char *line = plan_line_text(trial, &trial->plan->lines[index]);
	_cleanup_free_ char *reason = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&reason, format, arguments) < 0)
		die_out_of_memory();
	va_end(arguments);
	fails(trial->verdict, "%s: %s", line, reason);
	return false;
}

/* --- the kernel's own answer ------------------------------------------------------------------ */

/* What it maps is nothing that may stay. */
static bool refuse_mapped(struct trial *trial, size_t index, struct iova iova, uint64_t size)
{
	struct iospace *space = trial->test->space;
	uint64_t unmapped = 0;
	int r = space->ops->unmap(space, iova, size, &unmapped);

	observes(trial->verdict, "0");
	if (r < 0 || unmapped != size)
		return refuse_line(
			trial, index,
			"the kernel maps addresses without memory, and unmapped 0x%" PRIx64
			" bytes of them, not 0x%" PRIx64 " (%s)",
			unmapped, size, errno_name(r));
	return refuse_line(trial, index,
			   "the kernel maps addresses without memory instead of saying EFAULT");
}

static bool refuse_answer(struct trial *trial, size_t index, int code)
{
	static const struct {
		int code;
		const char *meaning;
	} known[] = {
		{ -EINVAL, "refuses it, and nothing known is in the way; see dmesg" },
		{ -ENOSPC, "has no mapping left for it, against what it said before; try again" },
		{ -EEXIST, "says that something is mapped there; try again" },
	};

	observes(trial->verdict, "%s", errno_name(code));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == code)
			return refuse_line(trial, index, "the kernel %s", known[i].meaning);
	return refuse_line(trial, index, "the kernel says %s; see dmesg", errno_name(code));
}

/*
 * In pieces where there are not as many addresses of ours. The pieces have no gap between them, so
 * each address is offered; that the line is within one usable range was judged before.
 */
static bool judge_by_kernel(struct trial *trial, size_t index)
{
	struct iospace *space = trial->test->space;
	const struct plan_line *line = &trial->plan->lines[index];
	unsigned access = ACCESS_READ | (line->writable ? ACCESS_WRITE : 0u);
	struct iova iova = { line->range.start };

	for (;;) {
		uint64_t beyond = line->range.end - iova.value; /* bytes after the first */
		uint64_t size = beyond >= trial->memory.size ? trial->memory.size : beyond + 1;
		int r = space->ops->map(space, trial->memory.va, iova, size, access);

		if (r == 0)
			return refuse_mapped(trial, index, iova, size);
		if (r != -EFAULT)
			return refuse_answer(trial, index, r);
		if (size - 1 == beyond || interrupted())
			return true;
		iova.value += size;
	}
}

/* --- the course ------------------------------------------------------------------------------- */

/* In the order in which type 1 looks at them (linux vfio_iommu_type1.c, vfio_dma_do_map). */
static bool (*const judges[])(struct trial *trial, size_t index) = {
	judge_alignment, judge_overlap, judge_entries, judge_range, judge_memlock, judge_by_kernel,
};

static bool judge_line(struct trial *trial, size_t index)
{
	for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++)
		if (!judges[i](trial, index))
			return false;
	return true;
}

/* As many addresses as the largest line has, or as can be had. Return: 0 or negative errno. */
static int reserve(struct trial *trial)
{
	uint64_t page_size = trial->test->space->page_size, size = 0;
	int r;

	for (size_t i = 0; i < trial->plan->nr_lines; i++) {
		struct range range = trial->plan->lines[i].range;

		if (range.end - range.start > size)
			size = range.end - range.start;
	}
	if (size > LARGEST_RESERVATION - page_size)
		size = LARGEST_RESERVATION - page_size;
	size = (size / page_size + 1) * page_size;
	while ((r = memory_reserve(size, &trial->memory)) < 0 && size > page_size)
		size = size / 2 / page_size * page_size;
	return r;
}

static void pass(const struct trial *trial)
{
	size_t nr = trial->plan->nr_lines;
	_cleanup_free_ char *total = size_text(trial->total);
	_cleanup_free_ char *left = size_text(trial->lockable);
	_cleanup_free_ char *limit = trial->lockable == MEMLOCK_UNLIMITED
					     ? xstrdup("no limit")
					     : xasprintf("%s may be locked", left);

	passes(trial->verdict, "%zu line%s, %s to be locked, %s", nr, nr == 1 ? "" : "s", total,
	       limit);
}

void try_plan(struct map_test *test, const struct plan *plan, const char *file,
	      struct verdict *verdict)
{
	struct trial trial = {
		.test = test,
		.plan = plan,
		.file = file,
		.verdict = verdict,
		.lockable = memlock_left(),
	};
	size_t index = 0;
	int r = reserve(&trial);

	if (r < 0) {
		skips(verdict, "%s: this process has no addresses left to try it with: %s", file,
		      errno_name(r));
		return;
	}
	for (size_t i = 0; i < plan->nr_lines; i++)
		trial.total = add_range_size(trial.total, plan->lines[i].range);
	find_overlap(&trial);
	while (index < plan->nr_lines && !interrupted() && judge_line(&trial, index))
		index++;
	if (index == plan->nr_lines && !interrupted())
		pass(&trial);
	else if (interrupted())
		skips(verdict, "%s: interrupted after %zu of %zu lines", file, index,
		      plan->nr_lines);
	memory_put(&trial.memory);
}
