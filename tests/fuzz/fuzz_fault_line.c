/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: a line of the kernel's log. What is taken for a fault has to be one that an IOMMU
 * can have, and says the same when it is written again.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/bdf.h"
#include "model/fault_line.h"
#include "util/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *write_line(const struct iommu_fault *fault)
{
	char device[BDF_TEXT_SIZE];

	bdf_format(&fault->device, device);
	if (fault->is_page)
		return xasprintf("DMAR: [DMA %s NO_PASID] Request device [%s] fault addr 0x%" PRIx64
				 " [fault reason 0x%02x] x",
				 fault->is_write ? "Write" : "Read", device, fault->address,
				 (unsigned)fault->reason);
	return xasprintf("AMD-Vi: Event logged [IO_PAGE_FAULT device=%s domain=0x0000 "
			 "address=0x%" PRIx64 " flags=0x%04x]",
			 device, fault->address, (unsigned)fault->reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xcalloc(size + 1, 1), *line;
	struct iommu_fault fault, again;

	memcpy(text, data, size);
	if (parse_fault_line(text, &fault)) {
		if (fault.device.device > 31 || fault.device.function > 7 || fault.reason < 0 ||
		    fault.reason > (fault.is_page ? 0xff : 0xffff))
			abort();
		line = write_line(&fault);
		if (!parse_fault_line(line, &again) ||
		    bdf_compare(&again.device, &fault.device) != 0 ||
		    again.address != fault.address || again.is_write != fault.is_write ||
		    again.is_page != fault.is_page || again.reason != fault.reason)
			abort();
		free(line);
	}
	free(text);
	return 0;
}
