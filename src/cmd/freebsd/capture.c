/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool capture on FreeBSD: a record of this machine for those who develop without one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/collect.h"
#include "collect/freebsd/record.h"
#include "command.h"
#include "model/usage.h"
#include "util/alloc.h"

static const struct argp argp = {
	.parser = parse_shared,
	.doc = "Write what the other commands ask FreeBSD to standard output, as lines that the "
	       "developers' model of FreeBSD takes for this machine: iommutool capture >FILE, as "
	       "root. Reading configuration space wakes a sleeping device up; nothing is changed. "
	       "Left out are serial numbers and the addresses of interfaces; the name of this "
	       "machine is not asked for.",
	.children = plain_children,
};

static void tell_missing(const struct context *context, const struct strings *missing)
{
	if (missing->nr == 0 || context->quiet)
		return;
	for (size_t i = 0; context->verbose && i < missing->nr; i++)
		complain(context, "not recorded: %s", missing->items[i]);
	if (context->verbose)
		return;
	if (missing->nr == 1)
		complain(context, "not recorded: %s", missing->items[0]);
	else
		complain(context, "not recorded: %s (and %zu more: see -v)", missing->items[0],
			 missing->nr - 1);
}

/* As every command does. */
static void ask_everything(const struct source *source)
{
	struct machine *machine = collect(source, ~0u);
	bool *wanted = xcalloc(machine->nr_devices, sizeof(*wanted));

	memset(wanted, true, machine->nr_devices * sizeof(*wanted));
	usage_free(collect_usage(source, machine, wanted));
	free(wanted);
	machine_free(machine);
}

static int record_machine(struct context *context)
{
	struct freebsd_record *record;
	struct strings missing = { 0 };
	struct error err = { 0 };
	struct source source, recorded;
	int status;

	if (source_open(&source, context->sysroot, &err) < 0)
		return complain_error(context, &err);
	record = freebsd_record_new(source.os);
	recorded = source;
	recorded.os = freebsd_record_os(record);
	ask_everything(&recorded);
	freebsd_record_write(record, stdout, &missing);
	tell_missing(context, &missing);
	status = missing.nr ? STATUS_FAILED : STATUS_OK;
	strings_free(&missing);
	freebsd_record_free(record);
	source_close(&source);
	return status;
}

static int run(struct context *context, int argc, char **argv)
{
	struct arguments arguments = { 0 };
	int status = begin(&arguments, context, &argp, argc, argv);

	if (status == STATUS_OK && arguments.nr_operands > 0)
		status = usage_error(context,
				     "%s: it takes no operands; it writes to standard output: "
				     "iommutool capture >FILE",
				     arguments.operands[0]);
	else if (status == STATUS_OK && isatty(STDOUT_FILENO))
		status = usage_error(context, "standard output is a terminal; name a file: "
					      "iommutool capture >FILE");
	if (status == STATUS_OK)
		status = record_machine(context);
	free(arguments.operands);
	return status;
}

const struct command cmd_capture = {
	.name = "capture",
	.summary = "Write a record of this machine for the developers",
	.argp = &argp,
	.run = run,
};
