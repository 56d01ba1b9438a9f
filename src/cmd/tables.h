/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the command `tables`: its columns, and who fills the rows of which table. */
#ifndef IOMMUTOOL_CMD_TABLES_H
#define IOMMUTOOL_CMD_TABLES_H

#include "acpi/acpi.h"
#include "model/machine.h"
#include "out/out.h"
#include "util/error.h"

enum tables_column {
	T_SIGNATURE,
	T_FILE,
	T_REVISION,
	T_CHECKSUM_OK,
	T_OEM_ID,
	T_OEM_TABLE_ID,
	T_OEM_REVISION,
	T_CREATOR_ID,
	T_CREATOR_REVISION,
	T_HOST_ADDRESS_WIDTH,
	T_IVINFO,
	T_NODE_COUNT,
	T_NODE_OFFSET,
	T_PROBLEMS,
	T_OFFSET,
	T_LENGTH,
	T_TYPE,
	T_KIND,
	T_SEGMENT,
	T_SEGMENT_END,
	T_IOMMU,
	T_CAPABILITY_OFFSET,
	T_ADDRESS,
	T_SIZE,
	T_START,
	T_END,
	T_FIRST,
	T_LAST,
	T_FLAGS,
	T_SCOPES,
	T_INFO,
	T_FEATURES,
	T_EFR,
	T_EFR2,
	T_IGNORED,
	T_ENTRIES,
	T_PROXIMITY_DOMAIN,
	T_DEVICE_NUMBER,
	T_NAME,
	T_ENDPOINT,
	T_OUTPUT_NODE,
	T_RESERVED,
};

/* The table being shown. */
struct tables_view {
	struct out *out;
	const struct acpi_table *table;
	const struct machine *machine; /* to find devices in; NULL for a table from a file */
	struct out_row *row;	       /* of the table */
	size_t next_reserved;	       /* first of the table's reserved runs not shown yet */
	struct out_value reserved;     /* those that are in no structure, so far */
};

extern const struct out_schema tables_schema;

/* Adds the rows of a table; @machine as in struct tables_view, @file where it comes from or NULL.
 */
void tables_show(struct out *out, const struct acpi_table *table, const struct machine *machine,
		 const char *file);

/**
 * tables_read_file() - decode a table in a file
 * @path: "-" for standard input; else a regular file
 * @table: released with acpi_free()
 *
 * Return: 0 or negative errno.
 */
int tables_read_file(const char *path, struct acpi_table **table, struct error *err);

/* Each sets the cells of the table's row that only its kind has, and adds its structures. */
void tables_show_dmar(struct tables_view *view);
void tables_show_ivrs(struct tables_view *view);
void tables_show_viot(struct tables_view *view);

/**
 * tables_add_structure() - a row with what all structures have
 * @type: constant that stands for its type; NULL when we do not know the type
 * @kind: the type as the table has it, to be shown; NULL for none
 */
struct out_row *tables_add_structure(struct tables_view *view, size_t offset, size_t length,
				     const char *type, const char *kind);

/* Gives the table's row the reserved bytes that are in no structure. */
void tables_end(struct tables_view *view);

/* Return: names of the bits that are set, bit 0 first; a bit without a name as its value. */
struct out_value tables_flags(unsigned flags, const char *const names[8]);

/* Return: text of a table as it may be printed: no control characters, no filling at its end. */
struct out_value tables_text(const char *bytes, size_t length);

/* Return: a DeviceID as BB:DD.F. */
struct out_value tables_device_id(uint16_t id);

/* Return: the function of an IOMMU, with its segment. */
struct out_value tables_function(uint16_t segment, uint16_t id);

#endif
