/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the testing commands share: options, counts and status; subjects.h has what is tested. */
#ifndef IOMMUTOOL_TESTING_H
#define IOMMUTOOL_TESTING_H

#include <stdbool.h>
#include <stddef.h>

#include "command.h"
#include "probe/verdict.h"

/* --- arguments ------------------------------------------------------------------------------ */

/* First member of the arguments of a testing command. */
struct testing_arguments {
	struct arguments shared;
	const char *const *checks; /* names of all checks, NULL-ended; set before begin() */
	bool *only;		   /* one a check: wanted; NULL: all are; owned */
	bool names_otherwise;	   /* an option of the command names devices, too */
	const char *backend;	   /* of a backend, "auto" or "all"; NULL: auto */
	bool tap;
	bool list;
	bool dry_run;
	bool all;
};

/* Options that they all have; parse_testing() hands on the others as parse_shared(). */
enum testing_key {
	KEY_BACKEND = 0x200,
	KEY_ONLY,
	KEY_TAP,
	KEY_LIST,
	KEY_DRY_RUN,
	KEY_ALL,
};
#define TESTING_OPTIONS                                                                            \
	{ "backend",                                                                               \
	  KEY_BACKEND,                                                                             \
	  "BACKEND",                                                                               \
	  0,                                                                                       \
	  "type1, iommufd, all, or auto (the default): iommufd where it is there",                 \
	  0 },                                                                                     \
		{ "list", KEY_LIST, NULL, 0, "Show what checks there are, and end", 0 },           \
		{ "all", KEY_ALL, NULL, 0, "All devices that a driver of VFIO has", 0 },           \
		{ "tap", KEY_TAP, NULL, 0, "Print TAP, the Test Anything Protocol (14)", 0 },      \
	{                                                                                          \
		"dry-run", KEY_DRY_RUN, NULL, 0, "Show what would be tested; open no device", 0    \
	}
/* For those whose checks are worth something one by one. */
#define ONLY_OPTION                                                                                \
	{                                                                                          \
		"only", KEY_ONLY, "NAME[,...]", 0, "Run only these checks", 0                      \
	}
error_t parse_testing(int key, char *arg, struct argp_state *state);

/* Return: whether a check is wanted, by its index. */
bool wants_check(const struct testing_arguments *arguments, size_t check);

/* --- how it went ------------------------------------------------------------------------------ */

struct tally {
	unsigned counts[NR_OUTCOMES];
	unsigned planned; /* by a dry run */
	bool ran;	  /* something that was asked for was tested, not skipped */
};

/* Adds "summary" to the JSON document, and the counts below the table. */
void show_tally(struct out *out, const struct tally *tally);
/* Return: the counts as an object. */
struct out_value tally_object(const struct tally *tally);

/* Return: STATUS_NO when something failed, STATUS_SKIPPED when all that was asked for was. */
int tally_status(const struct tally *tally);

struct tap;

/* A verdict as a test point; NULL: it is only planned. */
void tap_verdict(struct tap *tap, const char *title, const struct verdict *verdict);

/*
 * The end of a test that may have been interrupted: what was printed is written, and the process
 * ends by the signal when one was waiting. Otherwise nothing happens.
 */
void end_interrupted(const struct context *context);

#endif
