/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status prints on every system: a fact a row. */
#ifndef IOMMUTOOL_STATUS_ROWS_H
#define IOMMUTOOL_STATUS_ROWS_H

#include "out/out.h"

extern const struct out_schema status_schema;

enum status_verdict { OK, WARN, BAD, INFO };

/* Adds a row; takes @value over. @next may be NULL. */
void add_status(struct out *out, const char *name, struct out_value value,
		enum status_verdict verdict, const char *next);

#endif
