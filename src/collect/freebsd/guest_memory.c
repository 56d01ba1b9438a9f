/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's domain has of the pages in the domains of VMs. */
#include <errno.h>

#include "collect/freebsd/guests.h"
#include "collect/freebsd/second_level.h"

#define PAGE 4096u

struct hold {
	struct freebsd_second_level host, guest;
	uint64_t end;	 /* behind the highest page of the host's domain */
	unsigned steps;	 /* entries that may still be looked at */
	unsigned tables; /* that may still be read */
	struct guest_memory *memory;
	struct error *err;
};

static void miss(struct hold *hold, uint64_t address, uint64_t size)
{
	struct guest_memory *memory = hold->memory;

	if (address >= hold->end) {
		memory->beyond += size / PAGE;
		return;
	}
	if (memory->missing == 0 || address < memory->first_missing)
		memory->first_missing = address;
	memory->missing += size / PAGE;
}

/* VMs share no memory, so they cannot have more than the host: it leads in a circle. */
static bool has_too_much(const struct hold *hold)
{
	const struct guest_memory *memory = hold->memory;

	return memory->there + memory->missing + memory->beyond > hold->end / PAGE;
}

/* Memory of a VM, by its addresses in the host. Return: 0; -E2BIG; other negative errno. */
static int hold_memory(struct hold *hold, uint64_t address, uint64_t size)
{
	while (size > 0) {
		struct freebsd_piece piece;
		uint64_t part;
		int r;

		if (hold->steps == 0)
			return -E2BIG;
		hold->steps--;
		r = freebsd_second_level_find(&hold->host, address, &piece, hold->err);
		if (r < 0)
			return r;
		part = piece.size - (address - piece.start);
		if (part > size)
			part = size;
		if (!piece.is_mapped)
			miss(hold, address, part);
		else if (piece.to == piece.start)
			hold->memory->there += part / PAGE;
		if ((piece.is_mapped && piece.to != piece.start) || has_too_much(hold)) {
			hold->memory->is_strange = true;
			return 0;
		}
		address += part;
		size -= part;
	}
	return 0;
}

static int hold_guest(struct hold *hold, struct os *os, const struct freebsd_domain *guest)
{
	uint64_t at = 0, end;
	int r = freebsd_second_level_init(os, guest->table, guest->levels, &hold->tables,
					  &hold->guest, hold->err);

	if (r < 0)
		return r;
	end = freebsd_second_level_end(&hold->guest);
	while (at < end && !hold->memory->is_strange) {
		struct freebsd_piece piece;

		if (hold->steps == 0)
			return -E2BIG;
		hold->steps--;
		r = freebsd_second_level_find(&hold->guest, at, &piece, hold->err);
		if (r == 0 && piece.is_mapped)
			r = hold_memory(hold, piece.to, piece.size);
		if (r < 0)
			return r;
		at = piece.start + piece.size;
	}
	return 0;
}

int freebsd_hold_guests(struct os *os, const struct freebsd_domain *host,
			const struct freebsd_domain *guests, size_t nr, struct guest_memory *memory,
			struct error *err)
{
	struct hold hold = { .steps = FREEBSD_GUEST_ENTRIES_MAX,
			     .tables = FREEBSD_GUEST_TABLES_MAX,
			     .memory = memory,
			     .err = err };
	struct freebsd_piece last;
	int r = freebsd_second_level_init(os, host->table, host->levels, &hold.tables, &hold.host,
					  err);

	*memory = (struct guest_memory){ 0 };
	if (r == 0)
		r = freebsd_second_level_last(&hold.host, &last, err);
	if (r == 0) {
		hold.end = last.start + last.size;
		memory->is_strange = last.to != last.start;
	}
	if (r == -ENOENT) {
		memory->is_strange = true;
		r = 0;
	}
	for (size_t i = 0; i < nr && r == 0 && !memory->is_strange; i++)
		r = hold_guest(&hold, os, &guests[i]);
	memory->is_whole = r == 0;
	return r == -E2BIG ? 0 : r;
}
