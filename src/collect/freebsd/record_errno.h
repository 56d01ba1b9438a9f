/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors by their names: a record is read on a system that has other numbers for them. */
#ifndef IOMMUTOOL_FREEBSD_RECORD_ERRNO_H
#define IOMMUTOOL_FREEBSD_RECORD_ERRNO_H

/* @code: negative errno. Return: its name; "EIO" for one that nobody has a use for. */
const char *freebsd_errno_name(int code);

/* Return: negative errno of this system; 0: no such name. */
int freebsd_errno_number(const char *name);

#endif
