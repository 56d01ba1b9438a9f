/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of bind --list-persisted. */
#ifndef IOMMUTOOL_PERSISTED_H
#define IOMMUTOOL_PERSISTED_H

#include "command.h"

extern const struct out_schema persisted_schema;

/* Return: the exit status. */
int list_persisted(const struct context *context, struct out *out);

#endif
