/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check found. */
#include "probe/verdict.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[NR_OUTCOMES] = {
		[OUTCOME_PASS] = "pass",
		[OUTCOME_FAIL] = "fail",
		[OUTCOME_SKIP] = "skip",
		[OUTCOME_INFO] = "info",
	};

	return names[outcome];
}

/* Return: the text, or NULL for no format. */
static char *__attribute__((format(printf, 1, 0))) print(const char *format, va_list arguments)
{
	char *text;

	if (!format)
		return NULL;
	if (vasprintf(&text, format, arguments) < 0)
		die_out_of_memory();
	return text;
}

static void replace(char **text, char *with)
{
	free(*text);
	*text = with;
}

/* Takes the texts. */
static void set(struct verdict *verdict, enum outcome outcome, char *observed, char *reason)
{
	if (verdict->outcome == OUTCOME_FAIL) {
		free(observed);
		free(reason);
		return;
	}
	verdict->outcome = outcome;
	if (observed)
		replace(&verdict->observed, observed);
	replace(&verdict->reason, reason);
}

#define PRINT(text, format)                                                                        \
	do {                                                                                       \
		va_list arguments_;                                                                \
		va_start(arguments_, format);                                                      \
		(text) = print(format, arguments_);                                                \
		va_end(arguments_);                                                                \
	} while (0)

void passes(struct verdict *verdict, const char *observed, ...)
{
	char *text;

	PRINT(text, observed);
	set(verdict, OUTCOME_PASS, text, NULL);
}

void fails(struct verdict *verdict, const char *reason, ...)
{
	char *text;

	PRINT(text, reason);
	set(verdict, OUTCOME_FAIL, NULL, text);
}

void skips(struct verdict *verdict, const char *reason, ...)
{
	char *text;

	PRINT(text, reason);
	set(verdict, OUTCOME_SKIP, NULL, text);
}

void informs(struct verdict *verdict, const char *reason, ...)
{
	char *text;

	PRINT(text, reason);
	set(verdict, OUTCOME_INFO, NULL, text);
}

void observes(struct verdict *verdict, const char *observed, ...)
{
	char *text;

	PRINT(text, observed);
	replace(&verdict->observed, text);
}

/* include/linux/errno.h: not for user space, which sees them when a driver forgets to translate. */
static const struct {
	int code;
	const char *name;
} kernel_errnos[] = {
	{ 512, "ERESTARTSYS" }, { 515, "ENOIOCTLCMD" }, { 517, "EPROBE_DEFER" },
	{ 521, "EBADHANDLE" },	{ 522, "ENOTSYNC" },	{ 524, "ENOTSUPP" },
	{ 525, "ETOOSMALL" },	{ 529, "EIOCBQUEUED" },
};

const char *errno_name(int code)
{
	int number = code < 0 ? -code : code;
	const char *name = strerrorname_np(number);

	if (name)
		return name;
	for (size_t i = 0; i < sizeof(kernel_errnos) / sizeof(kernel_errnos[0]); i++)
		if (kernel_errnos[i].code == number)
			return kernel_errnos[i].name;
	return "an errno without a name";
}

void verdict_free(struct verdict *verdict)
{
	free(verdict->observed);
	free(verdict->reason);
	*verdict = (struct verdict){ 0 };
}
