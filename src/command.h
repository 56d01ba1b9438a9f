/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index of the program: what a command is, what it is handed, and the list of them.
 * Each file in cmd/ ends with its `const struct command`.
 */
#ifndef IOMMUTOOL_COMMAND_H
#define IOMMUTOOL_COMMAND_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/machine.h"
#include "out/out.h"
#include "util/error.h"

/* Exit status, the same for all commands; iommutool(8) has the full meaning. */
enum status {
	STATUS_OK = 0,	     /* done, or the answer is yes */
	STATUS_NO = 1,	     /* the answer is no */
	STATUS_FAILED = 2,   /* could not find out or do it */
	STATUS_USAGE = 64,   /* wrong usage */
	STATUS_SKIPPED = 77, /* this machine lacks what it takes */
};

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* The common options, accepted before and after the command; the input of common_argp. */
struct context {
	const char *command; /* name of the command that runs, NULL before one is known */
	const char *sysroot; /* read a captured machine here; NULL: this machine */
	bool verbose;
	bool quiet;
	enum color_mode color;
};

struct command {
	const char *name;
	const char *summary; /* one line for the list of commands */
	const struct argp *argp;
	const struct out_schema *const *schemas; /* NULL-ended; NULL when it prints no rows */
	/* Runs with argv[0] "iommutool NAME"; returns the exit status. */
	int (*run)(struct context *context, int argc, char **argv);
};

extern const struct command cmd_status, cmd_groups, cmd_resv_regions, cmd_gaw, cmd_domains,
	cmd_tables, cmd_explain;
extern const struct command cmd_capture, cmd_monitor, cmd_bind, cmd_restore, cmd_set_domain,
	cmd_map_test, cmd_p2p_test;

extern const struct command *const commands[]; /* NULL-ended, in the order of the help */

extern const struct argp common_argp;

/* --- arguments that commands share ------------------------------------------------------- */

/* First member of each command's own struct of arguments, which is the input of its argp. */
struct arguments {
	struct context *context;
	struct out_options out;
	char **operands; /* in argv, so only the array is owned */
	size_t nr_operands;
};

/* The children of a command that prints rows, of one that acts and prints rows, and of others. */
extern const struct argp_child reading_children[];
extern const struct argp_child acting_children[];
extern const struct argp_child plain_children[];

/* A command's parser hands on every key that is not its own. */
error_t parse_shared(int key, char *arg, struct argp_state *state);

/**
 * begin() - parse the arguments of a command
 * @arguments: its first member; the whole struct is the input of @argp
 *
 * Return: STATUS_OK or STATUS_USAGE (said already).
 */
int begin(struct arguments *arguments, struct context *context, const struct argp *argp, int argc,
	  char **argv);

/**
 * begin_output() - the output that the arguments ask for
 * @status: set when there is nothing more to do: columns were listed, or the usage was wrong
 *
 * Return: the output, or NULL when @status is set.
 */
struct out *begin_output(const struct arguments *arguments, const struct out_schema *schema,
			 int *status);

/* --- messages and endings ---------------------------------------------------------------- */

/* Return: the one of two statuses that wins: the first of 64, 2, 1, 77, 0. */
int status_worst(int a, int b);

/* One line on stderr, "iommutool COMMAND: " and the message. */
void complain(const struct context *context, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same followed by where the help is. Return: STATUS_USAGE. */
int usage_error(const struct context *context, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says what an actor recorded. Return: STATUS_FAILED. */
int complain_error(const struct context *context, const struct error *err);

/* Return: whether stdout gets colour and bold (--color, NO_COLOR, TERM, a terminal). */
bool use_color(const struct context *context);

/* Prints the rows unless --quiet; main() sees to it that they were written. */
void show(const struct context *context, const struct out *out);

#endif
