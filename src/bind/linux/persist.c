/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for what a plan has bound. */
#include "bind/persist.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/linux/udev_rule.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* A rule splits and expands what it runs (udev(7)); these characters mean nothing there. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-";

/* Return: whether root alone can put something else at @path. */
static bool is_roots(const char *path)
{
	_cleanup_free_ char *part = xstrdup(path);
	struct stat st;

	for (;;) {
		char *slash = strrchr(part, '/');

		if (stat(*part ? part : "/", &st) < 0 || st.st_uid != 0 ||
		    ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX)) ||
		    ((st.st_mode & S_IWGRP) && st.st_gid != 0))
			return false;
		if (!*part)
			return true;
		*slash = '\0';
	}
}

/* @path: set to our own path, to be freed: rules run it as root. */
static int find_program(char **path, struct error *err)
{
	int mode = geteuid() == 0 ? W_OK : F_OK; /* a dry run of others says what root would get */
	char text[PATH_MAX];
	ssize_t n;

	if (access(RULES_PATH, mode) < 0)
		return fail(err, -errno, RULES_PATH ": %s; --persist writes rules for udev there",
			    strerror(errno));
	n = readlink("/proc/self/exe", text, sizeof(text) - 1);

	if (n < 0)
		return fail(err, -errno, "/proc/self/exe: %s; mount /proc", strerror(errno));
	text[n] = '\0';
	if (text[strspn(text, plain)])
		return fail(err, -EINVAL,
			    "%s: a udev rule cannot run a program of that path; install it with "
			    "\"make install\"",
			    text);
	if (!is_roots(text))
		return fail(err, -EPERM,
			    "%s: others than root may replace it, so it must not run at boot; "
			    "install it with \"make install\"",
			    text);
	*path = xstrdup(text);
	return 0;
}

static char *forced_names(const struct bind_request *request)
{
	struct strings names = { 0 };
	char *joined;

	for (size_t i = 0; guards[i].name; i++)
		if (request->forced & (1u << i))
			strings_add(&names, guards[i].name);
	joined = names.nr ? strings_join(&names, ",") : NULL;
	strings_free(&names);
	return joined;
}

static int persist_one(const struct bind_plan *plan, const struct change *change,
		       const char *program, struct error *err)
{
	struct binding unknown = { .driver = (char *)ANY_DRIVER };
	const struct binding *before = &unknown;
	_cleanup_free_ char *serial =
		serial_now(plan->source, change->device, plan->request->timeout_ms);
	_cleanup_free_ char *forced = forced_names(plan->request);
	struct rule rule = {
		.device = change->name,
		.identity = change->identity,
		.serial = serial,
		.to = (char *)plan->request->to,
		.forced = forced,
	};

	if (change->rule && !change->rule_is_other)
		before = &change->rule->before;
	else if (change->record)
		before = &change->record->before;
	rule.before = *before;
	return udev_rule_write(RULES_PATH, &rule, program, err);
}

int persist_check(const struct bind_request *request, struct error *err)
{
	_cleanup_free_ char *program = NULL;

	(void)request;
	return find_program(&program, err);
}

char *persist_text(const char *device)
{
	return xasprintf("write " RULES_PATH "/" RULE_NAME, device);
}

int persist(const struct bind_plan *plan, struct strings *lines, const char **file,
	    struct error *err)
{
	_cleanup_free_ char *program = NULL;
	int r;

	(void)lines;
	*file = NULL;
	if (plan->request->dry_run)
		return 0;
	r = find_program(&program, err);
	for (size_t i = 0; i < plan->nr_changes && r == 0; i++) {
		const struct change *change = &plan->changes[i];

		if (change->result == RESULT_BOUND || change->result == RESULT_UNCHANGED)
			r = persist_one(plan, change, program, err);
	}
	return r;
}
