/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules of the kernel: which are there, and the program that loads them. */
#ifndef IOMMUTOOL_COLLECT_MODULES_H
#define IOMMUTOOL_COLLECT_MODULES_H

#include <stdbool.h>

#include "collect/collect.h"
#include "model/system.h"

/* Return: whether two names mean one module: '-' and '_' are the same there. */
bool same_module(const char *a, const char *b);

/**
 * find_module() - whether a module is loaded, or could be
 * @release: of the kernel; NULL: unknown
 */
enum module_state find_module(const struct source *source, const char *release, const char *name);

/* Return: the modprobe that the kernel itself would run, or the one at its usual place, to be
 * freed; NULL when there is none. */
char *modprobe_path(const struct source *source);

/**
 * be_modprobe() - become modprobe, in a process whose standard streams may be closed
 * @path: from modprobe_path()
 * @argv: with the name in front and a NULL behind
 * @output: where its output goes; -1: nowhere
 *
 * It has no environment of ours, blocks no signals, and ends with its parent.
 */
void be_modprobe(const char *path, char *const *argv, int output) __attribute__((noreturn));

#endif
