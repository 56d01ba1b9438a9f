/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which groups and devices the operands of a command mean. */
#ifndef IOMMUTOOL_SELECTION_H
#define IOMMUTOOL_SELECTION_H

#include "command.h"
#include "model/machine.h"

struct selection {
	bool everything;  /* no operand was given */
	bool wrong_usage; /* an operand was none at all */
	bool *groups;	  /* one a group of the machine; a device stands for its group */
	bool *devices;	  /* one a device of the machine: those named, and those of named groups */
};

/* Return: facts that understanding the operands needs (FACT_ID, to refuse 10de:2330 well). */
unsigned selection_facts(const struct arguments *arguments);

/**
 * select_operands() - find the groups and devices that were named
 * @takes_ungrouped: a device that is in no group is shown too
 * @selection: released with selection_free(); holds what was found whatever is returned
 *
 * Says on stderr what is not there.
 *
 * Return: STATUS_OK; STATUS_FAILED when something named is not there; STATUS_NO for a device that
 * is in no group while others are; STATUS_USAGE for a vendor and device ID.
 */
int select_operands(const struct arguments *arguments, const struct machine *machine,
		    bool takes_ungrouped, struct selection *selection);

/**
 * find_operand_device() - the device that one operand names
 * @device: set to it, NULL when there is none
 *
 * Return: as select_operands().
 */
int find_operand_device(const struct context *context, const struct machine *machine,
			const char *text, const struct device **device);

void selection_free(struct selection *selection);

/* Return: whether the group is selected. */
bool selects_group(const struct selection *selection, const struct machine *machine,
		   const struct group *group);

/**
 * show_notes() - say what went wrong in reading the machine
 * @selection: whose faults matter; NULL for all
 *
 * With --verbose everything that is unknown and why; else only the first faults that matter.
 *
 * Return: STATUS_FAILED when there are faults that matter, else STATUS_OK.
 */
int show_notes(const struct context *context, const struct machine *machine,
	       const struct selection *selection);

/**
 * nothing_to_show() - the status of a command that ends without rows
 * @status: what was found so far
 *
 * Says why on stderr, unless something was said already.
 *
 * Return: STATUS_SKIPPED where this machine has no groups at all, else STATUS_NO, or @status when
 * it is worse.
 */
int nothing_to_show(const struct context *context, const struct machine *machine, int status);

/**
 * end_groups() - the end of a command whose outermost rows are groups
 *
 * Adds "why_empty" to the JSON document, says why there is nothing to show, and shows the rows;
 * nothing of it after a usage error.
 *
 * Return: the exit status.
 */
int end_groups(const struct arguments *arguments, const struct machine *machine,
	       const struct selection *selection, struct out *out, int status);

#endif
