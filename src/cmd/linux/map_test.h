/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The course of map-test, after its arguments were parsed. */
#ifndef IOMMUTOOL_CMD_MAP_TEST_H
#define IOMMUTOOL_CMD_MAP_TEST_H

#include "cmd/linux/testing.h"
#include "collect/collect.h"

struct map_test_arguments {
	struct testing_arguments testing; /* first */
	const char *plan;		  /* file */
	bool bench;
};

/**
 * test_mappings() - run the checks, try the plan or measure, and show what came out
 *
 * Ends the process by the signal when one came meanwhile.
 *
 * Return: the exit status.
 */
int test_mappings(const struct map_test_arguments *arguments, const struct source *source,
		  struct out *out);

#endif
