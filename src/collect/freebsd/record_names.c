/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the system says to names, while it is recorded: sysctls, kenv, modules, interfaces. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collect/freebsd/record_parts.h"
#include "util/alloc.h"

#define ANSWER_MAX 8192 /* bytes of a value; there is none of that size */

/* --- what may be kept ----------------------------------------------------------------------- */

/* They say nothing of who has the machine, whatever stands between begin and end. */
static const struct {
	const char *begin, *end; /* NULL: that is all of it */
	bool is_text;
} names[] = {
	{ "kern.osreldate", NULL, false },
	{ "kern.osrelease", NULL, true },
	{ "kern.disks", NULL, true },
	{ "vm.max_wired", NULL, false },
	{ "vm.max_user_wired", NULL, false },
	{ "vm.phys_segs", NULL, false }, /* of several lines */
	{ "machdep.acpi_root", NULL, false },
	{ "hw.pci.default_vgapci_unit", NULL, false },
	{ "hw.vmm.", "", false },
	{ "hw.iommu.", "", false },
	{ "hw.dmar.", "", false },
	{ "dev.", ".%driver", true },
	{ "dev.", ".dma", false },
	{ "dev.", ".%parent", true },
	{ "net.ue.", ".%parent", true },
	{ "net.wlan.", ".%parent", true },
	/* of kenv */
	{ "hint.acpi.0.rsdp", NULL, true },
	{ "pptdevs", "", true },
	{ "vmm_load", NULL, true },
	{ "console", NULL, true },
	{ "hw.uart.console", NULL, true },
	{ "boot_serial", NULL, true },
	{ "boot_multicons", NULL, true },
};

static bool is_like(const char *name, const char *begin, const char *end)
{
	size_t length = strlen(name), first = strlen(begin), last = end ? strlen(end) : 0;

	if (!end)
		return strcmp(name, begin) == 0;
	return length >= first + last && strncmp(name, begin, first) == 0 &&
	       strcmp(name + length - last, end) == 0;
}

bool freebsd_record_may_have(const char *name, bool *is_text)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_like(name, names[i].begin, names[i].end)) {
			*is_text = names[i].is_text;
			return true;
		}
	return false;
}

/* --- asking ---------------------------------------------------------------------------------- */

/* Addresses of networks become others, that nobody has (RFC 5737, RFC 3849); those that fit. */
static void blank_addresses(char addresses[OS_ADDRESSES_SIZE])
{
	char copy[OS_ADDRESSES_SIZE], other[32], *at = copy, *address;
	size_t length = 0;
	unsigned nr = 0;

	memcpy(copy, addresses, sizeof(copy));
	copy[sizeof(copy) - 1] = '\0';
	*addresses = '\0';
	while ((address = strsep(&at, " "))) {
		size_t more;

		if (!*address)
			continue;
		more = (size_t)snprintf(other, sizeof(other),
					strchr(address, ':') ? "%s2001:db8::%x" : "%s192.0.2.%u",
					length ? " " : "", ++nr);
		if (more >= OS_ADDRESSES_SIZE - length)
			break;
		memcpy(addresses + length, other, more + 1);
		length += more;
	}
}

static void ask_system(struct os *system, struct record_answer *answer)
{
	uint8_t bytes[ANSWER_MAX] = { 0 };
	size_t size = sizeof(bytes);
	struct os_interface interface = { 0 };

	switch (answer->kind) {
	case RECORD_SYSCTL:
		answer->code = system->ops->sysctl(system, answer->name, bytes, &size);
		break;
	case RECORD_KENV:
		answer->code = system->ops->kenv(system, answer->name, (char *)bytes, size);
		size = strnlen((const char *)bytes, sizeof(bytes) - 1) + 1;
		break;
	case RECORD_MODULE:
		answer->code = system->ops->find_module(system, answer->name);
		size = 0;
		break;
	case RECORD_INTERFACE:
		answer->code = system->ops->find_interface(system, answer->name, &interface);
		blank_addresses(interface.addresses);
		size = sizeof(interface);
		memcpy(bytes, &interface, size);
		break;
	}
	if (answer->code < 0)
		return;
	answer->code = 0;
	answer->size = size;
	answer->bytes = xcalloc(size, 1);
	memcpy(answer->bytes, bytes, size);
}

static void keep_silence(struct freebsd_record *record, const struct record_answer *answer)
{
	static const char *const calls[] = {
		[RECORD_SYSCTL] = "sysctl",
		[RECORD_KENV] = "kenv",
		[RECORD_MODULE] = "find_module",
		[RECORD_INTERFACE] = "find_interface",
	};
	char *call;

	if (answer->code == 0 || answer->code == -ENOENT)
		return;
	call = xasprintf("%s %s", calls[answer->kind], answer->name);
	freebsd_record_missing(record, call, answer->code);
	freebsd_record_failed(record, call, answer->code);
}

const struct record_answer *freebsd_record_ask(struct freebsd_record *record, enum record_kind kind,
					       const char *name)
{
	struct record_answer *answer;

	for (size_t i = 0; i < record->nr_answers; i++)
		if (record->answers[i].kind == kind && strcmp(record->answers[i].name, name) == 0)
			return &record->answers[i];
	record->answers = xgrow(record->answers, record->nr_answers, sizeof(*record->answers));
	answer = &record->answers[record->nr_answers++];
	*answer = (struct record_answer){ .kind = kind, .name = xstrdup(name) };
	ask_system(record->system, answer);
	keep_silence(record, answer);
	return answer;
}

/* Return: whether it may be kept; else that is said. */
static bool may_keep(struct freebsd_record *record, const char *name)
{
	bool is_text;

	if (freebsd_record_may_have(name, &is_text))
		return true;
	freebsd_record_say(record, xasprintf("%s: not in the list of what a record may have, by "
					     "which nothing private gets into it; tell the "
					     "developers",
					     name));
	return false;
}

int freebsd_record_sysctl(struct os *os, const char *name, void *value, size_t *size)
{
	struct freebsd_record *record = os->data;
	const struct record_answer *answer;
	size_t room = *size;

	if (!may_keep(record, name))
		return record->system->ops->sysctl(record->system, name, value, size);
	answer = freebsd_record_ask(record, RECORD_SYSCTL, name);
	if (answer->code < 0)
		return answer->code;
	*size = answer->size < room ? answer->size : room;
	memcpy(value, answer->bytes, *size);
	return answer->size > room ? -ENOMEM : 0;
}

int freebsd_record_kenv(struct os *os, const char *name, char *value, size_t size)
{
	struct freebsd_record *record = os->data;
	const struct record_answer *answer;

	if (!may_keep(record, name))
		return record->system->ops->kenv(record->system, name, value, size);
	answer = freebsd_record_ask(record, RECORD_KENV, name);
	if (answer->code < 0)
		return answer->code;
	memcpy(value, answer->bytes, answer->size < size ? answer->size : size);
	return answer->size > size ? -ENAMETOOLONG : 0;
}

int freebsd_record_module(struct os *os, const char *name)
{
	return freebsd_record_ask(os->data, RECORD_MODULE, name)->code;
}

int freebsd_record_interface(struct os *os, const char *name, struct os_interface *interface)
{
	const struct record_answer *answer = freebsd_record_ask(os->data, RECORD_INTERFACE, name);

	if (answer->code == 0)
		memcpy(interface, answer->bytes, sizeof(*interface));
	return answer->code;
}
