/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record of a FreeBSD: its first line, what was said to names, and what failed. */
#include "collect/freebsd/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/record_errno.h"
#include "collect/freebsd/record_parts.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define PER_RELEASE 100000 /* kern.osreldate: 1402000 is 14.2 */
#define FIRST_RELEASE 12   /* that a record has a line for */
#define MODULE_PATH "/boot/kernel;/boot/modules"

struct freebsd_record *freebsd_record_new(struct os *system)
{
	struct freebsd_record *record = xcalloc(1, sizeof(*record));

	record->os = (struct os){ .ops = &freebsd_record_ops, .data = record };
	record->system = system;
	return record;
}

void freebsd_record_free(struct freebsd_record *record)
{
	for (size_t i = 0; i < record->nr_answers; i++) {
		free(record->answers[i].name);
		free(record->answers[i].bytes);
	}
	for (size_t i = 0; i < record->nr_failures; i++)
		free(record->failures[i].call);
	free(record->answers);
	free(record->failures);
	freebsd_record_free_memory(record);
	strings_free(&record->missing);
	free(record);
}

struct os *freebsd_record_os(struct freebsd_record *record)
{
	return &record->os;
}

/* --- what no collector asks ----------------------------------------------------------------- */

/* For bind: whether drivers may be changed. */
static void ask_for_bind(struct freebsd_record *record)
{
	struct os *os = &record->os;
	int fd = os->ops->open(os, ABI_DEVCTL_NODE, O_RDONLY);

	if (fd >= 0)
		os->ops->close(os, fd);
}

/* --- lines ---------------------------------------------------------------------------------- */

static bool is_text(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i + 1 < size; i++)
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	return size > 0 && bytes[size - 1] == '\0';
}

static void write_bytes(FILE *to, const struct record_answer *answer)
{
	fprintf(to, "%s|bytes|", answer->name);
	for (size_t i = 0; i < answer->size; i++)
		fprintf(to, "%02x", answer->bytes[i]);
	fputc('\n', to);
}

/* Numbers are told by their sizes; a sign that it does not have does not change its bytes. */
static void write_sysctl(FILE *to, const struct record_answer *answer)
{
	uint64_t number64;
	int32_t number32;
	bool has_text;

	freebsd_record_may_have(answer->name, &has_text);
	if (has_text && is_text(answer->bytes, answer->size)) {
		fprintf(to, "%s|string|%s\n", answer->name, (const char *)answer->bytes);
	} else if (!has_text && answer->size == sizeof(number32)) {
		memcpy(&number32, answer->bytes, sizeof(number32));
		fprintf(to, "%s|int|%" PRId32 "\n", answer->name, number32);
	} else if (!has_text && answer->size == sizeof(number64)) {
		memcpy(&number64, answer->bytes, sizeof(number64));
		fprintf(to, "%s|ulong|0x%" PRIx64 "\n", answer->name, number64);
	} else {
		write_bytes(to, answer);
	}
}

static void write_kenv(struct freebsd_record *record, FILE *to, const struct record_answer *answer)
{
	if (is_text(answer->bytes, answer->size))
		fprintf(to, "%s|kenv|%s\n", answer->name, (const char *)answer->bytes);
	else
		freebsd_record_say(record,
				   xasprintf("kenv %s: its value is no plain text; set it anew",
					     answer->name));
}

/* Whether there is a file to load is a question of its own. Return: as open(2). */
static int find_file(struct os *system, const char *module)
{
	char found[1024], *at = found, *dir;
	size_t size = sizeof(found) - 1;

	if (system->ops->sysctl(system, "kern.module_path", found, &size) < 0)
		size = (size_t)snprintf(found, sizeof(found), "%s", MODULE_PATH);
	found[size] = '\0';
	while ((dir = strsep(&at, ";"))) {
		_cleanup_free_ char *path = xasprintf("%s/%s.ko", dir, module);
		int fd = system->ops->open(system, path, O_RDONLY);

		if (fd >= 0)
			system->ops->close(system, fd);
		if (fd >= 0 || fd == -EACCES)
			return 0;
	}
	return -ENOENT;
}

static void write_module(struct freebsd_record *record, FILE *to,
			 const struct record_answer *answer)
{
	if (answer->code == 0)
		fprintf(to, "%s|module|loaded\n", answer->name);
	else if (answer->code == -ENOENT && find_file(record->system, answer->name) == 0)
		fprintf(to, "%s|module|loadable\n", answer->name);
}

static void write_interface(FILE *to, const struct record_answer *answer)
{
	struct os_interface interface;

	memcpy(&interface, answer->bytes, sizeof(interface));
	fprintf(to, "%s|interface|%s%s%s\n", answer->name, interface.is_up ? "up" : "down",
		*interface.addresses ? " " : "", interface.addresses);
}

/* That there is no such name is what the model says to a name that it does not have. */
static void write_answers(struct freebsd_record *record, FILE *to)
{
	for (size_t i = 0; i < record->nr_answers; i++) {
		const struct record_answer *answer = &record->answers[i];

		if (answer->kind == RECORD_MODULE)
			write_module(record, to, answer);
		else if (answer->code < 0)
			continue;
		else if (answer->kind == RECORD_SYSCTL)
			write_sysctl(to, answer);
		else if (answer->kind == RECORD_KENV)
			write_kenv(record, to, answer);
		else
			write_interface(to, answer);
	}
}

/* --- who asked, and what failed ------------------------------------------------------------- */

/* What is refused to everybody but root, and so to those who are not root in the model. */
static bool is_for_root(const struct record_failure *failure)
{
	return failure->code == -EACCES &&
	       (strcmp(failure->call, "open " ABI_PCI_NODE " rw") == 0 ||
		strcmp(failure->call, "open " ABI_DEVCTL_NODE " ro") == 0 || failure->size);
}

/* Only who is refused all of it: there are other ways to be refused a part. */
static bool is_by_other(const struct freebsd_record *record)
{
	const struct record_failure *open =
		freebsd_record_failure(record, "open " ABI_PCI_NODE " rw");
	bool is_refused = false;

	for (size_t i = 0; i < record->nr_failures; i++)
		is_refused |= record->failures[i].size && is_for_root(&record->failures[i]);
	return is_refused && record->nr_pages == 0 && open && is_for_root(open);
}

/* Whether the model would do the same without being told. */
static bool is_usual(const struct freebsd_record *record, bool is_other,
		     const struct record_failure *failure)
{
	if (failure->code == -EFAULT)
		return !freebsd_record_has_memory(record, failure->address, failure->size);
	return is_other && is_for_root(failure);
}

static void write_failures(const struct freebsd_record *record, FILE *to)
{
	bool is_other = is_by_other(record);

	if (is_other)
		fputs("asked|by|other\n", to);
	for (size_t i = 0; i < record->nr_failures; i++)
		if (!is_usual(record, is_other, &record->failures[i]))
			fprintf(to, "%s|fails|%s\n", record->failures[i].call,
				freebsd_errno_name(record->failures[i].code));
}

/* --- all of it ------------------------------------------------------------------------------ */

/* Return: kern.osreldate; 0: unknown. */
static int32_t release_date(struct freebsd_record *record)
{
	const struct record_answer *answer =
		freebsd_record_ask(record, RECORD_SYSCTL, "kern.osreldate");
	int32_t date = 0;

	if (answer->code == 0 && answer->size == sizeof(date))
		memcpy(&date, answer->bytes, sizeof(date));
	return date > 0 ? date : 0;
}

static void write_head(struct freebsd_record *record, FILE *to)
{
	const struct record_answer *answer =
		freebsd_record_ask(record, RECORD_SYSCTL, "kern.osrelease");
	bool is_known = answer->code == 0 && is_text(answer->bytes, answer->size);
	int32_t date;

	fprintf(to, "# recorded: FreeBSD %s", is_known ? (const char *)answer->bytes : "?");
	date = release_date(record);
	if (date)
		fprintf(to, " (%" PRId32 ")", date);
	fputc('\n', to);
}

/* By what /dev/pci answered, whatever the kernel says that it is. */
static void write_release(struct freebsd_record *record, FILE *to)
{
	int32_t release = release_date(record) / PER_RELEASE;

	if (record->lists_as_15 && release < 15)
		release = 15;
	if (release >= FIRST_RELEASE)
		fprintf(to, "release|is|%" PRId32 "\n", release);
}

void freebsd_record_write(struct freebsd_record *record, FILE *to, struct strings *missing)
{
	ask_for_bind(record);
	write_head(record, to);
	freebsd_record_write_functions(record, to);
	write_release(record, to); /* these are behind all that asks for anything */
	write_answers(record, to);
	write_failures(record, to);
	freebsd_record_write_memory(record, to);
	for (size_t i = 0; i < record->missing.nr; i++)
		strings_add(missing, record->missing.items[i]);
}
