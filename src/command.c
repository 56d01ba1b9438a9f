/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands share: common options, messages, the ends of their output. */
#include "command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/words.h"
#include "util/alloc.h"
#include "util/option.h"

enum {
	KEY_COLOR = 0x2000, /* beyond any letter */
	KEY_USAGE,
};

static const struct argp_option common_options[] = {
	{ "sysroot", 's', "DIR", 0, sysroot_help, 0 },
	{ "verbose", 'v', NULL, 0, "Say on stderr why something is unknown", 0 },
	{ "quiet", 'q', NULL, 0, "Print nothing but errors; the exit status answers", 0 },
	{ "color", KEY_COLOR, "WHEN", 0, "Colour and bold: auto, always or never", 0 },
	{ "help", 'h', NULL, 0, "Show this help and end", -1 },
	{ "usage", KEY_USAGE, NULL, 0, "Show a short usage message and end", -1 },
	{ 0 },
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	static const char *const modes[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};
	struct context *context = state->input;

	switch (key) {
	case 's':
		context->sysroot = arg;
		return 0;
	case 'v':
		context->verbose = true;
		return 0;
	case 'q':
		context->quiet = true;
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	case KEY_USAGE:
		argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
		return 0;
	case KEY_COLOR:
		for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
			if (strcmp(arg, modes[i]) == 0) {
				context->color = (enum color_mode)i;
				return 0;
			}
		}
		return option_error(state, "--color: \"%s\" is none of auto, always, never", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp common_argp = { .options = common_options, .parser = parse_common };

const struct argp_child reading_children[] = {
	{ &common_argp, 0, "Common options:", 2 },
	{ &out_argp, 0, "Output options:", 1 },
	{ 0 },
};

const struct argp_child acting_children[] = {
	{ &common_argp, 0, "Common options:", 2 },
	{ &out_acting_argp, 0, "Output options:", 1 },
	{ 0 },
};

const struct argp_child plain_children[] = {
	{ &common_argp, 0, "Common options:", 2 },
	{ 0 },
};

error_t parse_shared(int key, char *arg, struct argp_state *state)
{
	const struct argp_child *children = state->root_argp->children;
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->err_stream = NULL; /* one line an error, and we wrote it */
		for (size_t i = 0; children[i].argp; i++)
			state->child_inputs[i] = children[i].argp == &common_argp
							 ? (void *)arguments->context
							 : (void *)&arguments->out;
		return 0;
	case ARGP_KEY_ARG:
		arguments->operands = xgrow(arguments->operands, arguments->nr_operands,
					    sizeof(*arguments->operands));
		arguments->operands[arguments->nr_operands++] = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int begin(struct arguments *arguments, struct context *context, const struct argp *argp, int argc,
	  char **argv)
{
	arguments->context = context;
	return argp_parse(argp, argc, argv, ARGP_NO_HELP, NULL, arguments) ? STATUS_USAGE
									   : STATUS_OK;
}

struct out *begin_output(const struct arguments *arguments, const struct out_schema *schema,
			 int *status)
{
	const struct context *context = arguments->context;
	struct out *out = NULL;
	char *problem;

	if (arguments->out.list_columns)
		problem = out_list_columns(schema, &arguments->out, context->quiet ? NULL : stdout,
					   use_color(context));
	else
		out = out_new(schema, &arguments->out, &problem);
	*status = problem ? usage_error(context, "%s", problem) : STATUS_OK;
	free(problem);
	return out;
}

int status_worst(int a, int b)
{
	static const int order[] = { STATUS_USAGE, STATUS_FAILED, STATUS_NO, STATUS_SKIPPED };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STATUS_OK;
}

static void __attribute__((format(printf, 2, 0)))
say(const struct context *context, const char *format, va_list ap)
{
	char *text;

	if (vasprintf(&text, format, ap) < 0)
		return;
	flatten(text);
	fprintf(stderr, "iommutool%s%s: %s", context->command ? " " : "",
		context->command ? context->command : "", text);
	free(text);
}

void complain(const struct context *context, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(context, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int usage_error(const struct context *context, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(context, format, ap);
	va_end(ap);
	fprintf(stderr, "; see iommutool%s%s --help\n", context->command ? " " : "",
		context->command ? context->command : "");
	return STATUS_USAGE;
}

int complain_error(const struct context *context, const struct error *err)
{
	complain(context, "%s", err->text);
	return STATUS_FAILED;
}

bool use_color(const struct context *context)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (context->color == COLOR_NEVER || (no_color && *no_color))
		return false;
	if (context->color == COLOR_ALWAYS)
		return true;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

void show(const struct context *context, const struct out *out)
{
	if (!context->quiet)
		out_print(out, stdout, use_color(context));
}
