/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of `tables`, and the rows and cells that all tables have. */
#include "cmd/tables.h"

#include "collect/collect.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define TABLES OUT_LEVEL(0)
#define STRUCTURES OUT_LEVEL(1)
#define BOTH (TABLES | STRUCTURES)

static const struct out_column columns[] = {
	[T_SIGNATURE] = { "SIGNATURE", TABLES, OUT_TYPE_STRING, true, 0, "DMAR, IVRS or VIOT" },
	[T_FILE] = { "FILE", TABLES, OUT_TYPE_STRING, false, 0, "With --file: where it stands" },
	[T_REVISION] = { "REVISION", TABLES, OUT_TYPE_NUMBER, false, 0, "Revision of the layout" },
	[T_CHECKSUM_OK] = { "CHECKSUM_OK", TABLES, OUT_TYPE_BOOL, false, 0,
			    "The table is whole and its checksum right" },
	[T_OEM_ID] = { "OEM_ID", TABLES, OUT_TYPE_STRING, false, 0, "Who made it" },
	[T_OEM_TABLE_ID] = { "OEM_TABLE_ID", TABLES, OUT_TYPE_STRING, false, 0,
			     "Their name for it" },
	[T_OEM_REVISION] = { "OEM_REVISION", TABLES, OUT_TYPE_NUMBER, false, 0,
			     "Their revision of it" },
	[T_CREATOR_ID] = { "CREATOR_ID", TABLES, OUT_TYPE_STRING, false, 0,
			   "What it was made with" },
	[T_CREATOR_REVISION] = { "CREATOR_REVISION", TABLES, OUT_TYPE_NUMBER, false, 0,
				 "Revision of what it was made with" },
	[T_HOST_ADDRESS_WIDTH] = { "HOST_ADDRESS_WIDTH", TABLES, OUT_TYPE_NUMBER, false, 0,
				   "DMAR: bits of a physical address; not the IOVA width" },
	[T_IVINFO] = { "IVINFO", TABLES, OUT_TYPE_STRING, false, 0,
		       "IVRS: address sizes and features of all IOMMUs" },
	[T_NODE_COUNT] = { "NODE_COUNT", TABLES, OUT_TYPE_NUMBER, false, 0,
			   "VIOT: nodes that the header counts" },
	[T_NODE_OFFSET] = { "NODE_OFFSET", TABLES, OUT_TYPE_NUMBER, false, 0,
			    "VIOT: where the nodes start" },
	[T_PROBLEMS] = { "PROBLEMS", TABLES, OUT_TYPE_OBJECTS, false, 0,
			 "What contradicts the specification, with its offset" },
	[T_OFFSET] = { "OFFSET", STRUCTURES, OUT_TYPE_NUMBER, true, 0,
		       "Where the structure starts in the table, in bytes" },
	[T_LENGTH] = { "LENGTH", BOTH, OUT_TYPE_NUMBER, false, 0,
		       "Bytes of the structure, or of the table by its header" },
	[T_TYPE] = { "TYPE", STRUCTURES, OUT_TYPE_STRING, true, 0,
		     "DRHD, RMRR, IVHD and so on; unknown: see KIND" },
	[T_KIND] = { "KIND", STRUCTURES, OUT_TYPE_STRING, false, 0,
		     "IVRS, unknown types: the type as the table has it" },
	[T_SEGMENT] = { "SEGMENT", STRUCTURES, OUT_TYPE_NUMBER, true, 0, "PCI segment (domain)" },
	[T_SEGMENT_END] = { "SEGMENT_END", STRUCTURES, OUT_TYPE_NUMBER, false, 0,
			    "VIOT pci-range: last PCI segment" },
	[T_IOMMU] = { "IOMMU", STRUCTURES, OUT_TYPE_STRING, false, 0,
		      "IVHD, virtio-iommu-pci: the IOMMU's own function" },
	[T_CAPABILITY_OFFSET] = { "CAPABILITY_OFFSET", STRUCTURES, OUT_TYPE_NUMBER, false, 0,
				  "IVHD: where its config space has the IOMMU capability" },
	[T_ADDRESS] = { "ADDRESS", STRUCTURES, OUT_TYPE_ADDRESS, false, 0,
			"DRHD, RHSA, IVHD, VIOT: base of the registers" },
	[T_SIZE] = { "SIZE", STRUCTURES, OUT_TYPE_NUMBER, false, 0,
		     "DRHD: the registers take 2^SIZE pages of 4 KiB" },
	[T_START] = { "START", STRUCTURES, OUT_TYPE_ADDRESS, true, 0,
		      "RMRR, IVMD: first byte of the memory" },
	[T_END] = { "END", STRUCTURES, OUT_TYPE_ADDRESS, true, 0,
		    "RMRR, IVMD: last byte of the memory" },
	[T_FIRST] = { "FIRST", STRUCTURES, OUT_TYPE_STRING, false, 0,
		      "IVMD, VIOT pci-range: first device" },
	[T_LAST] = { "LAST", STRUCTURES, OUT_TYPE_STRING, false, 0,
		     "IVMD, VIOT pci-range: last device" },
	[T_FLAGS] = { "FLAGS", BOTH, OUT_TYPE_LIST, true, 0,
		      "Flags that are set; 0x: one that we do not know" },
	[T_SCOPES] = { "SCOPES", STRUCTURES, OUT_TYPE_OBJECTS, true, FACT_TOPOLOGY | FACT_CLASS,
		       "DMAR: the devices that it is for" },
	[T_INFO] = { "INFO", STRUCTURES, OUT_TYPE_STRING, false, 0,
		     "IVHD: MSI number (bits 4:0) and UnitID (12:8)" },
	[T_FEATURES] = { "FEATURES", STRUCTURES, OUT_TYPE_STRING, false, 0,
			 "IVHD: feature reporting (kind 0x10) or attributes" },
	[T_EFR] = { "EFR", STRUCTURES, OUT_TYPE_ADDRESS, false, 0,
		    "IVHD 0x11, 0x40: extended feature register" },
	[T_EFR2] = { "EFR2", STRUCTURES, OUT_TYPE_ADDRESS, false, 0,
		     "IVHD 0x11, 0x40: extended feature register 2" },
	[T_IGNORED] = { "IGNORED", STRUCTURES, OUT_TYPE_BOOL, false, 0,
			"IVHD: Linux uses those of another kind" },
	[T_ENTRIES] = { "ENTRIES", STRUCTURES, OUT_TYPE_OBJECTS, false, 0,
			"IVHD: the devices that it is for" },
	[T_PROXIMITY_DOMAIN] = { "PROXIMITY_DOMAIN", STRUCTURES, OUT_TYPE_NUMBER, false, 0,
				 "RHSA: NUMA domain of the unit at ADDRESS" },
	[T_DEVICE_NUMBER] = { "DEVICE_NUMBER", STRUCTURES, OUT_TYPE_NUMBER, false, 0,
			      "ANDD: number that namespace scopes name" },
	[T_NAME] = { "NAME", STRUCTURES, OUT_TYPE_STRING, false, 0, "ANDD: ACPI path" },
	[T_ENDPOINT] = { "ENDPOINT", STRUCTURES, OUT_TYPE_NUMBER, false, 0,
			 "VIOT: (first) endpoint ID" },
	[T_OUTPUT_NODE] = { "OUTPUT_NODE", STRUCTURES, OUT_TYPE_NUMBER, false, 0,
			    "VIOT: offset of the node of the IOMMU" },
	[T_RESERVED] = { "RESERVED", BOTH, OUT_TYPE_OBJECTS, false, 0,
			 "Reserved bytes that are set, and bytes that we cannot decode" },
};

static const struct out_level levels[] = { { "tables", true }, { "structures", true } };

const struct out_schema tables_schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
};

static struct out_value problems_cell(const struct acpi_table *table)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < table->nr_problems; i++) {
		const struct acpi_problem *problem = &table->problems[i];
		_cleanup_free_ char *text = xasprintf("%zu: %s", problem->offset, problem->what);
		struct out_value object = out_object(text);

		out_member(&object, "offset", out_number(problem->offset));
		out_member(&object, "what", out_string(problem->what));
		out_append(&list, object);
	}
	return list;
}

static void set_header(struct out_row *row, const struct acpi_table *table)
{
	out_set(row, T_SIGNATURE, out_string(table->signature));
	out_set(row, T_REVISION, out_number(table->revision));
	out_set(row, T_LENGTH, out_number(table->length));
	out_set(row, T_CHECKSUM_OK, out_bool(table->checksum_ok));
	out_set(row, T_OEM_ID, tables_text(table->oem_id, 6));
	out_set(row, T_OEM_TABLE_ID, tables_text(table->oem_table_id, 8));
	out_set(row, T_OEM_REVISION, out_number(table->oem_revision));
	out_set(row, T_CREATOR_ID, tables_text(table->creator_id, 4));
	out_set(row, T_CREATOR_REVISION, out_number(table->creator_revision));
	out_set(row, T_PROBLEMS, problems_cell(table));
}

void tables_show(struct out *out, const struct acpi_table *table, const struct machine *machine,
		 const char *file)
{
	struct tables_view view = {
		.out = out,
		.table = table,
		.machine = machine,
		.row = out_row_add(out, NULL),
		.reserved = out_list(),
	};

	set_header(view.row, table);
	if (file)
		out_set(view.row, T_FILE, out_string(file));
	switch (table->kind) {
	case ACPI_DMAR:
		tables_show_dmar(&view);
		break;
	case ACPI_IVRS:
		tables_show_ivrs(&view);
		break;
	case ACPI_VIOT:
		tables_show_viot(&view);
		break;
	}
	tables_end(&view);
}
