/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: a memory map as somebody wrote it. What is taken has to be ranges. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan.h"
#include "util/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xcalloc(size + 1, 1);
	struct error err = { 0 };
	struct plan plan;

	memcpy(text, data, size);
	if (plan_parse(text, "map", &plan, &err) == 0) {
		if (plan.nr_lines == 0)
			abort();
		for (size_t i = 0; i < plan.nr_lines; i++)
			if (plan.lines[i].range.start > plan.lines[i].range.end)
				abort();
		plan_free(&plan);
	} else if (!err.text[0] || strchr(err.text, '\n')) {
		abort(); /* one line, always */
	}
	free(text);
	return 0;
}
