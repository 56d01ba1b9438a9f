/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command run in a child, since it may end by a signal; and what it printed. */
#ifndef IOMMUTOOL_TEST_COMMAND_RUN_H
#define IOMMUTOOL_TEST_COMMAND_RUN_H

#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "unit.h"
#include "util/alloc.h"

#define PATIENCE 20 /* seconds that the command gets to end */

/* What is made up has no test to fail: it runs in the child. */
#define must(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "not so: %s\n", #condition);                               \
			_exit(99);                                                                 \
		}                                                                                  \
	} while (0)

struct result {
	int status; /* exit status; a signal's number negative */
	char out[65536], err[4096];
};

static inline int open_stream(void)
{
	char path[] = "/tmp/iommutool-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

static inline void read_stream(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size, 0);

	assert_true(n >= 0 && (size_t)n < size);
	text[n] = '\0';
	close(fd);
}

static inline void child_runs(const struct command *command, const char *line, bool quiet, int out,
			      int err)
{
	struct context context = { .command = command->name, .color = COLOR_NEVER, .quiet = quiet };
	char *copy = xstrdup(line), *at = copy, *word;
	char *argv[24] = { xasprintf("iommutool %s", command->name) };
	int argc = 1, status;

	while ((word = strsep(&at, " "))) {
		must(argc < (int)COUNT(argv) - 1);
		if (*word)
			argv[argc++] = word;
	}
	alarm(PATIENCE);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	argp_err_exit_status = STATUS_USAGE;
	status = command->run(&context, argc, argv);
	free(copy);
	free(argv[0]);
	exit(status); /* not _exit(): what leaks is looked for on the way out */
}

/* @line: arguments, separated by blanks. */
static inline void run_command(const struct command *command, const char *line, bool quiet,
			       struct result *result)
{
	int out = open_stream(), err = open_stream(), status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child_runs(command, line, quiet, out, err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	result->status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	read_stream(out, result->out, sizeof(result->out));
	read_stream(err, result->err, sizeof(result->err));
}

static inline size_t count(const char *text, const char *what)
{
	size_t nr = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		nr++;
	return nr;
}

/* Leaves only the lines that have @word in them. */
static inline void keep_lines(char *text, const char *word)
{
	char *to = text;

	for (char *end; (end = strchr(text, '\n')); text = end + 1) {
		size_t length = (size_t)(end - text) + 1;

		*end = '\0';
		if (!strstr(text, word))
			continue;
		*end = '\n';
		memmove(to, text, length);
		to += length;
	}
	*to = '\0';
}

/* Takes the blanks out of JSON that are not in strings. */
static inline void compact(char *json)
{
	bool quoted = false;
	char *to = json;

	for (const char *at = json; *at; at++) {
		if (*at == '"')
			quoted = !quoted; /* none of the strings here has one in it */
		if (quoted || !isspace((unsigned char)*at))
			*to++ = *at;
	}
	*to = '\0';
}

#endif
