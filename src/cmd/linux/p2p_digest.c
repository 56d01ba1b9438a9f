/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is below the matrix of p2p-test. */
#include "cmd/linux/p2p_digest.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

/* As many are named; of more it is said how many. */
#define PAIRS_NAMED 1

enum { NAME, RESULT, PAIRS, OBSERVED, REASON };

static const struct out_column columns[] = {
	[NAME] = { "NAME", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "" },
	[RESULT] = { "RESULT", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "" },
	[PAIRS] = { "PAIRS", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "" },
	[OBSERVED] = { "OBSERVED", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "" },
	[REASON] = { "REASON", OUT_LEVEL(0), OUT_TYPE_STRING, true, 0, "" },
};

static const struct out_paint paints[] = { { "fail", "red" },
					   { "skip", "yellow" },
					   { NULL, NULL } };

static const struct out_level levels[] = { { "digest", false } };

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
	.paints = paints,
};

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A reason that an earlier check of the pair has says nothing new; else one check is one line. */
static struct digest_line *find_line(const struct digest *digest, const char *pair,
				     const struct p2p_check *check, const struct verdict *verdict)
{
	for (size_t i = 0; i < digest->nr; i++) {
		struct digest_line *line = &digest->lines[i];
		bool same = line->outcome == verdict->outcome &&
			    same_text(line->observed, verdict->observed) &&
			    same_text(line->reason, verdict->reason);

		if (same && (line->check == check ||
			     (verdict->reason && strings_contain(&line->pairs, pair))))
			return line;
	}
	return NULL;
}

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

void digest_note(struct digest *digest, const char *pair, const struct p2p_check *check,
		 const struct p2p_finding *finding)
{
	const struct verdict *verdict = &finding->verdict;
	struct digest_line *line;

	if (verdict->outcome == OUTCOME_PASS || finding->follows)
		return;
	line = find_line(digest, pair, check, verdict);
	if (!line) {
		digest->lines = xgrow(digest->lines, digest->nr, sizeof(*digest->lines));
		line = &digest->lines[digest->nr++];
		*line = (struct digest_line){ .check = check,
					      .outcome = verdict->outcome,
					      .observed = copy(verdict->observed),
					      .reason = copy(verdict->reason) };
	}
	if (!strings_contain(&line->pairs, pair))
		strings_add(&line->pairs, pair);
}

void show_digest(const struct arguments *arguments, const struct digest *digest)
{
	const struct out_options options = { .noheadings = arguments->out.noheadings };
	char *problem;
	struct out *out = out_new(&schema, &options, &problem);

	for (size_t i = 0; i < digest->nr; i++) {
		const struct digest_line *line = &digest->lines[i];
		struct out_row *row = out_row_add(out, NULL);

		out_set(row, NAME, out_string(line->check->name));
		out_set(row, RESULT, out_string(outcome_name(line->outcome)));
		out_set(row, PAIRS,
			line->pairs.nr > PAIRS_NAMED ? out_format("%zu pairs", line->pairs.nr)
						     : out_strings(&line->pairs));
		out_set(row, OBSERVED, out_string(line->observed));
		out_set(row, REASON, out_string(line->reason));
	}
	for (size_t i = 0; i < digest->footers.nr; i++)
		out_footer(out, "%s", digest->footers.items[i]);
	show(arguments->context, out);
	out_free(out);
}

void digest_free(struct digest *digest)
{
	for (size_t i = 0; i < digest->nr; i++) {
		free(digest->lines[i].observed);
		free(digest->lines[i].reason);
		strings_free(&digest->lines[i].pairs);
	}
	free(digest->lines);
	strings_free(&digest->footers);
	*digest = (struct digest){ 0 };
}
