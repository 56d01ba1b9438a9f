/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What explain shows of a device: columns, and the facts as sentences. */
#ifndef IOMMUTOOL_EXPLAIN_ROWS_H
#define IOMMUTOOL_EXPLAIN_ROWS_H

#include "cmd/explain_cells.h"

extern const struct out_schema explain_schema;

/* Adds the device and, where lines or JSON want them, its facts. */
void add_explained(struct out *out, const struct explained *it);

#endif
