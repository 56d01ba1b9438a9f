/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking for a fault in /dev/kmsg, which is played here: one record a read, or an error. */
#include "probe/kernel_log.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#define LOG_FD 1000

#define OURS                                                                                       \
	"DMAR: [DMA Write NO_PASID] Request device [00:03.0] fault addr 0x41000 [fault reason "    \
	"0x05] x"
#define OTHERS                                                                                     \
	"DMAR: [DMA Read NO_PASID] Request device [00:04.0] fault addr 0x1000 [fault reason "      \
	"0x06] x"

static const struct bdf device = { 0, 0, 3, 0 };

/* What read() answers one after the other: a record, or an error; behind the last there is nothing
 * (EAGAIN). */
struct answer {
	const char *record; /* NULL: an error */
	int code;
};

static struct {
	int open_code; /* errno that open() and lseek() fail with */
	int seek_code;
	const struct answer *answers;
	size_t nr;
	bool is_endless;	    /* the last answer again and again */
	int64_t now_ms, arrives_ms; /* when the first answer is there to be read */
	size_t opened, closed, sought, reads, polls;
} kernel;

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	assert_string_equal(path, "/dev/kmsg");
	assert_int_equal(flags, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	errno = kernel.open_code;
	if (kernel.open_code)
		return -1;
	kernel.opened++;
	return LOG_FD;
}

int __wrap_close(int fd);
int __wrap_close(int fd)
{
	assert_int_equal(fd, LOG_FD);
	kernel.closed++;
	return 0;
}

off_t __wrap_lseek(int fd, off_t offset, int whence);
off_t __wrap_lseek(int fd, off_t offset, int whence)
{
	assert_int_equal(fd, LOG_FD);
	assert_int_equal(offset, 0);
	assert_int_equal(whence, SEEK_END);
	kernel.sought++;
	errno = kernel.seek_code;
	return kernel.seek_code ? -1 : 0;
}

ssize_t __wrap_read(int fd, void *buffer, size_t size);
ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
	const struct answer *answer = kernel.answers;
	size_t length;

	assert_int_equal(fd, LOG_FD);
	kernel.reads++;
	errno = EAGAIN;
	if (kernel.nr == 0 || kernel.now_ms < kernel.arrives_ms)
		return -1;
	if (kernel.nr > 1 || !kernel.is_endless) {
		kernel.answers++;
		kernel.nr--;
	}
	errno = answer->code;
	if (!answer->record)
		return answer->code ? -1 : 0;
	length = strlen(answer->record);
	assert_true(length <= size);
	memcpy(buffer, answer->record, length);
	return (ssize_t)length;
}

int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout)
{
	assert_int_equal(nr, 1);
	assert_int_equal(fds->fd, LOG_FD);
	assert_int_equal(fds->events, POLLIN);
	assert_in_range(timeout, 1, 100);
	kernel.polls++;
	kernel.now_ms += timeout;
	return 0;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*now = (struct timespec){ kernel.now_ms / 1000, kernel.now_ms % 1000 * 1000000 };
	return 0;
}

/* A log, open, with these answers in it. */
static struct kernel_log log_of(const struct answer *answers, size_t nr)
{
	struct kernel_log log;

	memset(&kernel, 0, sizeof(kernel));
	kernel.answers = answers;
	kernel.nr = nr;
	kernel.now_ms = 999; /* of which the seconds and the rest both count */
	kernel_log_open(&log);
	assert_int_equal(log.fd, LOG_FD);
	return log;
}

/* --- opening --------------------------------------------------------------------------------- */

static void test_open(void **state)
{
	struct kernel_log log = log_of(NULL, 0);

	(void)state;
	assert_int_equal(kernel.opened, 1);
	assert_int_equal(kernel.sought, 1); /* what was there before is none of ours */
	kernel_log_skip(&log);
	assert_int_equal(kernel.sought, 2);
	assert_int_equal(kernel.reads, 0);
	kernel_log_close(&log);
	assert_int_equal(kernel.closed, 1);
	kernel_log_close(&log);
	assert_int_equal(kernel.closed, 1);
}

/* Nothing is done with a log that is not there; nobody waits for it. */
static void test_not_permitted(void **state)
{
	struct kernel_log log;
	struct iommu_fault fault;

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.open_code = EPERM;
	kernel_log_open(&log);
	assert_int_equal(log.fd, -EPERM);
	kernel_log_skip(&log);
	assert_false(kernel_log_find(&log, &device, &fault, 1000));
	kernel_log_close(&log);
	assert_true(log.fd < 0);
	assert_int_equal(kernel.sought + kernel.reads + kernel.polls + kernel.closed, 0);
}

/* Old records would be taken for new ones. */
static void test_no_end(void **state)
{
	static const struct answer answers[] = { { "3,1,1,-;" OURS "\n", 0 } };
	struct kernel_log log;
	struct iommu_fault fault;

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.answers = answers;
	kernel.nr = 1;
	kernel.seek_code = ESPIPE;
	kernel_log_open(&log);
	assert_int_equal(log.fd, -ESPIPE);
	assert_int_equal(kernel.closed, 1);
	assert_false(kernel_log_find(&log, &device, &fault, 1000));
	assert_int_equal(kernel.reads, 0);
}

/* --- records --------------------------------------------------------------------------------- */

static void test_find(void **state)
{
	static const struct answer answers[] = {
		{ "6,100,5,-;usb 1-1: new high-speed USB device\n SUBSYSTEM=usb\n", 0 },
		{ "3,101,6,-;DMAR: DRHD: handling fault status reg 2\n", 0 },
		{ "3,102,6,-;" OTHERS "\n", 0 },
		{ "3,103,6,-,caller=T12;" OURS "\n", 0 },
		{ "3,104,6,-;" OTHERS "\n", 0 },
	};
	static const struct bdf other = { 0, 0, 4, 0 };
	struct kernel_log log = log_of(answers, COUNT(answers));
	struct iommu_fault fault;

	(void)state;
	assert_true(kernel_log_find(&log, &device, &fault, 0));
	assert_int_equal(fault.device.device, 3);
	assert_int_equal(fault.address, 0x41000);
	assert_true(fault.is_write);
	assert_int_equal(fault.reason, 5);
	assert_int_equal(kernel.reads, 4); /* what comes behind it is left */
	assert_true(kernel_log_find(&log, &other, &fault, 0));
	assert_int_equal(fault.device.device, 4);
	assert_int_equal(kernel.reads, 5);
	assert_false(kernel_log_find(&log, &device, &fault, 0));
	assert_int_equal(kernel.polls, 0);
	kernel_log_close(&log);
}

static void test_whole_address(void **state)
{
	static const struct answer answers[] = { { "3,1,1,-;" OURS "\n", 0 } };
	static const struct bdf near[] = {
		{ 1, 0, 3, 0 }, { 0, 1, 3, 0 }, { 0, 0, 2, 0 }, { 0, 0, 3, 1 }
	};

	(void)state;
	for (size_t i = 0; i < COUNT(near); i++) {
		struct kernel_log log = log_of(answers, COUNT(answers));
		struct iommu_fault fault;

		assert_false(kernel_log_find(&log, &near[i], &fault, 0));
	}
}

/* Whether the one record is taken for our fault. */
static const struct {
	const char *record;
	bool taken;
} records[] = {
	{ "3,1,1,-;" OURS "\n", true },
	{ "0,1,1,-;" OURS "\n", true },
	{ "7,1,1,c;" OURS "\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:03.0\n", true },
	{ "3,1,1,-;" OURS, true },
	/* A process wrote it: facility 1, user. */
	{ "8,1,1,-;" OURS "\n", false },
	{ "11,1,1,-;" OURS "\n", false },
	/* Only the first line is the record's text. */
	{ "3,1,1,-;something\n" OURS "\n", false },
	{ "3,1,1,-;something\n X=1;" OURS "\n", false },
	{ "3,1,1,-;x;" OURS "\n", false },
	{ "3,1,1,-;something\n vfio-pci 0000:00:03.0: AMD-Vi: Event logged [IO_PAGE_FAULT "
	  "domain=0x0001 address=0x1000 flags=0x0020]\n",
	  false },
	/* No records */
	{ OURS "\n", false },
	{ ";" OURS "\n", false },
	{ ",;" OURS "\n", false },
	{ "x,1,1,-;" OURS "\n", false },
	{ "-1,1,1,-;" OURS "\n", false },
	{ "99999999999999999999,1,1,-;" OURS "\n", false },
	{ ";", false },
	{ "3", false },
	{ "\n", false },
};

static void test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		const struct answer answer = { records[i].record, 0 };
		struct kernel_log log = log_of(&answer, 1);
		struct iommu_fault fault;

		assert_case(kernel_log_find(&log, &device, &fault, 0) == records[i].taken,
			    records[i].record);
	}
}

/* Overwritten, too long, interrupted: there may be more behind it. */
static void test_errors_to_go_on(void **state)
{
	static const struct answer answers[] = {
		{ NULL, EPIPE }, { "3,1,1,-;" OTHERS "\n", 0 }, { NULL, EINVAL },
		{ NULL, EINTR }, { "3,9,1,-;" OURS "\n", 0 },
	};
	struct kernel_log log = log_of(answers, COUNT(answers));
	struct iommu_fault fault;

	(void)state;
	assert_true(kernel_log_find(&log, &device, &fault, 0));
	assert_int_equal(kernel.reads, 5);
}

static void test_errors_to_stop(void **state)
{
	static const struct answer stops[][2] = {
		{ { NULL, EIO }, { "3,1,1,-;" OURS "\n", 0 } },
		{ { NULL, 0 }, { "3,1,1,-;" OURS "\n", 0 } }, /* the end of a file */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(stops); i++) {
		struct kernel_log log = log_of(stops[i], 2);
		struct iommu_fault fault;

		assert_false(kernel_log_find(&log, &device, &fault, 1000));
		assert_int_equal(kernel.reads, 1);
		assert_int_equal(kernel.polls, 0);
	}
}

/* The longest record there can be: 8192 bytes (CONSOLE_EXT_LOG_MAX of kernel/printk/internal.h). */
static void test_long_record(void **state)
{
	char *record = malloc(8193);
	struct answer answers[2] = { { record, 0 }, { "3,9,1,-;" OURS "\n", 0 } };
	struct kernel_log log = log_of(answers, 2);
	struct iommu_fault fault;

	(void)state;
	assert_non_null(record);
	memset(record, 'x', 8192);
	record[8192] = '\0';
	assert_true(kernel_log_find(&log, &device, &fault, 0));
	free(record);
}

/* --- waiting --------------------------------------------------------------------------------- */

static void test_wait(void **state)
{
	static const struct answer answers[] = {
		{ "3,1,1,-;" OTHERS "\n", 0 },
		{ "3,2,1,-;" OURS "\n", 0 },
	};
	struct kernel_log log = log_of(answers, COUNT(answers));
	struct iommu_fault fault;

	(void)state;
	kernel.arrives_ms = kernel.now_ms + 150;
	assert_true(kernel_log_find(&log, &device, &fault, 400));
	assert_in_range(kernel.now_ms - 999, 150, 250);
}

static void test_wait_in_vain(void **state)
{
	struct kernel_log log = log_of(NULL, 0);
	struct iommu_fault fault;

	(void)state;
	assert_false(kernel_log_find(&log, &device, &fault, 400));
	assert_in_range(kernel.now_ms - 999, 400, 500);
	kernel.polls = 0;
	assert_false(kernel_log_find(&log, &device, &fault, 0));
	assert_int_equal(kernel.polls, 0);
}

/* A log that never ends is given up. */
static void test_flood(void **state)
{
	static const struct answer floods[] = { { "3,1,1,-;" OTHERS "\n", 0 }, { NULL, EPIPE } };

	(void)state;
	for (size_t i = 0; i < COUNT(floods); i++) {
		struct kernel_log log = log_of(&floods[i], 1);
		struct iommu_fault fault;

		kernel.is_endless = true;
		assert_false(kernel_log_find(&log, &device, &fault, 400));
		assert_in_range(kernel.reads, 1000, 100000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_not_permitted),
		cmocka_unit_test(test_no_end),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_whole_address),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_errors_to_go_on),
		cmocka_unit_test(test_errors_to_stop),
		cmocka_unit_test(test_long_record),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_wait_in_vain),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
