/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that may never come back, done in a process of its own. */
#include "util/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What goes through the pipe: in pieces where it is larger than PIPE_BUF, as on FreeBSD. */
struct message {
	int code;
	struct child_answer answer;
};

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

/* Return: 1 when there is something to read, 0 when it is past @end_ms. */
static int wait_for(int fd, long long end_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	int r;

	do {
		long long left = end_ms - now_ms();

		r = poll(&pollfd, 1, left > 0 ? (int)left : 0);
	} while (r < 0 && errno == EINTR);
	return r > 0;
}

/* Return: 0; -ETIMEDOUT; -ECHILD when the child ended before it had written all. */
static int receive(int fd, struct message *message, int timeout_ms)
{
	long long end_ms = now_ms() + timeout_ms;
	size_t done = 0;

	while (done < sizeof(*message)) {
		ssize_t n;

		if (!wait_for(fd, end_ms))
			return -ETIMEDOUT;
		n = read(fd, (char *)message + done, sizeof(*message) - done);
		if (n <= 0)
			return -ECHILD;
		done += (size_t)n;
	}
	return 0;
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
	int ends[2], code;
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
	code = receive(ends[0], &message, timeout_ms);
	close(ends[0]);
	if (code == -ETIMEDOUT) {
		kill(child, SIGKILL);
		if (ends_soon(child))
			return -EINTR;
		*stuck = child;
		return -ETIMEDOUT;
	}
	if (code == 0) {
		code = message.code;
		if (answer)
			*answer = message.answer;
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return code;
}
