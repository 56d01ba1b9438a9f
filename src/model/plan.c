/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges and memory maps as people write them. */
#include "model/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/text.h"

#define BLANKS " \t\r"

/* A number with a unit, 0 too. */
static int parse_scaled(const char *text, uint64_t *result)
{
	static const char units[] = "KMGT";
	_cleanup_free_ char *digits = xstrdup(text);
	size_t len = strlen(digits);
	unsigned shift = 0;
	const char *unit;
	uint64_t value;
	int r;

	/* 0x1G: no hexadecimal digit is among the units. */
	if (len && (unit = strchr(units, digits[len - 1] & ~0x20)) && *unit) {
		shift = 10 * (unsigned)(unit - units + 1);
		digits[len - 1] = '\0';
	}
	r = parse_u64(digits, 0, UINT64_MAX, &value);
	if (r < 0)
		return r;
	if (value > UINT64_MAX >> shift)
		return -ERANGE;
	*result = value << shift;
	return 0;
}

int parse_size(const char *text, uint64_t *size)
{
	uint64_t value;
	int r = parse_scaled(text, &value);

	if (r == 0 && value == 0)
		r = -ERANGE;
	if (r == 0)
		*size = value;
	return r;
}

static int range_from_size(uint64_t start, const char *text, struct range *range)
{
	uint64_t size = 0;
	int r = parse_size(text, &size);

	if (r < 0)
		return r;
	if (size - 1 > UINT64_MAX - start)
		return -ERANGE;
	*range = (struct range){ start, start + (size - 1) };
	return 0;
}

/* An address may have a unit too: 4G-5G would else surprise. */
static int parse_address(const char *text, uint64_t *address)
{
	return parse_scaled(text, address);
}

int parse_range(const char *text, struct range *range)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *sign = strpbrk(copy, "+-");
	uint64_t start, end;
	char kind;
	int r;

	if (!sign)
		return -EINVAL;
	kind = *sign;
	*sign = '\0';
	r = parse_address(copy, &start);
	if (r < 0)
		return r;
	if (kind == '+')
		return range_from_size(start, sign + 1, range);
	r = parse_address(sign + 1, &end);
	if (r < 0)
		return r;
	if (end < start)
		return -EINVAL;
	*range = (struct range){ start, end };
	return 0;
}

static struct plan_line *add_line(struct plan *plan, struct range range)
{
	struct plan_line *line;

	plan->lines = xgrow(plan->lines, plan->nr_lines, sizeof(*plan->lines));
	line = &plan->lines[plan->nr_lines++];
	*line = (struct plan_line){ .range = range, .writable = true };
	return line;
}

void plan_add(struct plan *plan, struct range range)
{
	add_line(plan, range);
}

/* The next word, NULL at the end of the line. */
static char *next_word(char **at)
{
	char *word;

	do
		word = strsep(at, BLANKS);
	while (word && !*word);
	return word;
}

static int parse_line(char *text, unsigned number, struct plan *plan)
{
	char *start = next_word(&text), *size, *word;
	struct plan_line *line;
	struct range range;
	uint64_t address;
	int r;

	if (!start)
		return 0;
	r = parse_range(start, &range);
	if (r < 0 && strpbrk(start, "+-"))
		return r;
	if (r < 0) {
		size = next_word(&text);
		r = parse_address(start, &address);
		if (r < 0 || !size)
			return r < 0 ? r : -EINVAL;
		r = range_from_size(address, size, &range);
		if (r < 0)
			return r;
	}
	line = add_line(plan, range);
	line->number = number;
	word = next_word(&text);
	if (word && (strcmp(word, "ro") == 0 || strcmp(word, "rw") == 0)) {
		line->writable = word[1] == 'w';
		word = next_word(&text);
	}
	if (word)
		line->name = xstrdup(word);
	return next_word(&text) ? -EINVAL : 0;
}

int plan_parse(char *text, const char *name, struct plan *plan, struct error *err)
{
	unsigned number = 0;
	char *line;

	*plan = (struct plan){ 0 };
	while ((line = strsep(&text, "\n"))) {
		number++;
		line[strcspn(line, "#")] = '\0';
		if (parse_line(line, number, plan) < 0) {
			plan_free(plan);
			return fail(err, -EINVAL,
				    "%s:%u: not \"START SIZE|START-END [ro|rw] [NAME]\"; sizes may "
				    "end in K, M, G or T",
				    name, number);
		}
	}
	if (plan->nr_lines == 0)
		return fail(err, -EINVAL,
			    "%s: no range in it; lines are \"START SIZE\" or "
			    "\"START-END\"",
			    name);
	return 0;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_lines; i++)
		free(plan->lines[i].name);
	free(plan->lines);
	*plan = (struct plan){ 0 };
}
