/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: the body of a VIOT behind a header that is right. */
#include "acpi_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_body("VIOT", data, size);
}
