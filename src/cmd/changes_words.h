/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bind and restore say of the drivers of this system. */
#ifndef IOMMUTOOL_CHANGES_WORDS_H
#define IOMMUTOOL_CHANGES_WORDS_H

/* Of their help. */
extern const char bind_doc[];
extern const char restore_doc[];
extern const char to_meaning[];	     /* --to */
extern const char persist_meaning[]; /* --persist */

/* Return: what to do when there is no driver of this name. */
const char *missing_driver_advice(const char *name);

#endif
