/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of PCI vendors and devices: the only file that uses libpci. */
#include "collect/collect.h"

#include <pci/pci.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/memory_file.h"

#define DATABASE "usr/share/misc/pci.ids"
#define DATABASE_MAX (16u << 20)

struct names {
	struct pci_access *access;
	int own; /* fd of the capture's database, negative for the system's */
};

/* libpci wants a handler that does not return. */
static void __attribute__((noreturn)) stop(char *format, ...) __attribute__((format(printf, 1, 2)));

static void stop(char *format, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	text[strcspn(text, "\n")] = '\0';
	fprintf(stderr, "iommutool: PCI name database: %s; leave out the NAME column\n", text);
	exit(2);
}

/* Missing databases are no news: the name is unknown then. */
static void ignore(char *format, ...) __attribute__((format(printf, 1, 2)));

static void ignore(char *format, ...)
{
	(void)format;
}

/*
 * A capture may bring the database of its machine. libpci opens a path by itself and follows
 * links, so it gets a copy that was read without leaving the capture.
 */
static int copy_database(const struct source *source, char **path)
{
	_cleanup_free_ uint8_t *text = NULL;
	size_t length;

	if (source->live || source_read(source, DATABASE, DATABASE_MAX, &text, &length) < 0)
		return -1;
	return memory_file("pci.ids", text, length, path);
}

struct names *names_open(const struct source *source)
{
	struct names *names = xcalloc(1, sizeof(*names));
	char *path;

	names->access = pci_alloc();
	names->access->error = stop;
	names->access->warning = ignore;
	names->access->debug = ignore;
	names->own = copy_database(source, &path);
	if (names->own >= 0)
		pci_set_name_list_path(names->access, path, 1);
	return names;
}

void names_close(struct names *names)
{
	if (!names)
		return;
	pci_cleanup(names->access);
	if (names->own >= 0)
		close(names->own);
	free(names);
}

char *names_device(struct names *names, int vendor, int product)
{
	/* udev's hardware database is no part of a capture, and has nothing that pci.ids lacks. */
	int flags = PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB;
	char vendor_text[128], device_text[256];
	const char *vendor_name, *device_name;

	if (vendor < 0 || product < 0)
		return NULL;
	vendor_name = pci_lookup_name(names->access, vendor_text, sizeof(vendor_text),
				      PCI_LOOKUP_VENDOR | flags, vendor);
	device_name = pci_lookup_name(names->access, device_text, sizeof(device_text),
				      PCI_LOOKUP_DEVICE | flags, vendor, product);
	if (vendor_name && device_name)
		return xasprintf("%s %s", vendor_name, device_name);
	return vendor_name ? xasprintf("%s %04x", vendor_name, (unsigned)product) : NULL;
}
