/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The course that every reading command takes: arguments, output, source, work. */
#ifndef IOMMUTOOL_READER_H
#define IOMMUTOOL_READER_H

#include "collect/collect.h"
#include "command.h"

struct reader {
	const struct argp *argp;
	const struct out_schema *schema;
	/* Another schema where the arguments (the command's own struct) ask for it; may be NULL. */
	const struct out_schema *(*choose)(const void *arguments);
	/* Collects, fills the output and shows it. Return: the exit status. */
	int (*work)(const void *arguments, const struct source *source, struct out *out);
};

/**
 * run_reader() - run a reading command
 * @arguments: first member of the command's own struct of arguments
 *
 * Return: the exit status.
 */
int run_reader(const struct reader *reader, struct arguments *arguments, struct context *context,
	       int argc, char **argv);

#endif
