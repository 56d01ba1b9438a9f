/* SPDX-License-Identifier: GPL-2.0-or-later */
/* groups --check-isolation: the kernel's groups against those that its algorithm should make. */
#ifndef IOMMUTOOL_CHECK_ISOLATION_H
#define IOMMUTOOL_CHECK_ISOLATION_H

#include "collect/collect.h"
#include "command.h"

extern const struct out_schema check_isolation_schema;

/**
 * check_isolation() - show where the groups differ
 *
 * Return: STATUS_OK when they are the same, STATUS_NO when they differ, STATUS_FAILED when config
 * space that would decide is unknown, or a worse one.
 */
int check_isolation(const struct arguments *arguments, const struct source *source,
		    struct out *out);

#endif
