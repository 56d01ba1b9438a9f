/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns and rows of iommutool gaw. */
#include "cmd/gaw_rows.h"

#include "acpi/acpi.h"
#include "cmd/cells.h"
#include "cmd/words.h"

enum {
	UNIT,
	KIND,
	SEGMENT,
	ADDRESS,
	GAW,
	GAW_MAX,
	LAST_IOVA,
	MGAW,
	SAGAW,
	FIRST_STAGE,
	PAGE_SIZES,
	DOMAINS_SUPPORTED,
	DOMAINS_USED,
	INTERRUPT_REMAPPING,
	ATTACHED,
	DEVICE,
	GROUP,
};

#define UNITS OUT_LEVEL(0)
#define DEVICES OUT_LEVEL(1)

static const struct out_column columns[] = {
	[UNIT] = { "UNIT", UNITS, OUT_TYPE_STRING, true, FACT_UNIT, "Name of the IOMMU unit" },
	[KIND] = { "KIND", UNITS, OUT_TYPE_STRING, true, FACT_UNIT,
		   "intel-vtd, amd-vi, virtio or smmu" },
	[SEGMENT] = { "SEGMENT", UNITS, OUT_TYPE_NUMBER, false, WIDTH_FACTS,
		      "PCI segment that it serves" },
	[ADDRESS] = { "ADDRESS", UNITS, OUT_TYPE_ADDRESS, false, WIDTH_FACTS,
		      "Physical address of its registers" },
	[GAW] = { "GAW", UNITS | DEVICES, OUT_TYPE_NUMBER, true, WIDTH_FACTS, gaw_meaning },
	[GAW_MAX] = { "GAW_MAX", UNITS, OUT_TYPE_NUMBER, false, WIDTH_FACTS,
		      "Bits that the hardware could do" },
	[LAST_IOVA] = { "LAST_IOVA", UNITS | DEVICES, OUT_TYPE_ADDRESS, true, WIDTH_FACTS,
			last_iova_meaning },
	[MGAW] = { "MGAW", UNITS, OUT_TYPE_NUMBER, true, WIDTH_FACTS,
		   "Intel: maximum guest address width, in bits" },
	[SAGAW] = { "SAGAW", UNITS, OUT_TYPE_LIST, true, WIDTH_FACTS,
		    "Intel: widths of page tables supported, in bits" },
	[FIRST_STAGE] = { "FIRST_STAGE", UNITS, OUT_TYPE_BOOL, false, WIDTH_FACTS,
			  "Intel: scalable mode with first-stage tables" },
	[PAGE_SIZES] = { "PAGE_SIZES", UNITS, OUT_TYPE_LIST, false, WIDTH_FACTS,
			 "Page sizes that are sure to work, in bytes" },
	[DOMAINS_SUPPORTED] = { "DOMAINS_SUPPORTED", UNITS, OUT_TYPE_NUMBER, false, WIDTH_FACTS,
				"Domains that it can tell apart" },
	[DOMAINS_USED] = { "DOMAINS_USED", UNITS, OUT_TYPE_NUMBER, false, WIDTH_FACTS,
			   "Domains in use now" },
	[INTERRUPT_REMAPPING] = { "INTERRUPT_REMAPPING", UNITS, OUT_TYPE_BOOL, false,
				  WIDTH_FACTS | FACT_REMAPPING, "It remaps interrupts now" },
	[ATTACHED] = { "ATTACHED", UNITS, OUT_TYPE_STRING, false, 0, attached_meaning },
	[DEVICE] = { "DEVICE", DEVICES, OUT_TYPE_STRING, true, FACT_UNIT,
		     "Device that it translates for" },
	[GROUP] = { "GROUP", DEVICES, OUT_TYPE_NUMBER, true, 0, "IOMMU group of the device" },
};

static const struct out_level levels[] = { { "units", false }, { "devices", false } };

const struct out_schema gaw_schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

/* --common: one row, under the names that the units have for the same. */
enum { COMMON_GAW, COMMON_LAST_IOVA };

static const struct out_column common_columns[] = {
	[COMMON_GAW] = { "GAW", OUT_LEVEL(0), OUT_TYPE_NUMBER, true, WIDTH_FACTS,
			 "Bits that all of them have" },
	[COMMON_LAST_IOVA] = { "LAST_IOVA", OUT_LEVEL(0), OUT_TYPE_ADDRESS, true, WIDTH_FACTS,
			       "The highest IOVA that all of them have" },
};

static const struct out_level common_levels[] = { { "units", false } };

const struct out_schema gaw_common_schema = {
	.levels = common_levels,
	.nr_levels = 1,
	.columns = common_columns,
	.nr_columns = sizeof(common_columns) / sizeof(common_columns[0]),
};

static struct out_value width_cell(unsigned bits)
{
	return bits == WIDTH_UNKNOWN ? out_unknown() : out_number(bits);
}

static struct out_value last_cell(const struct known_width *known)
{
	return known->width.gaw == WIDTH_UNKNOWN ? out_unknown() : out_address(known->last);
}

static struct out_value count_cell(int64_t count)
{
	return count < 0 ? out_unknown() : out_number((uint64_t)count);
}

static void set_intel(struct out_row *row, const struct unit *unit)
{
	struct out_value sagaw = out_list();
	unsigned widths[5];
	size_t nr = unit->has_registers ? intel_sagaw(unit, widths) : 0;

	for (size_t i = 0; i < nr; i++)
		out_append(&sagaw, out_number(widths[i]));
	out_set(row, SAGAW, unit->has_registers ? sagaw : out_unknown());
	out_set(row, MGAW, unit->has_registers ? out_number(intel_mgaw(unit)) : out_unknown());
	out_set(row, FIRST_STAGE,
		unit->has_registers ? out_bool(intel_has_first_stage(unit)) : out_unknown());
}

static struct out_value segment_cell(const struct machine *machine, const struct unit *unit)
{
	const struct dmar_structure *drhd = unit_drhd(machine, unit);

	if (drhd)
		return out_number(drhd->segment);
	return unit->has_function ? out_number(unit->function.domain) : out_unknown();
}

static struct out_value address_cell(const struct machine *machine, const struct unit *unit)
{
	const struct ivrs_block *ivhd = unit_ivhd(machine, unit);

	if (unit->kind == UNIT_INTEL_VTD && unit->has_registers)
		return out_address(unit->address);
	return ivhd ? out_address(ivhd->address) : out_unknown();
}

/* What a unit cannot do is not in use, whatever other units do. */
static struct out_value remapping_cell(const struct machine *machine, const struct unit *unit)
{
	if (unit->kind == UNIT_INTEL_VTD && unit->has_registers && !intel_has_remapping(unit))
		return out_bool(false);
	return tristate_cell(machine->remapping);
}

struct out_row *add_unit_row(struct out *out, const struct machine *machine,
			     const struct unit *unit, const struct known_width *known)
{
	struct out_row *row = out_row_add(out, NULL);
	struct out_value sizes = out_list();
	uint64_t page_sizes[3];
	size_t nr_sizes = unit_page_sizes(machine, unit, page_sizes);

	for (size_t i = 0; i < nr_sizes; i++)
		out_append(&sizes, out_number(page_sizes[i]));
	out_set(row, UNIT, out_string(unit->name));
	out_set(row, KIND, string_or_unknown(unit_kind_name(unit->kind)));
	out_set(row, SEGMENT, segment_cell(machine, unit));
	out_set(row, ADDRESS, address_cell(machine, unit));
	out_set(row, GAW, width_cell(known->width.gaw));
	out_set(row, GAW_MAX, width_cell(known->width.gaw_max));
	out_set(row, LAST_IOVA, last_cell(known));
	if (unit->kind == UNIT_INTEL_VTD)
		set_intel(row, unit);
	out_set(row, PAGE_SIZES, nr_sizes ? sizes : out_unknown());
	out_set(row, DOMAINS_SUPPORTED, count_cell(unit->domains_supported));
	out_set(row, DOMAINS_USED, count_cell(unit->domains_used));
	out_set(row, INTERRUPT_REMAPPING, remapping_cell(machine, unit));
	out_set(row, ATTACHED, known->attached ? out_string(known->attached->name) : out_absent());
	return row;
}

void add_device_row(struct out *out, struct out_row *parent, const struct device *device,
		    const struct known_width *known)
{
	struct out_row *row = out_row_add(out, parent);

	out_set(row, DEVICE, out_string(device->name));
	out_set(row, GROUP, device->group ? out_number(device->group->number) : out_absent());
	out_set(row, GAW, width_cell(known->width.gaw));
	out_set(row, LAST_IOVA, last_cell(known));
}

void add_common_row(struct out *out, const struct known_width *common)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, COMMON_GAW, width_cell(common->width.gaw));
	out_set(row, COMMON_LAST_IOVA, last_cell(common));
}

void add_common_keys(struct out *out, const struct machine *machine,
		     const struct known_width *common)
{
	const struct acpi_table *dmar = machine->dmar.table, *ivrs = machine->ivrs.table;
	unsigned host = dmar ? dmar->dmar.host_address_width : ivrs ? ivrs->ivrs.pa_size : 0;
	struct out_value object = out_object("");

	out_document(out, "host_address_width", width_cell(host));
	out_member(&object, "gaw", width_cell(common->width.gaw));
	out_member(&object, "last_iova", last_cell(common));
	out_document(out, "common", object);
	out_document(out, "why_empty", out_string(why_empty(machine)));
}
