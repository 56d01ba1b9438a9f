/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record of this machine: lines that the model of FreeBSD takes for the machine itself, for
 * developers who have none (tests/freebsd/model/model.h, model_profile()).
 *
 * The collectors run over a struct os that hands each question on to the system and keeps what it
 * answers: so whatever they ask is in the record, and nobody has to think of it who adds a
 * question. Beside that /dev/pci is asked for all that it has of each function.
 *
 * Nothing is changed: what would write is refused. Nothing private is in it: serial numbers in
 * config space are zero, addresses of interfaces are others, of the BIOS that is searched for the
 * RSDP only that is kept, and sysctls and kenv variables are kept by a list of those that say
 * nothing of the owner (record_names.c). What is asked and not in the list is said to be missing.
 *
 * Of memory there are the ranges that were read, up to 16 MiB in pages of 4 KiB: ACPI tables,
 * registers, and of the tables of IOMMUs the entries of devices, not what domains map. Other bytes
 * of these pages are zero in it: a record is for programs that read no more than the one that made
 * it.
 */
#ifndef IOMMUTOOL_FREEBSD_RECORD_H
#define IOMMUTOOL_FREEBSD_RECORD_H

#include <stdio.h>

#include "collect/freebsd/os.h"
#include "util/text.h"

struct freebsd_record;

/* @system: answers until the record is freed. Return: released with freebsd_record_free(). */
struct freebsd_record *freebsd_record_new(struct os *system);
void freebsd_record_free(struct freebsd_record *record);

/* Return: the system for collectors, which are recorded; it belongs to the record. */
struct os *freebsd_record_os(struct freebsd_record *record);

/**
 * freebsd_record_write() - ask the rest, and write all of it
 * @to: errors of writing are its own (ferror())
 * @missing: what is there and could not be read, "subject: why; next step", added
 */
void freebsd_record_write(struct freebsd_record *record, FILE *to, struct strings *missing);

#endif
