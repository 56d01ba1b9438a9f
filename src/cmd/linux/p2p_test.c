/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool p2p-test: whether devices reach each other's memory, and nothing else. */
#include "cmd/linux/p2p_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/linux/p2p_rows.h"
#include "cmd/reader.h"
#include "util/alloc.h"
#include "util/option.h"

enum { /* beyond any letter and those of testing.h */
       KEY_INITIATOR = 0x300,
       KEY_TARGET,
       KEY_BENCH,
       KEY_DISRUPTIVE,
       KEY_REQUIRE_REVOKED,
};

static const struct argp_option options[] = {
	TESTING_OPTIONS,
	{ "initiator", KEY_INITIATOR, "DEVICE", 0, "A device that only does DMA; may be repeated",
	  0 },
	{ "target", KEY_TARGET, "DEVICE[:BAR[:OFFSET]]", 0,
	  "A device that is only hit; with BAR, that one may be written; may be repeated", 0 },
	{ "bench", KEY_BENCH, NULL, 0, "Measure bytes per second, too", 0 },
	{ "disruptive", KEY_DISRUPTIVE, NULL, 0,
	  "Send DMA to targets that are disabled, reset or closed, too: hardware may escalate it",
	  0 },
	{ "require-revoked", KEY_REQUIRE_REVOKED, NULL, 0,
	  "A mapping that outlives its target is a failure", 0 },
	{ 0 },
};

/* --- arguments ------------------------------------------------------------------------------ */

/* Return: where the address ends: at the end of TEXT, or at the colon before a BAR. Only addresses
 * with a function behind a dot have one behind them: in others it could not be told apart. */
static const char *address_end(const char *text)
{
	const char *dot = strrchr(text, '.');
	const char *colon = dot ? strchr(dot, ':') : NULL;

	return colon ? colon : text + strlen(text);
}

/* @text: "BAR" or "BAR:OFFSET"; changed. */
static int parse_place(char *text, struct target_argument *target)
{
	char *offset = strchr(text, ':');
	uint64_t bar;
	int code;

	if (offset) {
		*offset++ = '\0';
		if (parse_u64(offset, 0, UINT64_MAX, &target->offset) < 0)
			return -EINVAL;
	}
	code = parse_u64(text, 10, NR_BARS - 1, &bar);
	if (code < 0)
		return code;
	target->bar = (int)bar;
	return target->offset % 8 == 0 ? 0 : -EDOM;
}

int parse_target(const char *text, struct target_argument *target)
{
	const char *end = address_end(text);
	char *place;
	int code;

	*target = (struct target_argument){ .bar = -1 };
	if (end == text)
		return -EINVAL;
	target->device = xstrdup(text);
	target->device[end - text] = '\0';
	if (*end == '\0')
		return 0;
	place = xstrdup(end + 1);
	code = parse_place(place, target);
	free(place);
	if (code < 0)
		free(target->device);
	return code;
}

static bool is_group(const char *text)
{
	uint64_t number;

	return parse_u64(text, 10, UINT64_MAX, &number) == 0;
}

static error_t add_target(struct p2p_arguments *arguments, const char *text,
			  const struct argp_state *state)
{
	struct target_argument target;
	int code = parse_target(text, &target);

	if (code == -ERANGE)
		return option_error(state, "--target: \"%s\": BARs are numbered 0 to %d", text,
				    NR_BARS - 1);
	if (code == -EDOM)
		return option_error(state, "--target: \"%s\": the offset is a multiple of 8", text);
	if (code < 0)
		return option_error(state,
				    "--target: \"%s\" is no DEVICE[:BAR[:OFFSET]], as in "
				    "0000:03:00.0:2:0x1000",
				    text);
	if (is_group(target.device)) {
		free(target.device);
		return option_error(state, "--target: \"%s\" is a group; name a device", text);
	}
	arguments->targets =
		xgrow(arguments->targets, arguments->nr_targets, sizeof(*arguments->targets));
	arguments->targets[arguments->nr_targets++] = target;
	arguments->testing.names_otherwise = true;
	return 0;
}

static error_t add_initiator(struct p2p_arguments *arguments, char *text,
			     const struct argp_state *state)
{
	if (is_group(text))
		return option_error(state, "--initiator: \"%s\" is a group; name a device", text);
	arguments->initiators = xgrow(arguments->initiators, arguments->nr_initiators,
				      sizeof(*arguments->initiators));
	arguments->initiators[arguments->nr_initiators++] = text;
	arguments->testing.names_otherwise = true;
	return 0;
}

static bool takes_more(const struct p2p_arguments *arguments)
{
	return arguments->testing.names_otherwise || arguments->bench || arguments->disruptive ||
	       arguments->require_revoked;
}

/* What does not go together, beside what parse_testing() refuses. */
static error_t check_combination(const struct p2p_arguments *arguments,
				 const struct argp_state *state)
{
	const struct testing_arguments *testing = &arguments->testing;
	bool both = testing->all || testing->shared.nr_operands;

	if (testing->shared.out.list_columns)
		return 0;
	if (testing->list)
		return takes_more(arguments)
			       ? option_error(state, "--list shows what checks there are: it takes "
						     "no option of a test")
			       : 0;
	if (!both && !arguments->nr_targets)
		return option_error(state, "--initiator: nothing to hit; name a --target, or "
					   "devices that are both");
	if (!both && !arguments->nr_initiators)
		return option_error(state, "--target: nobody to hit it; name an --initiator, or "
					   "devices that are both");
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct p2p_arguments *arguments = state->input;
	error_t r;

	switch (key) {
	case KEY_INITIATOR:
		return add_initiator(arguments, arg, state);
	case KEY_TARGET:
		return add_target(arguments, arg, state);
	case KEY_BENCH:
		arguments->bench = true;
		return 0;
	case KEY_DISRUPTIVE:
		arguments->disruptive = true;
		return 0;
	case KEY_REQUIRE_REVOKED:
		arguments->require_revoked = true;
		return 0;
	case ARGP_KEY_END:
		r = parse_testing(key, arg, state);
		return r ? r : check_combination(arguments, state);
	default:
		return parse_testing(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[DEVICE|GROUP...]",
	.doc = "Let each device do DMA into the memory of each other one, compare every byte, and "
	       "see that what is not mapped is not reached. The devices are on a driver of VFIO, "
	       "and nobody uses them; \"iommutool bind\" sees to the first. A target is written "
	       "only where you name its BAR, or where it has memory that nobody but us uses.",
	.children = acting_children,
};

/* --- the command ------------------------------------------------------------------------------ */

static const struct out_schema *choose_schema(const void *own)
{
	const struct p2p_arguments *arguments = own;

	return arguments->testing.list ? &p2p_checks_schema : &p2p_schema;
}

static int work(const void *own, const struct source *source, struct out *out)
{
	const struct p2p_arguments *arguments = own;

	if (!arguments->testing.list)
		return test_pairs(arguments, source, out);
	add_p2p_check_rows(out);
	show(arguments->testing.shared.context, out);
	return STATUS_OK;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &p2p_schema,
	.choose = choose_schema,
	.work = work,
};

static int run(struct context *context, int argc, char **argv)
{
	struct p2p_arguments arguments = { 0 };
	int status = run_reader(&reader, &arguments.testing.shared, context, argc, argv);

	for (size_t i = 0; i < arguments.nr_targets; i++)
		free(arguments.targets[i].device);
	free(arguments.targets);
	free(arguments.initiators);
	return status;
}

static const struct out_schema *const schemas[] = { &p2p_schema, &p2p_checks_schema, NULL };

const struct command cmd_p2p_test = {
	.name = "p2p-test",
	.summary = "Test DMA from device to device, and isolation",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
