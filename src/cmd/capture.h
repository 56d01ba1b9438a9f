/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool capture, as far as each system does it in its own way. */
#ifndef IOMMUTOOL_CMD_CAPTURE_H
#define IOMMUTOOL_CMD_CAPTURE_H

#include "command.h"

/* Writes to @dir, and says what is missing. Return: the exit status. */
int capture_to(const struct context *context, const char *dir);

#endif
