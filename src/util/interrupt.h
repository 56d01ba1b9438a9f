/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For commands that change something: a signal waits until what was begun is finished or undone.
 * Nothing is handled, so there is no state: the kernel remembers what is pending.
 */
#ifndef IOMMUTOOL_INTERRUPT_H
#define IOMMUTOOL_INTERRUPT_H

#include <stdbool.h>

/* From here on SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGPIPE wait. */
void hold_signals(void);

/* Return: whether one of them, but SIGPIPE, is waiting: time to undo and end. */
bool interrupted(void);

/* Lets those but SIGPIPE through: the process ends here if one was waiting. */
void release_signals(void);

#endif
