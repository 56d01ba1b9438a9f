// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the program really has, for check-docs: options as "command letter long argument", or with
 * the argument "columns" the columns as "command name yes|no", yes for those shown by default, or
 * with "guards" the guards as "name yes|no yes|no", whether they can be forced and whether they
 * refuse. Fields are separated by a tab; the command is "-" for options that all commands share,
 * the letter and the argument are "-" where there is none. main.c's own options are not among them.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bind/guards.h"
#include "command.h"

static bool has_option(const struct argp *argp, const struct argp_option *wanted)
{
	for (const struct argp_option *o = argp->options; o->name; o++)
		if (o->key == wanted->key && strcmp(o->name, wanted->name) == 0)
			return true;
	return false;
}

/* Acting commands have --noheadings without its letter, so that one is each command's own. */
static bool is_shared(const struct argp *argp, const struct argp_option *option)
{
	return argp == &common_argp || argp == &out_argp ||
	       (argp == &out_acting_argp && has_option(&out_argp, option));
}

static void list_options(const char *command, const struct argp *argp)
{
	const struct argp_option *o = argp->options;

	for (; o && (o->name || o->key || o->doc || o->group); o++)
		if (o->name)
			printf("%s\t%c\t%s\t%s\n", is_shared(argp, o) ? "-" : command,
			       o->key > 0 && o->key < 128 && isprint(o->key) ? o->key : '-',
			       o->name, o->arg ? o->arg : "-");
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		list_options(command, child->argp);
}

static void list_columns(const struct command *command, const struct out_schema *schema)
{
	for (size_t i = 0; i < schema->nr_columns; i++)
		printf("%s\t%s\t%s\n", command->name, schema->columns[i].name,
		       schema->columns[i].is_default ? "yes" : "no");
}

/* Of those that only warn the table says so. */
static void list_guards(void)
{
	for (size_t i = 0; guards[i].name; i++)
		printf("%s\t%s\t%s\n", guards[i].name, guards[i].forcible ? "yes" : "no",
		       strstr(guards[i].meaning, "only a warning") ? "no" : "yes");
}

int main(int argc, char **argv)
{
	bool columns = argc > 1 && strcmp(argv[1], "columns") == 0;

	if (argc > 1 && strcmp(argv[1], "guards") == 0) {
		list_guards();
		return 0;
	}
	for (size_t i = 0; commands[i]; i++) {
		if (!columns)
			list_options(commands[i]->name, commands[i]->argp);
		for (size_t k = 0; columns && commands[i]->schemas && commands[i]->schemas[k]; k++)
			list_columns(commands[i], commands[i]->schemas[k]);
	}
	return 0;
}
