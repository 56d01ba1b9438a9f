/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ACPI tables that the kernel shows; their content is for root only. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* Return: 0, or negative errno: -EACCES when it is there but may not be read. */
static int decode_table(const struct source *source, const char *path, const char *signature,
			struct acpi_table **table)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;
	int r = source_read(source, path, ACPI_TABLE_MAX, &bytes, &length);

	if (r == 0 && length == 0 && !source->live)
		return -EACCES; /* what "iommutool capture" leaves of a table that it may not read
				 */
	if (r == 0)
		r = acpi_parse(bytes, length, table);
	if (r == 0 && strcmp((*table)->signature, signature) != 0) {
		acpi_free(*table);
		*table = NULL;
		return -ENOTSUP;
	}
	return r;
}

static void read_table(const struct source *source, struct machine *machine, const char *signature,
		       struct firmware_table *table)
{
	_cleanup_free_ char *path = xasprintf(PATH_TABLES "/%s", table->name);
	int r = decode_table(source, path, signature, &table->table);

	if (r == 0) {
		table->state = FILE_READ;
	} else if (r == -EACCES || r == -EPERM) {
		table->state = FILE_DENIED;
		machine_note(machine, "%s: /%s: %s; %s as root", table->name, path, strerror(-r),
			     source->live ? "run" : "capture");
	} else {
		table->state = FILE_BROKEN;
		machine_note(machine, "%s: /%s: %s", table->name, path,
			     r == -EFBIG		     ? "larger than 1 MiB"
			     : r == -EINVAL || r == -ENOTSUP ? "not such a table"
							     : strerror(-r));
	}
}

static struct firmware_table *add_further(struct machine *machine)
{
	machine->further = xgrow(machine->further, machine->nr_further, sizeof(*machine->further));
	machine->further[machine->nr_further] = (struct firmware_table){ 0 };
	return &machine->further[machine->nr_further++];
}

/* "DMAR", or a number behind it where there are several (drivers/acpi/sysfs.c). */
static bool is_instance(const char *name, const char *signature)
{
	size_t len = strlen(signature);

	return strncmp(name, signature, len) == 0 && strlen(name + len) <= 1 &&
	       strspn(name + len, "123456789") == strlen(name + len);
}

void collect_tables(const struct source *source, struct machine *machine, bool decode)
{
	const struct {
		const char *signature;
		struct firmware_table *table;
	} kinds[] = {
		{ "DMAR", &machine->dmar },
		{ "IVRS", &machine->ivrs },
		{ "VIOT", &machine->viot },
	};
	struct strings names = { 0 };

	if (source_list(source, PATH_TABLES, &names) < 0)
		return; /* no ACPI here, or it is hidden: nothing is known */
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct firmware_table *table = kinds[i].table;

		table->state = FILE_ABSENT;
		for (size_t k = 0; k < names.nr; k++) {
			if (!is_instance(names.items[k], kinds[i].signature))
				continue;
			if (table->state != FILE_ABSENT)
				table = add_further(machine);
			strcpy(table->name, names.items[k]);
			table->state = FILE_DENIED;
			if (decode)
				read_table(source, machine, kinds[i].signature, table);
		}
	}
	strings_free(&names);
}
