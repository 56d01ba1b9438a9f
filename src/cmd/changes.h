/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bind and restore share: their rows, messages and course. */
#ifndef IOMMUTOOL_CHANGES_H
#define IOMMUTOOL_CHANGES_H

#include "bind/bind.h"
#include "bind/journal.h"
#include "command.h"

extern const struct out_schema change_schema;

/* First member of the arguments of bind and of restore. */
struct change_arguments {
	struct arguments shared;
	struct bind_request request;
	bool all;	     /* restore */
	bool list_persisted; /* bind */
};

/* Options that both have; hands on the others as parse_shared(). */
#define KEY_DRY_RUN 0x100
#define KEY_TIMEOUT 0x101
#define CHANGE_OPTIONS                                                                             \
	{ "dry-run",                                                                               \
	  KEY_DRY_RUN,                                                                             \
	  NULL,                                                                                    \
	  0,                                                                                       \
	  "Say what would be done and what speaks against it; change nothing",                     \
	  0 },                                                                                     \
	{                                                                                          \
		"timeout", KEY_TIMEOUT, "SECONDS", 0,                                              \
			"How long to wait for each step (default 30)", 0                           \
	}
error_t parse_change(int key, char *arg, struct argp_state *state);

/**
 * run_changes() - the course of bind and restore, after their arguments were parsed
 *
 * Return: the exit status.
 */
int run_changes(const struct change_arguments *arguments, struct out *out);

#endif
