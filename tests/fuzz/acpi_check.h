/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of a decoded table whatever the bytes were; shared by the fuzz targets. */
#ifndef IOMMUTOOL_FUZZ_ACPI_CHECK_H
#define IOMMUTOOL_FUZZ_ACPI_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"

#define HEADER_LENGTH 36

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* [@offset, @offset + @length) stands behind *@from and not behind @end; *@from moves behind it. */
static inline void require_next(size_t *from, size_t end, size_t offset, size_t length)
{
	REQUIRE(length > 0);
	REQUIRE(offset >= *from && offset <= end);
	REQUIRE(length <= end - offset);
	*from = offset + length;
}

static inline bool has_problem(const struct acpi_table *t, size_t offset, size_t length)
{
	for (size_t i = 0; i < t->nr_problems; i++)
		if (t->problems[i].offset >= offset && t->problems[i].offset < offset + length)
			return true;
	return false;
}

static inline void check_dmar(const struct acpi_table *t, size_t end)
{
	size_t from = 48;

	REQUIRE(t->dmar.host_address_width <= 256);
	for (size_t i = 0; i < t->dmar.nr_structures; i++) {
		const struct dmar_structure *s = &t->dmar.structures[i];
		size_t scope_from = s->offset + 8;

		require_next(&from, end, s->offset, s->length);
		REQUIRE((s->type == DMAR_UNKNOWN) == (s->number >= DMAR_UNKNOWN));
		REQUIRE((s->type == DMAR_ANDD) == (s->name != NULL));
		REQUIRE(s->type != DMAR_RMRR || s->start < s->end ||
			has_problem(t, s->offset, s->length));
		for (size_t k = 0; k < s->nr_scopes; k++) {
			const struct dmar_scope *scope = &s->scopes[k];

			REQUIRE(scope->nr_path >= 1);
			require_next(&scope_from, s->offset + s->length, scope->offset,
				     6 + 2 * scope->nr_path);
		}
	}
}

static inline void check_ivrs(const struct acpi_table *t, size_t end)
{
	size_t from = 48;

	for (size_t i = 0; i < t->ivrs.nr_blocks; i++) {
		const struct ivrs_block *b = &t->ivrs.blocks[i];
		size_t entry_from = b->offset + 24;

		require_next(&from, end, b->offset, b->length);
		REQUIRE(b->type == IVRS_IVHD || (b->nr_entries == 0 && !b->ignored));
		REQUIRE(b->start <= b->end);
		REQUIRE(b->first <= b->last || has_problem(t, b->offset, b->length));
		for (size_t k = 0; k < b->nr_entries; k++) {
			const struct ivrs_entry *e = &b->entries[k];

			require_next(&entry_from, b->offset + b->length, e->offset, e->length);
			REQUIRE(e->first <= e->last || has_problem(t, e->offset, e->length));
			REQUIRE(e->has_alias ==
				(e->type == IVRS_ALIAS_SELECT || e->type == IVRS_ALIAS_RANGE));
			REQUIRE(e->hid[8] == 0 && e->cid[8] == 0);
			REQUIRE(!e->uid || strlen(e->uid) <= UINT8_MAX);
		}
	}
}

static inline void check_viot(const struct acpi_table *t, size_t end)
{
	size_t from = t->viot.node_offset;

	REQUIRE(t->viot.nr_nodes <= t->viot.node_count);
	for (size_t i = 0; i < t->viot.nr_nodes; i++) {
		const struct viot_node *n = &t->viot.nodes[i];

		require_next(&from, end, n->offset, n->length);
		REQUIRE((n->bdf_start <= n->bdf_end && n->segment_start <= n->segment_end) ||
			has_problem(t, n->offset, n->length));
	}
}

static inline void check_table(const struct acpi_table *t, const uint8_t *bytes, size_t length)
{
	size_t end = t->length < length ? t->length : length;
	size_t from = HEADER_LENGTH;

	REQUIRE(t->nr_bytes == length && memcmp(t->bytes, bytes, length) == 0);
	REQUIRE(t->length == length || t->nr_problems > 0);
	REQUIRE(t->checksum_ok || t->nr_problems > 0);
	for (size_t i = 0; i < t->nr_problems; i++) {
		REQUIRE(t->problems[i].offset < length);
		REQUIRE(strnlen(t->problems[i].what, sizeof(t->problems[i].what)) <
			sizeof(t->problems[i].what) - 1); /* not cut */
	}
	for (size_t i = 0; i < t->nr_reserved; i++) /* none twice */
		require_next(&from, length, t->reserved[i].offset, t->reserved[i].length);
	if (t->kind == ACPI_DMAR)
		check_dmar(t, end);
	else if (t->kind == ACPI_IVRS)
		check_ivrs(t, end);
	else
		check_viot(t, end);
}

static inline void parse_and_check(const uint8_t *bytes, size_t length)
{
	struct acpi_table *table = NULL;

	if (acpi_parse(bytes, length, &table) == 0)
		check_table(table, bytes, length);
	else
		REQUIRE(!table);
	acpi_free(table);
}

/* Parses @body behind a header that is right, so that the fuzzer gets past it. */
static inline int fuzz_body(const char *signature, const uint8_t *body, size_t length)
{
	size_t total = length + HEADER_LENGTH;
	uint8_t *table = calloc(total, 1);
	uint8_t sum = 0;

	REQUIRE(table);
	memcpy(table, signature, 4);
	for (size_t i = 0; i < 4; i++)
		table[4 + i] = (uint8_t)(total >> 8 * i);
	if (length)
		memcpy(table + HEADER_LENGTH, body, length);
	for (size_t i = 0; i < total; i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)(0x100 - sum);
	parse_and_check(table, total);
	free(table);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
