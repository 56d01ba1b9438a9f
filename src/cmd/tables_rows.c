/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of `tables`, and the rows and cells that all tables have. */
#include "cmd/tables.h"

#include <stdio.h>
#include <string.h>

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

struct out_value tables_flags(unsigned flags, const char *const names[8])
{
	struct out_value list = out_list();

	for (unsigned bit = 0; bit < 8; bit++) {
		if (!(flags & 1u << bit))
			continue;
		if (names[bit])
			out_append(&list, out_string(names[bit]));
		else
			out_append(&list, out_format("0x%02x", 1u << bit));
	}
	return list;
}

struct out_value tables_text(const char *bytes, size_t length)
{
	_cleanup_free_ char *text = NULL;
	char *at;

	if (length == SIZE_MAX)
		length = strlen(bytes);
	while (length > 0 && (bytes[length - 1] == ' ' || bytes[length - 1] == '\0'))
		length--;
	at = text = xcalloc(length + 1, 4);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		at += sprintf(at, c >= ' ' && c <= '~' ? "%c" : "\\x%02x", c);
	}
	return out_string(text);
}

struct out_value tables_device_id(uint16_t id)
{
	return out_format("%02x:%02x.%x", id >> 8, id >> 3 & 0x1f, id & 7);
}

struct out_value tables_function(uint16_t segment, uint16_t id)
{
	return out_format("%04x:%02x:%02x.%x", segment, id >> 8, id >> 3 & 0x1f, id & 7);
}

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

static struct out_value reserved_object(const struct acpi_table *table,
					const struct acpi_reserved *reserved)
{
	_cleanup_free_ char *digits = xcalloc(reserved->length + 1, 2);
	_cleanup_free_ char *text = NULL;
	struct out_value object;

	for (size_t i = 0; i < reserved->length; i++)
		sprintf(digits + 2 * i, "%02x", table->bytes[reserved->offset + i]);
	text = xasprintf("%zu:%s", reserved->offset, digits);
	object = out_object(text);
	out_member(&object, "offset", out_number(reserved->offset));
	out_member(&object, "bytes", out_string(digits));
	return object;
}

/* Moves the runs that start before @end to @list. */
static void take_reserved(struct tables_view *view, size_t end, struct out_value *list)
{
	const struct acpi_table *table = view->table;

	while (view->next_reserved < table->nr_reserved &&
	       table->reserved[view->next_reserved].offset < end)
		out_append(list, reserved_object(table, &table->reserved[view->next_reserved++]));
}

/* Without any there is no cell at all. */
static void set_reserved(struct out_row *row, struct out_value list)
{
	if (list.nr_fields)
		out_set(row, T_RESERVED, list);
}

struct out_row *tables_add_structure(struct tables_view *view, size_t offset, size_t length,
				     const char *type, const char *kind)
{
	struct out_row *row = out_row_add(view->out, view->row);
	struct out_value reserved = out_list();

	out_set(row, T_OFFSET, out_number(offset));
	out_set(row, T_LENGTH, out_number(length));
	out_set(row, T_TYPE, out_string(type ? type : "unknown"));
	if (kind)
		out_set(row, T_KIND, out_string(kind));
	take_reserved(view, offset, &view->reserved);
	take_reserved(view, offset + length, &reserved);
	set_reserved(row, reserved);
	return row;
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
	take_reserved(&view, SIZE_MAX, &view.reserved);
	set_reserved(view.row, view.reserved);
}
