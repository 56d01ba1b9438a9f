/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside bind/: what the guards share to say what they saw. */
#ifndef IOMMUTOOL_FINDING_H
#define IOMMUTOOL_FINDING_H

#include "bind/guards.h"

/* Return: the interface below the device in question behind @after (NULL: the first), or NULL. */
const struct interface *next_interface(const struct guard_question *question,
				       const struct interface *after);

/* Return: "A", "A and B", "A, B and 3 more", to be freed. */
char *list_text(const struct strings *list);

/* @fact may be NULL, and belongs to the finding then. */
struct guard_finding guard_pass(char *fact);

/**
 * guard_refuse() - a finding that speaks against it
 * @guard: its name when it can be forced, which is added to @next; else NULL
 * @fact: belongs to the finding then
 * @next: what to do about it
 */
struct guard_finding guard_refuse(const struct guard_question *question, const char *guard,
				  char *fact, const char *next);

/* The same, of what was seen one by one; releases @seen. */
struct guard_finding guard_refuse_seen(const struct guard_question *question, const char *guard,
				       struct strings *seen, const char *next);

/* The facts are not to be had; as guard_refuse(). Of a capture @next is to look at the machine. */
struct guard_finding guard_unknown(const struct guard_question *question, const char *guard,
				   char *fact, const char *next);

/**
 * platform_function() - whether the host's firmware and drivers count on such a function
 * @class: class and subclass, 0x0c05
 *
 * Return: what it is, "SMBus"; NULL: a device like others.
 */
const char *platform_function(int class);

#endif
