/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device entries of an IVHD, AMD IOMMU specification 48882, section 5.2.2.1. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "acpi/cursor.h"
#include "acpi/parser.h"
#include "util/alloc.h"

#define ENTRY_PADDING 0x00
#define ENTRY_RANGE_END 0x04
#define ENTRY_ACPI_HID 0xf0
#define ACPI_HID_LENGTH 22

enum uid_format { UID_NONE, UID_INTEGER, UID_STRING };

/* Return: bytes that an entry has by its type, 0 when the specification gives the type no length.
 */
static size_t entry_length(struct cursor at)
{
	uint8_t number = cursor_u8(&at);

	if (number < 0x40)
		return 4;
	if (number < 0x80)
		return 8;
	if (number != ENTRY_ACPI_HID)
		return 0;
	cursor_sub(&at, ACPI_HID_LENGTH - 2);
	return ACPI_HID_LENGTH + (size_t)cursor_u8(&at);
}

static enum ivrs_entry_type entry_type(uint8_t number)
{
	switch (number) {
	case 0x01:
		return IVRS_ALL;
	case 0x02:
		return IVRS_SELECT;
	case 0x03:
		return IVRS_RANGE;
	case 0x42:
		return IVRS_ALIAS_SELECT;
	case 0x43:
		return IVRS_ALIAS_RANGE;
	case 0x46:
		return IVRS_EXT_SELECT;
	case 0x47:
		return IVRS_EXT_RANGE;
	case 0x48:
		return IVRS_SPECIAL;
	case ENTRY_ACPI_HID:
		return IVRS_ACPI_HID;
	default:
		return IVRS_ENTRY_UNKNOWN;
	}
}

/*
 * The end that belongs to a range's start; padding may stand between.
 * 0 u8 type 04h   1 u16 last DeviceID   3 reserved
 */
static void parse_range_end(struct acpi_table *table, struct ivrs_entry *entry, struct cursor *walk)
{
	for (;;) {
		struct cursor body = *walk;
		uint8_t number = cursor_u8(&body);

		if (cursor_left(walk) < 4 || (number != ENTRY_PADDING && number != ENTRY_RANGE_END))
			break;
		body = cursor_sub(walk, 4);
		cursor_sub(&body, 1);
		if (number == ENTRY_PADDING) {
			acpi_take_reserved(table, &body, 3);
			continue;
		}
		entry->last = cursor_u16(&body);
		acpi_take_reserved(table, &body, 1);
		if (entry->last < entry->first)
			acpi_problem(table, body.at - 3,
				     "range ends at DeviceID 0x%04x, before its start 0x%04x",
				     entry->last, entry->first);
		return;
	}
	acpi_problem(table, entry->offset, "start of a range without an end");
}

/*
 * 20 u8 UID format   21 u8 UID length   22 UID
 */
static void parse_uid(struct acpi_table *table, struct ivrs_entry *entry, struct cursor *body)
{
	size_t offset = body->at;
	uint8_t length;

	entry->uid_format = cursor_u8(body);
	length = cursor_u8(body);
	if (entry->uid_format == UID_STRING) {
		struct cursor text = *body;

		entry->uid = xcalloc(length + 1u, 1);
		cursor_bytes(&text, entry->uid, length);
		cursor_sub(body, strlen(entry->uid));
		acpi_take_reserved(table, body, cursor_left(body));
	} else if (entry->uid_format == UID_INTEGER && length == 8) {
		entry->uid = xasprintf("%" PRIu64, cursor_u64(body));
	} else if (entry->uid_format == UID_INTEGER) {
		acpi_problem(table, offset + 1, "integer UID of %u bytes instead of 8", length);
	} else if (entry->uid_format == UID_NONE && length != 0) {
		acpi_problem(table, offset + 1, "UID of %u bytes where the format says none",
			     length);
	}
	acpi_take_rest(table, body);
}

/*
 * F0h, section 5.2.2.1.6: a device that has no bus, only an ACPI name. Meant for kind 40h; Linux
 * stops at one elsewhere.
 * 1 u16 DeviceID   3 u8 data   4 HID[8]   12 CID[8]   20 the UID
 */
static void parse_acpi_hid(struct acpi_table *table, const struct ivrs_block *block,
			   struct ivrs_entry *entry, struct cursor *body)
{
	size_t offset;

	if (block->kind != 0x40)
		acpi_problem(table, entry->offset, "ACPI HID entry in an IVHD of kind 0x%02x",
			     block->kind);
	entry->first = entry->last = cursor_u16(body);
	entry->data = cursor_u8(body);
	offset = body->at;
	cursor_bytes(body, entry->hid, 8);
	if (entry->hid[0] == '\0')
		acpi_problem(table, offset, "ACPI HID entry without a HID");
	cursor_bytes(body, entry->cid, 8);
	parse_uid(table, entry, body);
}

/* 42h 43h: 1 u16 DeviceID   3 u8 data   4 reserved   5 u16 source DeviceID   7 reserved */
static void parse_alias(struct acpi_table *table, struct ivrs_entry *entry, struct cursor *body)
{
	acpi_take_reserved(table, body, 1);
	entry->has_alias = true;
	entry->alias = cursor_u16(body);
	acpi_take_reserved(table, body, 1);
}

/* 48h: 1 reserved[2]   3 u8 data   4 u8 handle   5 u16 DeviceID that stands for it   7 u8 variety
 */
static void parse_special(struct acpi_table *table, struct ivrs_entry *entry, struct cursor *body)
{
	acpi_take_reserved(table, body, 2);
	entry->data = cursor_u8(body);
	entry->handle = cursor_u8(body);
	entry->first = entry->last = cursor_u16(body);
	entry->variety = cursor_u8(body);
}

/* 01h: 1 reserved[2]   3 u8 data */
static void parse_all(struct acpi_table *table, struct ivrs_entry *entry, struct cursor *body)
{
	acpi_take_reserved(table, body, 2);
	entry->first = 0;
	entry->last = UINT16_MAX;
	entry->data = cursor_u8(body);
}

/* @body stands behind the type; @walk behind the entry, where the end of a range is. */
static void parse_entry(struct acpi_table *table, const struct ivrs_block *block,
			struct ivrs_entry *entry, struct cursor *body, struct cursor *walk)
{
	switch (entry->type) {
	case IVRS_ALL:
		parse_all(table, entry, body);
		return;
	case IVRS_SPECIAL:
		parse_special(table, entry, body);
		return;
	case IVRS_ACPI_HID:
		parse_acpi_hid(table, block, entry, body);
		return;
	case IVRS_ENTRY_UNKNOWN:
		acpi_take_rest(table, body);
		return;
	default:
		break;
	}
	/* All others begin alike: 1 u16 DeviceID   3 u8 data; 46h 47h have 4 u32 more settings. */
	entry->first = entry->last = cursor_u16(body);
	entry->data = cursor_u8(body);
	if (entry->type == IVRS_ALIAS_SELECT || entry->type == IVRS_ALIAS_RANGE)
		parse_alias(table, entry, body);
	else if (entry->type == IVRS_EXT_SELECT || entry->type == IVRS_EXT_RANGE)
		entry->extended = cursor_u32(body);
	if (entry->type == IVRS_RANGE || entry->type == IVRS_ALIAS_RANGE ||
	    entry->type == IVRS_EXT_RANGE)
		parse_range_end(table, entry, walk);
}

void ivrs_parse_entries(struct acpi_table *table, struct ivrs_block *block, struct cursor *walk)
{
	while (acpi_more(table, walk, "device entry", 1)) {
		struct ivrs_entry entry = { .offset = walk->at };
		size_t length = entry_length(*walk);
		struct cursor peek = *walk, body;

		entry.number = cursor_u8(&peek);
		entry.type = entry_type(entry.number);
		if (length == 0) {
			acpi_problem(table, entry.offset,
				     "device entry type 0x%02x has no defined length",
				     entry.number);
			acpi_take_rest(table, walk);
			return;
		}
		if (!acpi_take(table, walk, "device entry", length, 4, &body))
			return;
		cursor_sub(&body, 1);
		if (entry.number == ENTRY_PADDING) {
			acpi_take_reserved(table, &body, 3);
			continue;
		}
		if (entry.number == ENTRY_RANGE_END) {
			acpi_problem(table, entry.offset, "end of a range without a start");
			acpi_take_rest(table, &body);
			continue;
		}
		parse_entry(table, block, &entry, &body, walk);
		acpi_end(&body);
		entry.length = walk->at - entry.offset;
		block->entries = xgrow(block->entries, block->nr_entries, sizeof(*block->entries));
		block->entries[block->nr_entries++] = entry;
	}
}
