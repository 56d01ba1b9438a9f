/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table from a file that the user names. */
#include "cmd/tables.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/file.h"

int tables_read_file(const char *path, struct acpi_table **table, struct error *err)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;
	int rc = read_user_file(path, ACPI_TABLE_MAX, &bytes, &length, err);

	if (rc < 0)
		return rc;
	rc = acpi_parse(bytes, length, table);
	if (rc == -EINVAL)
		return fail(err, rc, "%s: %zu bytes, fewer than the header of an ACPI table", path,
			    length);
	if (rc == -ENOTSUP)
		return fail(err, rc, "%s: does not begin with DMAR, IVRS or VIOT", path);
	return rc;
}
