/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: a FreeBSD. The bytes become sysctls, kenv, PCI functions, ACPI tables and physical
 * memory of the model (freebsd_input.h), and a command of the program for FreeBSD, which the first
 * byte chooses, looks at it: so all collectors run.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/os_open.h"
#include "command.h"
#include "freebsd_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char *const command_lines[][4] = {
	{ "status", "-J", NULL, NULL },
	{ "groups", "-O", "--all", NULL },
	{ "groups", "--check-isolation", "-J", NULL },
	{ "resv-regions", "-J", NULL, NULL },
	{ "gaw", "-J", NULL, NULL },
	{ "domains", "--deep", "-J", NULL },
	{ "domains", "-O", NULL, NULL },
	{ "tables", "-J", NULL, NULL },
	{ "explain", "-J", "00:02.0", NULL },
	{ "bind", "--dry-run", "00:02.0", NULL },
	{ "restore", "--dry-run", "00:02.0", NULL },
};

static struct model *current;

int freebsd_os_open(const char *recorded, struct os **os, struct error *err)
{
	(void)recorded;
	(void)err;
	*os = &current->os;
	return 0;
}

void freebsd_os_close(struct os *os)
{
	(void)os;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* The fuzzer itself reports on stderr through its own descriptor. */
	if (!freopen("/dev/null", "w", stdout))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const char *const *line = PICK(command_lines, byte(&input));
	const struct command *command = find(line[0]);
	struct context context = { .command = command->name,
				   .sysroot = "/dev",
				   .color = COLOR_NEVER };
	char *arguments[5];
	int nr = 0;

	current = make_model(&input);
	while (nr < 4 && line[nr]) {
		arguments[nr] = xstrdup(line[nr]);
		nr++;
	}
	arguments[nr] = NULL;
	if (command->run(&context, nr, arguments) == STATUS_USAGE)
		abort(); /* nothing in a machine is the user's fault */
	for (int i = 0; i < nr; i++)
		free(arguments[i]);
	model_free(current); /* which sees whether all was closed */
	return 0;
}
