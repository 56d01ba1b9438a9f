/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool status: what it prints on every system, and what each system finds. */
#ifndef IOMMUTOOL_STATUS_H
#define IOMMUTOOL_STATUS_H

#include "collect/collect.h"
#include "command.h"

enum status_verdict { OK, WARN, BAD, INFO };

/* Adds a row; takes @value over. @next may be NULL. */
void add_status(struct out *out, const char *name, struct out_value value,
		enum status_verdict verdict, const char *next);

/* Each system has its own: collects, and adds the rows. Return: the exit status. */
int find_status(const struct context *context, const struct source *source, struct out *out);

#endif
