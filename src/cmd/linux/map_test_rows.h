/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What map-test prints: its columns and rows. */
#ifndef IOMMUTOOL_MAP_TEST_ROWS_H
#define IOMMUTOOL_MAP_TEST_ROWS_H

#include "cmd/linux/subjects.h"
#include "out/out.h"
#include "probe/map_bench.h"
#include "probe/verdict.h"

extern const struct out_schema map_test_schema;	  /* a row a check */
extern const struct out_schema map_bench_schema;  /* --bench: a row an operation */
extern const struct out_schema map_checks_schema; /* --list */

/* The result of one check; @verdict NULL: it is only planned. */
void add_test_row(struct out *out, const struct subject *subject, const char *name,
		  const struct verdict *verdict);

/* What was measured; NULL: what would be. */
void add_bench_rows(struct out *out, const struct subject *subject, const struct map_costs *costs);

void add_check_rows(struct out *out);

#endif
