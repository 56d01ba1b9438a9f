/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that wait until what was begun is finished or undone. */
#include "util/interrupt.h"

#include <signal.h>
#include <stddef.h>

static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define NR_ENDINGS (sizeof(endings) / sizeof(endings[0]))

/* One that is ignored (nohup, a background job) would be pending for ever if it were held. */
static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void fill(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < NR_ENDINGS; i++)
		if (!is_ignored(endings[i]))
			sigaddset(set, endings[i]);
}

void hold_signals(void)
{
	sigset_t set;

	fill(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

bool interrupted(void)
{
	sigset_t pending;

	if (sigpending(&pending) < 0)
		return false;
	for (size_t i = 0; i < NR_ENDINGS; i++)
		if (sigismember(&pending, endings[i]) == 1 && !is_ignored(endings[i]))
			return true;
	return false;
}

void release_signals(void)
{
	sigset_t set;

	fill(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
