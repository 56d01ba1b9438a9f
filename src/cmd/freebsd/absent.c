/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that FreeBSD does not have. */
#include "cmd/gaw_attach.h"
#include "command.h"

static int no_vfio(struct context *context, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	complain(context,
		 "not on this system: it is a command of VFIO, which FreeBSD does not have");
	return STATUS_SKIPPED;
}

static int no_groups(struct context *context, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	complain(context, "not on this system: FreeBSD's kernel has no groups, whose domains it "
			  "could change");
	return STATUS_SKIPPED;
}

static int no_events(struct context *context, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	complain(context, "not on this system: it reads what Linux tells of devices; devd(8) tells "
			  "of those that come and go here");
	return STATUS_SKIPPED;
}

/* For the help; it takes whatever options the command has elsewhere. */
static const struct argp argp = {
	.doc = "Not on this system.",
	.children = plain_children,
};

#define ABSENT(variable, word, text, why)                                                          \
	const struct command variable = {                                                          \
		.name = (word), .summary = (text), .argp = &argp, .run = (why)                     \
	}

ABSENT(cmd_monitor, "monitor", "Not on this system: needs events of Linux", no_events);
ABSENT(cmd_set_domain, "set-domain", "Not on this system: needs groups of the kernel", no_groups);
ABSENT(cmd_map_test, "map-test", "Not on this system: needs VFIO", no_vfio);
ABSENT(cmd_p2p_test, "p2p-test", "Not on this system: needs VFIO", no_vfio);

/* gaw --attach */
int attach_units(const struct context *context, const struct source *source,
		 struct machine *machine, const bool *units, const bool *named,
		 struct known_width *known)
{
	(void)source;
	(void)machine;
	(void)units;
	(void)named;
	(void)known;
	complain(context, "--attach: not on this system: FreeBSD has no VFIO to ask");
	return STATUS_SKIPPED;
}
