/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is common to all guards and answers. */
#include "bind/guards.h"

#include <stdlib.h>
#include <string.h>

const struct guard *find_guard(const char *name)
{
	for (const struct guard *guard = guards; guard->name; guard++)
		if (strcmp(guard->name, name) == 0)
			return guard;
	return NULL;
}

const char *guard_answer_name(enum guard_answer answer)
{
	static const char *const names[] = {
		[GUARD_PASS] = "pass",
		[GUARD_WARN] = "warn",
		[GUARD_UNKNOWN] = "unknown",
		[GUARD_REFUSE] = "refuse",
	};

	return names[answer];
}

void guard_finding_free(struct guard_finding *finding)
{
	free(finding->fact);
	free(finding->next);
	*finding = (struct guard_finding){ .answer = GUARD_PASS };
}
