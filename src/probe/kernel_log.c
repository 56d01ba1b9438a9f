/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of IOMMUs in the kernel's log, record by record (/dev/kmsg). */
#include "probe/kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "model/bdf.h"
#include "util/clock.h"

#define RECORD_SIZE 8192  /* the longest that the kernel writes (CONSOLE_EXT_LOG_MAX) */
#define MOST_RECORDS 4096 /* a log that grows faster than it can be read has no end */
#define STEP_MS 20

void kernel_log_open(struct kernel_log *log)
{
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->fd < 0)
		log->fd = -errno;
	kernel_log_skip(log);
}

void kernel_log_close(struct kernel_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -EBADF;
}

void kernel_log_skip(struct kernel_log *log)
{
	int code;

	if (log->fd < 0 || lseek(log->fd, 0, SEEK_END) >= 0)
		return;
	/* Old records would be taken for new ones. */
	code = -errno;
	kernel_log_close(log);
	log->fd = code;
}

/* "PRIORITY,NUMBER,TIME,FLAGS;TEXT\n", and lines of keys and values behind it (printk.c). */
static bool parse_record(char *record, struct iommu_fault *fault)
{
	char *text = strchr(record, ';');
	const char *priority = strsep(&record, ",");
	uint64_t number;

	/* From 8 on it was not the kernel who wrote it: others can write to /dev/kmsg. */
	if (!text || parse_u64(priority, 10, 7, &number) < 0)
		return false;
	text++;
	text[strcspn(text, "\n")] = '\0';
	return parse_fault_line(text, fault);
}

bool kernel_log_find(struct kernel_log *log, const struct bdf *device, struct iommu_fault *fault,
		     int wait_ms)
{
	int64_t end = (int64_t)clock_ms() + wait_ms;
	char record[RECORD_SIZE + 1];

	for (size_t i = 0; i < MOST_RECORDS && log->fd >= 0; i++) {
		struct pollfd waiting = { .fd = log->fd, .events = POLLIN };
		ssize_t n = read(log->fd, record, RECORD_SIZE);
		struct iommu_fault found;

		if (n > 0) {
			record[n] = '\0';
			if (!parse_record(record, &found) ||
			    bdf_compare(&found.device, device) != 0)
				continue;
			*fault = found;
			return true;
		}
		/* EPIPE: records were overwritten before they were read. EINVAL: one is too long.
		 */
		if (n < 0 && (errno == EPIPE || errno == EINVAL || errno == EINTR))
			continue;
		if (n == 0 || errno != EAGAIN || (int64_t)clock_ms() >= end)
			return false;
		poll(&waiting, 1, STEP_MS);
	}
	return false;
}
