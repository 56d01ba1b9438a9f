/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fault of an IOMMU as a line of the kernel's log. That there is none proves nothing: lines are
 * rate limited, and not every IOMMU has any.
 */
#ifndef IOMMUTOOL_FAULT_LINE_H
#define IOMMUTOOL_FAULT_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/machine.h"

struct iommu_fault {
	struct bdf device; /* requester, as the IOMMU saw it */
	uint64_t address;  /* as logged: VT-d clears its low 12 bits */
	bool is_write;
	bool is_page; /* the low 12 bits are not known */
	int reason;   /* VT-d: fault reason; AMD-Vi: flags; -1: none in the line */
};

/**
 * parse_fault_line() - a fault in the text of one record of the kernel's log
 * @text: without the prefix of /dev/kmsg; need not end in a newline
 *
 * VT-d (drivers/iommu/intel/dmar.c, dmar_fault_do_one; before 6.13 without the domain, which is
 * then 0) and AMD-Vi (drivers/iommu/amd/iommu.c, amd_iommu_report_page_fault, with the name of the
 * device before it or "device=" in it). Faults of interrupts are none of DMA.
 *
 * Return: whether it is one.
 */
bool parse_fault_line(const char *text, struct iommu_fault *fault);

#endif
