/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IVRS, AMD I/O virtualization technology (IOMMU) specification 48882, section 5.2. */
#include <inttypes.h>
#include <stdlib.h>

#include "acpi/acpi.h"
#include "acpi/cursor.h"
#include "acpi/parser.h"
#include "util/alloc.h"

#define IVHD_LENGTH_10 24
#define IVHD_LENGTH_11 40 /* and 40h */
#define IVMD_LENGTH 32

static enum ivrs_block_type block_type(uint8_t kind)
{
	switch (kind) {
	case 0x10:
	case 0x11:
	case 0x40:
		return IVRS_IVHD;
	case 0x20:
	case 0x21:
	case 0x22:
		return IVRS_IVMD;
	default:
		return IVRS_BLOCK_UNKNOWN;
	}
}

/*
 * IVHD, section 5.2.2.1: 10h ends at 24, 11h and 40h at 40; device entries follow.
 *  4 u16 DeviceID of the IOMMU   6 u16 capability offset   8 u64 register base
 * 16 u16 segment   18 u16 info   20 u32 features (10h) or attributes
 * 24 u64 EFR   32 u64 EFR2
 */
static void parse_ivhd(struct acpi_table *table, struct ivrs_block *block, struct cursor *body)
{
	size_t offset;

	block->device_id = cursor_u16(body);
	block->capability_offset = cursor_u16(body);
	offset = body->at;
	block->address = cursor_u64(body);
	if (block->address == 0)
		acpi_problem(table, offset, "IVHD has register base 0");
	block->segment = cursor_u16(body);
	block->info = cursor_u16(body);
	block->features = cursor_u32(body);
	block->has_efr = block->kind != 0x10;
	if (block->has_efr) {
		block->efr = cursor_u64(body);
		block->efr2 = cursor_u64(body);
	}
	ivrs_parse_entries(table, block, body);
}

/* Which devices an IVMD is for; 4 u16 DeviceID, 6 u16 last DeviceID of 22h. */
static void parse_ivmd_devices(struct acpi_table *table, struct ivrs_block *block,
			       struct cursor *body)
{
	struct cursor reserved = *body;
	size_t offset = body->at;
	uint16_t second;

	block->device_id = cursor_u16(body);
	second = cursor_u16(body);
	switch (block->kind) {
	case 0x20:
		acpi_take_reserved(table, &reserved, 4);
		block->last = UINT16_MAX;
		break;
	case 0x21:
		cursor_sub(&reserved, 2);
		acpi_take_reserved(table, &reserved, 2);
		block->first = block->last = block->device_id;
		break;
	default:
		block->first = block->device_id;
		block->last = second;
		if (block->first > block->last)
			acpi_problem(table, offset + 2,
				     "IVMD ends at DeviceID 0x%04x, before its start 0x%04x",
				     block->last, block->first);
		break;
	}
}

/*
 * IVMD, section 5.2.2.2.
 *  4 the devices   8 u16 segment (reserved in old revisions)   10 reserved[6]
 * 16 u64 start    24 u64 length
 */
static void parse_ivmd(struct acpi_table *table, struct ivrs_block *block, struct cursor *body)
{
	uint64_t length;
	size_t offset;

	parse_ivmd_devices(table, block, body);
	block->segment = cursor_u16(body);
	acpi_take_reserved(table, body, 6);
	block->start = block->end = cursor_u64(body);
	offset = body->at;
	length = cursor_u64(body);
	if (length == 0)
		acpi_problem(table, offset, "IVMD is for 0 bytes of memory");
	else if (length - 1 > UINT64_MAX - block->start)
		acpi_problem(table, offset, "IVMD wraps: 0x%" PRIx64 " bytes from 0x%" PRIx64,
			     length, block->start);
	else
		block->end = block->start + (length - 1);
	acpi_take_rest(table, body);
}

static void parse_block(struct acpi_table *table, struct ivrs_block *block, struct cursor *body)
{
	struct cursor peek;

	cursor_sub(body, 4);
	switch (block->type) {
	case IVRS_IVHD:
		parse_ivhd(table, block, body);
		break;
	case IVRS_IVMD:
		parse_ivmd(table, block, body);
		break;
	case IVRS_BLOCK_UNKNOWN:
		peek = *body;
		block->device_id = cursor_u16(&peek);
		acpi_take_rest(table, body);
		break;
	}
	acpi_end(body);
}

/*
 * Linux takes all its IOMMUs from IVHDs of one kind (get_highest_supported_ivhd_type() in
 * drivers/iommu/amd/init.c): that of the last block with the DeviceID of the first block, looking
 * no further than a block of a kind above 40h, and whatever that last block is.
 */
static void mark_ignored(struct ivrs *ivrs)
{
	uint8_t kind = 0;

	for (size_t i = 0; i < ivrs->nr_blocks && ivrs->blocks[i].kind <= 0x40; i++)
		if (ivrs->blocks[i].device_id == ivrs->blocks[0].device_id)
			kind = ivrs->blocks[i].kind;
	for (size_t i = 0; i < ivrs->nr_blocks; i++)
		ivrs->blocks[i].ignored = ivrs->blocks[i].type == IVRS_IVHD &&
					  ivrs->blocks[i].kind != kind;
}

/* Blocks, section 5.2.2: 0 u8 type, 1 u8 flags, 2 u16 length. */
static void parse_blocks(struct acpi_table *table, struct cursor *walk)
{
	static const char *const names[] = { "IVHD", "IVMD", "block" };
	struct ivrs *ivrs = &table->ivrs;

	while (acpi_more(table, walk, "block", 4)) {
		struct ivrs_block block = { .offset = walk->at };
		struct cursor peek = *walk, body;
		size_t least = 4;

		block.kind = cursor_u8(&peek);
		block.flags = cursor_u8(&peek);
		block.length = cursor_u16(&peek);
		block.type = block_type(block.kind);
		if (block.type == IVRS_IVHD)
			least = block.kind == 0x10 ? IVHD_LENGTH_10 : IVHD_LENGTH_11;
		else if (block.type == IVRS_IVMD)
			least = IVMD_LENGTH;
		if (!acpi_take(table, walk, names[block.type], block.length, least, &body))
			return;
		parse_block(table, &block, &body);
		ivrs->blocks = xgrow(ivrs->blocks, ivrs->nr_blocks, sizeof(*ivrs->blocks));
		ivrs->blocks[ivrs->nr_blocks++] = block;
	}
}

/*
 * The table, section 5.2.1.
 * 36 u32 IVinfo: 0 EFRSup, 1 DMA remap support, 7:5 GVASize (010b is 48 bits), 14:8 PASize,
 *                21:15 VASize, 22 HtAtsResv
 * 40 reserved[8]   48 blocks
 */
void ivrs_parse(struct acpi_table *table, struct cursor *cursor)
{
	struct ivrs *ivrs = &table->ivrs;

	ivrs->ivinfo = cursor_u32(cursor);
	ivrs->gva_size = (ivrs->ivinfo >> 5 & 7) == 2 ? 48 : 0;
	ivrs->pa_size = ivrs->ivinfo >> 8 & 0x7f;
	ivrs->va_size = ivrs->ivinfo >> 15 & 0x7f;
	acpi_take_reserved(table, cursor, 8);
	parse_blocks(table, cursor);
	mark_ignored(ivrs);
}

void ivrs_release(struct ivrs *ivrs)
{
	for (size_t i = 0; i < ivrs->nr_blocks; i++) {
		struct ivrs_block *block = &ivrs->blocks[i];

		for (size_t k = 0; k < block->nr_entries; k++)
			free(block->entries[k].uid);
		free(block->entries);
	}
	free(ivrs->blocks);
}
