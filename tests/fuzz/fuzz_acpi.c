/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: any bytes as an ACPI table, header and all. */
#include "acpi_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse_and_check(data, size);
	return 0;
}
