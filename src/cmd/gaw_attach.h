/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gaw --attach: the width as VFIO tells it. */
#ifndef IOMMUTOOL_GAW_ATTACH_H
#define IOMMUTOOL_GAW_ATTACH_H

#include "cmd/gaw_rows.h"
#include "command.h"

/* What choosing a device and explaining a failure want (struct setup_facts). */
#define ATTACH_FACTS                                                                               \
	(FACT_CLASS | FACT_DRIVER | FACT_VFIO | FACT_HOLDERS | FACT_RESERVED | FACT_UNIT |         \
	 FACT_TABLES | FACT_TOPOLOGY | FACT_KERNEL | FACT_REMAPPING)

/**
 * attach_units() - ask VFIO for the usable ranges of units
 * @machine: of this system, collected with ATTACH_FACTS
 * @units: one a unit of the machine, whether it is to be asked
 * @named: one a device of the machine: those preferred
 * @known: one a unit; filled in where VFIO told
 *
 * For each unit a device that is on a driver of VFIO and that nobody uses is opened, and closed
 * again. A signal waits meanwhile; the process ends by it here.
 *
 * Return: STATUS_OK; STATUS_FAILED when a unit could not be asked, which is said on stderr.
 */
int attach_units(const struct context *context, const struct source *source,
		 struct machine *machine, const bool *units, const bool *named,
		 struct known_width *known);

#endif
