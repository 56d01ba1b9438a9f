/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of bind and restore. */
#ifndef IOMMUTOOL_CHANGES_ROWS_H
#define IOMMUTOOL_CHANGES_ROWS_H

#include "bind/bind.h"
#include "out/out.h"
#include "util/alloc.h"

extern const struct out_schema change_schema;

/* Fills the output; below the table of a dry run come the steps and the answers of the guards. */
void add_change_rows(const struct bind_plan *plan, struct out *out);

/* Return: what a guard says in the end: its answer, or "forced". */
const char *change_answer(const struct bind_plan *plan, const struct change *change, size_t guard);

#endif
