/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DMAR, Intel VT-d specification chapter 8 (section numbers of revision 4.1). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "acpi/cursor.h"
#include "acpi/parser.h"
#include "util/alloc.h"

#define PAGE_REST UINT64_C(0xfff)

static const struct {
	const char *name;
	size_t least;
} forms[] = {
	[DMAR_DRHD] = { "DRHD", 16 }, [DMAR_RMRR] = { "RMRR", 24 },
	[DMAR_ATSR] = { "ATSR", 8 },  [DMAR_RHSA] = { "RHSA", 20 },
	[DMAR_ANDD] = { "ANDD", 9 },  [DMAR_SATC] = { "SATC", 8 },
	[DMAR_SIDP] = { "SIDP", 8 },  [DMAR_UNKNOWN] = { "structure", 4 },
};

static void parse_path(struct acpi_table *table, struct dmar_scope *scope, struct cursor *body)
{
	bool known = scope->type >= DMAR_SCOPE_ENDPOINT && scope->type <= DMAR_SCOPE_NAMESPACE;

	scope->nr_path = cursor_left(body) / 2;
	scope->path = xcalloc(scope->nr_path, sizeof(*scope->path));
	for (size_t i = 0; i < scope->nr_path; i++) {
		struct dmar_step *step = &scope->path[i];
		size_t offset = body->at;

		step->device = cursor_u8(body);
		step->function = cursor_u8(body);
		if (known && step->device > 31)
			acpi_problem(table, offset, "device scope path has device 0x%02x",
				     step->device);
		if (known && step->function > 7)
			acpi_problem(table, offset + 1, "device scope path has function %u",
				     step->function);
	}
}

/*
 * Device scope, section 8.3.1.
 * 0 u8 type   1 u8 length   2 u8 flags   3 reserved   4 u8 enumeration_id   5 u8 start_bus
 * 6 path: a {u8 device, u8 function} for each bridge on the way down and for the device
 */
static void parse_scopes(struct acpi_table *table, struct dmar_structure *s, struct cursor *walk)
{
	while (acpi_more(table, walk, "device scope", 2)) {
		struct dmar_scope scope = { .offset = walk->at };
		struct cursor peek = *walk, body;
		uint8_t length;

		scope.type = cursor_u8(&peek);
		length = cursor_u8(&peek);
		if (!acpi_take(table, walk, "device scope", length, 8, &body))
			return;
		if (length % 2) {
			acpi_problem(table, scope.offset, "device scope has odd length %u", length);
			acpi_take_rest(table, &body);
			acpi_take_rest(table, walk);
			return;
		}
		cursor_sub(&body, 2);
		scope.flags = cursor_u8(&body);
		acpi_take_reserved(table, &body, 1);
		scope.enumeration_id = cursor_u8(&body);
		scope.start_bus = cursor_u8(&body);
		parse_path(table, &scope, &body);
		acpi_end(&body);
		s->scopes = xgrow(s->scopes, s->nr_scopes, sizeof(*s->scopes));
		s->scopes[s->nr_scopes++] = scope;
	}
}

/*
 * DRHD, section 8.3.
 * 4 u8 flags   5 u8 size   6 u16 segment   8 u64 register base   16 device scopes
 */
static void parse_drhd(struct acpi_table *table, struct dmar_structure *s, struct cursor *body)
{
	size_t offset;

	s->flags = cursor_u8(body);
	s->size = cursor_u8(body);
	s->segment = cursor_u16(body);
	offset = body->at;
	s->address = cursor_u64(body);
	if (s->address == 0)
		acpi_problem(table, offset, "DRHD has register base 0");
	else if (s->address & PAGE_REST)
		acpi_problem(table, offset, "DRHD register base 0x%" PRIx64 " is not 4 KiB aligned",
			     s->address);
	parse_scopes(table, s, body);
}

/*
 * RMRR, section 8.4. The end is inclusive.
 * 4 reserved[2]   6 u16 segment   8 u64 start   16 u64 end   24 device scopes
 */
static void parse_rmrr(struct acpi_table *table, struct dmar_structure *s, struct cursor *body)
{
	size_t offset;

	acpi_take_reserved(table, body, 2);
	s->segment = cursor_u16(body);
	offset = body->at;
	s->start = cursor_u64(body);
	s->end = cursor_u64(body);
	if (s->start & PAGE_REST)
		acpi_problem(table, offset, "RMRR start 0x%" PRIx64 " is not 4 KiB aligned",
			     s->start);
	if ((s->end & PAGE_REST) != PAGE_REST)
		acpi_problem(table, offset + 8,
			     "RMRR end 0x%" PRIx64 " is not the last byte of a 4 KiB page", s->end);
	if (s->end <= s->start)
		acpi_problem(table, offset + 8,
			     "RMRR end 0x%" PRIx64 " is not above its start 0x%" PRIx64, s->end,
			     s->start);
	parse_scopes(table, s, body);
}

/*
 * ATSR, SATC, SIDP, sections 8.5, 8.8, 8.9; SIDP has no flags.
 * 4 u8 flags   5 reserved   6 u16 segment   8 device scopes
 */
static void parse_scope_list(struct acpi_table *table, struct dmar_structure *s,
			     struct cursor *body)
{
	if (s->type == DMAR_SIDP)
		acpi_take_reserved(table, body, 1);
	else
		s->flags = cursor_u8(body);
	acpi_take_reserved(table, body, 1);
	s->segment = cursor_u16(body);
	parse_scopes(table, s, body);
}

/*
 * RHSA, section 8.6.
 * 4 reserved[4]   8 u64 register base of a DRHD   16 u32 proximity domain
 */
static void parse_rhsa(struct acpi_table *table, struct dmar_structure *s, struct cursor *body)
{
	acpi_take_reserved(table, body, 4);
	s->address = cursor_u64(body);
	s->proximity_domain = cursor_u32(body);
	acpi_take_rest(table, body);
}

/*
 * ANDD, section 8.7.
 * 4 reserved[3]   7 u8 device number   8 name, ended by NUL; firmware pads it with more of them
 */
static void parse_andd(struct acpi_table *table, struct dmar_structure *s, struct cursor *body)
{
	struct cursor name;
	size_t room, length;

	acpi_take_reserved(table, body, 3);
	s->device_number = cursor_u8(body);
	name = *body;
	room = cursor_left(&name);
	s->name = xcalloc(room + 1, 1);
	cursor_bytes(&name, s->name, room);
	length = strlen(s->name);
	if (length == room)
		acpi_problem(table, body->at, "ANDD name has no end");
	else if (length == 0)
		acpi_problem(table, body->at, "ANDD has no name");
	cursor_sub(body, length);
	acpi_take_reserved(table, body, cursor_left(body));
}

static void parse_structure(struct acpi_table *table, struct dmar_structure *s, struct cursor *body)
{
	cursor_sub(body, 4);
	switch (s->type) {
	case DMAR_DRHD:
		parse_drhd(table, s, body);
		break;
	case DMAR_RMRR:
		parse_rmrr(table, s, body);
		break;
	case DMAR_ATSR:
	case DMAR_SATC:
	case DMAR_SIDP:
		parse_scope_list(table, s, body);
		break;
	case DMAR_RHSA:
		parse_rhsa(table, s, body);
		break;
	case DMAR_ANDD:
		parse_andd(table, s, body);
		break;
	case DMAR_UNKNOWN:
		acpi_take_rest(table, body);
		break;
	}
	acpi_end(body);
}

/* Remapping structures, section 8.2: 0 u16 type, 2 u16 length. Return: whether all were walked. */
static bool parse_structures(struct acpi_table *table, struct cursor *walk)
{
	struct dmar *dmar = &table->dmar;

	while (acpi_more(table, walk, "structure", 4)) {
		struct dmar_structure s = { .offset = walk->at };
		struct cursor peek = *walk, body;

		s.number = cursor_u16(&peek);
		s.length = cursor_u16(&peek);
		s.type = s.number < DMAR_UNKNOWN ? (enum dmar_type)s.number : DMAR_UNKNOWN;
		if (!acpi_take(table, walk, forms[s.type].name, s.length, forms[s.type].least,
			       &body))
			return false;
		parse_structure(table, &s, &body);
		dmar->structures =
			xgrow(dmar->structures, dmar->nr_structures, sizeof(*dmar->structures));
		dmar->structures[dmar->nr_structures++] = s;
	}
	return true;
}

/*
 * The table, section 8.1. The width is stored less 1; Linux refuses tables with one below 12.
 * 36 u8 host address width   37 u8 flags   38 reserved[10]   48 remapping structures
 */
void dmar_parse(struct acpi_table *table, struct cursor *cursor)
{
	struct dmar *dmar = &table->dmar;

	dmar->host_address_width = cursor_u8(cursor) + 1u;
	if (dmar->host_address_width < 12 || dmar->host_address_width > 64)
		acpi_problem(table, ACPI_HEADER_LENGTH, "host address width is %u bits",
			     dmar->host_address_width);
	dmar->flags = cursor_u8(cursor);
	acpi_take_reserved(table, cursor, 10);
	if (parse_structures(table, cursor))
		dmar_check(table);
}

void dmar_release(struct dmar *dmar)
{
	for (size_t i = 0; i < dmar->nr_structures; i++) {
		struct dmar_structure *s = &dmar->structures[i];

		for (size_t k = 0; k < s->nr_scopes; k++)
			free(s->scopes[k].path);
		free(s->scopes);
		free(s->name);
	}
	free(dmar->structures);
}
