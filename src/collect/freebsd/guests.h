/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of VMs, held against the host's domain: the look that PR 260178 takes. */
#ifndef IOMMUTOOL_FREEBSD_GUESTS_H
#define IOMMUTOOL_FREEBSD_GUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "collect/freebsd/os.h"
#include "model/freebsd/pr260178.h"
#include "util/error.h"

/* A domain by its second-level tables. */
struct freebsd_domain {
	uint64_t table;
	unsigned levels;
};

/*
 * Where looking ends: entries of tables, which do for 256 GiB of VMs' memory, and tables of all
 * domains, 2 GiB of reading.
 */
#define FREEBSD_GUEST_ENTRIES_MAX (1u << 27)
#define FREEBSD_GUEST_TABLES_MAX (1u << 19)

/**
 * freebsd_hold_guests() - what the host's domain has of the pages in those of VMs
 * @guests: domains of VMs, each once
 *
 * Return: 0; -EINVAL for levels that there are not; negative errno as freebsd_read_vtd().
 */
int freebsd_hold_guests(struct os *os, const struct freebsd_domain *host,
			const struct freebsd_domain *guests, size_t nr, struct guest_memory *memory,
			struct error *err);

/**
 * freebsd_look_at_guests() - machine.bhyve.look
 * @machine: with .bhyve
 */
void freebsd_look_at_guests(struct os *os, struct machine *machine);

#endif
