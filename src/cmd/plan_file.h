/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory maps that the user names as a file. */
#ifndef IOMMUTOOL_PLAN_FILE_H
#define IOMMUTOOL_PLAN_FILE_H

#include "model/plan.h"

/**
 * read_plan() - a memory map from a file, at most 16 MiB
 * @path: "-" is standard input
 *
 * Return: 0, and the plan is released with plan_free(); negative errno, and @err names the file,
 * and the line where one is wrong.
 */
int read_plan(const char *path, struct plan *plan, struct error *err);

#endif
