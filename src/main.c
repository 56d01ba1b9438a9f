/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Global options, the choice of a command, the end of the program. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/words.h"
#include "command.h"
#include "util/alloc.h"

enum { KEY_VERSION = 0x3000, KEY_LIST_COMMANDS };

/* What the global parser leaves for main(). */
struct globals {
	struct context context;
	int command; /* index in argv, 0 when there is none */
};

static const struct argp_option options[] = {
	{ "version", KEY_VERSION, NULL, 0, "Show the version and end", -1 },
	{ "list-commands", KEY_LIST_COMMANDS, NULL, 0, "Show the names of the commands and end",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct globals *globals = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->err_stream = NULL; /* getopt's own line is enough */
		state->child_inputs[0] = &globals->context;
		return 0;
	case ARGP_KEY_ARG:
		globals->command = state->next - 1;
		state->next = state->argc; /* what follows is for the command to parse */
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_state_help(state, stderr, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK);
		return 0;
	case KEY_VERSION:
		puts("iommutool " IOMMUTOOL_VERSION);
		exit(STATUS_OK);
	case KEY_LIST_COMMANDS:
		for (size_t i = 0; commands[i]; i++)
			puts(commands[i]->name);
		exit(STATUS_OK);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* argp shows what this returns; the list of commands stands at the end of the help. */
static char *help_filter(int key, const char *text, void *input)
{
	char *help;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	help = xstrdup("Commands:\n");
	for (size_t i = 0; commands[i]; i++) {
		char *longer =
			xasprintf("%s  %-14s %s\n", help, commands[i]->name, commands[i]->summary);

		free(help);
		help = longer;
	}
	return help;
}

static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };

static const struct argp global_argp = {
	.options = options,
	.parser = parse,
	.args_doc = "COMMAND [ARG...]",
	.doc = program_doc,
	.children = children,
	.help_filter = help_filter,
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int unknown_command(const struct context *context, const char *name)
{
	const char *names[64] = { NULL };
	const char *like;

	for (size_t i = 0; commands[i] && i < sizeof(names) / sizeof(names[0]) - 1; i++)
		names[i] = commands[i]->name;
	like = nearest(name, names);
	if (like)
		return usage_error(context, "%s: no such command; did you mean \"%s\"?", name,
				   like);
	return usage_error(context, "%s: no such command", name);
}

/*
 * A parser shows its help when it is asked for it: argp_help() has no state to give to a
 * help filter, and not every libargp survives that.  Neither of the two returns.
 */
static int help(struct context *context, int argc, char **argv)
{
	char *ask[] = { NULL, (char *)"--help", NULL };
	const struct command *command;

	if (argc < 2 || strcmp(argv[1], "help") == 0 || *argv[1] == '-') {
		struct globals globals = { 0 };

		ask[0] = (char *)"iommutool";
		return argp_parse(&global_argp, 2, ask, ARGP_IN_ORDER | ARGP_NO_HELP, NULL,
				  &globals);
	}
	if (argc > 2)
		return usage_error(context, "help: %s: one command at a time", argv[2]);
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(context, argv[1]);
	ask[0] = xasprintf("iommutool %s", command->name);
	return command->run(context, 2, ask);
}

/* Whether standard output is a pipe that nobody reads any more. */
static bool reader_is_gone(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&output, 1, 0) > 0 && (output.revents & POLLERR);
}

/* Sees to it that everything was written. Return: STATUS_OK or STATUS_FAILED. */
static int finish_output(const struct context *context)
{
	int code = fflush(stdout) == 0 ? 0 : errno;

	if (code == 0 && !ferror(stdout))
		return STATUS_OK;
	/* What failed before, with nothing left to write now, has left no code. */
	if (code == 0 && reader_is_gone())
		code = EPIPE;
	if (code != EPIPE)
		complain(context, "standard output: %s", code ? strerror(code) : "write error");
	fclose(stdout); /* said once is enough */
	return STATUS_FAILED;
}

static int dispatch(struct globals *globals, int argc, char **argv)
{
	const struct command *command;
	char *name;
	int status;

	if (strcmp(argv[0], "help") == 0)
		return help(&globals->context, argc, argv);
	command = find_command(argv[0]);
	if (!command)
		return unknown_command(&globals->context, argv[0]);
	globals->context.command = command->name;
	name = xasprintf("iommutool %s", command->name);
	argv[0] = name;
	status = command->run(&globals->context, argc, argv);
	free(name);
	return status_worst(status, finish_output(&globals->context));
}

/* A file of ours must not become stdout: writing to what was closed has to fail. */
static void fill_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* The end of the paths that leave by themselves: help, version, lists. */
static void flush_output(void)
{
	static const struct context context = { 0 };

	if (fcntl(STDOUT_FILENO, F_GETFD) >= 0 && finish_output(&context) != STATUS_OK)
		_exit(STATUS_FAILED);
}

int main(int argc, char **argv)
{
	static char name[] = "iommutool";
	struct globals globals = { 0 };

	fill_standard_files();
	signal(SIGCHLD, SIG_DFL); /* ignored, children could not be waited for */
	atexit(flush_output);
	/* Text is UTF-8 wherever this runs; messages and numbers stay those of the C locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	argp_err_exit_status = STATUS_USAGE;
	if (argc > 0)
		argv[0] = name;

	if (argp_parse(&global_argp, argc, argv, ARGP_IN_ORDER | ARGP_NO_HELP, NULL, &globals))
		return STATUS_USAGE;
	if (globals.command == 0)
		return STATUS_USAGE; /* the help was shown */
	return dispatch(&globals, argc - globals.command, argv + globals.command);
}
