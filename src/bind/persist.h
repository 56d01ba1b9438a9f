/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bind --persist: what is bound now is bound again after a reboot. */
#ifndef IOMMUTOOL_PERSIST_H
#define IOMMUTOOL_PERSIST_H

#include "bind/bind.h"

/**
 * persist_program() - whether rules could be written, and the program that they may run as root
 * @path: set to our own path, to be freed
 *
 * Return: 0; -EPERM when others than root could replace it; other negative errno, when there is no
 * folder for rules or it cannot be written to.
 */
int persist_program(char **path, struct error *err);

/**
 * persist() - write the rules of all devices of a plan that are bound now
 * @program: from persist_program()
 *
 * Return: 0 or negative errno of the first that failed.
 */
int persist(const struct bind_plan *plan, const char *program, struct error *err);

#endif
