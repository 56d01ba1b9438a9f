/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What map-test prints: its columns and rows. */
#include "cmd/linux/map_test_rows.h"

#include "probe/map_test.h"

#define ROWS OUT_LEVEL(0)

enum { DEVICE, BACKEND, NAME, RESULT, OBSERVED, REASON };

static const struct out_column test_columns[] = {
	[DEVICE] = { "DEVICE", ROWS, OUT_TYPE_STRING, true, 0, "Address of the PCI function" },
	[BACKEND] = { "BACKEND", ROWS, OUT_TYPE_STRING, true, 0, "type1 or iommufd" },
	[NAME] = { "NAME", ROWS, OUT_TYPE_STRING, true, 0, "Name of the check" },
	[RESULT] = { "RESULT", ROWS, OUT_TYPE_STRING, true, 0,
		     "pass, fail, skip, info, or planned in a dry run" },
	[OBSERVED] = { "OBSERVED", ROWS, OUT_TYPE_STRING, true, 0, "What the kernel did" },
	[REASON] = { "REASON", ROWS, OUT_TYPE_STRING, true, 0, "Why it is no pass" },
};

static const struct out_level test_levels[] = { { "tests", false } };

static const struct out_paint paints[] = {
	{ "pass", "green" },
	{ "fail", "red" },
	{ "skip", "yellow" },
	{ NULL, NULL },
};

const struct out_schema map_test_schema = {
	.levels = test_levels,
	.nr_levels = 1,
	.columns = test_columns,
	.nr_columns = sizeof(test_columns) / sizeof(test_columns[0]),
	.paints = paints,
};

void add_test_row(struct out *out, const struct subject *subject, const char *name,
		  const struct verdict *verdict)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, DEVICE, out_string(subject->device->name));
	out_set(row, BACKEND, out_string(subject->backend->name));
	out_set(row, NAME, out_string(name));
	out_set(row, RESULT, out_string(verdict ? outcome_name(verdict->outcome) : "planned"));
	out_set(row, OBSERVED, out_string(verdict ? verdict->observed : NULL));
	out_set(row, REASON, out_string(verdict ? verdict->reason : NULL));
}

/* --- --bench ---------------------------------------------------------------------------------- */

enum {
	COST_DEVICE,
	COST_BACKEND,
	OPERATION,
	PAGE_SIZE,
	BYTES,
	ROUNDS,
	NS_MIN,
	NS_MEDIAN,
	NS_MAX,
};

static const struct out_column bench_columns[] = {
	[COST_DEVICE] = { "DEVICE", ROWS, OUT_TYPE_STRING, true, 0, "Address of the PCI function" },
	[COST_BACKEND] = { "BACKEND", ROWS, OUT_TYPE_STRING, true, 0, "type1 or iommufd" },
	[OPERATION] = { "OPERATION", ROWS, OUT_TYPE_STRING, true, 0, "map or unmap" },
	[PAGE_SIZE] = { "PAGE_SIZE", ROWS, OUT_TYPE_NUMBER, true, 0,
			"Size of the pages of memory that is mapped, in bytes" },
	[BYTES] = { "BYTES", ROWS, OUT_TYPE_NUMBER, true, 0, "Mapped by one operation" },
	[ROUNDS] = { "ROUNDS", ROWS, OUT_TYPE_NUMBER, true, 0, "How often it was done" },
	[NS_MIN] = { "NS_MIN", ROWS, OUT_TYPE_NUMBER, true, 0,
		     "Time of the fastest operation, in nanoseconds" },
	[NS_MEDIAN] = { "NS_MEDIAN", ROWS, OUT_TYPE_NUMBER, true, 0,
			"Half of them took no longer than this" },
	[NS_MAX] = { "NS_MAX", ROWS, OUT_TYPE_NUMBER, true, 0, "Time of the slowest" },
};

static const struct out_level bench_levels[] = { { "bench", false } };

const struct out_schema map_bench_schema = {
	.levels = bench_levels,
	.nr_levels = 1,
	.columns = bench_columns,
	.nr_columns = sizeof(bench_columns) / sizeof(bench_columns[0]),
};

static struct out_row *add_cost_row(struct out *out, const struct subject *subject,
				    const char *operation)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, COST_DEVICE, out_string(subject->device->name));
	out_set(row, COST_BACKEND, out_string(subject->backend->name));
	out_set(row, OPERATION, out_string(operation));
	return row;
}

static void add_planned_rows(struct out *out, const struct subject *subject)
{
	static const char *const operations[] = { "map", "unmap" };

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		struct out_row *row = add_cost_row(out, subject, operations[i]);

		for (size_t column = PAGE_SIZE; column <= NS_MAX; column++)
			out_set(row, column, out_unknown());
	}
}

void add_bench_rows(struct out *out, const struct subject *subject, const struct map_costs *costs)
{
	if (!costs)
		add_planned_rows(out, subject);
	for (size_t i = 0; costs && i < costs->nr; i++) {
		const struct map_cost *cost = &costs->items[i];
		struct out_row *row = add_cost_row(out, subject, cost->operation);

		out_set(row, PAGE_SIZE, out_number(cost->page_size));
		out_set(row, BYTES, out_number(cost->bytes));
		out_set(row, ROUNDS, out_number(cost->rounds));
		out_set(row, NS_MIN, out_number(cost->ns_min));
		out_set(row, NS_MEDIAN, out_number(cost->ns_median));
		out_set(row, NS_MAX, out_number(cost->ns_max));
	}
}

/* --- --list ----------------------------------------------------------------------------------- */

enum { CHECK_NAME, PROVES, NEEDS };

static const struct out_column check_columns[] = {
	[CHECK_NAME] = { "NAME", ROWS, OUT_TYPE_STRING, true, 0, "Name of the check" },
	[PROVES] = { "PROVES", ROWS, OUT_TYPE_STRING, true, 0, "What holds when it passes" },
	[NEEDS] = { "NEEDS", ROWS, OUT_TYPE_STRING, true, 0, "What it takes beside a device" },
};

static const struct out_level check_levels[] = { { "checks", false } };

const struct out_schema map_checks_schema = {
	.levels = check_levels,
	.nr_levels = 1,
	.columns = check_columns,
	.nr_columns = sizeof(check_columns) / sizeof(check_columns[0]),
};

void add_check_rows(struct out *out)
{
	for (const struct map_check *check = map_checks; check->name; check++) {
		struct out_row *row = out_row_add(out, NULL);

		out_set(row, CHECK_NAME, out_string(check->name));
		out_set(row, NEEDS, out_string(check->needs));
		out_set(row, PROVES, out_string(check->proves));
	}
}
