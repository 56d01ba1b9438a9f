/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the RSDP to the tables: XSDT or RSDT (ACPI 6.5, 5.2.7, 5.2.8), and each table's header. */
#include "collect/freebsd/acpi_root.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "acpi/cursor.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define HEADER 36
#define SIGNATURE_SIZE 4

/* A header, as far as it decides what is read next. */
struct header {
	char signature[SIGNATURE_SIZE + 1]; /* as it is there, whatever bytes these are */
	uint32_t length;
};

/* Return: 0 or negative errno of read_physical(). */
static int read_header(struct os *os, uint64_t address, struct header *header)
{
	uint8_t bytes[HEADER];
	struct cursor cursor;
	int r = os->ops->read_physical(os, address, bytes, sizeof(bytes));

	if (r < 0)
		return r;
	cursor = cursor_over(bytes, sizeof(bytes));
	cursor_bytes(&cursor, header->signature, SIGNATURE_SIZE);
	header->signature[SIGNATURE_SIZE] = '\0';
	header->length = cursor_u32(&cursor);
	return 0;
}

/* Reads a whole table whose header was read. */
static int read_table(struct os *os, uint64_t address, const struct header *header, uint8_t **bytes,
		      size_t *length, struct error *err)
{
	_cleanup_free_ uint8_t *table = NULL;
	int r;

	if (header->length > ACPI_TABLE_MAX)
		return fail(err, -EFBIG,
			    "ACPI: %s at 0x%" PRIx64 ": %" PRIu32
			    " bytes; more than 1 MiB is no such table",
			    header->signature, address, header->length);
	if (header->length < HEADER)
		return fail(err, -EBADMSG,
			    "ACPI: %s at 0x%" PRIx64 ": %" PRIu32
			    " bytes, less than its header has",
			    header->signature, address, header->length);
	table = xcalloc(header->length, 1);
	r = os->ops->read_physical(os, address, table, header->length);
	if (r < 0)
		return freebsd_memory_error(r, header->signature, address, err);
	if (memcmp(table, header->signature, SIGNATURE_SIZE) != 0)
		return fail(err, -EBADMSG, "ACPI: %s at 0x%" PRIx64 ": it changes while it is read",
			    header->signature, address);
	*bytes = table;
	*length = header->length;
	table = NULL;
	return 0;
}

/* --- XSDT and RSDT ------------------------------------------------------------------------ */

static int take_addresses(const uint8_t *bytes, size_t length, size_t width,
			  struct freebsd_acpi *acpi, struct error *err)
{
	struct cursor cursor = cursor_over(bytes, length);
	size_t nr = (length - HEADER) / width;

	if (nr > FREEBSD_ACPI_TABLES_MAX)
		return fail(err, -EBADMSG, "ACPI: the %s has %zu tables, more than %d",
			    width == 8 ? "XSDT" : "RSDT", nr, FREEBSD_ACPI_TABLES_MAX);
	acpi->addresses = xcalloc(nr, sizeof(*acpi->addresses));
	acpi->nr = 0;
	cursor.at = HEADER;
	for (size_t i = 0; i < nr; i++) {
		uint64_t address = width == 8 ? cursor_u64(&cursor) : cursor_u32(&cursor);

		if (address) /* some firmware leaves entries empty */
			acpi->addresses[acpi->nr++] = address;
	}
	return 0;
}

int freebsd_acpi_open(struct os *os, struct freebsd_acpi *acpi, struct error *err)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	struct freebsd_rsdp rsdp = { 0 };
	struct header header;
	const char *name;
	uint64_t address;
	size_t length;
	int r = freebsd_find_rsdp(os, &rsdp, err);

	*acpi = (struct freebsd_acpi){ 0 };
	if (r < 0)
		return r;
	name = rsdp.has_xsdt ? "XSDT" : "RSDT";
	address = rsdp.has_xsdt ? rsdp.xsdt : rsdp.rsdt;
	r = read_header(os, address, &header);
	if (r < 0)
		return freebsd_memory_error(r, name, address, err);
	if (strcmp(header.signature, name) != 0)
		return fail(err, -EBADMSG,
			    "ACPI: no %s is at 0x%" PRIx64 ", where the RSDP says that it is", name,
			    address);
	r = read_table(os, address, &header, &bytes, &length, err);
	if (r < 0)
		return r;
	if (!freebsd_sum_is_zero(bytes, length))
		return fail(err, -EBADMSG, "ACPI: %s at 0x%" PRIx64 ": wrong checksum", name,
			    address);
	return take_addresses(bytes, length, rsdp.has_xsdt ? 8 : 4, acpi, err);
}

void freebsd_acpi_close(struct freebsd_acpi *acpi)
{
	free(acpi->addresses);
	*acpi = (struct freebsd_acpi){ 0 };
}

/* --- a table ------------------------------------------------------------------------------ */

int freebsd_acpi_read(struct os *os, const struct freebsd_acpi *acpi, const char *signature,
		      unsigned nth, uint8_t **bytes, size_t *length, struct error *err)
{
	uint64_t unread = 0;

	for (size_t i = 0; i < acpi->nr; i++) {
		struct header header;
		int r = read_header(os, acpi->addresses[i], &header);

		if (r == -EFAULT)
			unread = acpi->addresses[i];
		else if (r < 0)
			return freebsd_memory_error(r, signature, acpi->addresses[i], err);
		if (r < 0 || strcmp(header.signature, signature) != 0 || nth-- > 0)
			continue;
		return read_table(os, acpi->addresses[i], &header, bytes, length, err);
	}
	if (unread)
		return fail(err, -EIO,
			    "ACPI: a table at 0x%" PRIx64 " cannot be read, and may be the %s",
			    unread, signature);
	return fail(err, -ENOENT, "ACPI: this machine has no %s", signature);
}

/* --- what the model wants ----------------------------------------------------------------- */

static struct firmware_table *add_further(struct machine *machine)
{
	machine->further = xgrow(machine->further, machine->nr_further, sizeof(*machine->further));
	machine->further[machine->nr_further] = (struct firmware_table){ 0 };
	return &machine->further[machine->nr_further++];
}

/* Return: whether there may be another one behind it. */
static bool collect_table(struct os *os, const struct freebsd_acpi *acpi, struct machine *machine,
			  const char *signature, unsigned nth, struct firmware_table *first)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	struct firmware_table *table;
	struct error err = { 0 };
	size_t length;
	int r = freebsd_acpi_read(os, acpi, signature, nth, &bytes, &length, &err);

	if (r == -ENOENT) {
		if (nth == 0)
			first->state = FILE_ABSENT;
		return false;
	}
	if (r < 0 && r != -EFBIG && r != -EBADMSG) {
		machine_note(machine, "%s", err.text);
		return false; /* whether there is one, or a further one, is not known */
	}
	table = nth == 0 ? first : add_further(machine);
	memcpy(table->name, signature, SIGNATURE_SIZE);
	if (nth && nth < 10)
		table->name[SIGNATURE_SIZE] = (char)('0' + nth);
	table->state = FILE_BROKEN;
	if (r == 0 && acpi_parse(bytes, length, &table->table) == 0)
		table->state = FILE_READ;
	else
		machine_note(machine, "%s: %s", table->name,
			     r < 0 ? err.text : "it is no such table");
	return r == 0 && nth < 9;
}

void freebsd_collect_tables(struct os *os, struct machine *machine)
{
	const struct {
		const char *signature;
		struct firmware_table *table;
	} kinds[] = {
		{ "DMAR", &machine->dmar },
		{ "IVRS", &machine->ivrs },
		{ "VIOT", &machine->viot },
	};
	struct freebsd_acpi acpi;
	struct error err = { 0 };
	int r = freebsd_acpi_open(os, &acpi, &err);

	if (r < 0)
		machine_note(machine, "%s", err.text);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		unsigned nth = 0;

		if (r == -ENXIO)
			kinds[i].table->state = FILE_ABSENT;
		while (r == 0 &&
		       collect_table(os, &acpi, machine, kinds[i].signature, nth, kinds[i].table))
			nth++;
	}
	freebsd_acpi_close(&acpi);
}
