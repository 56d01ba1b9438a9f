/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ACPI tables that the kernel shows; their content is for root only. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static void read_table(const struct source *source, struct machine *machine, const char *name,
		       struct firmware_table *table)
{
	_cleanup_free_ char *path = xasprintf(PATH_TABLES "/%s", name);
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;
	int r = source_read(source, path, ACPI_TABLE_MAX, &bytes, &length);

	if (r == 0 && length == 0 && !source->live)
		r = -EACCES; /* what "iommutool capture" leaves of a table that it may not read */
	else if (r == 0)
		r = acpi_parse(bytes, length, &table->table);
	if (r == 0 && strcmp(table->table->signature, name) != 0) {
		acpi_free(table->table);
		table->table = NULL;
		r = -ENOTSUP;
	}
	if (r == 0) {
		table->state = FILE_READ;
	} else if (r == -EACCES || r == -EPERM) {
		table->state = FILE_DENIED;
		machine_note(machine, "%s: /%s: %s; %s as root", name, path, strerror(-r),
			     source->live ? "run" : "capture");
	} else {
		table->state = FILE_BROKEN;
		machine_note(machine, "%s: /%s: %s", name, path,
			     r == -EFBIG ? "larger than 1 MiB" :
			     r == -EINVAL || r == -ENOTSUP ? "not such a table" : strerror(-r));
	}
}

void collect_tables(const struct source *source, struct machine *machine, bool decode)
{
	const struct {
		const char *name;
		struct firmware_table *table;
	} tables[] = {
		{ "DMAR", &machine->dmar },
		{ "IVRS", &machine->ivrs },
		{ "VIOT", &machine->viot },
	};
	struct strings names = { 0 };

	if (source_list(source, PATH_TABLES, &names) < 0)
		return; /* no ACPI here, or it is hidden: nothing is known */
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		tables[i].table->state = FILE_ABSENT;
		if (!strings_contain(&names, tables[i].name))
			continue;
		tables[i].table->state = FILE_DENIED;
		if (decode)
			read_table(source, machine, tables[i].name, tables[i].table);
	}
	strings_free(&names);
}
