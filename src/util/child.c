/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that may never come back, done in a process of its own. */
#include "util/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What goes through the pipe, in one write: it is no larger than PIPE_BUF. */
struct message {
	int code;
	struct child_answer answer;
};
_Static_assert(sizeof(struct message) <= PIPE_BUF, "the answer would not be written at once");

/*
 * Everything but the pipe and what was asked for, if it is not negative, is closed: a lock, or a
 * pipe that somebody reads, must not stay open.
 */
static void close_all_but(int out, int keep)
{
	int low = keep >= 0 && keep < out ? keep : out;
	int high = keep > out ? keep : out;

	if (low > 0)
		close_range(0, (unsigned)low - 1, 0);
	if (high > low + 1)
		close_range((unsigned)low + 1, (unsigned)high - 1, 0);
	close_range((unsigned)high + 1, ~0u, 0);
}

static void __attribute__((noreturn))
be_child(int (*work)(const void *, struct child_answer *), const void *argument, int out, int keep)
{
	struct message message;

	memset(&message, 0, sizeof(message));
	setsid();
	close_all_but(out, keep);
	message.code = work(argument, &message.answer);
	/* Our own end is not for the reader to miss: it ends with the process. */
	_exit(write(out, &message, sizeof(message)) == (ssize_t)sizeof(message) ? 0 : 1);
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Return: 1 when there is something to read, 0 after the timeout. */
static int wait_for(int fd, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	long long end = now_ms() + timeout_ms;
	int r;

	do {
		long long left = end - now_ms();

		r = poll(&pollfd, 1, left > 0 ? (int)left : 0);
	} while (r < 0 && errno == EINTR);
	return r > 0;
}

/* After SIGKILL: only what waits in the kernel, where no signal reaches it, does not end. */
static bool ends_soon(pid_t child)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (int tries = 0; tries < 20; tries++) {
		if (waitpid(child, NULL, WNOHANG) == child)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

int run_in_child(int (*work)(const void *argument, struct child_answer *answer),
		 const void *argument, int timeout_ms, struct child_answer *answer, pid_t *stuck)
{
	return run_in_child_with(-1, work, argument, timeout_ms, answer, stuck);
}

int run_in_child_with(int keep, int (*work)(const void *argument, struct child_answer *answer),
		      const void *argument, int timeout_ms, struct child_answer *answer,
		      pid_t *stuck)
{
	struct message message;
	int ends[2], code = -ECHILD;
	pid_t child;

	*stuck = 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		code = -errno;
		close(ends[0]);
		close(ends[1]);
		return code;
	}
	if (child == 0)
		be_child(work, argument, ends[1], keep);
	close(ends[1]);
	if (!wait_for(ends[0], timeout_ms)) {
		kill(child, SIGKILL);
		close(ends[0]);
		if (ends_soon(child))
			return -EINTR;
		*stuck = child;
		return -ETIMEDOUT;
	}
	if (read(ends[0], &message, sizeof(message)) == (ssize_t)sizeof(message)) {
		code = message.code;
		if (answer)
			*answer = message.answer;
	}
	close(ends[0]);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return code;
}
