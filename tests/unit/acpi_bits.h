/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proof that nothing in a table is hidden: whichever bit of it is turned over, the decoded model
 * is another one. The bits of the checksum byte are the exception, as it is made right again after
 * each turn.
 */
#ifndef IOMMUTOOL_TEST_ACPI_BITS_H
#define IOMMUTOOL_TEST_ACPI_BITS_H

#include "acpi_bytes.h"

#define CHECKSUM_BYTE 9

struct dump {
	uint8_t *bytes;
	size_t length, room;
};

static inline void dump_bytes(struct dump *dump, const void *bytes, size_t length)
{
	if (dump->length + length > dump->room) {
		dump->room = 2 * (dump->length + length);
		dump->bytes = realloc(dump->bytes, dump->room);
		assert_non_null(dump->bytes);
	}
	if (length)
		memcpy(dump->bytes + dump->length, bytes, length);
	dump->length += length;
}

static inline void dump_number(struct dump *dump, uint64_t number)
{
	dump_bytes(dump, &number, sizeof(number));
}

static inline void dump_text(struct dump *dump, const char *text)
{
	if (text)
		dump_bytes(dump, text, strlen(text) + 1);
	else
		dump_bytes(dump, "\xff", 1);
}

static inline void dump_dmar(struct dump *dump, const struct dmar *dmar)
{
	dump_number(dump, dmar->host_address_width);
	dump_number(dump, dmar->flags);
	for (size_t i = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *s = &dmar->structures[i];

		dump_number(dump, s->number);
		dump_number(dump, s->offset);
		dump_number(dump, s->length);
		dump_number(dump, s->flags);
		dump_number(dump, s->size);
		dump_number(dump, s->segment);
		dump_number(dump, s->address);
		dump_number(dump, s->start);
		dump_number(dump, s->end);
		dump_number(dump, s->proximity_domain);
		dump_number(dump, s->device_number);
		dump_text(dump, s->name);
		for (size_t k = 0; k < s->nr_scopes; k++) {
			const struct dmar_scope *scope = &s->scopes[k];

			dump_number(dump, scope->offset);
			dump_number(dump, scope->type);
			dump_number(dump, scope->flags);
			dump_number(dump, scope->enumeration_id);
			dump_number(dump, scope->start_bus);
			dump_bytes(dump, scope->path, scope->nr_path * sizeof(*scope->path));
		}
	}
}

static inline void dump_entry(struct dump *dump, const struct ivrs_entry *e)
{
	dump_number(dump, e->number);
	dump_number(dump, e->offset);
	dump_number(dump, e->length);
	dump_number(dump, e->first);
	dump_number(dump, e->last);
	dump_number(dump, e->has_alias);
	dump_number(dump, e->alias);
	dump_number(dump, e->data);
	dump_number(dump, e->extended);
	dump_number(dump, e->handle);
	dump_number(dump, e->variety);
	dump_bytes(dump, e->hid, 8);
	dump_bytes(dump, e->cid, 8);
	dump_number(dump, e->uid_format);
	dump_text(dump, e->uid);
}

static inline void dump_ivrs(struct dump *dump, const struct ivrs *ivrs)
{
	dump_number(dump, ivrs->ivinfo);
	for (size_t i = 0; i < ivrs->nr_blocks; i++) {
		const struct ivrs_block *b = &ivrs->blocks[i];

		dump_number(dump, b->kind);
		dump_number(dump, b->flags);
		dump_number(dump, b->offset);
		dump_number(dump, b->length);
		dump_number(dump, b->type == IVRS_IVHD ? b->device_id : 0);
		dump_number(dump, b->segment);
		dump_number(dump, b->capability_offset);
		dump_number(dump, b->address);
		dump_number(dump, b->info);
		dump_number(dump, b->features);
		dump_number(dump, b->efr);
		dump_number(dump, b->efr2);
		dump_number(dump, b->first);
		dump_number(dump, b->last);
		dump_number(dump, b->start);
		dump_number(dump, b->end);
		for (size_t k = 0; k < b->nr_entries; k++)
			dump_entry(dump, &b->entries[k]);
	}
}

static inline void dump_viot(struct dump *dump, const struct viot *viot)
{
	dump_number(dump, viot->node_count);
	dump_number(dump, viot->node_offset);
	for (size_t i = 0; i < viot->nr_nodes; i++) {
		const struct viot_node *n = &viot->nodes[i];

		dump_number(dump, n->number);
		dump_number(dump, n->offset);
		dump_number(dump, n->length);
		dump_number(dump, n->endpoint);
		dump_number(dump, n->segment_start);
		dump_number(dump, n->segment_end);
		dump_number(dump, n->bdf_start);
		dump_number(dump, n->bdf_end);
		dump_number(dump, n->output_node);
		dump_number(dump, n->address);
	}
}

/* All that the command shows; not checksum_ok, and of the bytes only those that are kept. */
static inline void dump_table(struct dump *dump, const struct acpi_table *t)
{
	dump->length = 0;
	dump_bytes(dump, t->signature, 4);
	dump_number(dump, t->length);
	dump_number(dump, t->revision);
	dump_bytes(dump, t->oem_id, 6);
	dump_bytes(dump, t->oem_table_id, 8);
	dump_number(dump, t->oem_revision);
	dump_bytes(dump, t->creator_id, 4);
	dump_number(dump, t->creator_revision);
	for (size_t i = 0; i < t->nr_problems; i++) {
		dump_number(dump, t->problems[i].offset);
		dump_text(dump, t->problems[i].what);
	}
	for (size_t i = 0; i < t->nr_reserved; i++) {
		dump_number(dump, t->reserved[i].offset);
		dump_bytes(dump, t->bytes + t->reserved[i].offset, t->reserved[i].length);
	}
	if (t->kind == ACPI_DMAR)
		dump_dmar(dump, &t->dmar);
	else if (t->kind == ACPI_IVRS)
		dump_ivrs(dump, &t->ivrs);
	else
		dump_viot(dump, &t->viot);
}

static inline bool dumps_equal(const struct dump *a, const struct dump *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* Turns each bit of a table with a right checksum; @table is as before afterwards. */
static inline void assert_every_bit_shows(const char *name, uint8_t *bytes, size_t length)
{
	struct dump before = { 0 }, after = { 0 };
	struct acpi_table *table;

	assert_int_equal(acpi_parse(bytes, length, &table), 0);
	dump_table(&before, table);
	acpi_free(table);
	for (size_t bit = 0; bit < 8 * length; bit++) {
		if (bit / 8 == CHECKSUM_BYTE)
			continue;
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		put_checksum(bytes, length);
		if (acpi_parse(bytes, length, &table) == 0) { /* else: another signature */
			dump_table(&after, table);
			acpi_free(table);
			if (dumps_equal(&before, &after))
				fail_msg("%s: bit %zu of byte %zu does not show", name, bit % 8,
					 bit / 8);
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	put_checksum(bytes, length);
	free(before.bytes);
	free(after.bytes);
}

/* The same for @body behind a right header. */
static inline void assert_every_bit_of_body_shows(const char *signature, const uint8_t *body,
						  size_t length)
{
	uint8_t *bytes = build_table(signature, body, length);

	assert_every_bit_shows(signature, bytes, length + ACPI_BODY);
	free(bytes);
}

#endif
