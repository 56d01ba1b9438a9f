/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pair of p2p-test: both devices in one address space, and everything closed in the end. */
#include <errno.h>
#include <stdlib.h>

#include "probe/p2p_parts.h"
#include "util/alloc.h"

/* A device that we cannot drive, or that does not let itself be driven, is a reason to move nothing
 * through it, not to test nothing. */
static void start_engine(struct p2p_test *test)
{
	const struct device *device = test->from->device;
	const struct engine_ops *ops = find_engine(device);
	struct error err = { 0 };

	if (!ops) {
		test->engine_code = -ENXIO;
		test->why_no_engine = xasprintf("no engine of ours drives %s", device->name);
		return;
	}
	test->engine_code = engine_start(&test->engine, ops, test->from, test->own, &err);
	if (test->engine_code < 0) {
		engine_stop(&test->engine);
		test->why_no_engine = xstrdup(err.text);
	}
}

int p2p_open(struct p2p_test *test, struct error *err)
{
	const struct p2p_pair *pair = test->pair;
	int code = setup_space(pair->backend, pair->initiator, pair->facts, &test->space,
			       &test->from, err);

	if (code < 0)
		return code;
	test->is_put_back = true;
	code = open_target(test, test->space, err);
	if (code == 0)
		code = lay_out_memory(test, err);
	if (code == 0)
		start_engine(test);
	return code;
}

static int open_apart(struct p2p_test *test, struct error *err)
{
	const struct p2p_pair *pair = test->pair;
	struct setup_failure failure;
	int code = iospace_open(pair->backend, &test->apart, &failure);

	if (code < 0)
		return explain_failure(&failure, pair->target.device, pair->facts, err);
	return open_target(test, test->apart, err);
}

int p2p_move_apart(struct p2p_test *test, struct error *err)
{
	if (test->pair->initiator->group == test->pair->target.device->group)
		return test->to ? 0 : open_target(test, test->space, err);
	if (!test->apart) {
		close_target(test);
		return open_apart(test, err);
	}
	return test->to ? 0 : open_target(test, test->apart, err);
}

bool may_move(const struct p2p_test *test)
{
	return test->engine.ops && !test->is_unsafe;
}

bool revive_engine(struct p2p_test *test)
{
	if (!test->engine.is_lost)
		return test->engine.ops;
	engine_stop(&test->engine);
	free(test->why_no_engine);
	test->why_no_engine = NULL;
	start_engine(test);
	return test->engine.ops;
}

/* First the engine: it still reads and writes what is unmapped after it. */
void p2p_close(struct p2p_test *test)
{
	engine_stop(&test->engine);
	close_target(test);
	iospace_close(test->apart);
	iospace_close(test->space);
	test->apart = NULL;
	test->space = NULL;
	test->from = NULL;
	memory_put(&test->memory);
	free(test->why_no_engine);
	test->why_no_engine = NULL;
}
