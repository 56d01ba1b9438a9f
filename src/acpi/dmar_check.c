/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What DMAR structures promise about each other, Intel VT-d specification sections 8.1 to 8.7. */
#include <inttypes.h>
#include <stdlib.h>

#include "acpi/acpi.h"
#include "acpi/parser.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static int compare_addresses(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Section 8.6; Linux prints "RHSA refers to non-existent DMAR unit". */
static void check_rhsa(struct acpi_table *table)
{
	const struct dmar *dmar = &table->dmar;
	_cleanup_free_ uint64_t *units = xcalloc(dmar->nr_structures, sizeof(*units));
	size_t nr = 0;

	for (size_t i = 0; i < dmar->nr_structures; i++)
		if (dmar->structures[i].type == DMAR_DRHD)
			units[nr++] = dmar->structures[i].address;
	if (nr == 0)
		acpi_problem(table, ACPI_HEADER_LENGTH, "no DRHD in the table");
	qsort(units, nr, sizeof(*units), compare_addresses);
	for (size_t i = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *s = &dmar->structures[i];

		if (s->type == DMAR_RHSA &&
		    !bsearch(&s->address, units, nr, sizeof(*units), compare_addresses))
			acpi_problem(table, s->offset + 8,
				     "RHSA names a register base 0x%" PRIx64 " that no DRHD has",
				     s->address);
	}
}

/* Section 8.3: the unit with INCLUDE_PCI_ALL comes after all others of its segment. */
static void check_include_all(struct acpi_table *table)
{
	const struct dmar *dmar = &table->dmar;
	_cleanup_free_ bool *closed = xcalloc(UINT16_MAX + 1, sizeof(*closed));

	for (size_t i = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *s = &dmar->structures[i];

		if (s->type != DMAR_DRHD)
			continue;
		if (closed[s->segment])
			acpi_problem(table, s->offset,
				     "DRHD follows the INCLUDE_PCI_ALL one of segment 0x%04x",
				     s->segment);
		if (s->flags & DMAR_DRHD_INCLUDE_PCI_ALL)
			closed[s->segment] = true;
	}
}

/* Section 8.3.1: the enumeration ID of a namespace device is the device number of its ANDD. */
static void check_namespace(struct acpi_table *table)
{
	const struct dmar *dmar = &table->dmar;
	bool declared[UINT8_MAX + 1] = { false };

	for (size_t i = 0; i < dmar->nr_structures; i++)
		if (dmar->structures[i].type == DMAR_ANDD)
			declared[dmar->structures[i].device_number] = true;
	for (size_t i = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *s = &dmar->structures[i];

		for (size_t k = 0; k < s->nr_scopes; k++)
			if (s->scopes[k].type == DMAR_SCOPE_NAMESPACE &&
			    !declared[s->scopes[k].enumeration_id])
				acpi_problem(table, s->scopes[k].offset + 4,
					     "device scope names ACPI device %u that no ANDD has",
					     s->scopes[k].enumeration_id);
	}
}

void dmar_check(struct acpi_table *table)
{
	check_rhsa(table);
	check_include_all(table);
	check_namespace(table);
}
