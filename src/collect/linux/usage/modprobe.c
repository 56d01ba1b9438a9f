/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks modprobe how a module is configured. */
#include "collect/linux/usage/modprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/modules.h"
#include "util/alloc.h"
#include "util/child.h"
#include "util/cleanup.h"

#define TIMEOUT_MS 10000
#define OUTPUT_MAX (64u << 20)
#define LINE_SIZE (16u << 10)

/* kmod says so when what follows are only the aliases and symbols of all modules: most of it. */
#define END_OF_CONFIGURATION "# End of configuration files"

struct task {
	const char *path;
	const char *module;
};

/* --- in the child ------------------------------------------------------------------------- */

static int start_modprobe(const char *path, pid_t *child, FILE **output)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*child = fork();
	if (*child == 0)
		be_modprobe(path,
			    (char *const[]){ (char *)"modprobe", (char *)"--showconfig", NULL },
			    ends[1]);
	close(ends[1]);
	*output = *child < 0 ? NULL : fdopen(ends[0], "r");
	if (*output)
		return 0;
	close(ends[0]);
	return -EAGAIN;
}

/* Appends an "options" line of the module to the answer. */
static int keep_line(const struct task *task, const char *line, struct child_answer *answer)
{
	char start[64];
	size_t length = strlen(line);
	int n = snprintf(start, sizeof(start), "options %s ", task->module);

	if (strncmp(line, start, (size_t)n) != 0)
		return 0;
	if (line[length - 1] != '\n' || length >= sizeof(answer->text) - answer->length)
		return -EFBIG;
	memcpy(answer->text + answer->length, line, length + 1);
	answer->length += length;
	return 0;
}

/* @whole: set when all of the configuration was read before the output ended. */
static int read_output(const struct task *task, FILE *output, struct child_answer *answer,
		       bool *whole)
{
	_cleanup_free_ char *line = xcalloc(1, LINE_SIZE);
	bool at_start = true;
	size_t total = 0;
	int r = 0;

	*whole = false;
	while (r == 0 && !*whole && fgets(line, LINE_SIZE, output)) {
		if (at_start)
			r = keep_line(task, line, answer);
		*whole = at_start &&
			 strncmp(line, END_OF_CONFIGURATION, strlen(END_OF_CONFIGURATION)) == 0;
		at_start = strchr(line, '\n') != NULL;
		total += strlen(line);
		if (r == 0 && total > OUTPUT_MAX)
			r = -EFBIG;
	}
	return r == 0 && total == 0 ? -ENODATA : r;
}

static int run_modprobe(const void *argument, struct child_answer *answer)
{
	const struct task *task = argument;
	FILE *output = NULL;
	pid_t child = -1;
	bool whole;
	int status = 0, r = start_modprobe(task->path, &child, &output);

	if (r < 0)
		return r;
	r = read_output(task, output, answer, &whole);
	if (whole || r < 0)
		kill(child, SIGKILL); /* what it would say further is not wanted */
	fclose(output);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0 && !whole && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		r = -EIO;
	return r;
}

/* --- in the parent ------------------------------------------------------------------------ */

static int explain(struct error *err, const char *path, int code)
{
	switch (code) {
	case -ETIMEDOUT:
		return fail(err, code, "%s --showconfig did not end in %d seconds", path,
			    TIMEOUT_MS / 1000);
	case -EIO:
	case -ENODATA: /* /bin/true in place of it */
		return fail(err, code, "%s --showconfig failed; see what it says", path);
	case -EFBIG:
		return fail(err, code, "%s --showconfig says more than can be read", path);
	default:
		return fail(err, code, "%s --showconfig: %s", path, strerror(-code));
	}
}

int modprobe_options(const struct source *source, const char *module, char **options,
		     struct error *err)
{
	_cleanup_free_ char *path = modprobe_path(source);
	struct task task = { path, module };
	struct child_answer answer = { 0 };
	pid_t stuck;
	int r;

	if (!path)
		return fail(err, -ENOENT, "there is no modprobe that could be asked");
	r = run_in_child(run_modprobe, &task, TIMEOUT_MS, &answer, &stuck);
	if (r < 0)
		return explain(err, path, r);
	*options = xstrdup(answer.text);
	return 0;
}
