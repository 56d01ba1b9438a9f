/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In build/iommutool-freebsd-model: work is done at once, so that the model sees what came of it.
 */
#include <string.h>

#include "util/child.h"

int run_in_child_with(int keep, int (*work)(const void *argument, struct child_answer *answer),
		      const void *argument, int timeout_ms, struct child_answer *answer,
		      pid_t *stuck)
{
	struct child_answer unasked;

	(void)keep;
	(void)timeout_ms;
	*stuck = 0;
	if (!answer)
		answer = &unasked;
	memset(answer, 0, sizeof(*answer));
	return work(argument, answer);
}

int run_in_child(int (*work)(const void *argument, struct child_answer *answer),
		 const void *argument, int timeout_ms, struct child_answer *answer, pid_t *stuck)
{
	return run_in_child_with(-1, work, argument, timeout_ms, answer, stuck);
}
