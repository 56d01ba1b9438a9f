/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resv-regions --fits and --plan: whether ranges can be mapped, and what is in the way. */
#ifndef IOMMUTOOL_CONFLICTS_H
#define IOMMUTOOL_CONFLICTS_H

#include "collect/collect.h"
#include "command.h"
#include "model/plan.h"

extern const struct out_schema conflicts_schema;

/**
 * show_conflicts() - hold each line of a plan against each selected group
 *
 * Return: STATUS_OK when everything fits, STATUS_NO when there is a conflict, STATUS_FAILED when
 * regions or width that would decide are unknown, or a worse one.
 */
int show_conflicts(const struct arguments *arguments, const struct source *source,
		   const struct plan *plan, struct out *out);

#endif
