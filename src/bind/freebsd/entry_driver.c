/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What driver.h asks of the system, on FreeBSD. Nothing is decided here. */
#include "bind/driver.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bind/freebsd/devctl.h"
#include "bind/freebsd/drivers.h"
#include "bind/freebsd/way.h"
#include "collect/freebsd/os.h"
#include "model/bdf.h"
#include "model/freebsd/ppt.h"
#include "util/alloc.h"
#include "util/child.h"

const char default_driver[] = PPT_DRIVER;
const char override_name[] = "forced driver";
const unsigned guard_facts = FACT_HOLDERS | FACT_TABLES | FACT_ACS | FACT_REGISTERS |
			     FACT_RESOURCES;

const char *driver_name_problem(const char *name)
{
	return freebsd_driver_name_problem(name);
}

enum driver_state driver_state(const struct source *source, const struct machine *machine,
			       const char *name)
{
	return freebsd_driver_state(source->live ? source->os : NULL, machine, name);
}

/* No driver of the system has a list of its devices that can be asked for. */
enum tristate driver_matches(const struct source *source, const struct machine *machine,
			     const char *name, const struct device *device)
{
	(void)source;
	(void)machine;
	(void)device;
	return strcmp(name, PPT_DRIVER) == 0 ? TRI_YES : TRI_UNKNOWN;
}

bool driver_hands_out(const char *name)
{
	return name && strcmp(name, PPT_DRIVER) == 0;
}

void driver_needs(const struct source *source, const struct machine *machine, const char *name,
		  struct steps *loads)
{
	if (driver_state(source, machine, name) == DRIVER_LOADABLE)
		steps_add(loads, STEP_LOAD, name);
}

const char *driver_permission(const struct source *source)
{
	return freebsd_driver_permission(source->os);
}

/* --- what a device has now ---------------------------------------------------------------- */

int driver_now(const struct source *source, const char *device, char **driver)
{
	struct binding now;
	int r = freebsd_binding_now(source->os, device, &now, NULL);

	*driver = r == 0 && now.driver ? xstrdup(now.driver) : NULL;
	binding_free(&now);
	return r;
}

int ids_now(const struct source *source, const char *device, int *vendor, int *product)
{
	struct freebsd_place place;
	struct bdf bdf;
	int r = bdf_parse(device, &bdf);

	if (r == 0)
		r = freebsd_look(source->os, &bdf, &place, NULL);
	if (r == 0) {
		*vendor = place.vendor;
		*product = place.product;
	}
	return r;
}

struct work {
	struct os *os;
	const char *device;
	const struct step *step; /* NULL for a look */
};

static int find_override(const void *argument, struct child_answer *answer)
{
	const struct work *work = argument;
	struct binding now;
	int r = freebsd_binding_now(work->os, work->device, &now, NULL);

	/* Only who may act is told; a dry run of others does without. */
	if (r == -EACCES || r == -EPERM)
		return 0;
	if (r == 0 && now.override)
		snprintf(answer->text, sizeof(answer->text), "%s", now.override);
	binding_free(&now);
	return r;
}

int override_now(const struct source *source, const char *device, int timeout_ms, char **override,
		 pid_t *stuck)
{
	const struct work work = { source->os, device, NULL };
	struct child_answer answer;
	int r = run_in_child(find_override, &work, timeout_ms, &answer, stuck);

	*override = r == 0 && *answer.text ? xstrdup(answer.text) : NULL;
	return r;
}

char *serial_now(const struct source *source, const struct device *device, int timeout_ms)
{
	(void)timeout_ms;
	return read_serial(source, device);
}

/* --- steps ------------------------------------------------------------------------------ */

void steps_between(const struct binding *now, enum goal_kind kind, const struct binding *goal,
		   struct steps *steps)
{
	freebsd_steps_between(now, kind, goal, steps);
}

char *step_name(const struct step *step)
{
	return freebsd_step_name(step);
}

char *step_text(const struct source *source, const char *device, const struct step *step)
{
	return freebsd_step_text(source->os, device, step);
}

static int do_work(const void *argument, struct child_answer *answer)
{
	const struct work *work = argument;
	struct error err = { 0 };
	int r = freebsd_take_step(work->os, work->device, work->step, &err);

	snprintf(answer->text, sizeof(answer->text), "%s", err.text);
	return r;
}

int take_step(const struct source *source, const char *device, const struct step *step,
	      int timeout_ms, pid_t *stuck, struct error *err)
{
	struct child_answer answer = { 0 };
	const struct work work = { source->os, device, step };
	int r = run_in_child(do_work, &work, timeout_ms, &answer, stuck);

	return r < 0 && *answer.text ? fail(err, r, "%s", answer.text) : r;
}

/* --- a child that does not come back ------------------------------------------------------ */

/* The kernel would tell it (kern.proc.pid), in a struct that is another in each release. */
void child_waits_in(pid_t child, char text[64])
{
	(void)child;
	*text = '\0';
}

uint64_t child_start(pid_t child)
{
	(void)child;
	return 0; /* unknown: it is not recognised later */
}

/* ppt makes none. */
int wait_for_nodes(const char *device, int timeout_ms, struct error *err)
{
	(void)device;
	(void)timeout_ms;
	(void)err;
	return 0;
}
