/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of the model as cells: several commands show the same ones. */
#ifndef IOMMUTOOL_CELLS_H
#define IOMMUTOOL_CELLS_H

#include "collect/collect.h"
#include "model/machine.h"
#include "out/out.h"

struct out_value tristate_cell(enum tristate value);
struct out_value string_or_unknown(const char *text); /* NULL: unknown */
struct out_value range_object(uint64_t start, uint64_t end, bool end_known);

struct out_value device_id_cell(const struct device *device);
struct out_value device_class_cell(const struct device *device);
struct out_value device_driver_cell(const struct device *device);
struct out_value device_role_cell(const struct device *device);
struct out_value device_unit_cell(const struct device *device);
struct out_value device_name_cell(const struct device *device, struct names *names);

#endif
