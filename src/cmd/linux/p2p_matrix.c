/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came out of p2p-test at a glance. */
#include "cmd/linux/p2p_matrix.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

static const char passed[] = "+", failed[] = "!", mapped[] = "m", skipped[] = ".";

static const struct {
	const char *symbol, *meaning;
} legend[] = {
	{ passed, "data went both ways, isolation held" },
	{ failed, "failed" },
	{ mapped, "mapped, not all of it tested" },
	{ skipped, "skipped" },
};

static const struct out_paint paints[] = {
	{ passed, "green" },
	{ failed, "red" },
	{ mapped, "yellow" },
	{ NULL, NULL },
};

const char *pair_symbol(const struct p2p_summary *summary)
{
	if (summary->result == OUTCOME_PASS)
		return passed;
	if (summary->result == OUTCOME_FAIL)
		return failed;
	return summary->mapped ? mapped : skipped;
}

/* --- targets across ----------------------------------------------------------------------- */

static size_t label_index(const struct strings *labels, const char *label)
{
	size_t i = 0;

	while (i < labels->nr && strcmp(labels->items[i], label) != 0)
		i++;
	return i;
}

static int compare_labels(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted: no pair has its own initiator as target, so no initiator has them all. */
static void collect_labels(const struct pairs *pairs, struct strings *labels)
{
	for (size_t i = 0; i < pairs->nr; i++) {
		char *label = target_label(&pairs->items[i].target);

		if (strings_contain(labels, label))
			free(label);
		else
			strings_take(labels, label);
	}
	if (labels->nr > 0)
		qsort(labels->items, labels->nr, sizeof(*labels->items), compare_labels);
}

/* The first column has the initiators, below the name of the backend. */
static struct out_column *make_columns(const char *backend, const struct strings *labels)
{
	struct out_column *columns = xcalloc(labels->nr + 1, sizeof(*columns));

	for (size_t i = 0; i <= labels->nr; i++)
		columns[i] = (struct out_column){ i == 0 ? backend : labels->items[i - 1],
						  OUT_LEVEL(0),
						  OUT_TYPE_STRING,
						  true,
						  0,
						  "" };
	return columns;
}

/* --- initiators down ---------------------------------------------------------------------- */

static void add_rows(struct out *out, const struct pairs *pairs, const char *const *symbols,
		     const struct iospace_ops *backend, const struct strings *labels)
{
	const struct device *initiator = NULL;
	struct out_row *row = NULL;

	for (size_t i = 0; i < pairs->nr; i++) {
		const struct pair *pair = &pairs->items[i];
		_cleanup_free_ char *label = target_label(&pair->target);

		if (pair->backend != backend)
			continue;
		if (!row || pair->initiator != initiator) {
			row = out_row_add(out, NULL);
			initiator = pair->initiator;
			out_set(row, 0, out_string(initiator->name));
		}
		out_set(row, label_index(labels, label) + 1, out_string(symbols[i]));
	}
}

static void add_legend(struct out *out, const struct pairs *pairs, const char *const *symbols)
{
	struct strings lines = { 0 };
	_cleanup_free_ char *line = NULL;

	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++)
		for (size_t j = 0; j < pairs->nr; j++)
			if (symbols[j] == legend[i].symbol) {
				strings_take(&lines, xasprintf("%s %s", legend[i].symbol,
							       legend[i].meaning));
				break;
			}
	line = strings_join(&lines, "   ");
	strings_free(&lines);
	if (*line)
		out_footer(out, "%s", line);
}

static bool is_last(const struct pairs *pairs, const struct iospace_ops *backend)
{
	return pairs->items[pairs->nr - 1].backend == backend;
}

static void show_backend(const struct arguments *arguments, const struct pairs *pairs,
			 const char *const *symbols, const struct iospace_ops *backend,
			 const struct strings *labels)
{
	const struct out_options options = { .noheadings = arguments->out.noheadings };
	struct out_column *columns = make_columns(backend->name, labels);
	const struct out_schema schema = {
		.levels = &(const struct out_level){ "matrix", false },
		.nr_levels = 1,
		.columns = columns,
		.nr_columns = labels->nr + 1,
		.paints = paints,
	};
	char *problem;
	struct out *out = out_new(&schema, &options, &problem);

	add_rows(out, pairs, symbols, backend, labels);
	if (is_last(pairs, backend))
		add_legend(out, pairs, symbols);
	out_footer(out, "%s", "");
	show(arguments->context, out);
	out_free(out);
	free(columns);
}

void show_matrix(const struct arguments *arguments, const struct pairs *pairs,
		 const char *const *symbols)
{
	struct strings labels = { 0 };
	const struct iospace_ops *backend = NULL;

	collect_labels(pairs, &labels);
	for (size_t i = 0; i < pairs->nr; i++) {
		if (pairs->items[i].backend == backend)
			continue;
		backend = pairs->items[i].backend;
		show_backend(arguments, pairs, symbols, backend, &labels);
	}
	strings_free(&labels);
}
