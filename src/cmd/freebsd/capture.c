/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool capture on FreeBSD: a record of this machine for those who develop without one. */
#include "cmd/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/collect.h"
#include "collect/freebsd/record.h"
#include "model/usage.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/text.h"

#define RECORD "profile"
#define MISSING "MISSING"

static void tell_missing(const struct context *context, const struct strings *missing,
			 const char *dir)
{
	for (size_t i = 0; context->verbose && i < missing->nr; i++)
		complain(context, "not recorded: %s", missing->items[i]);
	if (missing->nr == 0 || context->verbose)
		return;
	if (missing->nr == 1)
		complain(context, "not recorded: %s", missing->items[0]);
	else
		complain(context, "not recorded: %s (and %zu more: %s/" MISSING ")",
			 missing->items[0], missing->nr - 1, dir);
}

/* As every command does, but what domains map: that may be gigabytes, and is other when it is read.
 */
static void ask_everything(const struct source *source)
{
	struct machine *machine = collect(source, ~(unsigned)FACT_GUESTS);
	bool *wanted = xcalloc(machine->nr_devices, sizeof(*wanted));

	memset(wanted, true, machine->nr_devices * sizeof(*wanted));
	usage_free(collect_usage(source, machine, wanted));
	free(wanted);
	machine_free(machine);
}

/* --- files -------------------------------------------------------------------------------- */

/* Return: a new file in @dir; NULL, with the reason in @err. */
static FILE *create(const char *dir, const char *name, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		fail(err, -errno, "%s: %s; name a directory that is empty or not there yet", path,
		     strerror(errno));
	if (!file && fd >= 0)
		close(fd);
	return file;
}

/* Closes it. Return: 0 or negative errno, of all that was written. */
static int finish(FILE *file, const char *dir, const char *name, struct error *err)
{
	bool failed = ferror(file);

	if (fclose(file) == 0 && !failed)
		return 0;
	return fail(err, -EIO, "%s/%s: it could not be written; see whether there is room", dir,
		    name);
}

static int list_missing(const struct strings *missing, const char *dir, struct error *err)
{
	FILE *file = missing->nr ? create(dir, MISSING, err) : NULL;

	if (missing->nr && !file)
		return err->code;
	for (size_t i = 0; i < missing->nr; i++)
		fprintf(file, "%s\n", missing->items[i]);
	return file ? finish(file, dir, MISSING, err) : 0;
}

static int write_record(const struct source *source, const char *dir, struct strings *missing,
			struct error *err)
{
	struct freebsd_record *record;
	struct source recorded = *source;
	FILE *file;
	int r;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return fail(err, -errno, "%s: %s", dir, strerror(errno));
	file = create(dir, RECORD, err);
	if (!file)
		return err->code;
	record = freebsd_record_new(source->os);
	recorded.os = freebsd_record_os(record);
	ask_everything(&recorded);
	freebsd_record_write(record, file, missing);
	freebsd_record_free(record);
	r = finish(file, dir, RECORD, err);
	return r < 0 ? r : list_missing(missing, dir, err);
}

int capture_to(const struct context *context, const char *dir)
{
	_cleanup_free_ char *name = xstrdup(dir);
	struct strings missing = { 0 };
	struct error err = { 0 };
	struct source source;
	int status = STATUS_OK;

	if (source_open(&source, context->sysroot, &err) < 0)
		return complain_error(context, &err);
	flatten(name);
	if (write_record(&source, dir, &missing, &err) < 0)
		status = complain_error(context, &err);
	if (status == STATUS_OK && !context->quiet) {
		tell_missing(context, &missing, name);
		printf("%s/" RECORD ": %zu missing\n", name, missing.nr);
	}
	strings_free(&missing);
	source_close(&source);
	return status;
}
