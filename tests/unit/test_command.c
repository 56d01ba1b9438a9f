/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands share: signals of those that act, and options with a number of seconds. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command.h"
#include "util/interrupt.h"
#include "unit.h"
#include "util/option.h"

/* --- signals ------------------------------------------------------------------------------ */

static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT };

static int setup(void **state)
{
	sigset_t *before = malloc(sizeof(*before)), one;

	*state = before;
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	return before && sigprocmask(SIG_SETMASK, &one, before) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	int r = sigprocmask(SIG_SETMASK, *state, NULL);

	free(*state);
	return r;
}

static void test_hold_signals(void **state)
{
	sigset_t set;

	(void)state;
	hold_signals();
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &set), 0);
	for (size_t i = 0; i < COUNT(held); i++)
		assert_int_equal(sigismember(&set, held[i]), 1);
	/* What was held before still is, and nothing else: faults and children must get through. */
	assert_int_equal(sigismember(&set, SIGUSR1), 1);
	for (int number = 1; number < SIGRTMIN; number++) {
		bool wanted = number == SIGUSR1;

		for (size_t i = 0; i < COUNT(held); i++)
			wanted |= held[i] == number;
		if (sigismember(&set, number) == 1 && !wanted)
			fail_msg("signal %d is held", number);
	}
}

/* Each waits until it is asked for, so that bind sees that it was interrupted. */
static void test_held_signals_wait(void **state)
{
	sigset_t pending, set;
	int ends[2], number;

	(void)state;
	hold_signals();
	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(held); i++) {
		sigaddset(&set, held[i]);
		assert_int_equal(raise(held[i]), 0);
	}
	assert_int_equal(sigpending(&pending), 0);
	for (size_t i = 0; i < COUNT(held); i++) {
		assert_int_equal(sigismember(&pending, held[i]), 1);
		assert_int_equal(sigwait(&set, &number), 0);
	}
	/* Nobody reads what we print: that is an error of write(), and no end. */
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(write(ends[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(ends[1]);
	assert_int_equal(sigwait(&set, &number), 0);
	assert_int_equal(number, SIGPIPE);
}

/* --- seconds ------------------------------------------------------------------------------ */

/* What option_seconds() prints goes to @said. */
static error_t seconds(const char *text, int *ms, char said[256])
{
	const struct argp_state state = { .name = (char *)"iommutool bind" };
	int file = memfd_create("said", MFD_CLOEXEC), before = dup(STDERR_FILENO);
	error_t r;
	ssize_t n;

	assert_true(file >= 0 && before >= 0);
	fflush(stderr);
	assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
	r = option_seconds(&state, "--timeout", text, ms);
	fflush(stderr);
	assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
	n = pread(file, said, 255, 0);
	assert_true(n >= 0);
	said[n] = '\0';
	close(before);
	close(file);
	return r;
}

static void test_seconds(void **state)
{
	static const struct {
		const char *text;
		int ms; /* 0: it is refused */
	} cases[] = {
		{ "1", 1000 }, { "30", 30000 }, { "3600", 3600000 }, { "0", 0 },
		{ "3601", 0 }, { "-1", 0 },	{ "+1", 0 },	     { "", 0 },
		{ " 1", 0 },   { "1 ", 0 },	{ "1s", 0 },	     { "1.5", 0 },
		{ "0x10", 0 }, { "abc", 0 },	{ "4294967297", 0 }, { "18446744073709551617", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char said[256], wanted[256];
		int ms = 77;

		assert_case_equal(seconds(cases[i].text, &ms, said), cases[i].ms ? 0 : EINVAL,
				  cases[i].text);
		assert_case_equal(ms, cases[i].ms ? cases[i].ms : 77, cases[i].text);
		snprintf(wanted, sizeof(wanted),
			 "iommutool bind: --timeout: \"%s\" is no number of seconds from 1 to "
			 "3600; see iommutool bind --help\n",
			 cases[i].text);
		assert_string_equal(said, cases[i].ms ? "" : wanted);
	}
	assert_int_equal(DEFAULT_TIMEOUT_MS, 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hold_signals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_held_signals_wait, setup, teardown),
		cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
