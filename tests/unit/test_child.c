/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work in a process of its own: what comes back, and what is left behind. kill() and write() are
 * replaced by the linker (WRAP in the Makefile), since no test can make a process that SIGKILL does
 * not end, nor a pipe as small as another system's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bind/driver.h"
#include "unit.h"
#include "util/child.h"

#define SHORT_MS 100
#define LONG_MS 20000 /* never used up when all is well */

/* SIGKILL reaches no child: it is as if it were in the kernel. */
static bool is_out_of_reach;

int __wrap_kill(pid_t process, int number);
int __real_kill(pid_t process, int number);

int __wrap_kill(pid_t process, int number)
{
	return is_out_of_reach ? 0 : __real_kill(process, number);
}

/* What write() does in the child: as much at once, and then what comes between. */
static size_t piece;
static void (*between)(void);

ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __real_write(int fd, const void *bytes, size_t size);

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	for (size_t done = 0; piece && done < size; done += piece) {
		size_t length = size - done < piece ? size - done : piece;

		if (__real_write(fd, (const char *)bytes + done, length) != (ssize_t)length)
			return -1;
		between();
	}
	return piece ? (ssize_t)size : __real_write(fd, bytes, size);
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void sleep_ms(long ms)
{
	const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

/* --- what comes back ---------------------------------------------------------------------- */

static int answer_text(const void *argument, struct child_answer *answer)
{
	for (size_t i = 0; i < sizeof(answer->text); i++)
		if (answer->text[i] != '\0')
			return -EIO; /* it was to be zeroed */
	answer->length = strlen(argument);
	memcpy(answer->text, argument, answer->length);
	return 0;
}

static int fill_text(const void *argument, struct child_answer *answer)
{
	memset(answer->text, *(const char *)argument, sizeof(answer->text));
	answer->length = sizeof(answer->text);
	return 0;
}

static int answer_code(const void *argument, struct child_answer *answer)
{
	(void)answer;
	return *(const int *)argument;
}

static void test_answer(void **state)
{
	static const int codes[] = { 0, -ENODEV, -EBUSY, 7 };
	struct child_answer answer = { 0 };
	pid_t stuck = 1;

	(void)state;
	assert_int_equal(run_in_child(answer_text, "vfio-pci", LONG_MS, &answer, &stuck), 0);
	assert_int_equal(stuck, 0);
	assert_int_equal(answer.length, 8);
	assert_string_equal(answer.text, "vfio-pci");
	for (size_t i = 0; i < COUNT(codes); i++) {
		stuck = 1;
		assert_int_equal(run_in_child(answer_code, &codes[i], LONG_MS, NULL, &stuck),
				 codes[i]);
		assert_int_equal(stuck, 0);
	}
}

/* The largest answer goes through the pipe whole. */
static void test_large_answer(void **state)
{
	struct child_answer answer = { 0 };
	pid_t stuck;

	(void)state;
	assert_int_equal(run_in_child(fill_text, "x", LONG_MS, &answer, &stuck), 0);
	assert_int_equal(answer.length, 4000);
	for (size_t i = 0; i < 4000; i++)
		assert_int_equal(answer.text[i], 'x');
}

static void nap(void)
{
	sleep_ms(10);
}

static void end_child(void)
{
	_exit(0);
}

static void hang_on(void)
{
	for (;;)
		pause();
}

/* Through a smaller pipe it comes in pieces, all of them or it is no answer. */
static void test_pieces(void **state)
{
	static const struct {
		const char *name;
		void (*between)(void);
		int timeout_ms, code;
		size_t length;
	} cases[] = {
		{ "all come", nap, LONG_MS, 0, 4000 },
		{ "it ends after the first", end_child, LONG_MS, -ECHILD, 77 },
		{ "it hangs after the first", hang_on, SHORT_MS, -EINTR, 77 },
	};

	(void)state;
	piece = 512;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct child_answer answer = { .length = 77 };
		pid_t stuck = 1;
		int code;

		between = cases[i].between;
		code = run_in_child(fill_text, "x", cases[i].timeout_ms, &answer, &stuck);
		assert_case_equal(code, cases[i].code, cases[i].name);
		assert_case_equal(answer.length, cases[i].length, cases[i].name);
		assert_case_equal(stuck, 0, cases[i].name);
		for (size_t k = 0; code == 0 && k < 4000; k++)
			assert_int_equal(answer.text[k], 'x');
	}
	piece = 0;
}

/* A code that the work itself returns is no child that was left behind. */
static void test_own_timeout(void **state)
{
	static const int code = -ETIMEDOUT;
	pid_t stuck = 1;

	(void)state;
	assert_int_equal(run_in_child(answer_code, &code, LONG_MS, NULL, &stuck), -ETIMEDOUT);
	assert_int_equal(stuck, 0);
}

static int leave(const void *argument, struct child_answer *answer)
{
	(void)answer;
	_exit(*(const int *)argument);
}

static int die(const void *argument, struct child_answer *answer)
{
	(void)answer;
	signal(*(const int *)argument, SIG_DFL);
	raise(*(const int *)argument);
	return 0;
}

static void test_no_answer(void **state)
{
	static const int zero = 0, kill_number = SIGKILL;
	struct child_answer answer = { .length = 77 };
	pid_t stuck = 1;

	(void)state;
	assert_int_equal(run_in_child(leave, &zero, LONG_MS, &answer, &stuck), -ECHILD);
	assert_int_equal(stuck, 0);
	assert_int_equal(answer.length, 77); /* not touched */
	assert_int_equal(run_in_child(die, &kill_number, LONG_MS, &answer, &stuck), -ECHILD);
	assert_int_equal(stuck, 0);
	/* Both were waited for. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* --- what does not come back -------------------------------------------------------------- */

static int hang(const void *argument, struct child_answer *answer)
{
	(void)argument;
	(void)answer;
	while (pause() < 0)
		;
	return 0;
}

/* What ends when it is killed is not left behind. */
static void test_killed(void **state)
{
	struct child_answer answer = { .length = 77 };
	long long begin = now_ms(), took;
	pid_t stuck = 1;

	(void)state;
	assert_int_equal(run_in_child(hang, NULL, SHORT_MS, &answer, &stuck), -EINTR);
	took = now_ms() - begin;
	assert_true(took >= SHORT_MS);
	assert_true(took < LONG_MS);
	assert_int_equal(stuck, 0);
	assert_int_equal(answer.length, 77); /* not touched */
	/* It was waited for. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_stuck(void **state)
{
	long long begin = now_ms(), took;
	pid_t stuck = 0;
	int status;

	(void)state;
	is_out_of_reach = true;
	assert_int_equal(run_in_child(hang, NULL, SHORT_MS, NULL, &stuck), -ETIMEDOUT);
	is_out_of_reach = false;
	took = now_ms() - begin;
	assert_true(took >= SHORT_MS + 100); /* it was given the time to end */
	assert_true(took < LONG_MS);
	/* It is named, and still ours to look at. */
	assert_true(stuck > 0);
	assert_true(child_start(stuck) > 0);
	assert_int_equal(waitpid(stuck, NULL, WNOHANG), 0);
	assert_int_equal(kill(stuck, SIGKILL), 0);
	assert_int_equal(waitpid(stuck, &status, 0), stuck);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(child_start(stuck), 0); /* a process that is gone has no beginning */
}

static void on_alarm(int number)
{
	(void)number;
}

static int answer_late(const void *argument, struct child_answer *answer)
{
	(void)argument;
	(void)answer;
	sleep_ms(300);
	return -EBUSY;
}

/* A signal that we get meanwhile neither ends the waiting nor makes it longer. */
static void test_interrupted_wait(void **state)
{
	const struct sigaction action = { .sa_handler = on_alarm }; /* no SA_RESTART */
	const struct itimerspec often = { .it_interval.tv_nsec = 20000000,
					  .it_value.tv_nsec = 20000000 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct sigaction before;
	long long begin;
	timer_t timer;
	pid_t stuck;

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &often, NULL), 0);
	assert_int_equal(run_in_child(answer_late, NULL, LONG_MS, NULL, &stuck), -EBUSY);
	begin = now_ms();
	assert_int_equal(run_in_child(hang, NULL, SHORT_MS, NULL, &stuck), -EINTR);
	assert_int_equal(stuck, 0);
	assert_true(now_ms() - begin >= SHORT_MS);
	assert_true(now_ms() - begin < LONG_MS);
	timer_delete(timer);
	sigaction(SIGALRM, &before, NULL);
}

/* --- what the child has of ours ----------------------------------------------------------- */

/* Answers where its open files lead, but for the list of them itself; returns how many. */
static int list_files(const void *argument, struct child_answer *answer)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int nr = 0;

	(void)argument;
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		ssize_t n;

		if (*entry->d_name == '.' || atoi(entry->d_name) == dirfd(dir))
			continue;
		n = readlinkat(dirfd(dir), entry->d_name, answer->text + answer->length, 100);
		answer->length += n > 0 ? (size_t)n : 0;
		nr++;
	}
	closedir(dir);
	return nr;
}

static void test_files(void **state)
{
	int low = open("/dev/null", O_RDONLY), high = fcntl(low, F_DUPFD, 200);
	struct child_answer answer = { 0 };
	pid_t stuck;

	(void)state;
	assert_true(low >= 0 && high >= 200); /* neither is closed on exec */
	assert_int_equal(run_in_child(list_files, NULL, LONG_MS, &answer, &stuck), 1);
	assert_memory_equal(answer.text, "pipe:[", 6);
	/* Ours are as they were. */
	assert_true(fcntl(low, F_GETFD) >= 0);
	assert_true(fcntl(high, F_GETFD) >= 0);
	assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
	close(low);
	close(high);
}

/* One file more, below the pipe or above it. */
static void test_kept_file(void **state)
{
	int low = open("/dev/null", O_RDONLY), high = fcntl(low, F_DUPFD, 200);
	const int kept[] = { low, high };
	pid_t stuck;

	(void)state;
	for (size_t i = 0; i < COUNT(kept); i++) {
		struct child_answer answer = { 0 };

		assert_int_equal(
			run_in_child_with(kept[i], list_files, NULL, LONG_MS, &answer, &stuck), 2);
		assert_non_null(strstr(answer.text, "/dev/null"));
		assert_non_null(strstr(answer.text, "pipe:["));
	}
	close(low);
	close(high);
}

static int count_files(void)
{
	struct child_answer answer = { 0 };

	return list_files(NULL, &answer);
}

/* Neither end of the pipe stays open here, however it ended. */
static void test_no_leak(void **state)
{
	static const int zero = 0;
	int before = count_files();
	pid_t stuck;

	(void)state;
	assert_true(before >= 0);
	run_in_child(answer_code, &zero, LONG_MS, NULL, &stuck);
	run_in_child(leave, &zero, LONG_MS, NULL, &stuck);
	run_in_child(hang, NULL, 1, NULL, &stuck);
	assert_int_equal(count_files(), before);
	is_out_of_reach = true;
	run_in_child(hang, NULL, 1, NULL, &stuck);
	is_out_of_reach = false;
	assert_int_equal(count_files(), before);
	assert_int_equal(kill(stuck, SIGKILL), 0);
	assert_int_equal(waitpid(stuck, NULL, 0), stuck);
}

/*
 * The same without standard streams: then the pipe has their numbers. In a process of its own, as
 * CMocka wants them.
 */
static void test_no_streams(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct child_answer answer = { 0 };
		pid_t stuck;

		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		if (run_in_child(list_files, NULL, LONG_MS, &answer, &stuck) != 1)
			_exit(1);
		_exit(memcmp(answer.text, "pipe:[", 6) == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* The terminal signals the foreground process group: the child is in another session. */
static int compare_session(const void *argument, struct child_answer *answer)
{
	const pid_t *parent = argument;

	(void)answer;
	return getsid(0) == getpid() && getpgid(0) == getpid() && getppid() == *parent ? 0 : 1;
}

static void test_session(void **state)
{
	const pid_t self = getpid();
	pid_t stuck;

	(void)state;
	assert_int_equal(run_in_child(compare_session, &self, LONG_MS, NULL, &stuck), 0);
}

/* --- who a process is --------------------------------------------------------------------- */

static void test_start(void **state)
{
	char text[64] = "x";

	(void)state;
	assert_true(child_start(getpid()) > 0);
	assert_int_equal(child_start(getpid()), child_start(getpid()));
	assert_true(child_start(1) <= child_start(getpid()));
	child_waits_in(getpid(), text); /* it runs */
	assert_string_equal(text, "");
	child_waits_in(0x7fffffff, text); /* no such process */
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),	  cmocka_unit_test(test_large_answer),
		cmocka_unit_test(test_pieces),	  cmocka_unit_test(test_own_timeout),
		cmocka_unit_test(test_no_answer), cmocka_unit_test(test_killed),
		cmocka_unit_test(test_stuck),	  cmocka_unit_test(test_interrupted_wait),
		cmocka_unit_test(test_files),	  cmocka_unit_test(test_kept_file),
		cmocka_unit_test(test_no_leak),	  cmocka_unit_test(test_no_streams),
		cmocka_unit_test(test_session),	  cmocka_unit_test(test_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
