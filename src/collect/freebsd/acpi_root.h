/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ACPI tables in physical memory: FreeBSD has no files of them. The way is that of acpidump(8):
 * from the RSDP, whose address the kernel knows, to the XSDT or RSDT (ACPI 6.5, 5.2.5 to 5.2.8).
 *
 * Everything here asks for /dev/mem, which only root may read. Nothing that is read is trusted:
 * signatures, lengths and checksums are looked at before anything is followed.
 */
#ifndef IOMMUTOOL_FREEBSD_ACPI_ROOT_H
#define IOMMUTOOL_FREEBSD_ACPI_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/freebsd/os.h"
#include "model/machine.h"
#include "util/error.h"

/* Tables that an XSDT may have here; real ones have some dozens. */
#define FREEBSD_ACPI_TABLES_MAX 1024

struct freebsd_acpi {
	uint64_t *addresses; /* of the tables, in the order of the XSDT or RSDT */
	size_t nr;
};

/**
 * freebsd_acpi_open() - find the tables
 * @acpi: on success released with freebsd_acpi_close()
 *
 * Return: 0; -ENXIO: this machine has no ACPI; -EACCES, -EPERM: memory may not be read; -ENODEV:
 * there is no /dev/mem; -EBADMSG: what was found is broken; other negative errno.
 */
int freebsd_acpi_open(struct os *os, struct freebsd_acpi *acpi, struct error *err);
void freebsd_acpi_close(struct freebsd_acpi *acpi);

/**
 * freebsd_acpi_read() - a table
 * @nth: of those with this signature, from 0
 * @bytes: the table with its header, to be freed
 *
 * Its checksum is left to acpi_parse(), which decodes what is there in spite of it.
 *
 * Return: 0; -ENOENT: there is none; -EBADMSG: its length is wrong, or it is not all there; -EFBIG:
 * larger than ACPI_TABLE_MAX; -EIO: a table that might be it cannot be read; other negative errno.
 */
int freebsd_acpi_read(struct os *os, const struct freebsd_acpi *acpi, const char *signature,
		      unsigned nth, uint8_t **bytes, size_t *length, struct error *err);

/**
 * freebsd_collect_tables() - machine.dmar, .ivrs and .further
 *
 * Where it cannot be told whether there is a table its state stays FILE_UNASKED; notes say why.
 * Those about a table that is broken begin with its name.
 */
void freebsd_collect_tables(struct os *os, struct machine *machine);

/* --- inside (acpi_rsdp.c) ------------------------------------------------------------------ */

/* What an RSDP says. */
struct freebsd_rsdp {
	uint64_t address; /* its own */
	bool has_xsdt;
	uint64_t xsdt, rsdt; /* 0: none */
};

/* Return: as freebsd_acpi_open(). */
int freebsd_find_rsdp(struct os *os, struct freebsd_rsdp *rsdp, struct error *err);

/* Return: whether such a read looks for an RSDP wherever the BIOS may have put it, in memory that
 * has anything else, too. */
bool freebsd_rsdp_is_searched(uint64_t address, size_t size);

/* Return: whether all bytes add up to 0, as those of all tables do. */
bool freebsd_sum_is_zero(const uint8_t *bytes, size_t length);

/* Records why memory could not be read, @what names what was to be. Return: a code of those above.
 */
int freebsd_memory_error(int code, const char *what, uint64_t address, struct error *err);

#endif
