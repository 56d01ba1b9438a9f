/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool monitor: a line for each thing that happens to a PCI device, as it happens. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd/cells.h"
#include "collect/events.h"
#include "command.h"
#include "model/bdf.h"
#include "model/event.h"
#include "util/alloc.h"
#include "util/cleanup.h"

enum { EVENT, DEVICE, GROUP, DRIVER, VIABLE };

#define EVENTS OUT_LEVEL(0)

static const struct out_column columns[] = {
	[EVENT] = { "EVENT", EVENTS, OUT_TYPE_STRING, true, 0,
		    "What happened: add, remove, bind, unbind" },
	[DEVICE] = { "DEVICE", EVENTS, OUT_TYPE_STRING, true, 0, "PCI address" },
	[GROUP] = { "GROUP", EVENTS, OUT_TYPE_NUMBER, true, 0, "Number of its IOMMU group" },
	[DRIVER] = { "DRIVER", EVENTS, OUT_TYPE_STRING, true, FACT_DRIVER,
		     "Its driver after the event" },
	[VIABLE] = { "VIABLE", EVENTS, OUT_TYPE_BOOL, true, FACT_DRIVER | FACT_VFIO | FACT_CLASS,
		     "User space could own the group after the event" },
};

/* What most lines need: the longest event, an address, four digits and a longer driver's name. */
static const unsigned char widths[] = {
	[EVENT] = 6, [DEVICE] = 12, [GROUP] = 5, [DRIVER] = 13, [VIABLE] = 6,
};

static const struct out_level levels[] = { { "events", false } };

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 1,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
	.widths = widths,
};

static const struct argp argp = {
	.parser = parse_shared,
	.doc = "Print a line for each PCI device that is added, removed, bound to a driver or "
	       "unbound, with its group and whether user space could own that after it, until "
	       "interrupted. With --json each line is an object.",
	.children = reading_children,
};

#define BATCH 1024   /* events that one reading of the machine may serve */
#define LOOKS 5	     /* further readings while something is under way in the kernel */
#define SETTLE_MS 20 /* between them */
#define GO_ON (-1)   /* no exit status yet */

struct watch {
	const struct context *context;
	const struct source *source;
	struct out *out;
	struct events *events;
	struct roster roster;
	struct strings told; /* notes that --verbose has said, as of the last reading */
	int signals;	     /* readable when we are to end */
};

/* --- waiting ------------------------------------------------------------------------------ */

/* Ends as a write would: by SIGPIPE, or, where that is ignored, as main() ends then. */
static int reader_is_gone(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(SIGPIPE);
	return STATUS_FAILED;
}

/*
 * Waits until there may be an event, or, with @to_write, until a line can be written without
 * waiting: a reader that takes nothing must not keep us from ending.
 *
 * Return: GO_ON, or the exit status.
 */
static int wait_for(const struct watch *watch, bool to_write)
{
	struct pollfd fds[] = {
		{ .fd = watch->signals, .events = POLLIN },
		{ .fd = STDOUT_FILENO, .events = to_write ? POLLOUT : 0 },
		{ .fd = to_write ? -1 : events_fd(watch->events), .events = POLLIN },
	};
	int r;

	do
		r = poll(fds, sizeof(fds) / sizeof(fds[0]), -1);
	while (r < 0 && (errno == EINTR || errno == EAGAIN));
	if (r < 0) {
		complain(watch->context, "waiting for events: %s", strerror(errno));
		return STATUS_FAILED;
	}
	if (fds[0].revents)
		return STATUS_OK;
	if (fds[1].revents & (POLLERR | POLLHUP))
		return reader_is_gone();
	return GO_ON;
}

/* SIGINT and SIGTERM become readable, also where a shell has them ignored in the background. */
static int catch_signals(const struct context *context)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		complain(context, "signalfd: %s", strerror(errno));
	return fd;
}

/* --- printing ----------------------------------------------------------------------------- */

/* Return: GO_ON, or the exit status when the lines cannot be written. */
static int flush_lines(const struct context *context)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return GO_ON;
	if (errno != EPIPE)
		complain(context, "standard output: %s", strerror(errno));
	clearerr(stdout); /* said once is enough */
	return STATUS_FAILED;
}

static int print_heading(const struct watch *watch)
{
	int status = wait_for(watch, true);

	if (status != GO_ON || watch->context->quiet)
		return status;
	out_print_heading(watch->out, stdout, use_color(watch->context));
	return flush_lines(watch->context);
}

static void add_row(struct out *out, const struct event *event, const struct aftermath *after)
{
	struct out_row *row = out_row_add(out, NULL);
	char device[BDF_TEXT_SIZE];

	bdf_format(&event->bdf, device);
	out_set(row, EVENT, out_string(event_name(event->kind)));
	out_set(row, DEVICE, out_string(device));
	if (after->has_group)
		out_set(row, GROUP, out_number(after->group));
	else
		out_set(row, GROUP, after->group_known ? out_absent() : out_unknown());
	out_set(row, DRIVER, after->driver_known ? out_string(after->driver) : out_unknown());
	if (after->group_is_gone || (after->group_known && !after->has_group))
		out_set(row, VIABLE, out_absent());
	else
		out_set(row, VIABLE, tristate_cell(after->viable));
}

static int print_event(struct watch *watch, const struct event *event,
		       const struct machine *machine)
{
	const struct aftermath after = event_aftermath(event, machine, &watch->roster);
	int status = watch->context->quiet ? GO_ON : wait_for(watch, true);

	if (status != GO_ON || watch->context->quiet)
		return status;
	add_row(watch->out, event, &after);
	out_print_lines(watch->out, stdout, use_color(watch->context));
	return flush_lines(watch->context);
}

/* With --verbose: what is unknown and why, when it is new. */
static void tell_notes(struct watch *watch, const struct machine *machine)
{
	struct strings told = { 0 };

	if (!watch->context->verbose)
		return;
	for (size_t i = 0; i < machine->notes.nr; i++) {
		if (!strings_contain(&watch->told, machine->notes.items[i]))
			complain(watch->context, "%s", machine->notes.items[i]);
		strings_add(&told, machine->notes.items[i]);
	}
	strings_free(&watch->told);
	watch->told = told;
}

/* --- events ------------------------------------------------------------------------------- */

/* Takes what waits. Return: number of events; @lost is set when there were more. */
static size_t take_batch(const struct watch *watch, struct event *batch, bool *lost)
{
	size_t nr = 0;
	int r;

	do {
		r = events_next(watch->events, &batch[nr]);
		nr += r > 0;
		*lost |= r == -ENOBUFS;
	} while (r != 0 && nr < BATCH);
	return nr;
}

static bool is_settled(const struct watch *watch, const struct machine *machine,
		       const struct event *batch, size_t nr)
{
	for (size_t i = 0; i < nr && out_wants(watch->out, VIABLE); i++) {
		const struct aftermath after = event_aftermath(&batch[i], machine, &watch->roster);

		if (!after.group_known ||
		    (after.has_group && !after.group_is_gone && after.viable == TRI_UNKNOWN))
			return false;
	}
	return true;
}

/*
 * What is unknown of a group is most often just changing, as a device that is removed leaves its
 * bus before its group: so it is looked at again before that is said.
 */
static struct machine *read_machine(struct watch *watch, const struct event *batch, size_t nr)
{
	struct machine *machine = collect(watch->source, out_facts(watch->out));

	for (int i = 0; i < LOOKS && !is_settled(watch, machine, batch, nr); i++) {
		machine_free(machine);
		poll(NULL, 0, SETTLE_MS);
		machine = collect(watch->source, out_facts(watch->out));
	}
	tell_notes(watch, machine);
	return machine;
}

/* Tells of all that waits, from one reading of the machine. Return: GO_ON, or the exit status. */
static int tell_batch(struct watch *watch, struct event *batch)
{
	bool lost = false;
	size_t nr = take_batch(watch, batch, &lost);
	struct machine *machine;
	int status = GO_ON;

	if (nr == 0 && !lost)
		return GO_ON;
	if (lost)
		complain(watch->context, "events were lost, they came too fast; the lines go on, "
					 "look at the rest with \"iommutool groups --all\"");
	machine = read_machine(watch, batch, nr);
	for (size_t i = 0; i < nr && status == GO_ON; i++) {
		status = print_event(watch, &batch[i], machine);
		roster_follow(&watch->roster, &batch[i], machine);
	}
	if (lost)
		roster_fill(&watch->roster, machine);
	machine_free(machine);
	return status;
}

/* Return: the exit status. */
static int watch_events(struct watch *watch)
{
	_cleanup_free_ struct event *batch = xcalloc(BATCH, sizeof(*batch));
	struct machine *machine = read_machine(watch, NULL, 0);
	int status;

	roster_fill(&watch->roster, machine);
	machine_free(machine);
	if (events_kept_away())
		complain(watch->context, "this is a user namespace, where events of the kernel may "
					 "not arrive; run it outside of the container");
	status = print_heading(watch);
	while (status == GO_ON) {
		status = wait_for(watch, false);
		if (status == GO_ON)
			status = tell_batch(watch, batch);
	}
	return status;
}

/* --- the command -------------------------------------------------------------------------- */

/* Return: the exit status. */
static int monitor(const struct context *context, struct out *out)
{
	struct watch watch = { .context = context, .out = out, .signals = -1 };
	struct error err = { 0 };
	struct source source;
	int status = STATUS_FAILED;

	setvbuf(stdout, NULL, _IOFBF, 0); /* a line is one write, also to a terminal */
	if (source_open(&source, NULL, &err) < 0)
		return complain_error(context, &err);
	watch.source = &source;
	if (events_open(&watch.events, &err) < 0)
		complain_error(context, &err);
	else
		watch.signals = catch_signals(context);
	if (watch.signals >= 0) {
		status = watch_events(&watch);
		close(watch.signals);
	}
	events_close(watch.events);
	roster_free(&watch.roster);
	strings_free(&watch.told);
	source_close(&source);
	return status;
}

static int run(struct context *context, int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct out *out = NULL;
	int status = begin(&arguments, context, &argp, argc, argv);

	if (status == STATUS_OK && arguments.nr_operands > 0)
		status = usage_error(context, "%s: monitor takes no argument",
				     arguments.operands[0]);
	if (status == STATUS_OK && context->sysroot && !arguments.out.list_columns)
		status = usage_error(context,
				     "%s: nothing happens in a capture; monitor watches "
				     "this machine, without --sysroot",
				     context->sysroot);
	if (status == STATUS_OK)
		out = begin_output(&arguments, &schema, &status);
	if (out)
		status = monitor(context, out);
	out_free(out);
	free(arguments.operands);
	return status;
}

static const struct out_schema *const schemas[] = { &schema, NULL };

const struct command cmd_monitor = {
	.name = "monitor",
	.summary = "Tell what happens to PCI devices and their groups",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
