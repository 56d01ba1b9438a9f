/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool tables: the ACPI tables that describe the IOMMUs, decoded. */
#include "cmd/tables.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/selection.h"
#include "collect/collect.h"
#include "command.h"
#include "util/alloc.h"

enum { NR_TABLES = 3, KEY_FILE = 0x100 };

/* By enum acpi_kind. */
static const char *const names[NR_TABLES] = { "DMAR", "IVRS", "VIOT" };

struct tables_arguments {
	struct arguments common; /* first: parse_shared() casts to it */
	const char **files;	 /* none: the tables of the machine */
	size_t nr_files;
};

static const struct argp_option options[] = {
	{ "file", KEY_FILE, "FILE", 0,
	  "Decode the table in FILE; - is standard input; may be repeated", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct tables_arguments *arguments = state->input;

	if (key != KEY_FILE)
		return parse_shared(key, arg, state);
	arguments->files = xgrow(arguments->files, arguments->nr_files, sizeof(char *));
	arguments->files[arguments->nr_files++] = arg;
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[DMAR|IVRS|VIOT]...",
	.doc = "Decode the ACPI tables that describe the IOMMUs. Exits with 1 when one of them "
	       "contradicts its specification.",
	.children = reading_children,
};

/* Which tables were named; all when none was. Return: STATUS_OK or STATUS_USAGE. */
static int choose_tables(const struct arguments *arguments, bool chosen[NR_TABLES])
{
	memset(chosen, arguments->nr_operands == 0, NR_TABLES * sizeof(*chosen));
	for (size_t i = 0; i < arguments->nr_operands; i++) {
		size_t k;

		for (k = 0; k < NR_TABLES; k++)
			if (strcasecmp(arguments->operands[i], names[k]) == 0)
				break;
		if (k == NR_TABLES)
			return usage_error(arguments->context,
					   "%s: no table that is known here; DMAR, IVRS, VIOT are",
					   arguments->operands[i]);
		chosen[k] = true;
	}
	return STATUS_OK;
}

/* Each problem is said once: in its column where that is shown, else on stderr. */
static int show_table(const struct context *context, struct out *out,
		      const struct acpi_table *table, const struct machine *machine,
		      const char *file)
{
	tables_show(out, table, machine, file);
	for (size_t i = 0; i < table->nr_problems && !out_wants(out, T_PROBLEMS); i++)
		complain(context, "%s: offset %zu: %s", file ?: table->signature,
			 table->problems[i].offset, table->problems[i].what);
	return table->nr_problems ? STATUS_NO : STATUS_OK;
}

/* What the collector said about a table that it could not give us; with -v all notes are shown. */
static void explain_table(const struct context *context, const struct machine *machine,
			  const char *name)
{
	for (size_t i = 0; i < machine->notes.nr && !context->verbose; i++)
		if (strncmp(machine->notes.items[i], name, strlen(name)) == 0 &&
		    machine->notes.items[i][strlen(name)] == ':')
			complain(context, "%s", machine->notes.items[i]);
}

static int add_table(const struct tables_arguments *arguments, const struct machine *machine,
		     struct out *out, const char *name, const struct firmware_table *table)
{
	const struct context *context = arguments->common.context;

	switch (table->state) {
	case FILE_READ:
		return show_table(context, out, table->table, machine, NULL);
	case FILE_DENIED:
	case FILE_BROKEN:
		explain_table(context, machine, table->name);
		return STATUS_FAILED;
	case FILE_ABSENT:
		if (arguments->common.nr_operands == 0)
			return STATUS_OK;
		complain(context, "%s: this machine has no such table", name);
		return STATUS_NO;
	case FILE_UNASKED: /* the kernel shows no tables at all: why_nothing() says so */
		break;
	}
	return STATUS_OK;
}

/* All instances of a table: firmware should have one, but may have more. */
static int add_tables(const struct tables_arguments *arguments, const struct machine *machine,
		      struct out *out, size_t which)
{
	const struct firmware_table *const first[NR_TABLES] = { &machine->dmar, &machine->ivrs,
								&machine->viot };
	int status = add_table(arguments, machine, out, names[which], first[which]);

	for (size_t i = 0; i < machine->nr_further; i++)
		if (strncmp(machine->further[i].name, names[which], strlen(names[which])) == 0)
			status =
				status_worst(status, add_table(arguments, machine, out,
							       names[which], &machine->further[i]));
	return status;
}

/* A container may hide the tables, so "none to be seen" is not "none". */
static void why_nothing(const struct context *context, const struct machine *machine)
{
	if (context->quiet)
		return;
	if (machine->dmar.state == FILE_UNASKED)
		complain(context, "no /sys/firmware/acpi/tables: this machine has no ACPI, or a "
				  "container hides it; --file decodes a table from elsewhere");
	else
		complain(context, "this machine has no DMAR, IVRS or VIOT; the IOMMU may be "
				  "switched off in the firmware setup (VT-d, AMD-Vi)");
}

static int list_tables(const struct tables_arguments *arguments, const struct source *source,
		       struct out *out)
{
	const struct context *context = arguments->common.context;
	bool chosen[NR_TABLES];
	int status = choose_tables(&arguments->common, chosen);
	struct machine *machine;

	if (status != STATUS_OK)
		return status;
	machine = collect(source, out_facts(out) | FACT_TABLES);
	for (size_t i = 0; i < NR_TABLES; i++)
		if (chosen[i])
			status = status_worst(status, add_tables(arguments, machine, out, i));
	if (out_count(out) == 0 && status == STATUS_OK) {
		why_nothing(context, machine);
		status = STATUS_SKIPPED;
	}
	status = status_worst(status, show_notes(context, machine, NULL));
	show(context, out);
	machine_free(machine);
	return status;
}

static int list_machine(const struct tables_arguments *arguments, struct out *out)
{
	const struct context *context = arguments->common.context;
	struct error err = { 0 };
	struct source source;
	int status;

	if (source_open(&source, context->sysroot, &err) < 0)
		return complain_error(context, &err);
	status = list_tables(arguments, &source, out);
	source_close(&source);
	return status;
}

/* A table that a file holds is shown when it is among those named. */
static int add_file(const struct tables_arguments *arguments, struct out *out, const char *file,
		    const bool chosen[NR_TABLES])
{
	const struct context *context = arguments->common.context;
	struct acpi_table *table = NULL;
	struct error err = { 0 };
	int status = STATUS_OK;

	if (tables_read_file(file, &table, &err) < 0)
		return complain_error(context, &err);
	if (chosen[table->kind]) {
		status = show_table(context, out, table, NULL, file);
	} else {
		complain(context, "%s: the table in it is not one of those named: %s", file,
			 table->signature);
		status = STATUS_NO;
	}
	acpi_free(table);
	return status;
}

static int list_files(const struct tables_arguments *arguments, struct out *out)
{
	bool chosen[NR_TABLES];
	int status = choose_tables(&arguments->common, chosen);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < arguments->nr_files; i++)
		status =
			status_worst(status, add_file(arguments, out, arguments->files[i], chosen));
	show(arguments->common.context, out);
	return status;
}

static int run(struct context *context, int argc, char **argv)
{
	struct tables_arguments arguments = { 0 };
	struct out *out = NULL;
	int status = begin(&arguments.common, context, &argp, argc, argv);

	if (status == STATUS_OK && arguments.nr_files && context->sysroot)
		status = usage_error(context, "--file and --sysroot: one source at a time");
	if (status == STATUS_OK)
		out = begin_output(&arguments.common, &tables_schema, &status);
	if (out)
		status = arguments.nr_files ? list_files(&arguments, out)
					    : list_machine(&arguments, out);
	out_free(out);
	free(arguments.files);
	free(arguments.common.operands);
	return status;
}

static const struct out_schema *const schemas[] = { &tables_schema, NULL };

const struct command cmd_tables = {
	.name = "tables",
	.summary = "ACPI tables of the IOMMUs (DMAR, IVRS, VIOT), decoded",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
