/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system that collectors ask while they are recorded: each call goes on, its answer is kept. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/record_parts.h"
#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* --- what failed ---------------------------------------------------------------------------- */

static const char *next_step(int code)
{
	switch (code) {
	case -EACCES:
	case -EPERM:
		return "run as root, with kern.securelevel 0 or below";
	case -ENOENT:
	case -ENXIO:
	case -ENODEV:
		return "record on the host, not in a jail";
	default:
		return "record again";
	}
}

void freebsd_record_say(struct freebsd_record *record, char *text)
{
	if (strings_contain(&record->missing, text))
		free(text);
	else
		strings_take(&record->missing, text);
}

void freebsd_record_missing(struct freebsd_record *record, const char *subject, int code)
{
	freebsd_record_say(record,
			   xasprintf("%s: %s; %s", subject, strerror(-code), next_step(code)));
}

struct record_failure *freebsd_record_failure(const struct freebsd_record *record, const char *call)
{
	for (size_t i = 0; i < record->nr_failures; i++)
		if (strcmp(record->failures[i].call, call) == 0)
			return &record->failures[i];
	return NULL;
}

struct record_failure *freebsd_record_failed(struct freebsd_record *record, char *call, int code)
{
	struct record_failure *failure = freebsd_record_failure(record, call);

	if (failure) {
		free(call);
		return failure;
	}
	record->failures = xgrow(record->failures, record->nr_failures, sizeof(*record->failures));
	failure = &record->failures[record->nr_failures++];
	*failure = (struct record_failure){ .call = call, .code = code };
	return failure;
}

/* --- files ---------------------------------------------------------------------------------- */

static int see_open(struct os *os, const char *path, int flags)
{
	struct freebsd_record *record = os->data;
	bool is_pci = strcmp(path, ABI_PCI_NODE) == 0;
	bool is_writable = (flags & O_ACCMODE) != O_RDONLY;
	int r = record->system->ops->open(record->system, path, flags);

	if (r >= 0 && is_pci)
		record->pci_is_writable = is_writable;
	if (r >= 0)
		return r;
	freebsd_record_failed(record, xasprintf("open %s %s", path, is_writable ? "rw" : "ro"), r);
	if (is_pci && is_writable && (r == -EACCES || r == -EPERM || r == -EROFS))
		freebsd_record_missing(record, "config space, and which driver is attached", r);
	else if (is_pci)
		freebsd_record_missing(record, path, r);
	return r;
}

static void see_close(struct os *os, int fd)
{
	struct freebsd_record *record = os->data;

	record->system->ops->close(record->system, fd);
}

/* --- /dev/pci ------------------------------------------------------------------------------- */

/* Those that only ask; what they ask for in the words of a message, NULL: the list itself. */
static const struct question {
	unsigned long request;
	const char *call, *what;
} questions[] = {
	{ ABI_PCIOCGETCONF14, "GETCONF 5", NULL },
	{ ABI_PCIOCGETCONF15, "GETCONF 10", NULL },
	{ ABI_PCIOCREAD, "READ", "config space" },
	{ ABI_PCIOCATTACHED, "ATTACHED", "whether its driver is attached" },
	{ ABI_PCIOCGETBAR, "GETBAR", "BARs" },
};

/* Return: whether it is no failure but an answer. */
static bool is_answer(const struct freebsd_record *record, unsigned long request, int r)
{
	if (request == ABI_PCIOCGETBAR)
		return r == -EINVAL; /* there is no such BAR */
	return r == -EPERM && !record->pci_is_writable &&
	       (request == ABI_PCIOCREAD || request == ABI_PCIOCATTACHED);
}

/* Both structs begin with the function and the register. */
static void keep_refusal(struct freebsd_record *record, const struct question *question,
			 const void *argument, int code)
{
	struct abi_pci_io io;
	struct bdf bdf;
	char address[BDF_TEXT_SIZE], reg[16] = "";
	_cleanup_free_ char *subject = NULL;

	if (!question->what) { /* who reads the list says what is wrong with it */
		freebsd_record_failed(record, xstrdup(question->call), code);
		return;
	}
	_Static_assert(offsetof(struct abi_pci_bar_io, reg) == offsetof(struct abi_pci_io, reg),
		       "reg");
	memcpy(&io, argument, sizeof(io));
	bdf = (struct bdf){ .domain = io.sel.domain,
			    .bus = io.sel.bus,
			    .device = (uint8_t)(io.sel.device + io.sel.function / 8),
			    .function = io.sel.function % 8 };
	bdf_format(&bdf, address);
	subject = xasprintf("%s: %s", address, question->what);
	freebsd_record_missing(record, subject, code);
	if (question->request != ABI_PCIOCATTACHED)
		snprintf(reg, sizeof(reg), " 0x%x", (unsigned)io.reg);
	freebsd_record_failed(record,
			      xasprintf("%s pci%" PRIu32 ":%u:%u:%u%s", question->call,
					io.sel.domain, io.sel.bus, io.sel.device, io.sel.function,
					reg),
			      code);
}

static int see_ioctl(struct os *os, int fd, unsigned long request, void *argument)
{
	struct freebsd_record *record = os->data;

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		int r;

		if (questions[i].request != request)
			continue;
		r = record->system->ops->ioctl(record->system, fd, request, argument);
		if (r < 0 && !is_answer(record, request, r))
			keep_refusal(record, &questions[i], argument, r);
		record->lists_as_15 |= r >= 0 && request == ABI_PCIOCGETCONF15;
		return r;
	}
	return -EPERM; /* it might change something */
}

/* --- memory --------------------------------------------------------------------------------- */

static int see_memory(struct os *os, uint64_t address, void *bytes, size_t size)
{
	struct freebsd_record *record = os->data;
	int r = record->system->ops->read_physical(record->system, address, bytes, size);

	struct record_failure *failure;

	if (r >= 0) {
		freebsd_record_memory(record, address, bytes, size);
		return r;
	}
	failure = freebsd_record_failed(record, xasprintf("memory 0x%" PRIx64, address), r);
	failure->address = address;
	failure->size = size;
	if (r != -EFAULT) /* that nothing is there is an answer */
		freebsd_record_missing(record,
				       "/dev/mem: ACPI tables, and what IOMMUs have in memory", r);
	return r;
}

static int refuse_module(struct os *os, const char *name)
{
	(void)os;
	(void)name;
	return -EPERM;
}

const struct os_ops freebsd_record_ops = {
	.open = see_open,
	.close = see_close,
	.ioctl = see_ioctl,
	.sysctl = freebsd_record_sysctl,
	.kenv = freebsd_record_kenv,
	.read_physical = see_memory,
	.find_module = freebsd_record_module,
	.load_module = refuse_module,
	.find_interface = freebsd_record_interface,
};
