/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns and rows of iommutool gaw. */
#ifndef IOMMUTOOL_GAW_ROWS_H
#define IOMMUTOOL_GAW_ROWS_H

#include "collect/collect.h"
#include "model/machine.h"
#include "model/width.h"
#include "out/out.h"

/* What unit_width() wants. */
#define WIDTH_FACTS (FACT_UNIT | FACT_REGISTERS | FACT_TABLES | FACT_KERNEL)

/* The width of a unit, as registers or VFIO tell it. */
struct known_width {
	struct width width;
	uint64_t last; /* the highest IOVA that VFIO is sure to map, where width.gaw is known */
	const struct device *attached; /* through which VFIO was asked; NULL: it was not */
};

extern const struct out_schema gaw_schema;
extern const struct out_schema gaw_common_schema; /* --common: one row */

/* Rows of gaw_schema. */
struct out_row *add_unit_row(struct out *out, const struct machine *machine,
			     const struct unit *unit, const struct known_width *known);
void add_device_row(struct out *out, struct out_row *parent, const struct device *device,
		    const struct known_width *known);

/* The row of gaw_common_schema. */
void add_common_row(struct out *out, const struct known_width *common);

/* What the JSON document has beside the units. */
void add_common_keys(struct out *out, const struct machine *machine,
		     const struct known_width *common);

#endif
