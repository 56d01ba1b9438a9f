/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions in a record: everything that /dev/pci tells of each. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/pci.h"
#include "collect/freebsd/record_parts.h"
#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define FIRST_BAR 0x10

/* Return: how many bytes could be read. */
static size_t read_config(const struct freebsd_pci *pci, const struct freebsd_function *function,
			  uint8_t *config, size_t from, size_t to)
{
	size_t nr = 0;

	for (size_t at = from; at < to; at += 4) {
		uint32_t value;
		int r = freebsd_read_config_dword(pci, function, (unsigned)at, &value);

		if (r == -EPERM || r == -ENODEV) /* nor will it be the next time */
			break;
		if (r < 0)
			continue;
		for (size_t i = 0; i < 4; i++)
			config[at + i] = (uint8_t)(value >> 8 * i);
		nr += 4;
	}
	return nr;
}

/* What is not there reads as ones, also in the model. */
static bool is_absent(const uint8_t *bytes, size_t size)
{
	while (size > 0 && bytes[size - 1] == 0xff)
		size--;
	return size == 0;
}

/* Return: its size; 0 when it may not be read. */
static size_t take_config(const struct freebsd_pci *pci, const struct freebsd_function *function,
			  uint8_t config[CONFIG_SPACE_SIZE])
{
	size_t size = CONVENTIONAL_CONFIG_SIZE, express;

	memset(config, 0, CONFIG_SPACE_SIZE);
	if (read_config(pci, function, config, 0, size) == 0)
		return 0;
	/* Where nothing is extended, what answers there may be another register. */
	if (find_capability(config, size, CAPABILITY_EXPRESS, &express) && express) {
		read_config(pci, function, config, size, CONFIG_SPACE_SIZE);
		if (!is_absent(config + size, CONFIG_SPACE_SIZE - size))
			size = CONFIG_SPACE_SIZE;
	}
	blank_serials(config, size);
	return size;
}

/* "ppt0", "rtw88#0", "-" */
static void write_driver(FILE *to, const struct freebsd_function *function)
{
	size_t length = strlen(function->driver);
	char last = length ? function->driver[length - 1] : '\0';

	if (length == 0)
		fputs(" -\n", to);
	else
		fprintf(to, " %s%s%lu\n", function->driver, last >= '0' && last <= '9' ? "#" : "",
			function->unit);
}

static void write_state(FILE *to, const struct freebsd_function *function, const char *address)
{
	if (function->driver[0] && function->attached != TRI_YES)
		fprintf(to, "%s|state|detached\n", address);
	if (function->sel.function > 7)
		fprintf(to, "%s|state|ari\n", address);
}

static void write_bars(const struct freebsd_pci *pci, FILE *to,
		       const struct freebsd_function *function, const char *address)
{
	for (int i = 0; i < NR_BARS; i++) {
		struct abi_pci_bar_io io = { .sel = function->sel, .reg = FIRST_BAR + 4 * i };

		if (pci->os->ops->ioctl(pci->os, pci->fd, ABI_PCIOCGETBAR, &io) >= 0)
			fprintf(to, "%s|bar|%d 0x%" PRIx64 " 0x%" PRIx64 "\n", address, i, io.base,
				io.length);
	}
}

static void write_function(const struct freebsd_pci *pci, FILE *to,
			   const struct freebsd_function *function)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	size_t size = take_config(pci, function, config);
	char address[BDF_TEXT_SIZE];

	bdf_format(&function->bdf, address);
	fprintf(to, "%s|pci|%zu", address, size);
	write_driver(to, function);
	write_state(to, function, address);
	fprintf(to, "%s|identity|0x%04x 0x%04x 0x%04x 0x%04x 0x%06" PRIx32 "%02x %u\n", address,
		function->vendor, function->product, function->subvendor, function->subdevice,
		function->class, function->revision, function->header_type);
	freebsd_record_write_bytes(to, address, 0, config, size);
	write_bars(pci, to, function, address);
}

static int by_order(const void *a, const void *b)
{
	const struct freebsd_function *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

void freebsd_record_write_functions(struct freebsd_record *record, FILE *to)
{
	_cleanup_free_ struct freebsd_function *functions = NULL;
	struct error err = { 0 };
	struct freebsd_pci pci;
	size_t nr = 0;

	if (freebsd_pci_open(&record->os, &pci, NULL) < 0)
		return; /* which is said already */
	if (freebsd_pci_list(&pci, &functions, &nr, &err) < 0)
		freebsd_record_say(
			record,
			xasprintf("%s%s", err.text, strchr(err.text, ';') ? "" : "; record again"));
	if (nr)
		qsort(functions, nr, sizeof(*functions), by_order);
	for (size_t i = 0; i < nr; i++)
		write_function(&pci, to, &functions[i]);
	freebsd_pci_close(&pci);
}
