/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommutool map-test: whether the kernel maps memory for devices as it promises. */
#include "cmd/linux/map_test.h"

#include <stdlib.h>

#include "cmd/linux/map_test_rows.h"
#include "cmd/reader.h"
#include "probe/map_test.h"
#include "util/alloc.h"
#include "util/option.h"

enum { KEY_PLAN = 0x300, KEY_BENCH }; /* beyond any letter and those of testing.h */

static const struct argp_option options[] = {
	TESTING_OPTIONS,
	ONLY_OPTION,
	{ "plan", KEY_PLAN, "FILE", 0,
	  "Try whether a memory map could be mapped as a whole instead", 0 },
	{ "bench", KEY_BENCH, NULL, 0, "Measure what mapping and unmapping cost instead", 0 },
	{ 0 },
};

/* What does not go together, beside what parse_testing() refuses. */
static error_t check_combination(const struct map_test_arguments *arguments,
				 const struct argp_state *state)
{
	const struct testing_arguments *testing = &arguments->testing;

	if (testing->list && (arguments->plan || arguments->bench))
		return option_error(state, "--list shows what checks there are: it takes neither "
					   "--plan nor --bench");
	if (arguments->plan && arguments->bench)
		return option_error(state, "--plan and --bench: one of them");
	if (testing->only && (arguments->plan || arguments->bench))
		return option_error(state, "--only chooses among the checks; %s runs none",
				    arguments->plan ? "--plan" : "--bench");
	if (testing->tap && arguments->bench)
		return option_error(state, "--tap is for results; --bench has none");
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct map_test_arguments *arguments = state->input;
	error_t r;

	switch (key) {
	case KEY_PLAN:
		if (arguments->plan)
			return option_error(state, "--plan: given twice; one memory map at a time");
		arguments->plan = arg;
		return 0;
	case KEY_BENCH:
		arguments->bench = true;
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
	.args_doc = "DEVICE|GROUP...",
	.doc = "Map and unmap memory for devices through VFIO, and hold the kernel to what its "
	       "interface promises. The devices are on a driver of VFIO, and nobody uses them; "
	       "\"iommutool bind\" sees to the first. A group stands for its devices there.",
	.children = acting_children,
};

/* --- the command ------------------------------------------------------------------------------ */

static const struct out_schema *choose_schema(const void *own)
{
	const struct map_test_arguments *arguments = own;

	if (arguments->testing.list)
		return &map_checks_schema;
	return arguments->bench ? &map_bench_schema : &map_test_schema;
}

static int work(const void *own, const struct source *source, struct out *out)
{
	const struct map_test_arguments *arguments = own;

	if (!arguments->testing.list)
		return test_mappings(arguments, source, out);
	add_check_rows(out);
	show(arguments->testing.shared.context, out);
	return STATUS_OK;
}

static const struct reader reader = {
	.argp = &argp,
	.schema = &map_test_schema,
	.choose = choose_schema,
	.work = work,
};

static int run(struct context *context, int argc, char **argv)
{
	struct map_test_arguments arguments = { 0 };
	const char **names;
	size_t nr = 0;
	int status;

	while (map_checks[nr].name)
		nr++;
	names = xcalloc(nr + 1, sizeof(*names));
	for (size_t i = 0; i < nr; i++)
		names[i] = map_checks[i].name;
	arguments.testing.checks = names;
	status = run_reader(&reader, &arguments.testing.shared, context, argc, argv);
	free(arguments.testing.only);
	free(names);
	return status;
}

static const struct out_schema *const schemas[] = { &map_test_schema, &map_bench_schema,
						    &map_checks_schema, NULL };

const struct command cmd_map_test = {
	.name = "map-test",
	.summary = "Test mappings through VFIO",
	.argp = &argp,
	.schemas = schemas,
	.run = run,
};
