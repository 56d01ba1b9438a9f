/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that may never come back, done in a process of its own. */
#ifndef IOMMUTOOL_CHILD_H
#define IOMMUTOOL_CHILD_H

#include <stddef.h>
#include <sys/types.h>

/* What the work hands back beside its code. */
struct child_answer {
	size_t length;	 /* of the text, without the NUL */
	char text[4000]; /* zeroed before the work begins */
};

/**
 * run_in_child() - do something that may block for ever
 * @work: runs in the child, which has no file of ours open, standard streams included, and is out
 *        of reach of the terminal's signals; returns 0 or negative errno, and may fill @answer
 * @timeout_ms: how long to wait, in milliseconds
 * @answer: what @work filled in; may be NULL when it fills nothing
 * @stuck: the child that was left behind, when -ETIMEDOUT is returned; else 0
 *
 * A child that does not end in time is sent SIGKILL. If it does not end then either, it is in the
 * kernel, where no signal reaches it: it is left alone, and nobody waits for it.
 *
 * Return: what @work returned; -EINTR when it was killed; -ETIMEDOUT; -ECHILD when the child died
 * without an answer; negative errno when there is no child.
 */
int run_in_child(int (*work)(const void *argument, struct child_answer *answer),
		 const void *argument, int timeout_ms, struct child_answer *answer, pid_t *stuck);

/* The same, with one file more that stays open in the child: @keep, which is our own there, too. */
int run_in_child_with(int keep, int (*work)(const void *argument, struct child_answer *answer),
		      const void *argument, int timeout_ms, struct child_answer *answer,
		      pid_t *stuck);

#endif
