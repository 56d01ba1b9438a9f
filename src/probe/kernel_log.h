/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of IOMMUs in the kernel's log, from some moment on (/dev/kmsg). */
#ifndef IOMMUTOOL_KERNEL_LOG_H
#define IOMMUTOOL_KERNEL_LOG_H

#include "model/fault_line.h"

struct kernel_log {
	int fd; /* negative: it cannot be read, as errno */
};

/* From here on. Nothing but reading is done; where that is not permitted there are no faults. */
void kernel_log_open(struct kernel_log *log);
void kernel_log_close(struct kernel_log *log);

/* Passes over whatever is there by now. */
void kernel_log_skip(struct kernel_log *log);

/**
 * kernel_log_find() - a fault of a device since the log was opened, skipped or read
 * @device: the requester or, where its requests carry another's address, that one
 *
 * Waits a moment for it, since the kernel writes it after the DMA. What comes before it is passed
 * over, what comes behind it is left.
 *
 * Return: whether there is one.
 */
bool kernel_log_find(struct kernel_log *log, const struct bdf *device, struct iommu_fault *fault,
		     int wait_ms);

#endif
