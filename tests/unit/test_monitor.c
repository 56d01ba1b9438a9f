/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How `monitor` begins and ends. What it says of events is tested where there are some: vm/guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/collect.h"
#include "collect/events.h"
#include "command.h"
#include "unit.h"

#define HEADING "EVENT  DEVICE       GROUP DRIVER        VIABLE\n"
#define PATIENCE 10 /* seconds that a monitor gets to end */

struct child {
	pid_t pid;
	int out, err; /* where its streams are read; -1: not by us */
	char text[512], errors[512];
};

/* Two words at most behind the command; @out: its standard output, -1 for a pipe that we read. */
static void start(struct child *child, struct context *context, const char *first, int out,
		  bool ignores)
{
	char *argv[] = { (char *)"iommutool monitor", (char *)first, NULL };
	int out_pipe[2] = { -1, -1 }, err_pipe[2];

	*child = (struct child){ .out = -1 };
	context->command = "monitor";
	context->color = COLOR_NEVER;
	if (out < 0)
		assert_int_equal(pipe2(out_pipe, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err_pipe, O_CLOEXEC), 0);
	fflush(NULL);
	child->pid = fork();
	assert_true(child->pid >= 0);
	if (child->pid == 0) {
		alarm(PATIENCE);
		signal(SIGINT, ignores ? SIG_IGN : SIG_DFL);
		signal(SIGPIPE, ignores ? SIG_IGN : SIG_DFL);
		dup2(out < 0 ? out_pipe[1] : out, STDOUT_FILENO);
		dup2(err_pipe[1], STDERR_FILENO);
		if (out_pipe[0] >= 0)
			close(out_pipe[0]); /* the reader is only we */
		if (out_pipe[1] >= 0)
			close(out_pipe[1]);
		close(err_pipe[0]);
		argp_err_exit_status = STATUS_USAGE;
		_exit(cmd_monitor.run(context, first ? 2 : 1, argv));
	}
	close(err_pipe[1]);
	if (out < 0)
		close(out_pipe[1]);
	child->out = out_pipe[0];
	child->err = err_pipe[0];
}

/* Reads until @text has a whole line or the stream ends. */
static void read_line(int fd, char *text, size_t size)
{
	size_t length = strlen(text);
	ssize_t n;

	while (!strchr(text, '\n') && (n = read(fd, text + length, size - length - 1)) > 0)
		length += (size_t)n;
}

/* Waits until the child sleeps in the kernel, so that a signal finds it there. */
static void until_asleep(const struct child *child)
{
	char path[64], stat[256];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)child->pid);
	for (int i = 0; i < 500; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, stat, sizeof(stat) - 1);

		close(fd);
		stat[n > 0 ? n : 0] = '\0';
		if (strstr(stat, ") S "))
			return;
		poll(NULL, 0, 10);
	}
	fail_msg("it does not come to wait");
}

/* Return: the status of waitpid(). */
static int end(struct child *child)
{
	int status;

	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	if (child->out >= 0)
		read_line(child->out, child->text, sizeof(child->text));
	read_line(child->err, child->errors, sizeof(child->errors));
	if (child->out >= 0)
		close(child->out);
	close(child->err);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		fail_msg("not done after %d s", PATIENCE);
	return status;
}

static void test_signals(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGINT };

	(void)state;
	for (size_t i = 0; i < COUNT(signals); i++) {
		struct context context = { 0 };
		struct child child;
		int status;

		/* A shell without job control ignores SIGINT for what it starts in the background.
		 */
		start(&child, &context, NULL, -1, i == 2);
		read_line(child.out, child.text, sizeof(child.text));
		assert_string_equal(child.text, HEADING);
		kill(child.pid, signals[i]);
		status = end(&child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_string_equal(child.errors, "");
	}
}

/* Without a heading there is nothing to read before the first event. */
static void test_silent(void **state)
{
	static const char *const options[] = { "-n", "-J", "-P", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(options); i++) {
		struct context context = { .quiet = !options[i] };
		struct child child;
		int status;

		start(&child, &context, options[i], -1, true);
		until_asleep(&child);
		kill(child.pid, SIGTERM);
		status = end(&child);
		/* Asleep on its way: then the signal ended it before it waited. */
		assert_true(WIFEXITED(status) ? WEXITSTATUS(status) == 0
					      : WTERMSIG(status) == SIGTERM);
		assert_string_equal(child.text, "");
		assert_string_equal(child.errors, "");
	}
}

static void test_reader_goes(void **state)
{
	(void)state;
	for (int ignores = 0; ignores < 2; ignores++) {
		struct context context = { 0 };
		struct child child;
		int status;

		start(&child, &context, NULL, -1, ignores);
		read_line(child.out, child.text, sizeof(child.text));
		close(child.out); /* and nothing more happens */
		child.out = -1;
		status = end(&child);
		if (ignores)
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
		else
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
		assert_string_equal(child.errors, "");
	}
}

/* Whoever takes nothing does not keep us from ending. */
static void test_reader_sleeps(void **state)
{
	struct context context = { 0 };
	struct child child;
	char block[4096] = { 0 };
	int ends[2], status;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while (write(ends[1], block, sizeof(block)) > 0)
		;
	fcntl(ends[1], F_SETFL, 0); /* it would wait, not fail */
	start(&child, &context, NULL, ends[1], true);
	until_asleep(&child);
	kill(child.pid, SIGINT); /* ignored until it is caught */
	poll(NULL, 0, 200);
	kill(child.pid, SIGINT);
	status = end(&child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(ends[0]);
	close(ends[1]);
}

static void test_write_errors(void **state)
{
	struct context context = { 0 };
	struct child child;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int status;

	(void)state;
	if (full < 0) {
		printf("not here: no /dev/full\n");
		return;
	}
	start(&child, &context, NULL, full, false);
	status = end(&child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
	assert_string_equal(child.errors,
			    "iommutool monitor: standard output: No space left on device\n");
	close(full);
}

static void test_wrong_usage(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct context context = { .sysroot = i == 0 ? NULL : i == 1 ? "/" : "" };
		struct child child;
		int status;

		start(&child, &context, i == 0 ? "00:02.0" : NULL, -1, false);
		status = end(&child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 64);
		assert_string_equal(child.text, "");
		assert_non_null(strchr(child.errors, '\n'));
	}
}

static bool can_listen(void)
{
	struct events *events;
	struct source source;
	struct error err = { 0 };
	bool can = source_open(&source, NULL, &err) == 0;

	if (can)
		source_close(&source);
	can = can && !events_kept_away() && events_open(&events, &err) == 0;
	if (can)
		events_close(events);
	return can;
}

int main(void)
{
	const struct CMUnitTest usage[] = { cmocka_unit_test(test_wrong_usage) };
	const struct CMUnitTest ends[] = {
		cmocka_unit_test(test_signals),	     cmocka_unit_test(test_silent),
		cmocka_unit_test(test_reader_goes),  cmocka_unit_test(test_reader_sleeps),
		cmocka_unit_test(test_write_errors),
	};
	int failed = cmocka_run_group_tests(usage, NULL, NULL);

	if (can_listen())
		failed += cmocka_run_group_tests(ends, NULL, NULL);
	else
		printf("not here: the kernel's events do not come through\n");
	return failed;
}
