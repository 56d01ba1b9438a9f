/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The course of p2p-test, after its arguments were parsed. */
#ifndef IOMMUTOOL_CMD_P2P_TEST_H
#define IOMMUTOOL_CMD_P2P_TEST_H

#include "cmd/linux/testing.h"
#include "collect/collect.h"

/* --target: DEVICE[:BAR[:OFFSET]] */
struct target_argument {
	char *device; /* as it was given; owned */
	int bar;      /* -1: none was named */
	uint64_t offset;
};

struct p2p_arguments {
	struct testing_arguments testing; /* first */
	char **initiators;		  /* in argv; the array is owned */
	size_t nr_initiators;
	struct target_argument *targets; /* owned */
	size_t nr_targets;
	bool bench, disruptive, require_revoked;
};

/**
 * parse_target() - read the argument of --target
 * @target: .device is to be freed, when 0 is returned
 *
 * Return: 0; -EINVAL: it is none; -ERANGE: no such BAR can be (0 to 5); -EDOM: the offset is not a
 * multiple of 8.
 */
int parse_target(const char *text, struct target_argument *target);

/**
 * test_pairs() - run the checks on every pair, and show what came out
 *
 * Ends the process by the signal when one came meanwhile.
 *
 * Return: the exit status.
 */
int test_pairs(const struct p2p_arguments *arguments, const struct source *source, struct out *out);

#endif
